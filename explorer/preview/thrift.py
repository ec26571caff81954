"""Thrift's compact protocol, read only, from bytes of a stranger: every count has an end.

Format: Apache Thrift, 'Thrift Compact Protocol Encoding'. A struct becomes a dict from field
number to value, a list a list; numbers are ints, doubles floats, strings bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from explorer.preview.source import Unreadable

DEPTH = 24
VALUES = 400_000
"""How many values one reader takes apart, so that a footer costs a second at most."""

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)


class TooMany(Unreadable):
    """There are more values than are taken apart; what came before is good."""


class CompactReader:
    """Walks through `data` from `at`."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self.at = at
        self._left = VALUES

    def fields(self, depth: int = 0) -> Iterator[tuple[int, int]]:
        """(number, kind) of each field of the struct here; its value must be taken, by
        `value`, before the next. Raises Unreadable."""
        number = 0
        while True:
            head = self._byte()
            if head == 0:
                return
            kind, step = head & 0x0F, head >> 4
            number = number + step if step else self._zigzag()
            if not 0 < number <= 0x7FFF:
                raise Unreadable("A field has an impossible number.")
            yield number, kind

    def value(self, kind: int, depth: int = 0) -> Any:
        """The value of that kind that begins here. Raises Unreadable."""
        self._left -= 1
        if self._left < 0:
            raise TooMany("It describes more than a preview takes apart.")
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == _BINARY:
            return self._bytes(self._varint())
        if depth >= DEPTH:
            raise Unreadable("It is nested too deep.")
        if kind in (_LIST, _SET):
            count, item = self.list_head()
            return [self._item(item, depth + 1) for _ in range(count)]
        if kind == _MAP:
            return self._map(depth + 1)
        if kind == _STRUCT:
            return self._struct(depth + 1)
        raise Unreadable("A field has a kind that does not exist.")

    def _struct(self, depth: int) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for number, kind in self.fields(depth):
            if number in found:  # another reader may take the other one
                raise Unreadable("A field stands there twice.")
            found[number] = self.value(kind, depth)
        return found

    def struct(self) -> dict[int, Any]:
        """The struct that begins here."""
        found: dict[int, Any] = self.value(_STRUCT)
        return found

    def list_head(self) -> tuple[int, int]:
        """(count, kind) of the list that begins here."""
        head = self._byte()
        count, item = head >> 4, head & 0x0F
        if count == 15:
            count = self._varint()
        if count > len(self._data) - self.at:  # each item takes a byte at least
            raise Unreadable("A list is longer than the file.")
        return count, item

    def _item(self, kind: int, depth: int) -> Any:
        # In a list a truth value takes a byte, as one of the kind of a byte does.
        found = self.value(_BYTE if kind in (_TRUE, _FALSE) else kind, depth)
        return found == _TRUE if kind in (_TRUE, _FALSE) else found

    def _map(self, depth: int) -> dict[Any, Any]:
        count = self._varint()
        if not count:
            return {}
        if count > len(self._data) - self.at:
            raise Unreadable("A map is longer than the file.")
        kinds = self._byte()
        pairs = [
            (self._item(kinds >> 4, depth), self._item(kinds & 0x0F, depth)) for _ in range(count)
        ]
        return {key: value for key, value in pairs if isinstance(key, bytes | int | float)}

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise Unreadable("It ends in the middle of something.")
        byte = self._data[self.at]
        self.at += 1
        return byte

    def _bytes(self, count: int) -> bytes:
        if count > len(self._data) - self.at:
            raise Unreadable("It ends in the middle of something.")
        found = self._data[self.at : self.at + count]
        self.at += count
        return found

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise Unreadable("A number is too long.")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
