"""What an earlier attempt left is told from everything else beside it."""

from __future__ import annotations

import os
from pathlib import Path

from explorer.cluster.arrived import is_part_of_one, is_same, names_of, remove_leftovers
from explorer.transfer.folders import part_name
from explorer.transfer.hashing import md5_at
from explorer.transfer.model import (
    Conflict,
    DownloadRequest,
    DownloadSource,
    RemotePlace,
    Side,
    UploadRequest,
    UploadSource,
)

PLACE = RemotePlace("c", "https://acc.blob.core.windows.net", "box", "runs/")


def test_only_parts_of_these_files_are_leftovers(tmp_path: Path) -> None:
    request = DownloadRequest((DownloadSource("d/a.bin", False, "d/a.bin"),), PLACE, str(tmp_path))
    folder = tmp_path / "d"
    folder.mkdir()
    part = os.fsdecode(part_name(b"a.bin", "00ab1"))
    others = [os.fsdecode(part_name(b"b.bin", "00ab1")), "a.bin", ".a.bin.quayside-part"]
    for name in (part, *others):
        (folder / name).write_text("half")
    remove_leftovers(request)
    assert sorted(path.name for path in folder.iterdir()) == sorted(others)


def test_a_long_name_has_its_part_too() -> None:
    name = b"l" * 250
    assert is_part_of_one(part_name(name, "00ab1"), {name})
    assert not is_part_of_one(part_name(name, "00ab1"), {b"k" * 250})


def test_an_upload_has_arrived_where_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"bytes")
    request = UploadRequest((UploadSource(str(path), "d/a.bin"),), PLACE)
    assert names_of(request) == {"d/a.bin": 0}
    mine = Side(5, 1.0)
    theirs = Side(5, 99.0, md5_at(os.fsencode(path)))
    assert is_same(request, 0, Conflict("d/a.bin", mine, theirs))
    assert not is_same(request, 0, Conflict("d/a.bin", mine, Side(5, 1.0, b"0" * 16)))
    assert not is_same(request, 0, Conflict("d/a.bin", mine, Side(6, 1.0)))
    assert is_same(request, 0, Conflict("d/a.bin", mine, Side(5, 1.0)))
