"""Requests of our own: what a header holds, and what a cancel does to one that is refused."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import InputError
from explorer.storage.azure.client import open_store
from explorer.storage.azure.reading import stored_headers
from explorer.storage.azure.rest import head_lines
from explorer.storage.connection import parse
from explorer.storage.model import BlobHeaders, BlobRef
from tests.servers.raw import RawServer, read_request


def test_header_lines_are_spelled_as_they_are_kept() -> None:
    fields = {"date": "50 %s", "x-ms-meta-a%s": "1"}
    lines = head_lines(fields, {"x-ms-meta-a%s": "x-ms-meta-A%s"})
    assert lines == "date: 50 %s\r\nx-ms-meta-A%s: 1\r\n"


@pytest.mark.parametrize("bad", ["a\r\nb", "a\rb", "a\nb", "a\0b", "\u00fc"])
def test_neither_a_name_nor_a_value_ends_its_line(bad: str) -> None:
    with pytest.raises(InputError, match="value of n "):
        head_lines({"date": "1", "x-ms-meta-n": bad}, {})
    with pytest.raises(InputError):
        head_lines({"date": "1", bad: "1"}, {})
    with pytest.raises(InputError):
        head_lines({"date": "1", "n": "1"}, {"n": bad})


@pytest.mark.parametrize("md5", [None, bytes(16)])
def test_what_is_taken_from_the_headers_of_one_upload_is_there_for_the_next(
    md5: bytes | None,
) -> None:
    headers = BlobHeaders("a/b", tier="Cool", content_md5=md5)
    first = stored_headers(headers)
    told = dict(first)
    first.clear()
    assert stored_headers(headers) == told
    assert told["x-ms-access-tier"] == "Cool"


def test_a_cancel_while_a_refusal_is_read_is_the_cancel() -> None:
    over, token = threading.Event(), CancelToken()

    def script(sock: socket.socket, index: int) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n<Error>")
        token.cancel()
        over.wait(40)

    with RawServer(script) as server:
        endpoint = f"http://127.0.0.1:{server.port}/acct"
        spec = parse(f"AccountName=acct;AccountKey=a2V5;BlobEndpoint={endpoint}")
        with closing(open_store(spec)) as store, running_under(token):
            try:
                with pytest.raises(Cancelled):
                    store.read_range(BlobRef("c", "b"), 0, 1, lambda at, view: None)
            finally:
                over.set()
