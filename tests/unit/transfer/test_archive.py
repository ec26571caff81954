"""A folder as the bytes of one archive."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import tarfile
from pathlib import Path

import pytest

from explorer.base.errors import InputError, LocalPermissionError, SourceChangedError
from explorer.transfer.archive import Packed, Packer, Packing
from explorer.transfer.archive_names import archive_source
from explorer.transfer.filters import Filter
from explorer.transfer.model import Links, UploadSource


def packing(root: Path, links: Links = Links.FOLLOW, *include: str) -> Packing:
    return Packing(os.fsencode(root), links, Filter.make(include))


def blocks_of(what: Packing, block_bytes: int = 1024) -> list[Packed]:
    packer = Packer(what, block_bytes)
    try:
        blocks = list(iter(packer.next_block, None))
    finally:
        packer.close()
    data = b"".join(block.data for block in blocks)
    assert packer.size_bytes == len(data)
    assert packer.md5.digest() == hashlib.md5(data).digest()
    return blocks


def bytes_of(what: Packing) -> bytes:
    return b"".join(block.data for block in blocks_of(what))


def opened(what: Packing) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(bytes_of(what)), mode="r:gz")


def fill(root: Path, **files: bytes) -> Path:
    for name, data in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def test_it_unpacks_to_the_same_tree(tmp_path: Path) -> None:
    root = fill(tmp_path / "out", b=b"B" * 5000, a__x=b"", a__y=b"y")
    (root / "empty").mkdir()
    (root / "b").chmod(0o751)
    os.utime(root / "b", (1_600_000_000, 1_600_000_000))
    with opened(packing(root)) as tar:
        tar.extractall(tmp_path / "back", filter="data")
        member = tar.getmember("out/b")
    assert (member.mode, member.mtime, member.uid, member.uname) == (0o751, 1_600_000_000, 0, "")
    back = tmp_path / "back" / "out"
    assert (back / "b").read_bytes() == b"B" * 5000
    assert (back / "a/x").read_bytes() == b""
    assert (back / "empty").is_dir()


def test_the_same_files_give_the_same_bytes_in_whatever_order_they_were_made(
    tmp_path: Path,
) -> None:
    one = fill(tmp_path / "1" / "out", a=b"a", b=b"b", c__d=b"d")
    two = fill(tmp_path / "2" / "out", c__d=b"d", b=b"b", a=b"a")
    for root in (one, two):
        for path in (root, *root.rglob("*")):
            os.utime(path, (1_700_000_000, 1_700_000_000))
    assert bytes_of(packing(one)) == bytes_of(packing(two))
    assert packing(one).survey().identity == packing(two).survey().identity
    assert packing(one).survey().state != packing(two).survey().state


def test_blocks_have_their_size_and_count_what_was_read(tmp_path: Path) -> None:
    root = fill(tmp_path / "out", a=os.urandom(10_000), b=os.urandom(3_000))
    blocks = blocks_of(packing(root), 4096)
    assert {len(block.data) for block in blocks[:-1]} == {4096}
    assert sum(block.read_bytes for block in blocks) == 13_000
    assert [block.index for block in blocks] == list(range(len(blocks)))
    survey = packing(root).survey()
    assert (survey.files, survey.size_bytes) == (2, 13_000)
    assert survey.most_bytes >= sum(len(block.data) for block in blocks)


def test_long_and_hostile_names_survive(tmp_path: Path) -> None:
    root = tmp_path / "out"
    names = [b"-rf", b"a\nb", b"\xff\xfe", "ü".encode() * 60, b"x" * 200, b"..."]
    root.mkdir()
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(root), name))).write_bytes(name)
    with opened(packing(root)) as tar:
        found = {
            os.fsencode(member.name).removeprefix(b"out/")
            for member in tar.getmembers()
            if member.isfile()
        }
    assert found == set(names)


def test_a_link_within_stays_a_link_and_another_is_followed_or_left_out(tmp_path: Path) -> None:
    fill(tmp_path, far=b"far")
    root = fill(tmp_path / "out", d__a=b"a")
    (root / "d/near").symlink_to("a")
    (root / "far").symlink_to("../far")
    (root / "round").symlink_to(root)
    (root / "nowhere").symlink_to("/nowhere/at/all")
    with opened(packing(root)) as tar:
        kinds = {member.name: (member.issym(), member.size) for member in tar.getmembers()}
    assert kinds["out/d/near"] == (True, 0)
    assert kinds["out/far"] == (False, 3)
    assert {"out/round", "out/nowhere"}.isdisjoint(kinds)
    assert packing(root).survey().left_out == 2
    with opened(packing(root, Links.SKIP)) as tar:
        assert set(tar.getnames()) == {"out", "out/d", "out/d/a"}


def test_what_no_archive_holds_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = fill(tmp_path / "out", a=b"a")
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door")
        assert packing(root).survey().left_out == 2


def test_filters_leave_out_files_and_the_folders_that_held_only_them(tmp_path: Path) -> None:
    root = fill(tmp_path / "out", a__x_csv=b"", a__y=b"", b__y=b"")
    with opened(packing(root, Links.FOLLOW, "x*")) as tar:
        assert tar.getnames() == ["out", "out/a", "out/a/x_csv"]


def test_a_file_that_changes_before_it_is_read_is_seen(tmp_path: Path) -> None:
    root = fill(tmp_path / "out", a=os.urandom(600_000), z=b"z")
    packer = Packer(packing(root), 1024)
    packer.next_block()
    (root / "a").write_bytes(b"new")
    with pytest.raises(SourceChangedError, match="changed while"):
        list(iter(packer.next_block, None))
    packer.close()


@pytest.mark.parametrize("edit", ["add", "remove", "write"])
def test_a_folder_that_changed_meanwhile_is_seen_at_the_end(tmp_path: Path, edit: str) -> None:
    root = fill(tmp_path / "out", a=b"a", b=b"b")
    what = packing(root)
    survey = what.survey()
    what.check(survey)
    if edit == "add":
        fill(root, c=b"c")
    elif edit == "remove":
        (root / "a").unlink()
    else:
        (root / "a").write_bytes(b"A")
    with pytest.raises(SourceChangedError):
        what.check(survey)


def test_a_folder_that_cannot_be_read_fails_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fill(tmp_path / "out", a__x=b"")
    real = os.listdir

    def refused(path: bytes) -> list[bytes]:
        if path.endswith(b"/a"):
            raise PermissionError(13, "no")
        return real(path)

    monkeypatch.setattr(os, "listdir", refused)
    with pytest.raises(LocalPermissionError):
        packing(root).survey()


def test_a_deep_tree_is_packed(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for name in ["out", *["d"] * 300]:
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
    finally:
        os.close(here)
    with opened(packing(tmp_path / "out")) as tar:
        assert len(tar.getmembers()) == 301


def test_the_archive_is_called_after_its_folder(tmp_path: Path) -> None:
    assert archive_source(tmp_path / "out") == UploadSource(str(tmp_path / "out"), "out.tgz")
    (tmp_path / "a").mkdir()
    assert archive_source(tmp_path / "a" / "..").name == f"{tmp_path.name}.tgz"
    with pytest.raises(InputError, match="no name"):
        archive_source(Path("/"))
