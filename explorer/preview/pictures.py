"""Pictures by their heads alone: format and size, and whether they are small enough to decode.

Formats: PNG (RFC 2083), JPEG (ITU T.81), GIF89a, BMP, WebP (RFC 9649).
"""

from __future__ import annotations

import struct

from explorer.base.units import format_bytes
from explorer.preview.model import Picture, Preview
from explorer.preview.source import Source, Unreadable

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 50_000_000
JPEG_SEGMENTS = 200
JPEG_SCANS = 200
"""So many passes over all its pixels a picture may take; usual are ten."""
_PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def head_of(source: Source) -> tuple[str, int, int]:
    """(format, width, height) in pixels. Raises Unreadable."""
    head = source.read(0, 64)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return ("PNG", *_pair(">II", head, 16))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ("GIF", *_pair("<HH", head, 6))
    if head.startswith(b"BM"):
        width, height = _pair("<ii", head, 18)
        return "BMP", width, abs(height)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ("WebP", *_webp(head))
    if head.startswith(b"\xff\xd8"):
        return ("JPEG", *_jpeg(source))
    raise Unreadable("Its head is not that of a picture.")


def _pair(layout: str, data: bytes, at: int) -> tuple[int, int]:
    try:
        first, second = struct.unpack_from(layout, data, at)
    except struct.error:
        raise Unreadable("It ends before its size is told.") from None
    return first, second


def _webp(head: bytes) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = _pair("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = _pair("<IB", head, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and len(head) >= 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    raise Unreadable("Its head is not that of a picture.")


def _jpeg(source: Source) -> tuple[int, int]:
    at = 2
    for _ in range(JPEG_SEGMENTS):
        mark = source.exactly(at, 4)
        if mark[0] != 0xFF:
            break
        code = mark[1]
        if code == 0xFF:
            at += 1
        elif 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            height, width = _pair(">HH", source.exactly(at + 5, 4), 0)
            return width, height
        elif code in (0xD9, 0xDA):
            break
        else:
            at += 2 + max(2, int.from_bytes(mark[2:4], "big"))
    raise Unreadable("It does not say how large it is.")


def without_extras(data: bytes) -> bytes:
    """A PNG with its pixels alone: a few bytes of text or profile beside them may unpack to
    gigabytes. Pure."""
    kept = [data[:8]]
    at = 8
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] in _PNG_KEPT:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def picture(source: Source) -> Preview:
    """The picture's bytes if they may be decoded; what it is and why not otherwise."""
    name, width, height = head_of(source)
    facts = (("Format", name), ("Size", f"{width:,} x {height:,} pixels"))
    problem = ""
    if width <= 0 or height <= 0:
        problem = "It says that it has no pixels."
    elif width * height > MAX_PIXELS:
        problem = f"It is not shown: more than {MAX_PIXELS // 1_000_000} million pixels."
    elif source.size_bytes > MAX_BYTES:
        problem = f"It is not shown: it is larger than {format_bytes(MAX_BYTES)}."
    if problem:
        return Preview("Image", facts, (problem,))
    data = source.read(0, source.size_bytes)
    if name == "JPEG" and data.count(b"\xff\xda") > JPEG_SCANS:
        return Preview("Image", facts, (f"It is not shown: it has over {JPEG_SCANS} scans.",))
    if name == "PNG":
        data = without_extras(data)
    return Preview("Image", facts, body=Picture(name, width, height, data))
