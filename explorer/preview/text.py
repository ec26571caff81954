"""Text from the beginning or from the end, in stretches that end with a line where they can."""

from __future__ import annotations

import codecs
import re
from functools import partial

from explorer.preview.detect import encoding_of
from explorer.preview.model import Preview, Text
from explorer.preview.source import Source

PIECE_BYTES = 256 * 1024
HEAD_BYTES = 64 * 1024
LINE_CHARACTERS = 2000
"""Longer lines are cut: laying one out takes time that grows with its length."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with mark",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "utf-32-le": "UTF-32, little-endian",
    "utf-32-be": "UTF-32, big-endian",
    "cp1252": "Windows Latin (a guess)",
}


def encoding_words(encoding: str) -> str:
    """A codec as people call it."""
    return _WORDS.get(encoding, encoding)


def shown_text(text: str) -> str:
    """Text that may be put into a view: what would turn, hide or command is escaped, colours
    of terminals are left out, lines end with a line feed and are not endless. Pure."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    text = text.removeprefix("\ufeff")
    if not text.isascii() or _UNSAFE.search(text):
        text = _UNSAFE.sub(_escape, text)
    return "\n".join(map(_cut, text.split("\n"))) if len(text) > LINE_CHARACTERS else text


def _cut(line: str) -> str:
    if len(line) <= LINE_CHARACTERS:
        return line
    return f"{line[:LINE_CHARACTERS]} … {len(line) - LINE_CHARACTERS:,} more characters"


def _escape(hit: re.Match[str]) -> str:
    code = ord(hit.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def width_of(encoding: str) -> int:
    """Bytes of the smallest unit of a codec."""
    return 4 if encoding.startswith("utf-32") else 2 if encoding.startswith("utf-16") else 1


def raw_on(
    source: Source, offset: int, encoding: str, length: int = PIECE_BYTES, lines: int = 0
) -> tuple[str, int]:
    """The text at `offset` as it is in the file, and where it ends: after the last line end
    within `length` bytes (or after `lines` of them), or else after the last whole character."""
    data = source.read(offset, length)
    if offset + len(data) < source.size_bytes:
        data = data[: whole_end(data, encoding)]
    if lines:
        data = data[: end_of_lines(data, encoding, lines)]
    return data.decode(encoding, errors="replace"), offset + len(data)


def read_on(source: Source, offset: int, encoding: str, length: int = PIECE_BYTES) -> Text:
    """The stretch at `offset`, ready to be shown."""
    text, end = raw_on(source, offset, encoding, length)
    more = partial(read_on, offset=end, encoding=later(encoding))
    return Text(
        shown_text(text),
        offset,
        end,
        more=more if offset < end < source.size_bytes else None,
        encoding=encoding,
    )


def end_of_lines(data: bytes, encoding: str, count: int) -> int:
    """Where the first `count` lines end; the length of `data` where it has fewer. Pure."""
    width, newline = width_of(encoding), newline_of(encoding)
    at = 0
    while count:
        hit = data.find(newline, at)
        if hit < 0:
            return len(data)
        if hit % width:
            at = hit + 1
            continue
        at = hit + len(newline)
        count -= 1
    return at


def later(encoding: str) -> str:
    """The codec for what is not the beginning of the file."""
    return "utf-8" if encoding == "utf-8-sig" else encoding


def newline_of(encoding: str) -> bytes:
    return "\n".encode(later(encoding))


def whole_end(data: bytes, encoding: str) -> int:
    """How many of the bytes to take so that no line, or else no character, is cut. Pure."""
    width, newline = width_of(encoding), newline_of(encoding)
    at = data.rfind(newline)
    while at > 0 and at % width:
        at = data.rfind(newline, 0, at)
    if at >= 0 and at % width == 0:
        return at + len(newline)
    decoder = codecs.getincrementaldecoder(later(encoding))(errors="replace")
    decoder.decode(data, final=False)
    kept = len(data) - len(decoder.getstate()[0])
    return kept or len(data)


def read_back(source: Source, end: int, encoding: str, length: int = PIECE_BYTES) -> Text:
    """The stretch that ends at `end`: from the first line start within `length` bytes."""
    width = width_of(encoding)
    start = max(0, end - length)
    start -= start % width
    data = source.read(start, end - start)
    if start:
        skip = _first_start(data, encoding)
        data, start = data[skip:], start + skip
    text = data.decode(encoding if start == 0 else later(encoding), errors="replace")
    more = partial(read_back, end=start, encoding=encoding)
    return Text(
        shown_text(text),
        start,
        end,
        more=more if start > 0 and data else None,
        is_earlier=True,
        encoding=encoding,
    )


def _first_start(data: bytes, encoding: str) -> int:
    """Where the first whole line, or else the first whole character, begins. Pure."""
    width, newline = width_of(encoding), newline_of(encoding)
    at = data.find(newline)
    while at >= 0 and at % width:
        at = data.find(newline, at + 1)
    if 0 <= at < len(data) - len(newline):
        return at + len(newline)
    if encoding.startswith("utf-8"):
        return next((at for at, byte in enumerate(data[:4]) if byte & 0xC0 != 0x80), 0)
    return 0


def text(source: Source, *, title: str = "Text", from_end: bool = False) -> Preview:
    """The beginning of a text, or its end."""
    encoding = encoding_of(source.read(0, HEAD_BYTES))
    if from_end:
        body = read_back(source, source.size_bytes, encoding)
    else:
        body = read_on(source, 0, encoding)
    return Preview(
        title,
        facts=(("Encoding", encoding_words(encoding)),),
        body=body,
        has_ends=True,
        can_follow=True,
    )


class GrowingText:
    """Text that arrives in pieces cut anywhere: the characters of each, as they become whole."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(later(encoding))(errors="replace")
        self._ends_with_return = False

    def take(self, data: bytes) -> str:
        """What can be shown now."""
        text = self._decoder.decode(data)
        if self._ends_with_return and text.startswith("\n"):
            text = text[1:]  # it was shown as a line end already
            self._ends_with_return = False
        if text:
            self._ends_with_return = text.endswith("\r")
        return shown_text(text)
