"""The variables in which a machine keeps its own credentials for storage. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.storage.connection_spec import TokenSource

TOKEN_VARIABLE = "QUAYSIDE_STORAGE_TOKEN"  # noqa: S105 - a name, not a secret
"""Holds a bearer token of Microsoft Entra ID for `https://storage.azure.com/`."""


def from_environment(environ: Mapping[str, str]) -> tuple[str, str]:
    """(name of the variable, text to parse), both empty where there is nothing."""
    for name in ("AZURE_STORAGE_CONNECTION_STRING", "STORAGE_CONNECTION_STRING"):
        if environ.get(name, "").strip():
            return name, environ[name]
    account = environ.get("AZURE_STORAGE_ACCOUNT", "").strip()
    if account:
        for name, field in (
            ("AZURE_STORAGE_KEY", "AccountKey"),
            ("AZURE_STORAGE_SAS_TOKEN", "SharedAccessSignature"),
        ):
            secret = environ.get(name, "").strip()
            if secret:
                return name, (
                    f"DefaultEndpointsProtocol=https;AccountName={account};{field}={secret}"
                )
    return "", ""


def sign_in_from_environment(environ: Mapping[str, str]) -> tuple[str, str, TokenSource | None]:
    """(name of the variable, account, who has the token); empty and None where there is none.

    `AZURE_STORAGE_AUTH_MODE=login` is how az itself is told to use its sign-in for storage.
    """
    account = environ.get("AZURE_STORAGE_ACCOUNT", "").strip()
    if account and environ.get(TOKEN_VARIABLE, "").strip():
        return TOKEN_VARIABLE, account, TokenSource.VARIABLE
    if account and environ.get("AZURE_STORAGE_AUTH_MODE", "").strip().lower() == "login":
        return "AZURE_STORAGE_AUTH_MODE", account, TokenSource.AZURE_CLI
    return "", "", None
