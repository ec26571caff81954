"""Connections: kept, noticed when dead, cancelled at once, and never left behind."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.storage.azure.answer import Answer, parse_head
from explorer.storage.azure.dial import Dialer, Origin
from explorer.storage.azure.pool import Call, Pool
from explorer.storage.azure.wire import SLICE, ClosedEarly, Connection, WireError
from tests.servers.certificates import make_authority
from tests.servers.raw import RawServer, answer, canned, read_request

OK = answer("200 OK", b"hello", "ETag: x")


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = make_pool()
    yield pool
    pool.close()


def make_pool(*, io_timeout_s: float = 60.0, ca_file: str = "") -> Pool:
    dialer = Dialer(proxy="", ca_file=ca_file, connect_timeout_s=5, io_timeout_s=io_timeout_s)
    return Pool(dialer, size=4)


def call(
    server: RawServer, method: str = "GET", body: bytes | None = None, *, again: bool = False
) -> Call:
    view = memoryview(body) if body is not None else None
    head = f"content-length: {len(body)}\r\n" if body is not None else ""
    return Call(Origin("http", "127.0.0.1", server.port), method, "/x?y", head, view, again)


def ask(pool: Pool, request: Call) -> tuple[Answer, bytes]:
    with pool.exchange(request) as found:
        return found, bytes(found.read())


def test_a_connection_is_used_again(pool: Pool) -> None:
    with RawServer(canned(OK, OK, OK)) as server:
        for _ in range(3):
            assert ask(pool, call(server))[1] == b"hello"
        assert server.connections == 1


@pytest.mark.parametrize(
    "reply",
    [
        answer("200 OK", b"hello", "Connection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        answer("200 OK", b"hello", "Keep-Alive: timeout=1"),
        OK + b"what nobody asked for",
    ],
)
def test_a_connection_that_is_over_is_not_used_again(pool: Pool, reply: bytes) -> None:
    with RawServer(canned(reply)) as server:
        for _ in range(2):
            assert ask(pool, call(server))[1] == b"hello"
        assert server.connections == 2


def test_an_unread_answer_closes_its_connection(pool: Pool) -> None:
    with RawServer(canned(OK, OK)) as server:
        pool.exchange(call(server)).close()
        ask(pool, call(server))
        assert server.connections == 2


CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;note=x\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: t\r\n\r\n"
)


def test_chunks_however_they_come(pool: Pool) -> None:
    def drip(sock: socket.socket, index: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while read_request(sock)[0]:
            for at in range(len(CHUNKED)):
                sock.sendall(CHUNKED[at : at + 1])

    for script in (canned(CHUNKED, CHUNKED), drip):
        with RawServer(script) as server:
            for _ in range(2):
                assert ask(pool, call(server))[1] == b"helloabcdefghijklmnopqrstuvwxyz"
            assert server.connections == 1


def test_interim_answers_are_passed_over(pool: Pool) -> None:
    with RawServer(canned(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + OK)) as server:
        assert ask(pool, call(server))[1] == b"hello"


def test_no_body_is_waited_for_where_there_is_none(pool: Pool) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    with RawServer(canned(head, b"HTTP/1.1 304 Not Modified\r\n\r\n", OK)) as server:
        assert ask(pool, call(server, "HEAD"))[1] == b""
        assert ask(pool, call(server))[1] == b""
        assert ask(pool, call(server))[1] == b"hello"
        assert server.connections == 1


@pytest.mark.parametrize(
    "reply",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
        "HTTP/1.1 ²²² OK\r\n\r\n".encode("latin-1"),
        "HTTP/1.1 200 OK\r\nContent-Length: ٥\r\n\r\nhello".encode(),
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\n"
        + bytes(16)
        + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        + b"t: x\r\n" * 5000
        + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5000 + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcde\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000,
    ],
)
def test_what_is_not_http_is_an_error(pool: Pool, reply: bytes) -> None:
    with RawServer(canned(reply)) as server, pytest.raises(WireError):
        ask(pool, call(server))


def test_a_connection_said_to_last_for_ever_is_an_ordinary_one(pool: Pool) -> None:
    reply = answer("200 OK", b"hello", "Keep-Alive: timeout=" + "9" * 5000)
    with RawServer(canned(reply, OK)) as server:
        for _ in range(2):
            assert ask(pool, call(server))[1] == b"hello"


@pytest.mark.parametrize("reply", [OK[:-1], CHUNKED[:-30], b"HTTP/1.1 200 OK\r\nConte"])
def test_a_short_answer_is_an_error(pool: Pool, reply: bytes) -> None:
    with RawServer(canned(reply)) as server:
        with pytest.raises(ClosedEarly) as caught:
            ask(pool, call(server))
        assert caught.value.answered


def test_headers_are_joined_and_keep_their_spelling() -> None:
    head = "HTTP/1.1 200 OK\r\nX-Ms-Meta-AbC: \u00e9\u00a0\r\nA: 1\r\na:2".encode()
    _, status, reason, headers = parse_head(head)
    assert (status, reason) == (200, "OK")
    assert headers == {"x-ms-meta-abc": "é\u00a0", "a": "1, 2"}


# -- connections that died while they were idle -----------------------------------


def test_a_close_while_idle_is_noticed_before_anything_is_sent(pool: Pool) -> None:
    with RawServer(canned(OK)) as server:
        ask(pool, call(server))
        wait_until_closed(pool)
        assert ask(pool, call(server, "PUT", b"x"))[1] == b"hello"
        assert server.connections == 2


def wait_until_closed(pool: Pool) -> None:
    from explorer.storage.azure.pool import is_readable

    (kept,) = pool._idle.values()
    deadline = time.monotonic() + 5
    while not is_readable(kept[0]):
        assert time.monotonic() < deadline


def closes_on_the_second(requests: list[str]) -> RawServer:
    """Answers once on the first connection, and closes when the next request has come."""

    def script(sock: socket.socket, index: int) -> None:
        for number in range(2):
            head, _ = read_request(sock)
            if not head:
                return
            requests.append(head.partition(" ")[0])
            if index == 0 and number == 1:
                return
            sock.sendall(OK)

    return RawServer(script)


def test_a_close_that_crosses_a_repeatable_request_is_made_good(pool: Pool) -> None:
    requests: list[str] = []
    told: list[int] = []
    with closes_on_the_second(requests) as server:
        ask(pool, call(server))
        body = b"b" * (3 * SLICE)
        with pool.exchange(call(server, "PUT", body, again=True), told.append) as found:
            assert found.read() == b"hello"
    assert requests == ["GET", "PUT", "PUT"]
    assert sum(told) == len(body)


def test_a_request_that_must_not_be_repeated_is_not(pool: Pool) -> None:
    requests: list[str] = []
    with closes_on_the_second(requests) as server:
        ask(pool, call(server))
        with pytest.raises(ClosedEarly):
            ask(pool, call(server, "PUT", b"commit"))
    assert requests == ["GET", "PUT"]


def test_a_fresh_connection_that_closes_is_not_tried_again(pool: Pool) -> None:
    with RawServer(canned(b"")) as server:
        with pytest.raises(ClosedEarly):
            ask(pool, call(server, again=True))
        assert server.connections == 1


# -- time-outs and cancels ---------------------------------------------------------


STALLED_S = 40.0
"""So long a server says nothing where nobody stops it: whoever waits for it is woken before."""


def stalls(phase: str, reached: threading.Event, over: threading.Event) -> RawServer:
    def script(sock: socket.socket, index: int) -> None:
        if phase != "upload":
            read_request(sock)
        if phase == "body":
            sock.sendall(OK[:-3])
        reached.set()
        over.wait(STALLED_S)

    return RawServer(script)


PHASES = ["upload", "answer", "body"]


@pytest.mark.parametrize("phase", PHASES)
def test_no_progress_is_a_time_out(phase: str) -> None:
    reached, over = threading.Event(), threading.Event()
    pool = make_pool(io_timeout_s=0.2)
    body = b"b" * (64 << 20) if phase == "upload" else b""
    with stalls(phase, reached, over) as server:
        with pytest.raises(TimeoutError):
            ask(pool, call(server, "PUT", body))
        over.set()
        pool.close()


@pytest.mark.parametrize("phase", PHASES)
def test_a_cancel_wakes_whoever_waits(phase: str, pool: Pool) -> None:
    reached, over = threading.Event(), threading.Event()
    token = CancelToken()
    outcome: list[BaseException] = []
    body = b"b" * (64 << 20) if phase == "upload" else b""

    def work() -> None:
        from explorer.storage.azure.errors import Attempt, Place, translating
        from explorer.storage.azure.signing import NoSigner

        attempt = Attempt(Place("h", "a", False, NoSigner()), "try")
        try:
            with running_under(token), translating(attempt):
                ask(pool, call(server, "PUT", body))
        except BaseException as error:
            outcome.append(error)

    with stalls(phase, reached, over) as server:
        thread = threading.Thread(target=work)
        thread.start()
        assert reached.wait(STALLED_S / 2)
        token.cancel()
        thread.join(STALLED_S / 2)
        assert not thread.is_alive()
        over.set()
    assert [type(error) for error in outcome] == [Cancelled]


def test_a_cancel_wakes_a_tls_handshake(pool: Pool) -> None:
    reached, over, token = threading.Event(), threading.Event(), CancelToken()
    outcome: list[BaseException] = []

    def hello(sock: socket.socket, index: int) -> None:
        sock.recv(65536)
        reached.set()
        over.wait(STALLED_S)

    def work() -> None:
        try:
            with running_under(token):
                pool.exchange(Call(Origin("https", "127.0.0.1", server.port), "GET", "/", ""))
        except BaseException as error:
            outcome.append(error)

    with RawServer(hello) as server:
        thread = threading.Thread(target=work)
        thread.start()
        assert reached.wait(STALLED_S / 2)
        token.cancel()
        thread.join(STALLED_S / 2)
        assert not thread.is_alive()
        over.set()
    assert [type(error) for error in outcome] == [Cancelled]


def test_cancelled_work_does_not_begin(pool: Pool) -> None:
    token = CancelToken()
    token.cancel()
    with RawServer(canned(OK)) as server, running_under(token):
        with pytest.raises(Cancelled):
            ask(pool, call(server))
        assert server.connections == 0


def test_an_early_refusal_is_read_though_the_body_was_not(pool: Pool) -> None:
    def script(sock: socket.socket, index: int) -> None:
        sock.recv(65536)
        sock.sendall(answer("403 Forbidden", b"no"))
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(STALLED_S)
        while sock.recv(1 << 20):
            pass

    with RawServer(script) as server:
        found, body = ask(pool, call(server, "PUT", b"b" * (64 << 20)))
        assert (found.status, body) == (403, b"no")


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_refusal_is_read_though_no_more_of_the_body_is_taken(
    is_tls: bool, tmp_path: Path
) -> None:
    over = threading.Event()
    ca_file, tls = make_authority(tmp_path)

    def script(sock: socket.socket, index: int) -> None:
        sock.recv(65536)
        sock.sendall(answer("403 Forbidden", b"no"))
        over.wait(STALLED_S)

    pool = make_pool(io_timeout_s=2.0, ca_file=str(ca_file))
    with RawServer(script, tls=tls if is_tls else None) as server:
        request = call(server, "PUT", b"b" * (64 << 20))
        request.origin = Origin("https" if is_tls else "http", "127.0.0.1", server.port)
        found, body = ask(pool, request)
        assert (found.status, body) == (403, b"no")
        assert not pool._idle.get(request.origin)
        over.set()
        pool.close()


def test_closing_ends_what_is_in_use(pool: Pool) -> None:
    reached, over = threading.Event(), threading.Event()
    outcome: list[BaseException] = []

    def work() -> None:
        try:
            ask(pool, call(server))
        except WireError as error:
            outcome.append(error)

    with stalls("answer", reached, over) as server:
        thread = threading.Thread(target=work)
        thread.start()
        assert reached.wait(STALLED_S / 2)
        pool.close()
        thread.join(STALLED_S / 2)
        assert not thread.is_alive()
        over.set()
    assert [type(error) for error in outcome] == [ClosedEarly]


def test_closing_sends_nothing_again(pool: Pool) -> None:
    reached, over = threading.Event(), threading.Event()
    outcome: list[BaseException] = []

    def script(sock: socket.socket, index: int) -> None:
        read_request(sock)
        sock.sendall(OK)
        read_request(sock)
        reached.set()
        over.wait(STALLED_S)

    def work() -> None:
        try:
            ask(pool, call(server, again=True))
        except BaseException as error:
            outcome.append(error)

    with RawServer(script) as server:
        ask(pool, call(server))
        thread = threading.Thread(target=work)
        thread.start()
        assert reached.wait(STALLED_S / 2)
        pool.close()
        thread.join(STALLED_S / 2)
        assert not thread.is_alive()
        over.set()
        assert server.connections == 1
    assert [type(error) for error in outcome] == [ClosedEarly]


def test_a_connection_that_opens_after_the_close_is_closed() -> None:
    dialling, opened = threading.Event(), threading.Event()
    outcome: list[BaseException] = []

    class SlowDialer(Dialer):
        def dial(self, origin: Origin) -> Connection:
            dialling.set()
            assert opened.wait(STALLED_S)
            return super().dial(origin)

    pool = Pool(SlowDialer(proxy="", ca_file="", connect_timeout_s=5, io_timeout_s=10), size=4)

    def work() -> None:
        try:
            ask(pool, call(server))
        except BaseException as error:
            outcome.append(error)

    with RawServer(canned(OK)) as server:
        thread = threading.Thread(target=work)
        thread.start()
        assert dialling.wait(STALLED_S)
        pool.close()
        opened.set()
        thread.join(STALLED_S)
    assert [type(error) for error in outcome] == [ClosedEarly]
