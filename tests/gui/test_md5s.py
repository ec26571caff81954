"""MD5s of local files and of blobs, as the panes compare them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from explorer.base.workers import Workers
from explorer.gui.browse.md5s import LocalMd5s
from tests.gui.conftest import Drive


def test_local_files_are_hashed_one_after_the_other_and_what_is_none_is_told(
    drive: Drive[Any], workers: Workers, tmp_path: Path
) -> None:
    data = os.urandom(3 * 1024 * 1024 + 5)
    (tmp_path / "a").write_bytes(data)
    (tmp_path / "b").write_bytes(b"b")
    os.mkfifo(tmp_path / "pipe")
    local = LocalMd5s(workers)

    async def work() -> None:
        assert await local.of(tmp_path / "a") == hashlib.md5(data).digest()
        assert local.read_bytes == len(data)
        assert await local.of(tmp_path / "b") == hashlib.md5(b"b").digest()
        assert local.read_bytes == len(data) + 1
        assert await local.of(tmp_path / "pipe") is None
        assert await local.of(tmp_path / "gone") is None

    drive(work())
