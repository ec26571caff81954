"""Buffers for blocks: used again, since fresh memory costs more than filling it, and never
more bytes of them at once than a budget allows.

Any thread.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from explorer.base.cancel import current_token

BUDGET_BYTES: Final = 48 * 1024 * 1024
_LOOK_S: Final = 0.25
_SMALL_BYTES: Final = 64 * 1024


class Buffers:
    """Lends at most `budget_bytes` at a time; a single larger one when nothing else is lent."""

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self._budget = budget_bytes
        self._lent = self._waiting = 0
        self._free: list[mmap.mmap] = []
        self._returned = threading.Condition()

    @property
    def is_short(self) -> bool:
        """Whether somebody waits for one: more requests at once would wait as well."""
        return self._waiting > 0

    @contextmanager
    def borrow(self, size_bytes: int) -> Iterator[memoryview]:
        """A buffer of exactly that size, with whatever is in it. Waits for its turn; raises
        `Cancelled` when the work of this thread is cancelled meanwhile."""
        buffer = self._take(size_bytes)
        try:
            with memoryview(buffer) as whole, whole[:size_bytes] as view:
                yield view
        finally:
            with self._returned:
                self._lent -= len(buffer)
                if self._kept + len(buffer) <= self._budget:
                    self._free.append(buffer)
                self._returned.notify_all()

    @property
    def _kept(self) -> int:
        return sum(map(len, self._free)) + self._lent

    def _take(self, size_bytes: int) -> mmap.mmap:
        token = current_token()
        with self._returned:
            self._waiting += 1
            try:
                while self._lent and self._lent + size_bytes > self._budget:
                    if token is not None:
                        token.raise_if_cancelled()
                    self._returned.wait(_LOOK_S)
            finally:
                self._waiting -= 1
            # A small file does not take a whole block's buffer from the budget.
            most = 2 * size_bytes + _SMALL_BYTES
            fitting = [buffer for buffer in self._free if size_bytes <= len(buffer) <= most]
            if fitting:
                buffer = min(fitting, key=len)
                self._free.remove(buffer)
            else:
                while self._free and self._kept + size_bytes > self._budget:
                    del self._free[0]
                # A map is filled by whoever reads into it; a bytearray here, with zeros, while
                # all the other threads stand still.
                buffer = mmap.mmap(-1, max(1, size_bytes))
            self._lent += len(buffer)
        return buffer
