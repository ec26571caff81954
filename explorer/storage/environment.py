"""The variables in which a machine keeps its own credentials for storage. Pure."""

from __future__ import annotations

from collections.abc import Mapping


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
