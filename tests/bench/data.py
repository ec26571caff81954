"""The files that are sent, made once, and the check that what came is what was sent."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from pathlib import Path

from tests.bench.works import SMALL_BYTES, Sizes

MTIME_S = 1_704_067_200
"""Every file has this time: the fast server says it in its listings."""
_PIECE = 1 << 20


class Data:
    """A large file and a tree of small ones below `home`. Contents depend on sizes only."""

    def __init__(self, home: Path, sizes: Sizes) -> None:
        self.sizes = sizes
        self.home = home / f"{sizes.big_bytes}-{sizes.small_count}"
        self.big = self.home / "big.bin"
        self.small = self.home / "small"
        self.md5: dict[str, bytes] = {}
        """Of each small file, by its path below `small`."""

    def make(self) -> None:
        """Write what is not there, and learn the checksums."""
        done = self.home / "complete"
        if not done.exists():
            shutil.rmtree(self.home, ignore_errors=True)
            self.home.mkdir(parents=True)
            chance = random.Random(20)
            with self.big.open("wb") as file:
                for at in range(0, self.sizes.big_bytes, _PIECE):
                    file.write(chance.randbytes(min(_PIECE, self.sizes.big_bytes - at)))
            _set_time(self.big)
            for name in self.sizes.small_names:
                path = self.small / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(chance.randbytes(SMALL_BYTES))
                _set_time(path)
            done.touch()
            os.sync()
        for name in self.sizes.small_names:
            content = (self.small / name).read_bytes()
            self.md5[name] = hashlib.md5(content, usedforsecurity=False).digest()

    def is_big(self, path: Path) -> bool:
        """Whether a file is the large one, byte for byte."""
        return same_file(self.big, path)

    def is_small(self, folder: Path) -> bool:
        """Whether a folder holds the small files, all of them and nothing else."""
        found = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file()
        }
        return set(found) == set(self.sizes.small_names) and all(
            same_file(self.small / name, path) for name, path in found.items()
        )


def same_file(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while ours := left.read(_PIECE):
            if ours != right.read(_PIECE):
                return False
    return True


def _set_time(path: Path) -> None:
    os.utime(path, (MTIME_S, MTIME_S))
