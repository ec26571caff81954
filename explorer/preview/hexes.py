"""Any bytes, eight to a line, as a narrow panel shows them: where, what, and what is ASCII."""

from __future__ import annotations

from functools import partial

from explorer.preview.model import Preview, Text
from explorer.preview.source import Source

PIECE_BYTES = 16 * 1024
ROW_BYTES = 8

_ASCII = "".join(chr(code) if 32 <= code < 127 else "." for code in range(256))


def lines(data: bytes, start: int, digits: int) -> str:
    """The bytes as lines, the first of them at `start`. Pure."""
    made = []
    for at in range(0, len(data), ROW_BYTES):
        row = data[at : at + ROW_BYTES]
        text = "".join(_ASCII[byte] for byte in row)
        made.append(f"{start + at:0{digits}x}  {row.hex(' '):<23}  {text}")
    return "\n".join(made) + ("\n" if made else "")


def _read(source: Source, start: int, from_end: bool = False) -> Text:
    if from_end:
        end = start
        start = max(0, end - PIECE_BYTES)
        start -= start % ROW_BYTES
    else:
        end = min(source.size_bytes, start + PIECE_BYTES)
    data = source.read(start, end - start)
    is_more = start > 0 if from_end else end < source.size_bytes
    more = partial(_read, start=start if from_end else end, from_end=from_end)
    digits = max(8, (len(f"{source.size_bytes:x}") + 1) // 2 * 2)
    return Text(
        lines(data, start, digits),
        start,
        end,
        more=more if is_more and data else None,
        is_earlier=from_end,
    )


def hexes(source: Source, *, from_end: bool = False) -> Preview:
    """The first bytes, or the last ones."""
    body = _read(source, source.size_bytes if from_end else 0, from_end)
    return Preview("Bytes", body=body, has_ends=True)
