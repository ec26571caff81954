"""Who may do it: for requests that the emulator does not see as they came.

A request that is handed on untouched is the emulator's to check. One that is answered
here, or put to the emulator in other words, is checked here first: a Shared Key signature
is computed anew from the request and compared; a SAS goes to the emulator on an innocent
request (a HEAD or a listing of one row), which checks signature, dates, protocol and
addresses, and its letters (`sp`, `srt`) are looked at here. The letters of a stored
policy are the emulator's to know: only the innocent request speaks for them. Public
access reaches no history. Source: 'Authorize requests to Azure Storage'.
"""

from __future__ import annotations

import base64
import hmac

from explorer.storage.azure.signing import KeySigner, string_to_sign
from explorer.storage.sas import SAS_PARAMETERS
from tests.servers.front import Backend, Reply, Request, refused

_ONLY_THE_LETTERS = frozenset(
    {"AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch"}
)


def check(backend: Backend, request: Request, letters: str, level: str) -> Reply | None:
    """None where it is allowed. `letters`: any one is enough; `level`: s, c or o of `srt`."""
    if request.header("authorization"):
        return None if _is_signed(backend, request) else _forbidden("AuthenticationFailed")
    parameters = request.parameters
    if "sig" not in parameters:
        return refused(401, "NoAuthenticationInformation", "There is no credential.")
    if (answer := _innocent(backend, request)) is not None:
        return answer
    if "srt" in parameters and level not in parameters["srt"]:
        return _forbidden("AuthorizationResourceTypeMismatch")
    if "sp" in parameters and not set(letters) & set(parameters["sp"]):
        return _forbidden("AuthorizationPermissionMismatch")
    return None


def _is_signed(backend: Backend, request: Request) -> bool:
    signer = backend.signer
    assert isinstance(signer, KeySigner)
    text = string_to_sign(
        signer.account, request.method, request.path, request.query, request.headers
    )
    mac = base64.b64encode(hmac.digest(signer.key, text.encode(), "sha256")).decode()
    return hmac.compare_digest(request.header("authorization"), f"SharedKey {signer.account}:{mac}")


def _innocent(backend: Backend, request: Request) -> Reply | None:
    """The emulator's refusal of the SAS itself; None where it knows the SAS."""
    account, container, blob = request.segments
    token = "&".join(
        part for part in request.query.split("&") if part.partition("=")[0] in SAS_PARAMETERS
    )
    if blob:
        asked = Request("HEAD", request.path, token, {})
    elif container:
        listing = "restype=container&comp=list&maxresults=1"
        asked = Request("GET", request.path, f"{listing}&{token}", {})
    else:
        asked = Request("GET", f"/{account}/", f"comp=list&maxresults=1&{token}", {})
    answer = backend.forward(asked)
    code = answer.headers.get("x-ms-error-code", "")
    if answer.status not in (401, 403) or code in _ONLY_THE_LETTERS:
        return None
    return _forbidden(code or "AuthenticationFailed")


def _forbidden(code: str) -> Reply:
    return refused(403, code, "The request is not authorized.")
