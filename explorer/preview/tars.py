"""A tar archive by its headers, from one to the next; gzipped ones are unpacked on the way.

Formats: POSIX.1-2017 'pax Interchange Format' with its ustar headers, and GNU tar's long
names and binary numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from explorer.preview.gzips import Gunzip
from explorer.preview.model import Archive, Member, Preview
from explorer.preview.source import Source, Unreadable

BLOCK = 512
MEMBERS = 300
NAMES_BYTES = 64 * 1024
"""The longest extended header that is read."""
UNPACKED_BYTES = 256 * 1024 * 1024
"""What one step through a gzipped archive unpacks."""
DESCRIBED_BYTES = 8 * 1024 * 1024
"""How much of extended headers one step reads."""
RECORDS = 1000
"""How many records of one extended header are looked at."""
EXTENSIONS = 20_000
"""How many headers that only describe the next one are passed before a step gives up."""
_NEAR_BYTES = 32 * 1024

_PLAIN = b"0\0 7"
_FOLDER = b"5"
_REFUSALS = {
    b"1": "It is a link.",
    b"2": "It is a link.",
    b"3": "It is a device.",
    b"4": "It is a device.",
    b"6": "It is a pipe.",
    b"S": "It has holes, which are not filled here.",
}


_CUT = "It ends in the middle of something."


class Forward(Protocol):
    """Bytes that are taken in their order."""

    @property
    def place(self) -> int: ...
    def take(self, length: int) -> bytes: ...
    def skip(self, length: int) -> bool: ...


class _Plain:
    """Straight from the file; what is skipped is not read."""

    def __init__(self, source: Source, place: int) -> None:
        self._source = source
        self.place = place
        self._is_far = False

    def take(self, length: int) -> bytes:
        # Headers far apart are read alone, near ones by the block.
        read = self._source.pass_by if self._is_far else self._source.read
        data = read(self.place, length)
        self.place += len(data)
        self._is_far = False
        return data

    def skip(self, length: int) -> bool:
        self._is_far = length > _NEAR_BYTES
        self.place += length
        return self.place <= self._source.size_bytes


class _Packed:
    """Through gzip."""

    def __init__(self, stream: Gunzip) -> None:
        self.stream = stream
        self._most = stream.unpacked + UNPACKED_BYTES

    @property
    def place(self) -> int:
        return self.stream.unpacked

    def take(self, length: int) -> bytes:
        self._check(length)
        return self.stream.take(length)

    def skip(self, length: int) -> bool:
        self._check(length)
        return self.stream.skip(length)

    def _check(self, length: int) -> None:
        if self.place + length > self._most:
            raise Unreadable("More would have to be unpacked than a preview may.")


def number(field: bytes) -> int:
    """Octal, or binary where the first bit is set. Raises Unreadable. Pure."""
    if field[:1] and field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    text = field.replace(b"\0", b" ").strip()
    if not text:
        return 0
    if not all(byte in b"01234567" for byte in text):
        raise Unreadable("A header of it is damaged.")
    return int(text, 8)


def _is_true(header: bytes) -> bool:
    """Whether its sum is right."""
    try:
        said = number(header[148:156])
    except Unreadable:
        return False
    return said == sum(header[:148]) + sum(header[156:]) + 8 * 32


def _moment(seconds: int) -> str:
    if not 0 < seconds < 2**36:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _pax(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    for _ in range(RECORDS):
        length, _, _ = body[at : at + 9].partition(b" ")
        if not length.isdigit() or len(length) > 8:
            break
        end = at + int(length)
        if not at + len(length) < end <= len(body):
            break
        record = body[at + len(length) + 1 : end].rstrip(b"\n")
        key, _, value = record.partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        at = end
    return found


def walk(stream: Forward) -> Iterator[Member]:
    """Members in their order; whoever stops early has the stream at the next header.

    Raises Unreadable where a header is damaged.
    """
    long_name, extended = "", dict[str, str]()
    extensions = described = 0
    while True:
        header = stream.take(BLOCK)
        if 0 < len(header) < BLOCK:
            raise Unreadable(_CUT)
        if not any(header):
            return
        if not _is_true(header):
            raise Unreadable("A header of it is damaged.")
        kind, size = header[156:157], number(header[124:136])
        if kind in (b"x", b"g", b"L", b"K"):
            if size > NAMES_BYTES:
                raise Unreadable("A name in it is too long.")
            extensions += 1
            described += size
            if extensions > EXTENSIONS or described > DESCRIBED_BYTES:
                raise Unreadable("It has more headers than members.")
            body = stream.take(size)
            if not stream.skip(-size % BLOCK):
                raise Unreadable(_CUT)
            if kind == b"x":
                extended = _pax(body)
            elif kind == b"L":
                long_name = body.rstrip(b"\0").decode("utf-8", "replace")
            continue
        start = stream.place
        member, size = _member(header, kind, size, start, long_name, extended)
        long_name, extended = "", {}
        is_there = stream.skip(size + -size % BLOCK)
        yield member
        if not is_there:
            raise Unreadable(_CUT)


def _member(
    header: bytes, kind: bytes, size: int, start: int, long_name: str, extended: dict[str, str]
) -> tuple[Member, int]:
    name = header[:100].rstrip(b"\0").decode("utf-8", "replace")
    prefix = header[345:500].rstrip(b"\0").decode("utf-8", "replace")
    if prefix and header[257:263] == b"ustar\0":
        name = f"{prefix}/{name}"
    name = extended.get("path") or long_name or name
    said = extended.get("size", "")
    if said.isascii() and said.isdigit() and len(said) < 20:
        size = int(said)
    if kind in (b"1", b"2", b"3", b"4", b"5", b"6"):
        size = 0  # they have no bytes, whatever the header says
    is_folder = kind == _FOLDER or name.endswith("/")
    refusal = _REFUSALS.get(kind, "")
    if not refusal and "GNU.sparse.major" in extended:
        refusal = _REFUSALS[b"S"]
    if not refusal and not is_folder and kind not in (b"0", b"\0", b"7", b""):
        refusal = "It is of a kind that is not known."
    modified = _moment(number(header[136:148]))
    return Member(name, size, size, modified, is_folder, start, refusal=refusal), size


def _list(source: Source, place: int) -> Archive:
    stream = _Plain(source, place)
    members: list[Member] = []
    is_whole, lacking = True, ""
    try:
        for member in walk(stream):
            members.append(member)
            if len(members) == MEMBERS:
                is_whole = False
                break
    except Unreadable as error:
        if not members:
            raise
        lacking = f"The list is not whole. {error}"
    more = None if is_whole else partial(_list, place=stream.place)
    return Archive("Tar", tuple(members), more=more, lacking=lacking)


def tar_archive(source: Source) -> Preview:
    """The first members of a plain archive. Raises Unreadable."""
    body = _list(source, 0)
    return Preview("Tar archive", notes=tuple(filter(None, (body.lacking,))), body=body)


def _list_packed(source: Source, before: Gunzip | None) -> Archive:
    stream = _Packed(Gunzip(source) if before is None else before.copy(source))
    members: list[Member] = []
    place: Gunzip | None = None
    lacking = ""
    try:
        for member in walk(stream):
            members.append(member)
            if len(members) == MEMBERS:
                place = stream.stream
                break
    except Unreadable as error:
        if not members:
            raise
        lacking = f"The list is not whole. {error}"
    more = None if place is None else partial(_list_packed, before=place)
    return Archive("Tar, gzip", tuple(members), more=more, lacking=lacking)


def packed_tar(source: Source) -> Preview:
    """The first members of a gzipped archive, as far as may be unpacked. Raises Unreadable."""
    body = _list_packed(source, None)
    note = "It has no list of its members: it is unpacked from its start to find them."
    notes = tuple(filter(None, (note, body.lacking)))
    return Preview("Tar archive, gzip", notes=notes, body=body)
