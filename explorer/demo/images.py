"""Small pictures for the sample data, written as PNG with nothing but zlib.

Format: Portable Network Graphics (RFC 2083), 8-bit RGB, one IDAT chunk.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int]


def png(width: int, height: int, colour_at: Callable[[int, int], Colour]) -> bytes:
    """A picture of `width` x `height` pixels; `colour_at(x, y)` gives 0 to 255 for R, G, B."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # filter type: none
        for x in range(width):
            rows += bytes(colour_at(x, y))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(bytes(rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def gradient(blue: int) -> bytes:
    """16 x 16 pixels: red grows to the right, green downwards, `blue` is 0 to 255."""
    return png(16, 16, lambda x, y: (x * 15, y * 15, blue))


def confusion_matrix(classes: int, accuracy: float) -> bytes:
    """A heat map: a bright diagonal where `accuracy` (0 to 1) is high."""
    cell = 24

    def colour_at(x: int, y: int) -> Colour:
        row, column = y // cell, x // cell
        if x % cell == 0 or y % cell == 0:
            return 24, 32, 40
        hit = accuracy if row == column else (1 - accuracy) * _wave(row * 7 + column * 3)
        return int(20 + 40 * hit), int(40 + 150 * hit), int(70 + 150 * hit)

    return png(classes * cell, classes * cell, colour_at)


def loss_curve(losses: list[float]) -> bytes:
    """A line through `losses`, the first epoch on the left, zero at the bottom."""
    width, height, edge = 320, 180, 12
    top = max(losses)
    line: dict[int, int] = {}
    for x in range(edge, width - edge):
        at = (x - edge) / (width - 2 * edge) * (len(losses) - 1)
        left = min(int(at), len(losses) - 2)
        value = losses[left] + (losses[left + 1] - losses[left]) * (at - left)
        line[x] = height - edge - int(value / top * (height - 2 * edge))

    def colour_at(x: int, y: int) -> Colour:
        if x in line and abs(line[x] - y) <= 1:
            return 14, 124, 134
        if y == height - edge or x == edge:
            return 120, 130, 140
        return 250, 251, 252

    return png(width, height, colour_at)


def _wave(n: int) -> float:
    return (math.sin(n) + 1) / 2
