"""A refusal says what was tried, why not, and what to do; and never a secret."""

from __future__ import annotations

import errno
import socket
import ssl
import time

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    CredentialExpiredError,
    DiskFullError,
    IntegrityError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
    ServiceError,
    StorageError,
    ThrottledError,
)
from explorer.storage.azure.dates import http_date
from explorer.storage.azure.dial import ProxyRefusedError
from explorer.storage.azure.errors import Attempt, Place, refusal, retry_after_s, translating
from explorer.storage.azure.signing import KeySigner, NoSigner, SasSigner, Signer
from explorer.storage.azure.wire import ClosedEarly, WireError

KEY = KeySigner("acct", b"k")


def attempt(signer: Signer = KEY, *, is_emulator: bool = False) -> Attempt:
    host = "127.0.0.1:10000" if is_emulator else "acct.blob.core.windows.net"
    place = Place(host, "acct", is_emulator, signer)
    return Attempt(place, "upload", "c", "a/b")


def refused(
    status: int, code: str = "", body: bytes = b"", signer: Signer = KEY, **headers: str
) -> QuaysideError:
    found = {"x-ms-request-id": "req-1", "date": http_date(time.time())}
    if code:
        found["x-ms-error-code"] = code
    found.update({name.replace("_", "-"): value for name, value in headers.items()})
    return refusal(attempt(signer), status, found, body)


@pytest.mark.parametrize(
    ("status", "code", "kind", "retry"),
    [
        (404, "BlobNotFound", NotFoundError, Retry.NEVER),
        (404, "", NotFoundError, Retry.NEVER),
        (409, "ContainerAlreadyExists", AlreadyExistsError, Retry.NEVER),
        (409, "BlobAlreadyExists", AlreadyExistsError, Retry.NEVER),
        (409, "ContainerBeingDeleted", ConflictError, Retry.SOON),
        (409, "BlobArchived", ConflictError, Retry.NEVER),
        (412, "LeaseIdMissing", ConflictError, Retry.NEVER),
        (412, "ConditionNotMet", PreconditionFailedError, Retry.RESTART),
        (304, "", PreconditionFailedError, Retry.RESTART),
        (416, "InvalidRange", PreconditionFailedError, Retry.RESTART),
        (400, "InvalidBlockList", ConflictError, Retry.RESTART),
        (400, "InvalidBlobOrBlock", ConflictError, Retry.RESTART),
        (400, "Md5Mismatch", IntegrityError, Retry.SOON),
        (503, "ServerBusy", ThrottledError, Retry.SLOW_DOWN),
        (429, "", ThrottledError, Retry.SLOW_DOWN),
        (500, "OperationTimedOut", ServiceError, Retry.SOON),
        (502, "", ServiceError, Retry.SOON),
        (301, "", ServiceError, Retry.NEVER),
        (400, "SomethingNew", StorageError, Retry.NEVER),
        (403, "SomethingNew", NotAuthorizedError, Retry.NEVER),
    ],
)
def test_kinds(status: int, code: str, kind: type[QuaysideError], retry: Retry) -> None:
    error = refused(status, code)
    assert type(error) is kind
    assert error.retry is retry
    assert "upload c/a/b" in str(error)
    assert "req-1" in str(error)
    if isinstance(error, StorageError):
        assert (error.status, error.code, error.request_id) == (status, code, "req-1")


def test_the_code_is_read_from_the_body_where_no_header_has_it() -> None:
    error = refused(404, body=b"<Error><Code>ContainerNotFound</Code></Error>")
    assert isinstance(error, NotFoundError)
    assert error.code == "ContainerNotFound"


def test_one_errors_retry_does_not_change_its_kind() -> None:
    assert refused(409, "ContainerBeingDeleted").retry is Retry.SOON
    assert ConflictError.retry is Retry.NEVER


DETAIL = (
    b"<Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate.</Message>"
    b"<AuthenticationErrorDetail>%s</AuthenticationErrorDetail></Error>"
)


def test_a_wrong_key_says_so_and_quotes_no_signature() -> None:
    detail = DETAIL % b"The MAC signature found 'canary' is not the same as any computed signature."
    error = refused(403, "AuthenticationFailed", detail)
    assert type(error) is NotAuthorizedError
    assert "The account key does not fit account acct" in error.cure
    assert "canary" not in str(error)


def test_an_expired_sas_pauses_instead_of_failing() -> None:
    signer = SasSigner("sig=canary", expires_s=time.time() - 60)
    error = refused(403, "AuthenticationFailed", signer=signer)
    assert isinstance(error, CredentialExpiredError)
    assert error.retry is Retry.NEEDS_CREDENTIALS
    assert "expired on" in error.message


def test_the_expiry_of_a_stored_policy_is_read_from_the_answer() -> None:
    detail = (
        b"Signature not valid in the specified time frame: "
        b"Start [Mon, 01 Jan 2024 00:00:00 GMT] - Expiry [Tue, 02 Jan 2024 00:00:00 GMT] "
        b"- Current [now] sig=canary"
    )
    error = refused(403, "AuthenticationFailed", DETAIL % detail, SasSigner("sig=canary"))
    assert isinstance(error, CredentialExpiredError)
    assert "02 Jan 2024" in error.message
    assert "canary" not in str(error)


def test_a_long_detail_is_answered_at_once() -> None:
    started = time.thread_time()
    refused(403, "AuthenticationFailed", DETAIL % (b"time frame" * 10_000), SasSigner("sig=x"))
    assert time.thread_time() - started < 3


def test_a_sas_that_has_not_begun_pauses_too() -> None:
    now = time.time()
    signer = SasSigner("sig=x", expires_s=now + 999, starts_s=now + 500)
    assert isinstance(refused(403, "AuthorizationFailure", signer=signer), CredentialExpiredError)


def test_a_wrong_clock_is_named() -> None:
    error = refused(403, "AuthenticationFailed", date=http_date(time.time() - 20 * 60))
    assert isinstance(error, CredentialExpiredError)
    assert "clock of this computer is off by 20 minutes" in error.message


def test_a_wrong_clock_is_not_why_a_sas_is_refused() -> None:
    signer = SasSigner("sig=x", expires_s=time.time() + 3600)
    date = http_date(time.time() - 20 * 60)
    error = refused(403, "AuthenticationFailed", signer=signer, date=date)
    assert type(error) is NotAuthorizedError
    assert "did not accept the SAS" in error.message


@pytest.mark.parametrize("signer", [KEY, NoSigner(), SasSigner("sig=x", expires_s=1.0)])
def test_a_proxy_that_asks_for_a_password_is_not_the_service(signer: Signer) -> None:
    error = refused(407, signer=signer)
    assert type(error) is NotAuthorizedError
    assert "proxy asks for a name and password" in error.message
    assert "HTTPS_PROXY" in error.cure  # the settings take no password


def test_a_revoked_sas_is_not_called_expired() -> None:
    signer = SasSigner("sig=x", expires_s=time.time() + 3600)
    error = refused(403, "AuthenticationFailed", signer=signer)
    assert type(error) is NotAuthorizedError
    assert "ask for a new one" in error.cure


def test_a_missing_permission_keeps_its_own_words() -> None:
    signer = SasSigner("sig=x", expires_s=time.time() + 3600)
    error = refused(403, "AuthorizationPermissionMismatch", signer=signer)
    assert "missing permission" in error.cure


def test_without_a_credential_it_is_not_public() -> None:
    assert "not public" in refused(403, "AuthenticationFailed", signer=NoSigner()).message


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "", "x-ms-retry-after-ms": "1500"}, 1.5),
        ({"retry-after": http_date(1000)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after_s(headers) == expected


def test_retry_after_may_be_a_date() -> None:
    wait_s = retry_after_s({"retry-after": http_date(time.time() + 1000)})
    assert wait_s is not None
    assert 900 < wait_s <= 1000


def test_retry_after_reaches_the_error() -> None:
    error = refused(503, "ServerBusy", retry_after="9")
    assert isinstance(error, ThrottledError)
    assert error.retry_after_s == 9.0


def verify_error() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "no account of that name"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "cannot be looked up"),
        (TimeoutError(), "did not answer in time"),
        (ConnectionRefusedError(), "refused the connection"),
        (ConnectionResetError(), "broke off"),
        (OSError(errno.ENETUNREACH, "x"), "no way to"),
        (verify_error(), "CA file"),
        (ssl.SSLError(1, "wrong version"), "no secure connection"),
        (ClosedEarly(False), "broke off"),
        (ProxyRefusedError(407), "HTTPS_PROXY"),
        (ProxyRefusedError(403), "proxy refused"),
    ],
)
def test_faults_of_the_network(fault: Exception, says: str) -> None:
    with pytest.raises(NetworkError) as caught, translating(attempt()):
        raise fault
    assert says in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_untrusted_certificate_is_not_tried_again() -> None:
    with pytest.raises(NetworkError) as caught, translating(attempt()):
        raise verify_error()
    assert caught.value.retry is Retry.NEVER


def test_an_emulator_that_does_not_run_says_how_to_start_it() -> None:
    with pytest.raises(NetworkError) as caught, translating(attempt(is_emulator=True)):
        raise ConnectionRefusedError
    assert "quayside demo --port 10000" in caught.value.cure


def test_something_that_is_not_http() -> None:
    with pytest.raises(ServiceError), translating(attempt()):
        raise WireError("the answer is not HTTP")


def test_our_own_errors_and_cancels_pass() -> None:
    for error in (DiskFullError("full"), Cancelled(), ValueError("a fault of ours")):
        with pytest.raises(type(error)), translating(attempt()):
            raise error


def test_a_fault_after_a_cancel_is_the_cancel() -> None:
    token = CancelToken()
    token.cancel()
    with running_under(token), pytest.raises(Cancelled), translating(attempt()):
        raise ConnectionResetError


def test_control_characters_of_a_name_are_not_shown_raw() -> None:
    assert "\x1b" not in str(attempt()._replace(name="a\x1b[31m\nb"))
    assert "\\x1b" in str(attempt()._replace(name="a\x1b[31m\nb"))


def test_an_answer_that_the_sdk_cannot_read_is_no_crash() -> None:
    from azure.core.exceptions import DeserializationError

    with pytest.raises(ServiceError, match="cannot be read"), translating(attempt()):
        raise DeserializationError("Unable to deserialize response data.")


@pytest.mark.parametrize(
    "text", ["x" * 60_000, "\x1b[2JOops", "two words", "<b>bold</b>", "a\u202eb", "sig=abcdefgh&x"]
)
def test_what_is_no_code_and_no_id_is_not_repeated(text: str) -> None:
    in_body = f"<Error><Code>{text}</Code></Error>".encode()
    for error in (
        refused(409, text, x_ms_request_id=text),
        refused(409, body=in_body, x_ms_request_id=text),
    ):
        assert isinstance(error, StorageError)
        assert (error.code, error.request_id) == ("", "")
        assert len(str(error)) < 300
        assert text not in str(error)
