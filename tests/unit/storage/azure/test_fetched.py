"""Texts with connection strings, fetched from an address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from explorer.base.errors import InputError, NetworkError
from explorer.storage.azure.client import StoreOptions
from explorer.storage.azure.fetched import MOST_BYTES, fetch_text, is_address

SECRET = "topsecret"
OPTIONS = StoreOptions()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/away":
            self.send_response(302)
            self.send_header("Location", "/text")
            self.end_headers()
            return
        body = {"/text": b'{"connectionStrings": []}', "/long": b"x" * (MOST_BYTES + 1),
                "/bytes": b"\xff\xfe\xff"}.get(path)  # fmt: skip
        self.send_response(200 if body else 403)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_text_at_an_address_is_fetched(server: str) -> None:
    assert fetch_text(f"{server}/text", OPTIONS) == '{"connectionStrings": []}'


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("away", "not followed"),
        ("none", "refuses (403)"),
        ("long", "too long"),
        ("bytes", "no text"),
    ],
)
def test_what_is_no_answer_is_said_without_the_address(server: str, path: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        fetch_text(f"{server}/{path}?token={SECRET}", OPTIONS)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


def test_plain_http_to_another_machine_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(InputError, match="https only"):
        fetch_text("http://pai.example.com/storages/blobs?type=blob", OPTIONS)


def test_where_nobody_answers_that_is_said(server: str) -> None:
    with pytest.raises(NetworkError, match="Nothing was fetched"):
        fetch_text("https://127.0.0.1:1/x", OPTIONS)
    with pytest.raises(NetworkError):
        fetch_text(server.replace("http:", "https:"), OPTIONS)


def test_an_address_is_told_from_a_file() -> None:
    assert is_address(" HTTPS://a/b")
    assert not is_address("storages.json")
