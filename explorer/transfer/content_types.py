"""The content type of a file, guessed from its name. Pure, and the same on every machine.

Python's own table (RFC 2046 and the IANA registry) without what this system adds to it,
and with what people keep in this storage.
"""

from __future__ import annotations

import mimetypes
from functools import cache, lru_cache
from typing import Final

UNKNOWN: Final = "application/octet-stream"
_MORE: Final = {
    "application/gzip": (".gz",),
    "application/jsonl": (".jsonl", ".ndjson"),
    "application/toml": (".toml",),
    "application/vnd.apache.parquet": (".parquet",),
    "application/x-ipynb+json": (".ipynb",),
    "application/yaml": (".yaml", ".yml"),  # RFC 9512
    "application/zstd": (".zst",),  # RFC 8878
    "image/avif": (".avif",),
    "image/webp": (".webp",),
    "text/markdown": (".md", ".markdown"),  # RFC 7763
    "text/plain": (".log", ".ini", ".cfg"),
    "text/tab-separated-values": (".tsv",),
}
_COMPRESSED: Final = {"gzip": "application/gzip", "bzip2": "application/x-bzip2"}


def content_type_of(name: str) -> str:
    """By the ending of `name`; a compressed file is what its compression is."""
    _, dot, endings = name[name.rfind("/") + 1 :].lstrip(".").partition(".")
    return _type_of_endings(dot + endings)


@lru_cache(256)
def _type_of_endings(endings: str) -> str:
    """Of `.tar.gz`, or whatever comes after the first dot."""
    kind, compression = _table().guess_type(f"x{endings}", strict=False)
    if compression is not None:
        return _COMPRESSED.get(compression, f"application/x-{compression}")
    return kind or UNKNOWN


@cache
def _table() -> mimetypes.MimeTypes:
    if not mimetypes.inited:
        mimetypes.init(())  # else it reads this system's files first, which are not wanted
    table = mimetypes.MimeTypes()
    for kind, endings in _MORE.items():
        for ending in endings:
            table.add_type(kind, ending)
    return table
