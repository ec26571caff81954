"""How the service is reached: TLS, proxies, time-outs, cancels, a service that misbehaves."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import (
    InputError,
    IntegrityError,
    NetworkError,
    Retry,
    ServiceError,
    ThrottledError,
)
from explorer.service.emulator import Emulator
from explorer.storage.azure import proxy as proxy_module
from explorer.storage.azure.client import open_pool, open_store
from explorer.storage.azure.dial import Origin
from explorer.storage.azure.pool import Call
from explorer.storage.azure.wire import ClosedEarly
from explorer.storage.connection import parse
from explorer.storage.connection_spec import ConnectionSpec
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from tests.integration.storage.connections import by_key, options
from tests.servers.certificates import make_authority
from tests.servers.raw import RawServer, answer, canned, proxy_script, read_request

ACCOUNT_URL = "devstoreaccount1.blob.storage.test"
REF = BlobRef("c", "b")
PART = ("Content-Range: bytes 0-4/5", 'ETag: "1"')


def spec_for(server: RawServer, scheme: str = "http", host: str = "127.0.0.1") -> ConnectionSpec:
    return parse(
        f"AccountName=acct;AccountKey=a2V5;BlobEndpoint={scheme}://{host}:{server.port}/acct"
    )


def far_spec(emulator: Emulator, scheme: str, port: int) -> ConnectionSpec:
    """The emulator under a name that only a proxy can find."""
    key = by_key(emulator).secret
    text = (
        f"DefaultEndpointsProtocol={scheme};AccountName=devstoreaccount1;AccountKey={key};"
        f"BlobEndpoint={scheme}://{ACCOUNT_URL}:{port}"
    )
    return parse(text).with_http_allowed()


# -- TLS ------------------------------------------------------------------------------


def test_a_ca_file_of_ones_own_is_trusted(tmp_path: Path) -> None:
    ca_file, tls = make_authority(tmp_path)
    big = b"x" * (3 << 20)
    reply = answer("206 Partial Content", big, f"Content-Range: bytes 0-{len(big) - 1}/{len(big)}")
    with RawServer(canned(reply, answer("201 Created")), tls=tls) as server:
        store = open_store(spec_for(server, "https"), options(ca_file=str(ca_file)))
        sizes: list[int] = []
        store.read_range(REF, 0, len(big), lambda at, view: sizes.append(len(view)))
        assert sum(sizes) == len(big)
        assert len(sizes) < 20
        store.put_blob(REF, big, headers=BlobHeaders(), condition=Condition.always())
        assert server.connections == 1
        store.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_unknown_authority_is_refused_for_good(tmp_path: Path, host: str) -> None:
    _, tls = make_authority(tmp_path)
    with RawServer(canned(answer("200 OK")), tls=tls) as server:
        store = open_store(spec_for(server, "https", host), options())
        with pytest.raises(NetworkError) as caught:
            store.properties(REF)
        assert "CA file" in caught.value.cure
        assert caught.value.retry is Retry.NEVER
        store.close()


def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    ca_file, tls = make_authority(tmp_path)
    with RawServer(canned(answer("200 OK")), tls=tls) as server:
        store = open_store(spec_for(server, "https", "127.0.0.2"), options(ca_file=str(ca_file)))
        server_error = pytest.raises(NetworkError)
        with server_error as caught:
            store.properties(REF)
        assert "127.0.0.2" in caught.value.message
        store.close()


@pytest.mark.parametrize("is_polite", [True, False])
@pytest.mark.parametrize(
    ("framing", "is_whole"), [("\r\n", True), ("Transfer-Encoding: chunked\r\n\r\n9\r\n", False)]
)
def test_an_end_without_tlss_goodbye_is_no_end(
    tmp_path: Path, framing: str, is_polite: bool, is_whole: bool
) -> None:
    ca_file, tls = make_authority(tmp_path)

    def serve(sock: socket.socket, index: int) -> None:
        read_request(sock)
        sock.sendall(f"HTTP/1.1 200 OK\r\n{framing}all of it\r\n".encode())
        if is_polite:
            assert isinstance(sock, ssl.SSLSocket)
            sock.unwrap()
        else:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    pool = open_pool(options(ca_file=str(ca_file)))
    with RawServer(serve, tls=tls) as server, closing(pool):
        call = Call(Origin("https", "127.0.0.1", server.port), "GET", "/", "")
        outcome = nullcontext() if is_polite and is_whole else pytest.raises(ClosedEarly)
        with pool.exchange(call) as found, outcome:
            assert found.read() == b"all of it\r\n"


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    _, tls = make_authority(tmp_path)
    with RawServer(canned(answer("200 OK")), tls=tls) as server:
        for path in (wrong, tmp_path / "missing.pem"):
            store = open_store(spec_for(server, "https"), options(ca_file=str(path)))
            with pytest.raises(InputError, match=path.name):
                store.properties(REF)
            store.close()


def test_what_nobody_asked_for_is_no_answer_to_the_next(tmp_path: Path) -> None:
    ca_file, tls = make_authority(tmp_path)

    def script(sock: socket.socket, index: int) -> None:
        read_request(sock)
        # A record for the head, one for the body and more than was announced.
        head, _, body = answer("206 P", b"hello", *PART).partition(b"\r\n\r\n")
        sock.sendall(head + b"\r\n\r\n")
        sock.sendall(body + answer("404 Not Found"))
        read_request(sock)
        sock.sendall(answer("201 Created"))

    with RawServer(script, tls=tls) as server:
        store = open_store(spec_for(server, "https"), options(ca_file=str(ca_file)))
        for _ in range(2):
            store.read_range(REF, 0, 5, lambda at, view: None)
        store.close()
        assert server.connections == 2


# -- proxies --------------------------------------------------------------------------


def test_http_goes_through_the_proxy(azurite: Emulator, container: ContainerClient) -> None:
    seen: list[str] = []
    with RawServer(proxy_script(azurite.port, seen)) as proxy:
        url = f"http://me:canary@127.0.0.1:{proxy.port}"
        store = open_store(far_spec(azurite, "http", 80), options(proxy=url))
        ref = BlobRef(container.container_name, "a b")
        store.put_blob(ref, b"hello", headers=BlobHeaders(), condition=Condition.always())
        assert store.properties(ref).size_bytes == 5
        store.close()
    assert seen[0].startswith(f"PUT http://{ACCOUNT_URL}/{container.container_name}/a%20b HTTP")
    assert seen[1] == "Proxy-Authorization: Basic bWU6Y2FuYXJ5"


def test_https_goes_through_a_tunnel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca_file, tls = make_authority(tmp_path)
    seen: list[str] = []
    body = bytes(range(256)) * 4000
    put, got = (
        answer("201 Created"),
        answer("206 P", body, f"Content-Range: bytes 0-{len(body) - 1}/{len(body)}"),
    )
    # To this machine nothing goes through a proxy, and the certificate is for localhost.
    monkeypatch.setattr(proxy_module, "is_loopback", lambda host: False)
    with (
        RawServer(canned(put, got), tls=tls) as server,
        RawServer(proxy_script(server.port, seen)) as proxy,
    ):
        url = f"http://me:canary@127.0.0.1:{proxy.port}"
        store = open_store(
            spec_for(server, "https", "localhost"), options(ca_file=str(ca_file), proxy=url)
        )
        store.put_blob(REF, body, headers=BlobHeaders(), condition=Condition.always())
        found = bytearray()
        store.read_range(REF, 0, len(body), lambda at, view: found.extend(view))
        store.close()
        assert (server.connections, proxy.connections) == (1, 1)
    assert found == body
    assert seen == [
        f"CONNECT localhost:{server.port} HTTP/1.1",
        "Proxy-Authorization: Basic bWU6Y2FuYXJ5",
    ]


def test_the_end_of_a_tunnel_is_who_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca_file, tls = make_authority(tmp_path)
    seen: list[str] = []
    with (
        RawServer(canned(answer("200 OK")), tls=tls) as server,
        RawServer(proxy_script(server.port, seen)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        spec = parse("AccountName=acct;AccountKey=a2V5;BlobEndpoint=https://far.example:444/acct")
        store = open_store(spec, options(ca_file=str(ca_file)))
        with pytest.raises(NetworkError) as caught:  # the certificate is for localhost
            store.properties(REF)
        assert "certificate of far.example" in caught.value.message
        assert seen == ["CONNECT far.example:444 HTTP/1.1"]
        store.close()


def test_a_tunnel_whose_end_says_nothing_is_a_time_out() -> None:
    over = threading.Event()

    def silent(sock: socket.socket, index: int) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        over.wait(20)

    with RawServer(silent) as proxy:
        spec = parse("AccountName=acct;AccountKey=a2V5;EndpointSuffix=storage.test")
        url = f"http://127.0.0.1:{proxy.port}"
        store = open_store(spec, options(proxy=url, connect_timeout_s=0.2))
        with pytest.raises(NetworkError, match="in time"):  # not: broke off, by the server's end
            store.properties(REF)
        over.set()
        store.close()


@pytest.mark.parametrize(("status", "says"), [("407 Auth", "password"), ("403 No", "proxy")])
def test_a_proxy_that_refuses_is_named(status: str, says: str) -> None:
    with RawServer(proxy_script(1, [], refuse=status)) as proxy:
        spec = parse("AccountName=acct;AccountKey=a2V5;EndpointSuffix=storage.test")
        store = open_store(spec, options(proxy=f"http://u:canary@127.0.0.1:{proxy.port}"))
        with pytest.raises(NetworkError) as caught:
            store.properties(REF)
        assert says in caught.value.cure
        assert "canary" not in str(caught.value)
        store.close()


# -- a service that misbehaves -----------------------------------------------------------

LIES: dict[str, bytes] = {
    "200 for 206": answer("200 OK", b"hello"),
    "200 for 206, with the range": answer("200 OK", b"hello", *PART),
    "another range": answer("206 P", b"hello", "Content-Range: bytes 1-5/9"),
    "another end": answer("206 P", b"hell", "Content-Range: bytes 0-3/4"),
    "no range": answer("206 P", b"hello"),
    "a longer body": answer("206 P", b"hello!", *PART),
    "a shorter body": answer("206 P", b"hell", *PART),
    "a longer chunked body": (
        b"HTTP/1.1 206 P\r\nTransfer-Encoding: chunked\r\nContent-Range: bytes 0-4/5\r\n"
        b'ETag: "1"\r\n\r\n6\r\nhello!\r\n0\r\n\r\n'
    ),
    "another version": answer("206 P", b"hello", PART[0], 'ETag: "2"'),
}


@pytest.mark.parametrize("lie", list(LIES))
def test_an_answer_to_another_question_is_not_taken(lie: str) -> None:
    got: list[int] = []
    with RawServer(canned(LIES[lie])) as server:
        store = open_store(spec_for(server), options())
        with pytest.raises(IntegrityError):
            store.read_range(REF, 0, 5, lambda at, view: got.append(at + len(view)), if_match='"1"')
        store.close()
    # What lies beyond the range may be there already, and right.
    assert max(got, default=0) <= 5


@pytest.mark.parametrize(
    "head", ['ETag: "1"', "Transfer-Encoding: chunked", "Content-Length: 5, 5", "Content-Length: x"]
)
def test_a_size_that_is_not_told_is_not_taken_for_none(head: str) -> None:
    with RawServer(canned(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())) as server:
        store = open_store(spec_for(server), options())
        with pytest.raises(IntegrityError, match="how large"):
            store.properties(REF)
        store.close()


def test_a_range_that_breaks_off_gives_its_true_beginning() -> None:
    body = bytes(range(256)) * 4000
    reply = answer(
        "206 P", body, f"Content-Range: bytes 10-{len(body) + 9}/{len(body) + 10}", 'ETag: "1"'
    )
    got = bytearray()
    with RawServer(canned(reply[:-1000])) as server:
        store = open_store(spec_for(server), options())
        with pytest.raises(NetworkError):
            store.read_range(REF, 10, len(body), lambda at, view: got.extend(view))
        store.close()
    assert bytes(got) == body[:-1000]


@pytest.mark.parametrize(
    "reply",
    [
        answer("200 OK", b"<html>sign in</html>"),
        answer("200 OK", b""),
        answer("200 OK", b"<EnumerationResults><Blobs></Blobs>"),
        answer("302 Found", b"", "Location: http://127.0.0.1:1/"),
        answer("502 Bad Gateway", b"<html>"),
    ],
)
def test_a_failed_listing_never_means_empty(reply: bytes) -> None:
    with RawServer(canned(reply)) as server:
        store = open_store(spec_for(server), options())
        with pytest.raises(ServiceError):
            store.list_blobs("c")
        with pytest.raises((ServiceError, NetworkError)):
            store.list_containers()
        store.close()


def test_throttling_says_how_long_to_wait() -> None:
    busy = answer("503 Busy", b"", "Retry-After: 7", "x-ms-error-code: ServerBusy")
    with RawServer(canned(busy)) as server:
        store = open_store(spec_for(server), options())
        with pytest.raises(ThrottledError) as caught:
            store.properties(REF)
        assert caught.value.retry_after_s == 7.0
        assert server.connections == 1
        store.close()


def test_a_batch_that_forgets_a_name_says_so() -> None:
    body = b"--B\r\nContent-ID: 0\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n--B--\r\n"
    reply = answer("202 Accepted", body, "Content-Type: multipart/mixed; boundary=B")
    with RawServer(canned(reply)) as server:
        store = open_store(spec_for(server), options())
        outcomes = dict(store.delete_blobs("c", ["a", "b"]))
        assert outcomes["a"] is None
        assert isinstance(outcomes["b"], ServiceError)
        store.close()


def test_answers_of_a_batch_that_say_not_whose_they_are_are_not_guessed() -> None:
    part = b"--B\r\n%s\r\nHTTP/1.1 202 Accepted\r\n\r\n"
    body = part % b"Content-ID: 2\r\n" + part % b"Content-Type: application/http\r\n" + b"--B--\r\n"
    reply = answer("202 Accepted", body, "Content-Type: multipart/mixed; boundary=B")
    with RawServer(canned(reply)) as server:
        store = open_store(spec_for(server), options())
        outcomes = dict(store.delete_blobs("c", ["a", "b", "c"]))
        assert [name for name, error in outcomes.items() if error is None] == ["c"]
        store.close()


# -- time-outs and cancels -----------------------------------------------------------------


STALLED_S = 40.0
"""So long a server says nothing where nobody stops it: whoever waits for it is woken before."""


def stalled(
    reached: threading.Event, over: threading.Event, tls: ssl.SSLContext | None = None
) -> RawServer:
    """Sends half of a range and then nothing."""

    def script(sock: socket.socket, index: int) -> None:
        read_request(sock)
        reply = answer("206 P", b"h" * 1000, "Content-Range: bytes 0-999/1000", 'ETag: "1"')
        sock.sendall(reply[:-500])
        reached.set()
        over.wait(STALLED_S)

    return RawServer(script, tls=tls)


def in_a_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cancel_in_a_stalled_read_takes_no_time(scheme: str, tmp_path: Path) -> None:
    reached, over, token = threading.Event(), threading.Event(), CancelToken()
    got = bytearray()
    ca_file, tls = make_authority(tmp_path)
    with stalled(reached, over, tls if scheme == "https" else None) as server:
        store = open_store(
            spec_for(server, scheme), options(ca_file=str(ca_file), io_timeout_s=60.0)
        )

        def work() -> None:
            with running_under(token):
                store.read_range(REF, 0, 1000, lambda at, view: got.extend(view))

        thread, outcome = in_a_thread(work)
        assert reached.wait(STALLED_S / 2)
        token.cancel()
        thread.join(STALLED_S / 2)
        assert not thread.is_alive()
        over.set()
        store.close()
    assert [type(error) for error in outcome] == [Cancelled]


def test_a_stalled_read_ends_with_what_came() -> None:
    reached, over = threading.Event(), threading.Event()
    got = bytearray()
    with stalled(reached, over) as server:
        store = open_store(spec_for(server), options(io_timeout_s=2.0))
        with pytest.raises(NetworkError, match="in time"):
            store.read_range(REF, 0, 1000, lambda at, view: got.extend(view))
        over.set()
        store.close()
    assert got == b"h" * 500


def test_a_cancel_while_connecting_takes_no_time() -> None:
    # 192.0.2.0/24 is nobody's (RFC 5737): packets to it vanish, or are refused at once.
    token = CancelToken()
    spec = parse("AccountName=acct;AccountKey=a2V5;BlobEndpoint=https://192.0.2.1:9/acct")
    store = open_store(spec, options(connect_timeout_s=60.0, proxy="direct"))

    def work() -> None:
        with running_under(token):
            store.list_containers()

    thread, outcome = in_a_thread(work)
    thread.join(0.3)
    token.cancel()
    thread.join(30)
    assert not thread.is_alive()
    assert [type(error) for error in outcome] in ([Cancelled], [NetworkError])
    store.close()
