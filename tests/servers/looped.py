"""A server on an event loop of its own, in a thread: what the fault proxy and the lake stand on."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class LoopServer(ABC):
    """Runs from `__enter__`, which raises what kept it from listening, to `__exit__`.

    A subclass listens in `_main`, says so by `_opened`, and adds the task of each connection to
    `_serving`.
    """

    def __init__(self, name: str, *, port: int = 0) -> None:
        self.port = port
        """0 until it listens, unless it was wished for."""
        self._serving: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            self._thread.join()
            raise self._failed
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._begin())
        except BaseException as error:
            self._failed = error
            self._ready.set()

    async def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await self._main()

    @abstractmethod
    async def _main(self) -> None:
        """Serve until `_stop` is set."""

    def _opened(self, server: asyncio.Server) -> None:
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()

    async def _end_serving(self) -> None:
        """Call off what is said on all connections, and wait until nothing is."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


async def flushed(writer: asyncio.StreamWriter) -> None:
    """Wait until the other side's kernel has everything: a reset drops what it has not."""
    fd = writer.get_extra_info("socket").fileno()
    while writer.transport.get_write_buffer_size() or _unsent(fd):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def _unsent(fd: int) -> int:
    """Bytes that were not acknowledged yet; 0 where the system does not tell."""
    if sys.platform != "linux" or fd < 0:
        return 0
    import fcntl
    import termios

    told = fcntl.ioctl(fd, termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(told, sys.byteorder)


def reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
