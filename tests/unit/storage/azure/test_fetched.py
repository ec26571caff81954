"""Texts with connection strings, fetched from an address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import InputError, NetworkError
from explorer.storage.azure.client import StoreOptions
from explorer.storage.azure.fetched import MOST_BYTES, fetch_text, is_address
from tests.servers.raw import RawServer, canned, read_request

SECRET = "topsecret"
OPTIONS = StoreOptions()
LEADS_TO = {
    "/near": "text",
    "/away": "https://elsewhere.example.com/text",
    "/to-http": "ftp://127.0.0.1/text",
    "/nowhere": "",
    "/round": "/round",
}
BODIES = {
    "/text": b'{"connectionStrings": []}',
    "/long": b"x" * (MOST_BYTES + 1),
    "/endless": b"x" * (2 * MOST_BYTES),
    "/bytes": b"\xff\xfe\xff",
}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in LEADS_TO:
            self.send_response(302)
            self.send_header("Location", LEADS_TO[path])
            self.end_headers()
            return
        if path == "/slow":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b" ")
            self.connection.recv(1)  # until the other side has gone
            return
        body = BODIES.get(path, b"")
        self.send_response(200 if body else 403)
        if path == "/long":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_text_at_an_address_is_fetched(server: str) -> None:
    assert fetch_text(f"{server}/text", OPTIONS) == '{"connectionStrings": []}'


def test_a_redirect_on_the_same_host_is_followed(server: str) -> None:
    assert fetch_text(f"{server}/near?x=1", OPTIONS) == '{"connectionStrings": []}'


def test_an_answer_that_never_ends_is_given_up(server: str) -> None:
    with pytest.raises(NetworkError, match=r"in 0\.3 s"):
        fetch_text(f"{server}/slow", OPTIONS, most_s=0.3)


def test_a_cancel_ends_it(server: str) -> None:
    token = CancelToken()
    threading.Timer(0.2, token.cancel).start()
    with running_under(token), pytest.raises(Cancelled):
        fetch_text(f"{server}/slow", OPTIONS)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("away", "not followed"),
        ("to-http", "not followed"),
        ("nowhere", "not followed"),
        ("round", "no further"),
        ("none", "refuses (403)"),
        ("long", "too long"),
        ("endless", "too long"),
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


@pytest.mark.parametrize(
    "host", ["a b", "%41", "a\u200bb c", "\u200b", "ü" * 70, "a\tb c", "x\x0by", "a,b", "a%0d%0ab"]
)
def test_a_host_that_is_no_name_is_asked_of_nobody_not_even_of_a_proxy(host: str) -> None:
    with RawServer(canned()) as proxy:
        options = StoreOptions(proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(InputError, match="no address"):
            fetch_text(f"https://{host}/x", options)
        assert not proxy.connections


def test_a_host_in_other_letters_is_asked_for_by_its_name_on_the_wire() -> None:
    seen: list[str] = []

    def refuse(sock: socket.socket, index: int) -> None:
        seen.append(read_request(sock)[0])
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with RawServer(refuse) as proxy:
        options = StoreOptions(proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(NetworkError):
            fetch_text("https://exämple.invalid/x", options)
    assert seen[0].startswith("CONNECT xn--exmple-cua.invalid:443 ")
