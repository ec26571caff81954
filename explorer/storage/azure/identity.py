"""Sign-ins of Microsoft Entra ID in the browser, or with a code typed elsewhere.

By azure-identity, an extra that is imported when somebody signs in so. What it learns stays in
memory: within one run a token is renewed without asking. Proxy and certificates of the sign-in
itself are those of the environment (`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`). Blocking.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import datetime
from functools import cache
from typing import Any

from explorer.base import priority
from explorer.base.cancel import current_token
from explorer.base.errors import NotAuthorizedError
from explorer.storage.azure.tokens import RESOURCE, Token, no_token
from explorer.storage.connection_spec import TokenSource
from explorer.storage.sign_in_codes import is_anybody_there, tell_code

TIMEOUT_S = 300
_SCOPE = f"{RESOURCE}.default"
_LOOK_S = 0.2
_INSTALL = "Install it: pip install 'quayside-explorer[entra]', or sign in by Azure CLI."


def is_installed() -> bool:
    """Whether the extra is here; imports nothing of it."""
    try:
        return importlib.util.find_spec("azure.identity") is not None
    except ModuleNotFoundError:
        return False


def identity_token(source: TokenSource) -> Token:
    """Waits until the person has signed in, at most five minutes; later ones come by themselves.

    Raises NotAuthorizedError with what to do, and Cancelled.
    """
    if not is_installed():
        raise no_token("The sign-in in the browser or by a code is not installed.", _INSTALL)
    if source is TokenSource.DEVICE_CODE and not is_anybody_there():
        raise no_token(
            "A code can only be shown on the command line.", "Sign in with the browser here."
        )
    found = _waited_for(lambda: _credential(source).get_token(_SCOPE))
    return Token(found.token, float(found.expires_on))


@cache
def _credential(source: TokenSource) -> Any:
    """The one credential of this process for `source`: it remembers who signed in."""
    from azure.identity import DeviceCodeCredential, InteractiveBrowserCredential

    for name in ("azure.identity", "msal"):  # their words name accounts, and quote answers
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # An authority that somebody names is not looked up among Microsoft's own.
    is_named = bool(os.environ.get("AZURE_AUTHORITY_HOST"))
    common: dict[str, Any] = {"timeout": TIMEOUT_S, "disable_instance_discovery": is_named}
    if tenant := os.environ.get("AZURE_TENANT_ID", "").strip():
        common["tenant_id"] = tenant
    if source is TokenSource.DEVICE_CODE:
        return DeviceCodeCredential(prompt_callback=_tell_code, **common)
    return InteractiveBrowserCredential(**common)


def _tell_code(address: str, code: str, until: datetime) -> None:
    tell_code(f"To sign in, open {address} and type the code {code} (until {until:%H:%M} UTC).")


def _waited_for(ask: Callable[[], Any]) -> Any:
    """What `ask` gives in a thread of its own, which a cancel leaves behind to end by itself."""
    answer: Future[Any] = Future()

    def work() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)

    # What it starts is the person's browser.
    priority.start(threading.Thread(target=work, name="sign-in", daemon=True))
    token = current_token()
    while not answer.done():
        if token is not None:
            token.raise_if_cancelled()
        wait((answer,), _LOOK_S)
    try:
        return answer.result()
    except Exception as error:
        raise _refused(error) from None


def _refused(error: Exception) -> NotAuthorizedError:
    """In our words: what the libraries say may name the account."""
    from azure.core.exceptions import ClientAuthenticationError

    if isinstance(error, ClientAuthenticationError) and "imed out" in str(error):
        return no_token("Nobody signed in within five minutes.", "Try again.")
    return no_token(
        f"The sign-in with Microsoft Entra ID failed ({type(error).__name__}).",
        "Try again; 'az login' and --auth az may tell more.",
    )
