"""Buffers for blocks, used again: fresh memory costs more than filling it.

Any thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Buffers:
    """Keeps up to `kept` buffers between uses, each as large as the largest block so far."""

    def __init__(self, kept: int) -> None:
        self._free: deque[bytearray] = deque(maxlen=kept)

    @contextmanager
    def borrow(self, size_bytes: int) -> Iterator[memoryview]:
        """A buffer of exactly that size, with whatever is in it."""
        try:
            buffer = self._free.pop()
        except IndexError:
            buffer = bytearray(size_bytes)
        if len(buffer) < size_bytes:
            buffer = bytearray(size_bytes)
        try:
            with memoryview(buffer) as whole, whole[:size_bytes] as view:
                yield view
        finally:
            self._free.append(buffer)
