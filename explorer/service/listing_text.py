"""Rows of a listing as lines of JSON or CSV, for the command line and for exports. Pure.

JSON Lines as https://jsonlines.org has them; CSV as RFC 4180 has it, with the mark that keeps
a spreadsheet from taking a name for a formula.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Final

from explorer.base.shown import no_formula
from explorer.base.units import iso_time
from explorer.storage.model import Blob, Prefix

as_json: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False).encode
"""JSON on one line, letters as they are."""

CSV_HEADER: Final = "type,name,size,modified,content_type,etag,md5,blob_type,tier,created,metadata"
_QUOTED: Final = frozenset(',"\r\n')

_often: Callable[[str], str] = lru_cache(1024)(encode_basestring)
"""For values that many blobs share."""


@lru_cache(4096)
def _time_json(seconds: int) -> str:
    return encode_basestring(iso_time(seconds))


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
    modified = f' "modified": {_time_json(modified_s)},' if modified_s else ""
    return (
        f'{{"type": "blob", "name": {encode_basestring(name)}, "size": {size_bytes},{modified}'
        f' "content_type": {_often(content_type)}, "etag": {encode_basestring(etag)},'
        f' "md5": "{md5.hex() if md5 else ""}", "blob_type": "{blob_type._value_}",'
        f' "tier": {_often(tier)}, "created": {_time_json(created_s)},'
        f' "metadata": {as_json(dict(metadata)) if metadata else "{}"}}}'
    )


_BLOB_JSON: Final = (
    '{"type": "blob", "name": %s, "size": %d, "modified": %s, "content_type": %s, "etag": %s,'
    ' "md5": "%s", "blob_type": "%s", "tier": %s, "created": %s, "metadata": {}}'
)


def blobs_json(blobs: Sequence[Blob]) -> Iterable[str]:
    """`blob_json` for many: at half the cost where all have a time and none has metadata."""
    if not blobs:
        return ()
    names, sizes, modified, etags, content_types, md5s, kinds, tiers, _, created, metadata, *_ = (
        zip(*blobs, strict=True)
    )
    if any(metadata) or not all(modified):
        return map(blob_json, blobs)
    columns = (
        map(encode_basestring, names),
        sizes,
        map(_time_json, modified),
        map(_often, content_types),
        map(encode_basestring, etags),
        [md5.hex() if md5 else "" for md5 in md5s],
        [kind._value_ for kind in kinds],
        map(_often, tiers),
        map(_time_json, created),
    )
    return map(_BLOB_JSON.__mod__, zip(*columns, strict=True))


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
