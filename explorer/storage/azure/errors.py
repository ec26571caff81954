"""Where answers of the service and faults of the network become our errors.

`refusal` reads an answer that is a no; `translating` is the one context manager
around everything that talks to the service, the SDK included. No message quotes
what the service says in detail: its 403 can hold the string to sign and a
signature. Only the expiry is read out of it.
"""

from __future__ import annotations

import errno
import math
import re
import socket
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, NamedTuple

from explorer.base.cancel import Cancelled, current_token
from explorer.base.errors import (
    ConflictError,
    CredentialExpiredError,
    IntegrityError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
    ServiceError,
    SignInNeededError,
    StorageError,
    ThrottledError,
    UnknownHostError,
)
from explorer.base.patterns import regex
from explorer.storage.azure.codes import MEANINGS, Meaning
from explorer.storage.azure.dates import seconds_of
from explorer.storage.azure.dial import ProxyRefusedError
from explorer.storage.azure.signing import SasSigner, SignedBy, Signer
from explorer.storage.azure.wire import ClosedEarly, WireError

SKEW_LIMIT_S = 15 * 60
"""The service refuses requests signed by key whose date is further off."""


class Place(NamedTuple):
    """Which account is asked, and as whom; everything an explanation needs."""

    host: str
    account: str
    is_emulator: bool
    signer: Signer


class Attempt(NamedTuple):
    """What is being tried: `doing` completes 'Could not ...'."""

    place: Place
    doing: str
    container: str = ""
    name: str = ""

    def __str__(self) -> str:
        what = "/".join(part for part in (self.container, self.name) if part)
        if not what.isprintable():
            shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in what)
            what = "".join(shown)
        return f"Could not {self.doing} {what}".rstrip() if what else f"Could not {self.doing}"


_LONGEST_DETAIL = 4096
"""Characters that are searched; the service's own has some hundreds."""

_WORD = regex(r"[A-Za-z0-9_.:-]{1,100}")
_MANY_REASONS = frozenset(
    {"", "AuthenticationFailed", "InvalidAuthenticationInfo", "AuthorizationFailure"}
)
"""Codes that do not say what is wrong; the circumstances may."""

_PROXY_LOGIN = (
    "Leave the proxy in Settings, Network empty and put it into HTTPS_PROXY (HTTP_PROXY for "
    "http) as http://name:password@host:port."
)

# -- answers -------------------------------------------------------------------


def refusal(
    attempt: Attempt, status: int, headers: Mapping[str, str], body: bytes = b""
) -> QuaysideError:
    """The error for an answer that is not a success. `headers` have lower-case names."""
    code = _word(headers.get("x-ms-error-code", "") or _tag(body, b"Code"))
    request_id = _word(headers.get("x-ms-request-id", ""))
    meaning = MEANINGS.get(code) or _by_status(status)
    if meaning.error is NotAuthorizedError and status != 407:
        meaning = _authorization(attempt, code, status, headers, body) or meaning
    says = meaning.says
    shown = " ".join(part for part in (str(status) if status else "", code) if part)
    message = f"{attempt}: {says} ({shown}{f', request {request_id}' if request_id else ''})."
    error: QuaysideError
    if issubclass(meaning.error, StorageError):
        error = meaning.error(
            message,
            cure=meaning.cure,
            status=status,
            code=code,
            request_id=request_id,
            retry_after_s=retry_after_s(headers),
        )
    else:
        error = meaning.error(message, cure=meaning.cure)
    if meaning.retry is not None:
        error.retry = meaning.retry
    return error


def _by_status(status: int) -> Meaning:
    """For codes newer than the table, and answers of proxies and gateways."""
    if status in (401, 403):
        return Meaning(NotAuthorizedError, "the credential does not allow it")
    if status == 404:
        return Meaning(NotFoundError, "it does not exist")
    if status == 409:
        return Meaning(ConflictError, "its state does not allow it")
    if status in (304, 412, 416):
        return Meaning(PreconditionFailedError, "it was changed since it was looked at")
    if status in (429, 503):
        return Meaning(ThrottledError, "the service is busy", "Wait a little; it is tried again.")
    if status == 407:
        return Meaning(
            NotAuthorizedError,
            "the proxy asks for a name and password",
            _PROXY_LOGIN,
        )
    if status == 501:
        return Meaning(ConflictError, "the service does not know how to do that")
    if status == 408 or status >= 500:
        return Meaning(ServiceError, "the service failed", "Wait a little; it is tried again.")
    if 300 <= status < 400:
        return Meaning(
            ServiceError,
            "the answer sends to another address, which is not followed",
            "Check the address; a network sign-in page can be the reason.",
            Retry.NEVER,
        )
    return Meaning(StorageError, "the service refused")


def _authorization(
    attempt: Attempt, code: str, status: int, headers: Mapping[str, str], body: bytes
) -> Meaning | None:
    """Why the credential was not accepted, as far as it can be told; None for the table's words."""
    signer = attempt.place.signer
    server_s = seconds_of(headers.get("date", ""))
    detail = (_tag(body, b"AuthenticationErrorDetail") + _tag(body, b"Message"))[:_LONGEST_DETAIL]
    if signer.kind is SignedBy.TOKEN:
        return _token_refused(code, status, headers)
    if code not in _MANY_REASONS:
        return None
    if signer.kind is SignedBy.NOTHING:
        return MEANINGS["NoAuthenticationInformation"]
    skew_s = abs(server_s - time.time()) if server_s else 0.0
    if signer.kind is SignedBy.KEY and skew_s > SKEW_LIMIT_S:
        return Meaning(
            CredentialExpiredError,
            f"the clock of this computer is off by {round(skew_s / 60)} minutes",
            "Set the clock, and it goes on.",
        )
    if signer.kind is SignedBy.SAS:
        now = server_s or time.time()
        by_detail = re.search(r"time frame.*?Expiry \[([^\]]{10,40})\]", detail, re.S)
        end = signer.expires_s or (seconds_of(by_detail[1]) if by_detail else 0)
        if end and end <= now:
            when = time.strftime("%d %b %Y %H:%M UTC", time.gmtime(end))
            return Meaning(
                CredentialExpiredError,
                f"the SAS expired on {when}",
                "Replace it with a new SAS; the work goes on where it was.",
            )
        starts = (signer.starts_s or 0) if isinstance(signer, SasSigner) else 0
        if starts > now:
            when = time.strftime("%d %b %Y %H:%M UTC", time.gmtime(starts))
            return Meaning(
                CredentialExpiredError,
                f"the SAS is not valid before {when}",
                "Wait until it starts, or ask for a new SAS.",
            )
        if by_detail:
            return Meaning(
                CredentialExpiredError,
                "the SAS is not valid at this time",
                "Wait until it starts, or ask for a new SAS.",
            )
        if code == "AuthenticationFailed" or attempt.place.is_emulator:  # it has no firewall
            return Meaning(
                NotAuthorizedError,
                "the service did not accept the SAS",
                "It may be cut off, changed, or revoked (a new key, another policy): "
                "ask for a new one and paste it whole.",
            )
        return None
    if code == "AuthorizationFailure" and not attempt.place.is_emulator:
        return None
    if status not in (401, 403):
        return None
    return Meaning(
        NotAuthorizedError,
        "the service did not accept the account key",
        f"The account key does not fit account {attempt.place.account}: "
        "copy it again from Access keys.",
    )


_TENANT = regex(r"authorization_uri=\"?https://[^/\s]+/([0-9A-Fa-f-]{36})\b")


def _token_refused(code: str, status: int, headers: Mapping[str, str]) -> Meaning | None:
    """The same for a sign-in: it was not believed, or it is known and has no role."""
    if code == "AuthorizationPermissionMismatch":
        return Meaning(
            NotAuthorizedError,
            "your sign-in has no role, and is in no access list, that allows it",
            "Ask for the role Storage Blob Data Reader or Contributor on the account or the "
            "container; a new role takes some minutes.",
        )
    if code == "AuthorizationFailure":
        return Meaning(
            NotAuthorizedError,
            "your sign-in or the account's network rules do not allow it",
            "Check your roles on the account, and its firewall.",
        )
    if code not in ("", "AuthenticationFailed", "InvalidAuthenticationInfo") and status != 401:
        return None
    tenant = _TENANT.search(headers.get("www-authenticate", ""))
    login = f"az login --tenant {tenant[1]}" if tenant else "az login"
    return Meaning(
        SignInNeededError,
        "the service did not accept the sign-in",
        f"Sign in again ('{login}', or another token), then try again.",
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as the answer asks for; None if it does not, or asks for no number."""
    text = headers.get("retry-after", "") or headers.get("x-ms-retry-after-ms", "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        when = seconds_of(text)
        return max(0.0, when - time.time()) if when else None
    if not math.isfinite(value):
        return None
    return max(0.0, value if headers.get("retry-after") else value / 1000)


def _word(text: str) -> str:
    """A code or an id as services give it, which is shown and kept; anything else is none."""
    return text if _WORD.fullmatch(text) else ""


def _tag(body: bytes, name: bytes) -> str:
    start = body.find(b"<" + name + b">")
    end = body.find(b"</" + name + b">", start)
    if start < 0 or end < 0:
        return ""
    return body[start + len(name) + 2 : end].decode("utf-8", "replace").strip()


# -- the network ---------------------------------------------------------------


def network_error(attempt: Attempt, error: BaseException) -> QuaysideError | None:
    """Our error for a fault below HTTP, None for what is none."""
    place = attempt.place
    if isinstance(error, ProxyRefusedError):
        cure = (
            _PROXY_LOGIN
            if error.status == 407
            else "Check the proxy in Settings, Network, or ask whoever runs it."
        )
        refused = NetworkError(f"{attempt}: the proxy refused ({error.status}).", cure=cure)
        refused.may_be_done = False
        return refused
    if isinstance(error, ClosedEarly):
        return NetworkError(
            f"{attempt}: the connection to {place.host} broke off.", cure="It is tried again."
        )
    if isinstance(error, WireError):
        return ServiceError(
            f"{attempt}: {place.host} answered with something that is not HTTP ({error}).",
            cure="Check the address, and whether a proxy or sign-in page is in between.",
        )
    if not isinstance(error, OSError):
        return None
    says, cure = _os_fault(place, error)
    is_unknown = isinstance(error, socket.gaierror) and error.errno in _UNKNOWN
    kind = UnknownHostError if is_unknown else NetworkError
    found = kind(f"{attempt}: {says}.", cure=cure)
    is_untrusted = type(error).__name__ == "SSLCertVerificationError"
    if is_untrusted:
        found.retry = Retry.NEVER
    found.may_be_done = not (
        is_untrusted
        or isinstance(error, socket.gaierror | ConnectionRefusedError)
        or error.errno in _NO_WAY
    )
    return found


_UNKNOWN: Final = {
    socket.EAI_NONAME,
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME),  # not everywhere
}
"""What getaddrinfo(3) says of a name that does not exist, or has no address."""
_NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def _os_fault(place: Place, error: OSError) -> tuple[str, str]:
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return (
                f"the name {place.host} cannot be looked up at the moment",
                "Check the network connection.",
            )
        return (
            f"there is no account of that name, or no network: {place.host} is unknown",
            "Check the account's name, and the network connection.",
        )
    if isinstance(error, TimeoutError):
        return f"{place.host} did not answer in time", "Check the network; it is tried again."
    kind = type(error).__name__
    if kind == "SSLCertVerificationError":
        reason = getattr(error, "verify_message", "") or "not trusted"
        return (
            f"the certificate of {place.host} is not trusted ({reason})",
            "If a proxy of your organisation or a private server signs it, choose its "
            "CA file in Settings, Network.",
        )
    if kind.startswith("SSL"):
        reason = getattr(error, "reason", "") or "handshake failed"
        return (
            f"no secure connection to {place.host} ({reason})",
            "Check that the address is https, and the CA file and proxy in Settings, Network.",
        )
    if isinstance(error, ConnectionRefusedError):
        if place.is_emulator:
            port = place.host.rpartition(":")[2]
            return (
                f"nothing listens at {place.host}: local storage is not running",
                f"Start it with 'quayside demo --port {port}', or start your own emulator.",
            )
        return f"{place.host} refused the connection", "Check the address and the port."
    if error.errno in _NO_WAY:
        return f"there is no way to {place.host}", "Check the network connection."
    return f"the connection to {place.host} broke off", "It is tried again."


def raise_as_ours(attempt: Attempt, error: Exception) -> None:
    """Raise what happened as an error of ours, or Cancelled; returns where it is one already,
    or none that is known."""
    if isinstance(error, QuaysideError | Cancelled):
        return
    found = network_error(attempt, error) or _from_sdk(attempt, error)
    if found is None:
        return
    token = current_token()
    if token is not None and token.is_cancelled:
        raise Cancelled from None
    raise found from None


class translating:
    """Raise what happens inside as an error of ours, or Cancelled. What each small file passes
    asks `raise_as_ours` itself."""

    __slots__ = ("_attempt",)

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            raise_as_ours(self._attempt, error)


def _from_sdk(attempt: Attempt, error: Exception) -> QuaysideError | None:
    """The SDK's exceptions; it is looked at only where it was imported already."""
    sdk = sys.modules.get("azure.core.exceptions")
    if sdk is not None and isinstance(error, sdk.DeserializationError):
        return ServiceError(f"{attempt}: the answer cannot be read.", cure="It is tried again.")
    if sdk is None or not isinstance(error, sdk.AzureError):
        return None
    cause = error.__cause__ or getattr(error, "inner_exception", None)
    if isinstance(cause, QuaysideError):
        return cause
    if isinstance(error, sdk.HttpResponseError) and error.response is not None:
        headers = {str(k).lower(): str(v) for k, v in error.response.headers.items()}
        code = getattr(error, "error_code", None)
        if code is not None:
            headers["x-ms-error-code"] = str(getattr(code, "value", code))
        try:
            body = error.response.body()
        except Exception:
            body = b""
        return refusal(attempt, int(error.status_code or 0), headers, bytes(body))
    if isinstance(cause, Exception) and (found := network_error(attempt, cause)) is not None:
        return found
    if isinstance(error, sdk.IncompleteReadError):
        return NetworkError(f"{attempt}: the answer broke off.", cure="It is tried again.")
    if isinstance(error, sdk.DecodeError):
        return IntegrityError(f"{attempt}: the answer cannot be read.")
    return NetworkError(f"{attempt}: no answer from {attempt.place.host}.", cure="Try again.")
