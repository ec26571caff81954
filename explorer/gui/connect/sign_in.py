"""The choice to sign in, where an address came without a key or SAS. GUI thread only."""

from __future__ import annotations

import os
from functools import cache

from explorer.gui.parts.choices import ChoiceField
from explorer.storage.azure.identity import is_installed
from explorer.storage.connection import (
    Anonymous,
    ConnectionSpec,
    EntraSignIn,
    NeedsCredential,
    TokenSource,
)
from explorer.storage.endpoint import token_refusal
from explorer.storage.environment import TOKEN_VARIABLE

_NO_EXTRA = "It takes the extra 'entra': pip install 'quayside-explorer[entra]'."
_PUBLIC = "Nothing: it is public"
_SECRET = "A key or a SAS"  # noqa: S105 - words


class SignInField(ChoiceField):
    """`value` is the source of the token; None goes without one."""

    def __init__(self) -> None:
        super().__init__(
            "Sign in with",
            [
                (_PUBLIC, None, ""),
                ("Microsoft Entra ID, by Azure CLI (az login)", TokenSource.AZURE_CLI, ""),
                ("Microsoft Entra ID, in the browser", TokenSource.BROWSER, ""),
                (f"A token in {TOKEN_VARIABLE}", TokenSource.VARIABLE, ""),
            ],
        )

    def ask(self, spec: ConnectionSpec | None) -> bool:
        """Say what there is for `spec`; whether there is anything to choose."""
        if spec is None or not isinstance(spec.credential, Anonymous | NeedsCredential):
            self.choose(None)
            return False
        is_public = isinstance(spec.credential, Anonymous)
        self.setItemText(0, _PUBLIC if is_public else _SECRET)
        address = token_refusal(spec.blob_endpoint) if spec.blob_endpoint else ""
        is_set = bool(os.environ.get(TOKEN_VARIABLE, "").strip())
        missing = "" if is_set else f"The variable {TOKEN_VARIABLE} is not set."
        self.refuse(
            {
                TokenSource.AZURE_CLI: address,
                TokenSource.BROWSER: address or ("" if _has_browser() else _NO_EXTRA),
                TokenSource.VARIABLE: address or missing,
            }
        )
        return True


@cache
def _has_browser() -> bool:
    """Looked for once: an extra does not come while the window is open."""
    return is_installed()


def home_text(sign_in: EntraSignIn) -> str:
    """Where the token of a sign-in is."""
    if sign_in.source is TokenSource.BROWSER:
        return "No secret is kept: the browser asks you once each time Quayside runs."
    if sign_in.source is TokenSource.AZURE_CLI:
        return "No secret is kept: Azure CLI is asked for a token when one is needed."
    return f"No secret is kept: the token is read from {TOKEN_VARIABLE} in every run."
