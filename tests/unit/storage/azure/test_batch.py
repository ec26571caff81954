"""Batches: requests as the service takes them, answers in whatever shape it gives."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from explorer.base.errors import CredentialExpiredError
from explorer.storage.azure.batch import batch_answers, batch_body, new_boundary
from explorer.storage.azure.client import open_store
from explorer.storage.azure.wire import WireError
from explorer.storage.connection import parse
from tests.servers.raw import RawServer, answer, read_request

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


def test_a_credential_at_its_end_is_not_taken_for_a_place_without_batches() -> None:
    seen: list[str] = []
    wrong_clock = answer(
        "403 No",
        b"",
        "Date: Mon, 01 Jan 2024 00:00:00 GMT",
        "x-ms-error-code: AuthenticationFailed",
    )
    parts = "".join(f"--B\r\nContent-ID: {n}\r\n\r\nHTTP/1.1 202 Yes\r\n\r\n" for n in range(2))
    done = answer(
        "202 Yes", f"{parts}--B--\r\n".encode(), "Content-Type: multipart/mixed; boundary=B"
    )

    def script(sock: socket.socket, index: int) -> None:
        while head := read_request(sock)[0]:
            seen.append(head.partition(" ")[0])
            sock.sendall(wrong_clock if len(seen) == 1 else done)

    with RawServer(script) as server:
        endpoint = f"http://127.0.0.1:{server.port}/acct"
        spec = parse(f"AccountName=acct;AccountKey=a2V5;BlobEndpoint={endpoint}")
        with closing(open_store(spec)) as store:
            for _, error in store.delete_blobs("c", ["a", "b"]):
                assert isinstance(error, CredentialExpiredError)
            assert list(store.delete_blobs("c", ["a", "b"])) == [("a", None), ("b", None)]
    assert seen == ["POST", "POST"]
