"""Whether a request may do what it asks for: the key may do all, a SAS what it says."""

from __future__ import annotations

import hmac
import time
from email.utils import parsedate_to_datetime

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Request
from tests.servers.lake.operations import Target
from tests.servers.lake.sharedkey import signature, text_to_sign
from tests.servers.lake.store import Store

_SKEW_S = 15 * 60


def authorise(store: Store, account: str, key: bytes, request: Request, target: Target) -> None:
    """Raises RefusedError."""
    given = request.header("authorization")
    if given:
        _check_key(account, key, request, given)
        return
    raise RefusedError("NoAuthenticationInformation")


def _check_key(account: str, key: bytes, request: Request, given: str) -> None:
    scheme, _, rest = given.partition(" ")
    name, _, signed = rest.partition(":")
    if scheme != "SharedKey" or not signed:
        raise RefusedError("InvalidAuthenticationInfo", scheme)
    try:
        when = parsedate_to_datetime(request.header("x-ms-date") or request.header("date"))
    except (TypeError, ValueError):
        raise RefusedError("AuthenticationFailed", "The date header is missing.") from None
    if abs(when.timestamp() - time.time()) > _SKEW_S:
        raise RefusedError("AuthenticationFailed", "The date header is too old.")
    text = text_to_sign(account, request)
    if name != account or not hmac.compare_digest(signature(key, text), signed):
        raise RefusedError("AuthenticationFailed")
