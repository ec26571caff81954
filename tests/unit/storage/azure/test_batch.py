"""Batches: requests as the service takes them, answers in whatever shape it gives."""

from __future__ import annotations

import pytest

from explorer.storage.azure.batch import batch_answers, batch_body, new_boundary
from explorer.storage.azure.wire import WireError

PART = (
    b"--B\r\nContent-Type: application/http\r\nContent-ID: %d\r\n\r\n"
    b"HTTP/1.1 %s\r\nx-ms-request-id: r\r\n%s\r\n%s\r\n"
)


def test_answers_by_their_numbers() -> None:
    body = (
        PART % (1, b"404 Not Found", b"x-ms-error-code: BlobNotFound\r\n", b"<Error>a</Error>")
        + PART % (0, b"202 Accepted", b"", b"")
        + b"--B--\r\n"
    )
    first, second = batch_answers('multipart/mixed; boundary="B"', body)
    assert (first.number, first.status, first.body) == (1, 404, b"<Error>a</Error>")
    assert first.headers["x-ms-error-code"] == "BlobNotFound"
    assert (second.number, second.status, second.body) == (0, 202, b"")


def test_answers_without_numbers_are_marked_so() -> None:
    body = (PART % (1, b"202 Accepted", b"", b"")).replace(b"Content-ID: 1\r\n", b"") + b"--B--\r\n"
    (part,) = batch_answers("multipart/mixed; boundary=B", body)
    assert part.number == -1


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/html", b""), ("multipart/mixed; boundary=B", b"--B\r\n\r\n\r\nnonsense\r\n--B--")],
)
def test_what_is_no_batch_is_an_error(kind: str, body: bytes) -> None:
    with pytest.raises(WireError):
        batch_answers(kind, body)


def test_the_body_holds_every_request_whole() -> None:
    boundary = new_boundary()
    body = batch_body(boundary, [("DELETE /c/a HTTP/1.1", "x-ms-date: d\r\n")])
    assert (
        body
        == (
            f"--{boundary}\r\nContent-Type: application/http\r\n"
            "Content-Transfer-Encoding: binary\r\n"
            f"Content-ID: 0\r\n\r\nDELETE /c/a HTTP/1.1\r\nx-ms-date: d\r\n\r\n--{boundary}--\r\n"
        ).encode()
    )
