"""What is inside a gzip, unpacked forwards, a little of it at a time.

Format: RFC 1952, several members after each other included.
"""

from __future__ import annotations

import zlib

from explorer.preview.source import Source, Unreadable

INPUT_BYTES = 64 * 1024
OUTPUT_BYTES = 256 * 1024
PARTS = 50_000
"""How many gzip members after each other are unpacked: each costs time, even an empty one."""
_GZIP = 31


class Gunzip:
    """A stream through one gzip file. `copy` keeps a place in it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._unpack = zlib.decompressobj(_GZIP)
        self._at = 0
        self._waiting = b""
        self._ready = bytearray()
        self._parts = 1
        self.unpacked = 0
        """How many bytes were taken or skipped."""

    def copy(self, source: Source) -> Gunzip:
        """The same place, read through `source`."""
        twin = Gunzip(source)
        twin._unpack = self._unpack.copy()
        twin._at, twin._waiting = self._at, self._waiting
        twin._ready = bytearray(self._ready)
        twin._parts, twin.unpacked = self._parts, self.unpacked
        return twin

    def take(self, length: int) -> bytes:
        """The next `length` bytes; fewer at the end. Raises Unreadable for damage."""
        while len(self._ready) < length and self._fill():
            pass
        data = bytes(self._ready[:length])
        del self._ready[:length]
        self.unpacked += len(data)
        return data

    def skip(self, length: int) -> bool:
        """Pass over so many bytes; False where it ends before."""
        while length > 0:
            data = self.take(min(length, OUTPUT_BYTES))
            if not data:
                return False
            length -= len(data)
        return True

    def _fill(self) -> bool:
        self.source.check()
        if self._unpack.eof:
            self._waiting = self._unpack.unused_data
            self._unpack = zlib.decompressobj(_GZIP)
            if not self._waiting:
                self._read()
            if not self._waiting.startswith(b"\x1f"):  # the end, perhaps with zeros after it
                return False
            self._parts += 1
            if self._parts > PARTS:
                raise Unreadable("It is packed in more parts than a preview unpacks.")
        elif not self._waiting:
            self._read()
            if not self._waiting:
                if self._at:
                    raise Unreadable("It ends in the middle of something.")
                return False
        try:
            self._ready += self._unpack.decompress(self._waiting, OUTPUT_BYTES)
        except zlib.error:
            raise Unreadable("What is packed in it is damaged.") from None
        self._waiting = self._unpack.unconsumed_tail
        return True

    def _read(self) -> None:
        self._waiting = self.source.pass_by(self._at, INPUT_BYTES)
        self._at += len(self._waiting)
