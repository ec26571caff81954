"""Whether the log of the queue's file (SQLite's WAL) holds changes that SQLite will not take.

SQLite reads a log up to the first frame that is damaged and passes over the rest without
a word: right for a write that a power cut tore, silent about a disk that forgets. Pure
but for reading the file; see "The WAL File Format" in SQLite's documentation.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Final

from explorer.base.records import dataclass

_HEADER: Final = struct.Struct(">8I")
_FRAME: Final = struct.Struct(">2I8s")
_FRAME_BYTES: Final = 24
_LITTLE_ENDIAN: Final = 0x377F0682
_WORD: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class WalLook:
    """What a log says of itself."""

    generation: bytes
    """Changes whenever SQLite begins the log anew."""
    is_readable: bool
    """The header is whole."""
    committed_frames: int
    """Up to which frame there are transactions that were brought to their end."""

    def lacks(self, taken_frames: int) -> bool:
        """Are there changes beyond the frames that SQLite took?"""
        return not self.is_readable or self.committed_frames > taken_frames


def look_at_wal(path: Path) -> WalLook | None:
    """None where there is no log, or nothing in it."""
    try:
        with open(path, "rb") as file:
            return _look(file)
    except FileNotFoundError:
        return None


def _look(file: BinaryIO) -> WalLook | None:
    header = file.read(_HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        return WalLook(header, False, 0)
    magic, _, page_bytes, *_ = _HEADER.unpack(header)
    generation = header[16:24]
    is_readable = magic & ~1 == _LITTLE_ENDIAN and _checksum(header) == header[24:32]
    number = committed = 0
    while is_readable and len(frame := file.read(_FRAME.size)) == _FRAME.size:
        number += 1
        _, size_after, salts = _FRAME.unpack(frame)
        if salts == generation and size_after:
            committed = number
        file.seek(_FRAME_BYTES - _FRAME.size + page_bytes, 1)
    return WalLook(generation, is_readable, committed)


def _checksum(header: bytes) -> bytes:
    """Of the header's first 24 bytes, as SQLite stores it."""
    words = struct.unpack(("<" if header[3] & 1 == 0 else ">") + "6I", header[:24])
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _WORD
        second = (second + odd + first) & _WORD
    return struct.pack(">2I", first, second)
