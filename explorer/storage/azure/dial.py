"""Opens connections: directly or through a proxy, with TLS where the scheme says so.

There is no way to switch the check of certificates off. A CA file of one's own is
added to the system's store.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from explorer.base.cancel import CancelToken, current_token
from explorer.storage.azure.answer import receive
from explorer.storage.azure.proxy import Proxy, proxy_for
from explorer.storage.azure.trust import tls_context
from explorer.storage.azure.wire import Connection, WireError

if TYPE_CHECKING:
    import ssl


class Origin(NamedTuple):
    """Where a request goes; what connections are kept by, which is asked often: a tuple."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """The value of Host: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


class ProxyRefusedError(Exception):
    """The proxy answered CONNECT with something else than a yes."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the proxy answered {status}")
        self.status = status


class Dialer:
    """Opens connections as the options say. Safe from many threads."""

    def __init__(
        self, *, proxy: str, ca_file: str, connect_timeout_s: float, io_timeout_s: float
    ) -> None:
        self._proxy = proxy
        self._ca_file = ca_file
        self._connect_timeout_s = connect_timeout_s
        self._io_timeout_s = io_timeout_s
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None

    def __reduce__(self) -> tuple[Callable[[], Dialer], tuple[()]]:
        """Another process reads the certificates for itself."""
        again = partial(
            Dialer,
            proxy=self._proxy,
            ca_file=self._ca_file,
            connect_timeout_s=self._connect_timeout_s,
            io_timeout_s=self._io_timeout_s,
        )
        return again, ()

    def dial(self, origin: Origin) -> Connection:
        """A fresh connection to `origin`.

        Raises OSError (ssl.SSLError among them), WireError, ProxyRefusedError, InputError.
        """
        proxy = proxy_for(origin.scheme, origin.host, origin.port, self._proxy)
        host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
        token = current_token()
        sock = self._connect(host, port, token)
        try:
            if proxy is not None and origin.scheme == "https":
                with _aborting(sock, token):
                    _tunnel(sock, origin, proxy, self._connect_timeout_s)
            if origin.scheme == "https":
                tls = self._context()
                # It takes the descriptor away from the plain socket: the abort needs this one.
                # An end without TLS's goodbye may be anybody's: it is an error, not the end.
                sock = tls.wrap_socket(
                    sock,
                    server_hostname=origin.host,
                    do_handshake_on_connect=False,
                    suppress_ragged_eofs=False,
                )
                with _aborting(sock, token):
                    sock.do_handshake()
            connection = Connection(sock, self._io_timeout_s)
        except BaseException:
            sock.close()
            raise
        connection.own_head = f"Host: {origin.netloc}\r\n"
        if proxy is not None and origin.scheme == "http":
            connection.absolute_targets = f"http://{origin.netloc}"
            if proxy.authorization:
                connection.own_head += f"Proxy-Authorization: {proxy.authorization}\r\n"
        return connection

    def _connect(self, host: str, port: int, token: CancelToken | None) -> socket.socket:
        """A TCP connection to the first address of `host` that answers."""
        last: OSError | None = None
        try:
            # As text, even a plain name would load Python's tables of the world's names.
            name = host.encode() if host.isascii() else host
            addresses = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except UnicodeError:  # a label that is empty or longer than a name may have
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
        for family, kind, protocol, _, address in addresses:
            if token is not None:
                token.raise_if_cancelled()
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._connect_timeout_s)
                with _aborting(sock, token):
                    sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                return sock
            except OSError as error:
                sock.close()
                last = error
            except BaseException:
                sock.close()
                raise
        raise last or socket.gaierror(socket.EAI_NONAME, "no address")

    def _context(self) -> ssl.SSLContext:
        """The TLS context, made at the first https connection: reading the system's
        certificates takes some 20 ms."""
        with self._lock:
            if self._tls is None:
                self._tls = tls_context(self._ca_file)
            return self._tls


def _tunnel(sock: socket.socket, origin: Origin, proxy: Proxy, timeout_s: float) -> None:
    """Ask the proxy for a way through (RFC 9110, section 9.3.6)."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    lines = [f"CONNECT {host}:{origin.port} HTTP/1.1", f"Host: {host}:{origin.port}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    connection = Connection(sock, timeout_s)
    connection.send(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
    # Of method HEAD: what follows a good answer to CONNECT belongs to the tunnel.
    answer = receive(connection, "HEAD")
    if not 200 <= answer.status < 300:
        raise ProxyRefusedError(answer.status)
    if connection.has_leftover:
        raise WireError("the proxy sent something before the tunnel was used")
    # `Connection` may have left the waiting to the kernel, which TLS takes for no time-out at all.
    sock.settimeout(timeout_s)


def _aborting(
    sock: socket.socket, token: CancelToken | None
) -> contextlib.AbstractContextManager[None]:
    if token is None:
        return contextlib.nullcontext()

    def abort() -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    return token.aborting(abort)
