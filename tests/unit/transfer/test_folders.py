"""Folders without links, exclusive parts, and renames that replace nothing unseen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.base.errors import LocalError
from explorer.transfer import syscalls
from explorer.transfer.files import Fingerprint
from explorer.transfer.folders import Folder, part_name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "root"
    place.mkdir()
    return place


def make_part(folder: Folder, data: bytes = b"new") -> None:
    with folder.open_part(b"part", is_new=True) as part:
        part.write(0, memoryview(data))


def test_missing_folders_are_made_only_when_asked(root: Path) -> None:
    path = os.fsencode(root)
    with pytest.raises(LocalError):
        Folder.open(path, (b"a", b"b"))
    with Folder.open(path, (b"a", b"b"), create=True) as folder:
        assert folder.path == path + b"/a/b"
    assert (root / "a" / "b").is_dir()


def test_a_link_on_the_way_is_refused_and_nothing_is_made_behind_it(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    for parts in ((b"link",), (b"link", b"inside")):
        with pytest.raises(LocalError, match="symbolic link"):
            Folder.open(os.fsencode(root), parts, create=True)
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_on_the_way_is_refused(root: Path) -> None:
    (root / "file").write_bytes(b"mine")
    with pytest.raises(LocalError):
        Folder.open(os.fsencode(root), (b"file", b"x"), create=True)
    assert (root / "file").read_bytes() == b"mine"


@pytest.mark.parametrize("part", [b"..", b".", b"", b"a/b"])
def test_a_component_leads_nowhere_else(root: Path, part: bytes) -> None:
    with pytest.raises(LocalError):
        Folder.open(os.fsencode(root), (part,), create=True)


def test_a_part_is_new_or_ours_and_never_a_link(root: Path, tmp_path: Path) -> None:
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (root / "there").write_bytes(b"mine")
    with Folder.open(os.fsencode(root)) as folder:
        for name in (b"link", b"there"):
            with pytest.raises(LocalError):
                folder.open_part(name, is_new=True)
        with pytest.raises(LocalError):
            folder.open_part(b"link", is_new=False)
        with pytest.raises(LocalError):
            folder.open_part(b"missing", is_new=False)
    assert not (tmp_path / "elsewhere").exists()
    assert (root / "there").read_bytes() == b"mine"


@pytest.mark.parametrize("way", ["renameat2", "link", "look and rename"])
def test_a_new_name_is_given_only_where_there_is_none(
    root: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way != "renameat2":
        monkeypatch.setattr(syscalls, "rename_new", lambda *_: False)
    if way == "look and rename":

        def no_links(*_: object, **__: object) -> None:
            raise OSError(1, "no links here")

        monkeypatch.setattr(os, "link", no_links)
    with Folder.open(os.fsencode(root)) as folder:
        make_part(folder)
        (root / "f").write_bytes(b"rival")
        with pytest.raises(FileExistsError):
            folder.publish(b"part", b"f", None)
        assert (root / "f").read_bytes() == b"rival"
        (root / "f").unlink()
        folder.publish(b"part", b"f", None)
        folder.sync()
    assert [(p.name, p.read_bytes()) for p in root.iterdir()] == [("f", b"new")]
    assert (root / "f").stat().st_nlink == 1


def test_an_old_file_is_replaced_only_while_it_is_the_one_that_was_seen(root: Path) -> None:
    (root / "f").write_bytes(b"old")
    with Folder.open(os.fsencode(root)) as folder:
        found = folder.find(b"f")
        assert found is not None
        seen = Fingerprint.of(found)
        make_part(folder)
        (root / "f").write_bytes(b"changed")
        with pytest.raises(FileExistsError):
            folder.publish(b"part", b"f", seen)
        assert (root / "f").read_bytes() == b"changed"
        folder.publish(b"part", b"f", Fingerprint.of((root / "f").stat()))
        assert (root / "f").read_bytes() == b"new"
        folder.remove(b"part")
        folder.remove(b"f")
        assert folder.find(b"f") is None


def test_the_name_of_a_part_fits_and_says_whose_it_is() -> None:
    assert part_name(b"f.txt", "m1") == b".f.txt.m1.quayside-part"
    assert len(part_name(b"x" * 255, "m1")) == 255
    assert part_name(b"x" * 255, "m1") != part_name(b"x" * 255, "m2")


@pytest.mark.parametrize("name", ["a" + "語" * 80, "é" * 127, "😀" * 63])
def test_the_name_of_a_part_is_never_cut_inside_a_letter(name: str) -> None:
    part = part_name(name.encode(), "0123456789a")
    assert 250 < len(part) <= 255
    assert part.decode().startswith(f".{name[:50]}")
