"""Servers that do exactly what a script says: raw HTTP, TLS, a small proxy, a deaf port."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket, int], None]
"""Serves one connection: its socket, and the how-manieth it is (from 0)."""


class RawServer:
    """Listens on loopback; each connection runs `script` in a thread of its own."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        acceptor = threading.Thread(target=self._accept, name="raw-accept")
        self._threads.append(acceptor)
        acceptor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            sockets = list(self._open)
        for sock in sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            index, self.connections = self.connections, self.connections + 1
            thread = threading.Thread(target=self._serve, args=(sock, index), name=f"raw-{index}")
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, index: int) -> None:
        with self._lock:
            self._open.append(sock)
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._open.append(sock)
            with contextlib.suppress(OSError):
                self._script(sock, index)
        except OSError:
            pass
        finally:
            sock.close()


def read_request(sock: socket.socket) -> tuple[str, bytes]:
    """Head and body of the next request; an empty head where the client closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return "", b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    hit = re.search(r"(?i)^content-length: (\d+)\r?$", text, re.M)
    length = int(hit[1]) if hit else 0
    while len(body) < length:
        piece = sock.recv(65536)
        if not piece:
            return "", b""
        body += piece
    return text, body


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def canned(*answers: bytes) -> Script:
    """A script that gives these answers, one for each request, then closes."""

    def serve(sock: socket.socket, index: int) -> None:
        for reply in answers:
            head, _ = read_request(sock)
            if not head:
                return
            sock.sendall(reply)

    return serve


def proxy_script(target_port: int, seen: list[str], *, refuse: str = "") -> Script:
    """An HTTP proxy whose every way leads to `target_port` here; notes each first line
    and its Proxy-Authorization."""

    def serve(client: socket.socket, index: int) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                return
            head += piece
        text = head.decode("latin-1")
        seen.append(text.partition("\r\n")[0])
        seen.extend(line for line in text.split("\r\n") if line.startswith("Proxy-Authorization"))
        if refuse:
            client.sendall(answer(refuse))
            return
        with socket.create_connection(("127.0.0.1", target_port)) as upstream:
            if text.startswith("CONNECT "):
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                upstream.sendall(re.sub(rb"^(\w+) http://[^/]+", rb"\1 ", head, count=1))
            back = threading.Thread(target=_copy, args=(upstream, client), name="raw-back")
            back.start()
            _copy(client, upstream)
            back.join(10)

    return serve


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for sock in (source, target):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


class DeafPort:
    """A port whose queue of connections is full: connecting to it gets no answer at all."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port: int = self._listener.getsockname()[1]
        self._fillers: list[socket.socket] = []
        while True:
            filler = socket.socket()
            filler.settimeout(0.2)
            self._fillers.append(filler)
            try:
                filler.connect(("127.0.0.1", self.port))
            except TimeoutError:
                return self

    def __exit__(self, *_: object) -> None:
        for sock in (*self._fillers, self._listener):
            sock.close()
