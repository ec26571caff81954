"""A zip archive by its central directory, wherever its members are.

Format: PKWARE's APPNOTE.TXT 6.3: end of central directory (4.3.16), Zip64 (4.3.14, 4.3.15,
4.5.3), file headers (4.3.7, 4.3.12).
"""

from __future__ import annotations

import struct
from functools import partial

from explorer.base.records import dataclass
from explorer.preview.model import Archive, Member, Preview
from explorer.preview.source import Source, Unreadable

END_BYTES = 22 + 0xFFFF
MEMBERS = 2000
STRETCH_BYTES = 512 * 1024
STORED, DEFLATED = 0, 8

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_MOST32, _MOST16 = 0xFFFFFFFF, 0xFFFF


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory stands."""

    start: int
    size_bytes: int
    count: int
    shift: int
    """Bytes before the archive proper, as in a self-extracting one."""


def directory_of(source: Source) -> Directory:
    """Raises Unreadable."""
    begin = max(0, source.size_bytes - END_BYTES)
    # The end is nearly always without a comment: look there first.
    short = max(0, source.size_bytes - 1024)
    tail, base = source.read(short, 1024), short
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        tail, base = source.read(begin, END_BYTES), begin
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise Unreadable("Its list of members is missing; perhaps it was not written to the end.")
    _, _, _, _, count, size, start, _ = _END.unpack_from(tail, at)
    end = base + at
    if count == _MOST16 or size == _MOST32 or start == _MOST32:
        locator = source.read(end - 20, 20) if end >= 20 else b""
        if locator.startswith(b"PK\x06\x07"):
            place = int.from_bytes(locator[8:16], "little")
            record = source.read(place, _END64.size)
            if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
                raise Unreadable("Its list of members is damaged.")
            *_, count, size, start = _END64.unpack(record)
            end = place
    shift = end - size - start
    if shift < 0 or size > source.size_bytes or start + shift > source.size_bytes:
        raise Unreadable("Its list of members is not where it should be.")
    return Directory(start + shift, size, count, shift)


def _list(source: Source, directory: Directory, at: int) -> Archive:
    """Members from the place `at` of the directory. Raises Unreadable."""
    end = directory.start + directory.size_bytes
    data = source.read(at, min(STRETCH_BYTES, end - at))
    members: list[Member] = []
    here, lacking = 0, ""
    while here + _ENTRY.size <= len(data) and len(members) < MEMBERS:
        fields = _ENTRY.unpack_from(data, here)
        if fields[0] != b"PK\x01\x02":
            if not members:
                raise Unreadable("Its list of members is damaged.")
            lacking = "The list is not whole: what follows in it is damaged."
            break
        size = _ENTRY.size + fields[10] + fields[11] + fields[12]
        if here + size > len(data):
            break
        name_at = here + _ENTRY.size
        name = data[name_at : name_at + fields[10]]
        extra = data[name_at + fields[10] : name_at + fields[10] + fields[11]]
        members.append(_member(fields, name, extra, directory.shift))
        here += size
    at += here
    if not members:
        raise Unreadable("Its list of members is damaged.")
    is_more = at < end and not lacking
    more = partial(_list, directory=directory, at=at) if is_more else None
    return Archive("Zip", tuple(members), more=more, lacking=lacking)


def _member(fields: tuple[int, ...], raw: bytes, extra: bytes, shift: int) -> Member:
    flags, method, moment, day, crc, packed, size = fields[3:10]
    offset = fields[16]
    wide = _wide(extra)
    values = []
    for value in (size, packed, offset):
        if value == _MOST32 and wide:
            value = wide.pop(0)
        values.append(value)
    size, packed, offset = values
    name = _name(raw, is_utf8=bool(flags & 0x800))
    refusal = ""
    if flags & 0x1:
        refusal = "It is encrypted."
    elif method not in (STORED, DEFLATED):
        refusal = "It is packed in a way that cannot be unpacked here."
    return Member(
        name, size, packed, _moment(day, moment), name.endswith("/"), offset + shift, method, crc,
        refusal,
    )  # fmt: skip


def _wide(extra: bytes) -> list[int]:
    """The values of the Zip64 field."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            body = extra[at + 4 : at + 4 + size]
            return [
                int.from_bytes(body[place : place + 8], "little")
                for place in range(0, len(body) // 8 * 8, 8)
            ]
        at += 4 + size
    return []


def _name(raw: bytes, *, is_utf8: bool) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if is_utf8 else raw.decode("cp437")


def _moment(day: int, moment: int) -> str:
    if not day:
        return ""
    year, month, date = (day >> 9) + 1980, day >> 5 & 15, day & 31
    return f"{year}-{month:02}-{date:02} {moment >> 11:02}:{moment >> 5 & 63:02}"


def data_start(source: Source, member: Member) -> int:
    """Where the bytes of a member begin. Raises Unreadable."""
    head = source.exactly(member.offset, 30)
    if not head.startswith(b"PK\x03\x04"):
        raise Unreadable("The member is not where the list says.")
    name_bytes, extra_bytes = struct.unpack_from("<2H", head, 26)
    return member.offset + 30 + int(name_bytes) + int(extra_bytes)


def members_of(source: Source) -> Archive:
    """The first members, with the way to the next. Raises Unreadable."""
    directory = directory_of(source)
    if not directory.size_bytes:
        lacking = "Its list of members is missing." if directory.count else ""
        return Archive("Zip", (), lacking=lacking)
    return _list(source, directory, directory.start)


def zip_archive(source: Source) -> Preview:
    """The list of members."""
    directory = directory_of(source)
    body = members_of(source)
    notes = tuple(filter(None, (body.lacking,)))
    return Preview("Zip archive", (("Members", f"{directory.count:,}"),), notes, body)
