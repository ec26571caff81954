"""Rows of a listing as lines of JSON or CSV, for the command line and for exports. Pure.

JSON Lines as https://jsonlines.org has them; CSV as RFC 4180 has it, with the mark that keeps
a spreadsheet from taking a name for a formula.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import Final

from explorer.base.known import Known
from explorer.base.shown import no_formula
from explorer.base.units import iso_time
from explorer.storage.model import Blob, Prefix, columns_of

as_json: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False).encode
"""JSON on one line, letters as they are."""

CSV_HEADER: Final = "type,name,size,modified,content_type,etag,md5,blob_type,tier,created,metadata"
_QUOTED: Final = frozenset(',"\r\n')

_often: Final[Callable[[str], str]] = Known(encode_basestring).__getitem__
"""For values that many blobs share."""


def blob_json(blob: Blob) -> str:
    """What the encoder would say of a listed blob, at a third of the cost."""
    (
        name,
        size_bytes,
        modified_s,
        etag,
        content_type,
        md5,
        blob_type,
        tier,
        _,
        created_s,
        metadata,
        *_,
    ) = blob
    modified = f' "modified": "{iso_time(modified_s)}",' if modified_s else ""
    return (
        f'{{"type": "blob", "name": {encode_basestring(name)}, "size": {size_bytes},{modified}'
        f' "content_type": {_often(content_type)}, "etag": {encode_basestring(etag)},'
        f' "md5": "{md5.hex() if md5 else ""}", "blob_type": "{blob_type._value_}",'
        f' "tier": {_often(tier)}, "created": "{iso_time(created_s)}",'
        f' "metadata": {as_json(dict(metadata)) if metadata else "{}"}}}'
    )


def blobs_json(blobs: Sequence[Blob]) -> str:
    """`blob_json` for many, each with the end of its line: at half the cost."""
    names, sizes, modified, etags, types, md5s, kinds, tiers, _, created, metadata, *_ = columns_of(
        blobs
    )
    times = {seconds: iso_time(seconds) for seconds in {*modified, *created}}
    changed = {at: f', "modified": "{text}"' if at else "" for at, text in times.items()}
    pieces: list[str | Iterable[str]] = [
        '{"type": "blob", "name": "', _inside(names),
        '", "size": ', map(str, sizes),
        "", map(changed.__getitem__, modified),
        ', "content_type": ', map(_often, types),
        ', "etag": "', _inside(etags),
        '", "md5": "', [md5.hex() if md5 else "" for md5 in md5s],
        '", "blob_type": "', [kind._value_ for kind in kinds],
        '", "tier": ', map(_often, tiers),
        ', "created": "', map(times.__getitem__, created),
        '", "metadata": ', [as_json(dict(one)) if one else "{}" for one in metadata],
        "}\n",
    ]  # fmt: skip
    return _woven(pieces, len(blobs))


def _woven(pieces: Sequence[str | Iterable[str]], lines: int) -> str:
    """So many lines of these pieces one after the other: a text is in each line, of the values
    of a column each is in one."""
    whole = [piece if isinstance(piece, str) else "" for piece in pieces] * lines
    for number, piece in enumerate(pieces):
        if not isinstance(piece, str):
            whole[number :: len(pieces)] = piece
    return "".join(whole)


def _inside(texts: Sequence[str]) -> Sequence[str]:
    """What JSON has between the quotes; mostly nothing needs an escape."""
    joined = "".join(texts)
    if len(encode_basestring(joined)) == len(joined) + 2:
        return texts
    return [encode_basestring(text)[1:-1] for text in texts]


def folder_json(folder: Prefix) -> str:
    """A folder has a name and nothing else."""
    return f'{{"type": "folder", "name": {encode_basestring(folder.name)}}}'


def blob_csv(blob: Blob) -> str:
    """One line, with the columns of `CSV_HEADER`; metadata is JSON."""
    values = (
        "blob",
        blob.name,
        str(blob.size_bytes),
        iso_time(blob.last_modified_s),
        blob.content_type,
        blob.etag,
        blob.content_md5.hex() if blob.content_md5 else "",
        blob.blob_type.value,
        blob.tier,
        iso_time(blob.created_s),
        as_json(dict(blob.metadata)) if blob.metadata else "",
    )
    return ",".join(map(csv_field, values))


def blobs_csv(blobs: Sequence[Blob]) -> str:
    """`blob_csv` for many, each with a line feed: at a third of the cost."""
    names, sizes, modified, etags, types, md5s, kinds, tiers, _, created, metadata, *_ = columns_of(
        blobs
    )
    times = {seconds: iso_time(seconds) for seconds in {*modified, *created}}
    pieces: list[str | Iterable[str]] = [
        "blob,", _fields(names),
        ",", map(str, sizes),
        ",", map(times.__getitem__, modified),
        ",", map(_field_often, types),
        ",", _fields(etags),
        ",", [md5.hex() if md5 else "" for md5 in md5s],
        ",", [kind._value_ for kind in kinds],
        ",", map(_field_often, tiers),
        ",", map(times.__getitem__, created),
        ",", [csv_field(as_json(dict(one))) if one else "" for one in metadata],
        "\n",
    ]  # fmt: skip
    return _woven(pieces, len(blobs))


def _fields(texts: Sequence[str]) -> list[str]:
    joined = "".join(texts)
    has_quoted = any([mark in joined for mark in _QUOTED])
    return [*map(csv_field if has_quoted else no_formula, texts)]


def folder_csv(folder: Prefix) -> str:
    """A line with the name of a folder."""
    return f"folder,{csv_field(folder.name)}" + "," * (CSV_HEADER.count(",") - 1)


def csv_field(text: str) -> str:
    """A field that no spreadsheet takes for a formula: those get an apostrophe in front."""
    text = no_formula(text)
    if not _QUOTED.isdisjoint(text):
        quoted = text.replace('"', '""')
        return f'"{quoted}"'
    return text


_field_often: Final[Callable[[str], str]] = Known(csv_field).__getitem__
"""For values that many blobs share."""
