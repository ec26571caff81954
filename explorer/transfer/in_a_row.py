"""Small files one after the other in one worker: a file of some kilobytes costs less to move
than to hand from thread to thread.

Only what goes well is done here. Whatever a file meets, it meets as the first try of the
usual way, which decides about waiting, conflicts and giving up. `try_in_a_row` blocks and
is called from a worker thread; the rest belongs to the loop's.
"""

from __future__ import annotations

import mmap
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from explorer.base.cancel import Cancelled, current_token
from explorer.base.errors import QuaysideError, Retry
from explorer.base.records import dataclass
from explorer.transfer.folders import Folder

SMALL_BYTES: Final = 256 * 1024
MOST: Final = 64
"""Files that are given to one worker at a time: each time wakes threads, and makes them wait for
each other."""
SLICE_S: Final = 0.1
"""After so long the rest goes back to those that wait, and others may take it."""

_TROUBLE_OF_ALL: Final = (
    Retry.SOON,
    Retry.SLOW_DOWN,
    Retry.NEEDS_CREDENTIALS,
    Retry.NEEDS_ROOM,
)
"""What met one file would meet the next."""


_local = threading.local()


def small_buffer(size_bytes: int) -> memoryview:
    """At most `SMALL_BYTES` of a buffer that this thread uses again and again: whoever moves a
    small file pays for no bookkeeping."""
    whole: memoryview | None = getattr(_local, "whole", None)
    if whole is None:
        # Of a map only what was written to takes memory.
        whole = _local.whole = memoryview(mmap.mmap(-1, SMALL_BYTES))
    return whole[:size_bytes]


class Folders:
    """Folders of a destination, each opened once while a row of files is fetched."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._open: dict[tuple[bytes, ...], Folder] = {}
        self._synced: set[tuple[bytes, ...]] = set()

    def get(self, parts: tuple[bytes, ...]) -> Folder:
        """The folder, made if it is missing. Raises LocalError."""
        folder = self._open.get(parts)
        if folder is None:
            folder = self._open[parts] = Folder.open(self._root, parts, create=True)
        return folder

    def sync(self, parts: tuple[bytes, ...]) -> None:
        """Make all names in it durable, once: when no more will come. Raises LocalError."""
        if parts not in self._synced:
            self.get(parts).sync()
            self._synced.add(parts)

    def close(self) -> None:
        for folder in self._open.values():
            folder.close()
        self._open.clear()


class Small(Protocol):
    """A small file, moved by a worker. Blocking."""

    is_sent: bool
    """What makes it visible went out, and no answer was read yet."""

    def at_once(self, folders: Folders) -> Any:
        """Move all of it. Raises whatever it meets."""
        ...

    def make_durable(self, folders: Folders) -> None:
        """After all the others of the row."""
        ...


class Tried(NamedTuple):
    """What came of a small file: not begun, stopped under way, done, or in trouble (`error`)."""

    is_begun: bool
    is_done: bool
    got: Any
    error: Exception | None
    is_sent: bool


@dataclass(slots=True, eq=False)
class Try:
    """A small file in a row; see `Tried`."""

    small: Small
    got: Any = None
    error: Exception | None = None
    is_begun: bool = False
    is_done: bool = False

    @property
    def tried(self) -> Tried:
        """What came of it, for another process."""
        return Tried(self.is_begun, self.is_done, self.got, self.error, self.small.is_sent)

    def take(self, tried: Tried) -> None:
        """What came of it in another process."""
        self.is_begun, self.is_done, self.got, self.error, self.small.is_sent = tried


def try_in_a_row(
    tries: Sequence[Try], root: bytes, is_shut: Callable[[], object] = lambda: False
) -> None:
    """Move as many as the time slice allows, in order, and no more once the account `is_shut`.
    Raises Cancelled, and nothing else; then, too, those that are done are durable."""
    folders = Folders(root)
    try:
        _move(tries, folders, is_shut)
    finally:
        for each in tries:
            if each.is_done:
                try:
                    each.small.make_durable(folders)
                except QuaysideError as error:
                    each.error, each.is_done = error, False
        folders.close()


def _move(tries: Sequence[Try], folders: Folders, is_shut: Callable[[], object]) -> None:
    token = current_token()
    until = time.monotonic() + SLICE_S
    for each in tries:
        if token is not None:
            token.raise_if_cancelled()
        each.is_begun = True
        try:
            each.got = each.small.at_once(folders)
            each.is_done = True
        except Cancelled:
            raise
        except Exception as error:
            each.error = error
        if isinstance(each.error, QuaysideError) and each.error.retry in _TROUBLE_OF_ALL:
            return
        if time.monotonic() > until or is_shut():
            return
