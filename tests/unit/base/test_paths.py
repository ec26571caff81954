"""State is private, and a file is whole at every moment."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base.paths import cache_dir, data_dir, locked, make_private_dir, write_private

posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_variable_moves_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QUAYSIDE_DATA_DIR", str(tmp_path / "x"))
    assert data_dir() == tmp_path / "x"
    monkeypatch.delenv("QUAYSIDE_DATA_DIR")
    assert data_dir().is_absolute()
    assert cache_dir() != data_dir()


@posix
def test_folders_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_private(tmp_path / "state" / "a.json", b"1")
        (tmp_path / "state" / "b.json").write_bytes(b"open to all")
        write_private(tmp_path / "state" / "b.json", b"2")
    finally:
        os.umask(old)
    assert mode(tmp_path / "state") == 0o700
    assert mode(tmp_path / "state" / "a.json") == 0o600
    assert mode(tmp_path / "state" / "b.json") == 0o600


@posix
def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    make_private_dir(folder)
    assert mode(folder) == 0o700


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.json"
    write_private(target, b"old")

    def failing(_: int) -> None:
        raise OSError(5, "disk failure")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="disk failure"):
        write_private(target, b"new")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.json"]


@posix
def test_the_lock_is_held_across_processes_and_freed_by_death(tmp_path: Path) -> None:
    import fcntl

    lock = tmp_path / "x.lock"
    code = (
        "import sys; from pathlib import Path; from explorer.base.paths import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with lock.open("r+") as mine, pytest.raises(BlockingIOError):
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        other.kill()
    with locked(lock):
        pass
