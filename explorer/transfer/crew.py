"""Processes beside the engine's own that move small files.

A file of some kilobytes costs Python more than it costs the network, and one interpreter is
one processor: more of them are more files a second. The engine keeps the queue, the journal
and every decision; what meets trouble comes back and goes the usual way.

They are forked from a process that has a single thread yet, which is the command line at its
start. Elsewhere there is no crew, and threads do it all.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Final

from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.transfer.crew_talk import (
    HEAD_BYTES,
    Deal,
    Hold,
    Over,
    Reply,
    Row,
    Stop,
    packed,
    unpacked,
)
from explorer.transfer.in_a_row import Try
from explorer.transfer.rows import TransferRow
from explorer.transfer.terms import Terms

log = logging.getLogger(__name__)

MOST: Final = 3
"""With as many the disk or the network is busy."""


class CrewLostError(Exception):
    """The process ended, and nobody knows how far it came with the row."""


@dataclass(slots=True, eq=False)
class Process:
    """Its number, and our end of the socket to it."""

    sock: socket.socket
    pid: int


def fork_crew(size: int | None = None) -> Crew | None:
    """One process for each further processor, or so many. None where that is none, and where
    it would not be safe: not on Linux, or with other threads around."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    if size is None:
        size = min(MOST, len(os.sched_getaffinity(0)) - 1)
    if not size:
        return None
    processes: list[Process] = []
    with suppress(OSError):  # no more processes or files are allowed: it is done with fewer
        for _ in range(size):
            processes.append(_forked([each.sock for each in processes]))
    return Crew(processes) if processes else None


def _forked(others: list[socket.socket]) -> Process:
    """One more; `others` are our ends of the sockets to those before it."""
    from explorer.transfer.crew_process import serve  # before the fork: once is enough

    ours, theirs = socket.socketpair()
    with theirs:
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            raise
        if not pid:
            serve(theirs, not_its=[ours, *others])
    return Process(ours, pid)


class Crew:
    """Made before the engine, which starts it; closed after the engine. Belongs to the loop's
    thread."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes
        self._mates: list[Mate] = []

    async def start(self, lock: int, scope: TaskScope) -> None:
        """They hold the engine's lock from now on: the descriptor of its file."""
        for process in self._processes:
            with suppress(OSError):  # it is gone already
                socket.send_fds(process.sock, [b"\0"], [lock])
                reader, writer = await asyncio.open_unix_connection(sock=process.sock)
                self._mates.append(Mate(process.pid, reader, writer, scope))

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        return [process.pid for process in self._processes]

    @property
    def size(self) -> int:
        """How many processes there are still."""
        return sum(mate.is_there for mate in self._mates)

    def free(self, most: int) -> Mate | None:
        """The one with the fewest rows, if those are at most so many."""
        mates = [mate for mate in self._mates if mate.is_there and mate.rows <= most]
        return min(mates, key=lambda mate: mate.rows, default=None)

    def hold(self) -> None:
        """A service asks for fewer requests: rows end with the file they are at."""
        for mate in self._mates:
            mate.hold()

    def forget(self, terms: Terms) -> None:
        """The job is at rest: no more rows of it come."""
        for mate in self._mates:
            mate.forget(terms)

    async def aclose(self) -> None:
        """Tell them to end. All rows have come to theirs."""
        for mate in self._mates:
            await mate.aclose()

    def close(self) -> None:
        """They end, started or not, with nothing left to do; blocks until they are gone."""
        for process in self._processes:
            process.sock.close()
            with suppress(ProcessLookupError, ChildProcessError):  # nobody may wait for it
                os.kill(process.pid, signal.SIGKILL)
                os.waitpid(process.pid, 0)


class Mate:
    """One process of it."""

    def __init__(
        self,
        pid: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        scope: TaskScope,
    ) -> None:
        self._pid = pid
        self._reader = reader
        self._writer = writer
        self._numbers = count(1)
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._deals: dict[int, int] = {}
        self.is_there = True
        scope.spawn(self._listen(), name="crew")

    @property
    def rows(self) -> int:
        """How many it has."""
        return len(self._replies)

    async def carry(
        self, terms: Terms, files: list[TransferRow], tries: Sequence[Try], *, is_upload: bool
    ) -> None:
        """`try_in_a_row` over there: `tries` tell what came of each file when this returns or
        raises. A cancel is told and waited for; it counts less than what could not be taken
        back any more. Raises CrewLostError."""
        number = next(self._numbers)
        self._writer.write(packed(Row(number, self._deal(terms), is_upload, files)))
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        is_cancelled = False
        while not reply.done():
            try:
                await asyncio.wait([reply])
            except asyncio.CancelledError:
                is_cancelled = True
                self._writer.write(packed(Stop(number)))
        try:
            came = reply.result()
        except CrewLostError:
            for each in tries:
                each.is_begun = True
            if is_cancelled:
                raise asyncio.CancelledError from None
            raise
        for each, tried in zip(tries, came.tried, strict=True):
            each.take(tried)
        if is_cancelled and (came.is_cancelled or not came.was_shielded):
            raise asyncio.CancelledError

    def _deal(self, terms: Terms) -> int:
        """The number by which it knows the terms."""
        known = self._deals.get(id(terms))
        if known is None:
            known = self._deals[id(terms)] = next(self._numbers)
            options = replace(terms.options, decisions={})  # may be many, and are taken here
            deal = Deal(known, terms.store, terms.container, options, terms.root, terms.added_s)
            self._writer.write(packed(deal))
        return known

    def hold(self) -> None:
        """See `Crew.hold`."""
        if self._replies:
            self._writer.write(packed(Hold()))

    def forget(self, terms: Terms) -> None:
        """See `Crew.forget`."""
        known = self._deals.pop(id(terms), None)
        if known is not None:
            self._writer.write(packed(Over(known)))

    async def _listen(self) -> None:
        """Until it is gone: only then its files are free for others."""
        try:
            while True:
                size = int.from_bytes(await self._reader.readexactly(HEAD_BYTES))
                reply: Reply = unpacked(await self._reader.readexactly(size))
                self._replies.pop(reply.row).set_result(reply)
        except (asyncio.IncompleteReadError, OSError):
            if self._replies:
                log.warning("a process of the crew ended with rows in its hands")
        except Exception:
            log.exception("a process of the crew is not understood, and has to end")
            os.kill(self._pid, signal.SIGKILL)
            while await self._reader.read(HEAD_BYTES):
                pass
        finally:
            self.is_there = False
            for waiting in self._replies.values():
                waiting.set_exception(CrewLostError())
            self._replies.clear()

    async def aclose(self) -> None:
        """It ends."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
