"""Rows for tests of the journal."""

from __future__ import annotations

from explorer.transfer.model import RemotePlace, UploadRequest, UploadSource
from explorer.transfer.rows import Kind, NewTransfer, key_of

PLACE = RemotePlace("c1", "https://a.example", "box", "x/")
REQUEST = UploadRequest((UploadSource("/tmp/caf\udce9", "café"),), PLACE)


def a_file(name: str, *, target: str = "", size_bytes: int = 10) -> NewTransfer:
    return NewTransfer(
        Kind.FILE,
        key_of(name),
        key_of("remote", target or name),
        name.encode(),
        target or name,
        size_bytes,
        0,
    )
