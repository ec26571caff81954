"""Sources, parts, and the errors of the file system in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.base.errors import (
    DiskFullError,
    IntegrityError,
    LocalError,
    LocalNotFoundError,
    LocalPermissionError,
    Retry,
    SourceChangedError,
)
from explorer.transfer.files import Fingerprint, Source, free_bytes, shown, translating
from explorer.transfer.folders import Folder


def path_of(path: Path) -> bytes:
    return os.fsencode(path)


@pytest.mark.parametrize(
    ("code", "kind", "retry"),
    [
        (errno.ENOSPC, DiskFullError, Retry.NEEDS_ROOM),
        (errno.EDQUOT, DiskFullError, Retry.NEEDS_ROOM),
        (errno.ENOENT, LocalNotFoundError, Retry.NEVER),
        (errno.EACCES, LocalPermissionError, Retry.NEVER),
        (errno.EROFS, LocalPermissionError, Retry.NEVER),
        (errno.EIO, LocalError, Retry.NEVER),
        (errno.ELOOP, LocalError, Retry.NEVER),
        (errno.EFBIG, LocalError, Retry.NEVER),
        (errno.ENAMETOOLONG, LocalError, Retry.NEVER),
        (errno.EISDIR, LocalError, Retry.NEVER),
    ],
)
def test_every_error_of_the_system_says_where_and_what_to_do(
    code: int, kind: type[LocalError], retry: Retry
) -> None:
    with pytest.raises(LocalError) as caught, translating(b"/some/where"):
        raise OSError(code, os.strerror(code))
    assert type(caught.value) is kind
    assert caught.value.retry is retry
    assert "/some/where" in caught.value.message
    assert caught.value.cure


def append(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"x")


def edit_and_restore_the_time(path: Path) -> None:
    before = path.stat()
    path.write_bytes(b"EDITED" + path.read_bytes()[6:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.write_bytes(path.read_bytes())
    os.utime(new, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    os.replace(new, path)


@pytest.mark.parametrize("change", [append, edit_and_restore_the_time, replace, os.remove])
def test_a_source_that_changed_is_noticed(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    with Source(path_of(path)) as source:
        source.check()
        change(path)
        with pytest.raises(SourceChangedError) as caught:
            source.check()
    assert caught.value.retry is Retry.RESTART


def test_a_source_that_became_shorter_is_noticed_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    with Source(path_of(path)) as source:
        os.truncate(path, 5)
        with pytest.raises(SourceChangedError):
            source.read_into(memoryview(bytearray(10)), 0)


def test_a_pipe_or_folder_is_no_source_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(LocalError, match="not a regular file"):
            Source(path_of(tmp_path / name))


def test_a_fingerprint_reads_back(tmp_path: Path) -> None:
    found = Fingerprint.of(tmp_path.stat())
    assert Fingerprint.from_text(found.to_text()) == found


def test_a_part_has_its_size_takes_bytes_anywhere_and_keeps_the_time(tmp_path: Path) -> None:
    with Folder.open(path_of(tmp_path)) as folder, folder.open_part(b"p", is_new=True) as part:
        part.allocate(10)
        assert part.size_bytes == 10
        part.write(6, memoryview(b"6789"))
        part.write(0, memoryview(b"012345"))
        part.sync_data()
        part.seal(1_600_000_000_123_456_789)
        with pytest.raises(IntegrityError):
            part.read_into(memoryview(bytearray(20)), 0)
    assert (tmp_path / "p").read_bytes() == b"0123456789"
    assert (tmp_path / "p").stat().st_mtime_ns == 1_600_000_000_123_456_789
    assert not (tmp_path / "p").stat().st_mode & 0o111


def test_free_space_is_that_of_the_nearest_folder(tmp_path: Path) -> None:
    assert free_bytes(path_of(tmp_path / "not" / "yet")) > 0


def test_a_name_that_is_no_text_can_be_shown() -> None:
    assert shown(b"a\xff") == "a?"
