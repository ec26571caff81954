"""One look at a file: what it is, and what of it can be shown. The door of this package.

Blocking; a worker thread's. Whatever the file holds, what comes back is a Preview: damage
becomes a note above the bytes. Only what the service refuses (QuaysideError) and a cancel
are raised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from functools import partial

from explorer.preview.delimited import delimited
from explorer.preview.detect import Kind, detect, is_text
from explorer.preview.gzips import Gunzip
from explorer.preview.hexes import hexes
from explorer.preview.json_lines import json_lines
from explorer.preview.json_text import json_text
from explorer.preview.model import Archive, Body, Preview, Table, Tables, Text
from explorer.preview.npy import npy
from explorer.preview.npz import npz
from explorer.preview.parquet import parquet
from explorer.preview.pictures import picture
from explorer.preview.safetensors import safetensors
from explorer.preview.source import BytesSource, Source, Unreadable
from explorer.preview.tars import packed_tar, tar_archive
from explorer.preview.text import text
from explorer.preview.zips import zip_archive

HEAD_BYTES = 64 * 1024
GZIP_BYTES = 1024 * 1024


class As(Enum):
    """How a person wants to see it."""

    ITSELF = "Automatic"
    TEXT = "Text"
    BYTES = "Bytes"


Reader = Callable[[Source], Preview]

_READERS: dict[Kind, Reader] = {
    Kind.JSON: json_text,
    Kind.JSON_LINES: json_lines,
    Kind.CSV: delimited,
    Kind.TSV: partial(delimited, title="TSV"),
    Kind.IMAGE: picture,
    Kind.PARQUET: parquet,
    Kind.NPY: npy,
    Kind.NPZ: npz,
    Kind.SAFETENSORS: safetensors,
    Kind.ZIP: zip_archive,
    Kind.TAR: tar_archive,
    Kind.TAR_GZ: packed_tar,
    Kind.HEX: hexes,
    Kind.TEXT: text,
}
_WITH_ENDS: dict[Kind, Reader] = {
    Kind.TEXT: partial(text, from_end=True),
    Kind.JSON: partial(text, title="JSON", from_end=True),
    Kind.JSON_LINES: partial(json_lines, from_end=True),
    Kind.CSV: partial(delimited, from_end=True),
    Kind.TSV: partial(delimited, title="TSV", from_end=True),
    Kind.HEX: partial(hexes, from_end=True),
}


def look(
    source: Source,
    name: str,
    content_type: str = "",
    *,
    shown_as: As = As.ITSELF,
    from_end: bool = False,
) -> Preview:
    """The preview of a file of that name and type, from its end where that is asked for."""
    source.allow()
    head = source.read(0, HEAD_BYTES)
    if not source.size_bytes:
        return Preview(Kind.EMPTY.value, notes=("It is empty: it has no bytes.",))
    if shown_as is As.BYTES:
        return hexes(source, from_end=from_end)
    if shown_as is As.TEXT:
        return text(source, from_end=from_end)
    kind = detect(name, content_type, head)
    if kind is Kind.GZIP:
        return _gzip(source, name.removesuffix(".gz"))
    readers = _WITH_ENDS if from_end and kind in _WITH_ENDS else _READERS
    found = _safely(source, readers[kind], kind, head)
    if _is_svg(name, content_type) and isinstance(found.body, Text):
        note = "SVG is shown as text: it may hold scripts, and links to elsewhere."
        found = replace(found, title="SVG", notes=(*found.notes, note))
    return found


def _is_svg(name: str, content_type: str) -> bool:
    return name.lower().endswith(".svg") or content_type.startswith("image/svg")


def _safely(source: Source, read: Reader, kind: Kind, head: bytes) -> Preview:
    try:
        return read(source)
    except Unreadable as error:
        note = f"This cannot be shown as {kind.value}. {error}"
    source.allow()
    below = text(source) if is_text(head) else hexes(source)
    return replace(below, notes=(note, *below.notes))


def more(source: Source, body: Body) -> Body:
    """What follows (or comes before) a body that has more. Raises Unreadable."""
    source.allow()
    if isinstance(body, Text | Archive) and body.more is not None:
        return body.more(source)
    raise ValueError("there is no more of it")


def more_rows(source: Source, table: Table) -> Table:
    """The next rows of a table that has more. Raises Unreadable."""
    source.allow()
    if table.more is None:
        raise ValueError("there is no more of it")
    return table.more(source)


def _gzip(source: Source, name: str) -> Preview:
    """What is inside, as far as it is unpacked for a preview."""
    stream = Gunzip(source)
    note = ""
    data = b""
    try:
        while len(data) < GZIP_BYTES and (piece := stream.take(64 * 1024)):
            data += piece
    except Unreadable as error:
        note = str(error)
    if not data:
        below = hexes(source)
        return replace(below, notes=(f"This cannot be unpacked. {note}".strip(),))
    is_cut = len(data) >= GZIP_BYTES
    kind = detect(name, "", data)
    if is_cut and kind in (Kind.TEXT, Kind.CSV, Kind.TSV, Kind.JSON_LINES):
        data = data[: data.rfind(b"\n") + 1] or data
    inner = Source(BytesSource(data))
    if kind in (Kind.GZIP, Kind.TAR_GZ):
        found = hexes(inner)
    else:
        found = _safely(inner, _READERS.get(kind, hexes), kind, data)
    notes = [note] if note else []
    if is_cut:
        notes.append("Only the beginning of what is inside was unpacked.")
    return replace(
        found,
        title=f"{found.title}, gzip",
        notes=(*notes, *found.notes),
        body=_ended(found.body),
        has_ends=False,
        can_follow=False,
    )


def _ended(body: Body | None) -> Body | None:
    """Without a way on: it would lead through the wrong file."""
    if isinstance(body, Tables):
        return Tables(tuple(replace(table, more=None) for table in body.tables))
    if isinstance(body, Text | Archive):
        if isinstance(body, Archive):
            members = tuple(
                replace(member, refusal="It is packed twice: download the file.")
                for member in body.members
            )
            return replace(body, members=members, more=None)
        return replace(body, more=None)
    return body
