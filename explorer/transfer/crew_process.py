"""A process of the crew: it moves rows of small files, and decides nothing.

It holds the lock of the engine it works for, so that nobody takes up a job whose files are
still being written, and ends at once when that engine does, however it ends.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NoReturn

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.transfer.buffers import Buffers
from explorer.transfer.crew_talk import Deal, Hold, Over, Reply, Row, Stop, packed, received
from explorer.transfer.in_a_row import Small, Try, try_in_a_row
from explorer.transfer.pacing import Limiter, Meter
from explorer.transfer.rows import TransferRow
from explorer.transfer.sending import Sending
from explorer.transfer.small_download import SmallDownload
from explorer.transfer.small_upload import SmallUpload
from explorer.transfer.spot import Spot
from explorer.transfer.terms import Terms

MOST_ROWS: Final = 32
"""At the same time; further ones wait."""


def serve(sock: socket.socket, not_its: Sequence[socket.socket] = ()) -> NoReturn:
    """In a process that was just forked: never returns, and tidies nothing up, since what it
    shares with the process it comes from is not its own. `not_its` are ends of sockets that it
    must not keep open: nobody would hear of the engine's end."""
    try:
        for other in not_its:
            other.close()
        _leave_the_terminal()
        _, locks, _, _ = socket.recv_fds(sock, 1, 1)
        if locks:  # held to the very end
            _Mate(sock).work()
    finally:
        os._exit(0)


def _leave_the_terminal() -> None:
    """Whoever sits there talks to the engine, and who reads its output waits for it alone."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)


class _Mate:
    """Its main thread listens, others move."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._terms: dict[int, Terms] = {}
        self._tokens: dict[int, CancelToken] = {}
        self._holds = 0
        """How often rows were told to end."""
        self._threads = ThreadPoolExecutor(MOST_ROWS, thread_name_prefix="mate")
        self._speaking = threading.Lock()

    def work(self) -> None:
        """Until the engine is gone."""
        while True:
            try:
                message = received(self._sock)
            except (EOFError, OSError):
                return
            match message:
                case Deal():
                    self._terms[message.number] = _terms(message)
                case Over():
                    self._terms.pop(message.deal).store.close()
                case Row():
                    token = self._tokens[message.number] = CancelToken()
                    self._threads.submit(self._move, message, token)
                case Hold():
                    self._holds += 1
                case Stop():
                    if (running := self._tokens.get(message.row)) is not None:
                        running.cancel()

    def _move(self, row: Row, token: CancelToken) -> None:
        try:
            holds = self._holds
            is_held = lambda: self._holds != holds  # noqa: E731
            reply = packed(_moved(row, self._terms[row.deal], token, is_held))
            del self._tokens[row.number]
            with self._speaking:
                self._sock.sendall(reply)
        except BaseException:
            os._exit(1)  # the engine takes the files back, and goes on alone


def _terms(deal: Deal) -> Terms:
    free = Limiter()  # where there is a limit, no row comes here
    return Terms(
        deal.store,
        deal.container,
        deal.options,
        Meter(free, free),
        Buffers(),
        root=deal.root,
        added_s=deal.added_s,
    )


def _moved(row: Row, terms: Terms, token: CancelToken, is_held: Callable[[], bool]) -> Reply:
    make = _upload if row.is_upload else _download
    tries = [Try(make(terms, file)) for file in row.files]
    is_cancelled = False
    try:
        with running_under(token):
            try_in_a_row(tries, terms.root, is_held)
    except Cancelled:
        is_cancelled = True
    return Reply(row.number, [each.tried for each in tries], is_cancelled, token.was_shielded)


def _upload(terms: Terms, row: TransferRow) -> Small:
    return SmallUpload(terms, row, terms.ref(row.remote), Sending())


def _download(terms: Terms, row: TransferRow) -> Small:
    return SmallDownload(terms, row, Spot.of(row.local, terms.mark(row.id)))
