"""What is changed on the disk from a local pane: names, and nothing outside the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from explorer.base.errors import InputError, LocalError
from explorer.gui.local import changes


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Path:
    """The system's trash, of this test."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    return data / "Trash" / "files"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a file, a folder, and a link to a folder beside it that must stay as it is."""
    made = tmp_path / "shown"
    (made / "run").mkdir(parents=True)
    (made / "run" / "deep.txt").write_text("deep")
    (made / "a.txt").write_text("a")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept.txt").write_text("kept")
    (made / "link").symlink_to(tmp_path / "outside")
    (made / "run" / "link").symlink_to(tmp_path / "outside")
    return made


def kept(folder: Path) -> bool:
    return (folder.parent / "outside" / "kept.txt").read_text() == "kept"


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a\0b", "a\nb", "x" * 256])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        changes.check_name(name, "linux")


@pytest.mark.parametrize("name", ["a:b", "NUL", "end.", "a?"])
def test_names_are_those_the_system_keeps(name: str) -> None:
    changes.check_name(name, "linux")
    with pytest.raises(InputError, match="Windows"):
        changes.check_name(name, "win32")


def test_a_folder_is_made_unless_the_name_is_taken(folder: Path) -> None:
    changes.make_folder(folder, "new")
    assert (folder / "new").is_dir()
    with pytest.raises(InputError, match="already"):
        changes.make_folder(folder, "a.txt")
    with pytest.raises(LocalError):
        changes.make_folder(folder / "gone", "new")


def test_renaming_replaces_nothing(folder: Path) -> None:
    changes.rename(folder, "a.txt", "b.txt")
    assert (folder / "b.txt").read_text() == "a"
    (folder / "c.txt").write_text("c")
    for taken in ("c.txt", "run", "link"):
        with pytest.raises(InputError, match="already"):
            changes.rename(folder, "b.txt", taken)
    assert (folder / "c.txt").read_text() == "c"
    changes.rename(folder, "link", "other")
    assert (folder / "other").is_symlink()
    assert kept(folder)


def test_renaming_replaces_nothing_where_the_system_has_no_such_call(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.transfer.syscalls.rename_new", lambda *_: False)
    test_renaming_replaces_nothing(folder)


def test_the_trash_takes_files_folders_and_links_themselves(folder: Path, trash: Path) -> None:
    for name in ("a.txt", "run", "link"):
        assert changes.trash(folder, name)
    assert list(folder.iterdir()) == []
    assert (trash / "run" / "deep.txt").read_text() == "deep"
    assert (trash / "link").is_symlink()
    assert kept(folder)
    with pytest.raises(LocalError):
        changes.trash(folder, "a.txt")


def test_what_the_trash_does_not_take_stays(folder: Path, tmp_path: Path, trash: Path) -> None:
    (tmp_path / "data" / "Trash").write_text("in the way")
    assert not changes.trash(folder, "a.txt")
    assert (folder / "a.txt").exists()
    strange = os.fsdecode(b"f\xff")
    (folder / strange).write_text("x")
    assert not changes.trash(folder, strange)


def test_deleting_for_good_follows_no_link(folder: Path) -> None:
    for name in ("run", "link", "a.txt"):
        changes.delete(folder, name)
    assert list(folder.iterdir()) == []
    assert kept(folder)
    with pytest.raises(LocalError):
        changes.delete(folder, "a.txt")


@pytest.mark.parametrize("name", ["../outside", "..", ".", "", "/etc", "run/deep.txt"])
def test_nothing_outside_the_folder_is_touched(folder: Path, name: str) -> None:
    for change in (changes.delete, changes.trash):
        with pytest.raises(LocalError):
            change(folder, name)
    with pytest.raises(LocalError):
        changes.rename(folder, name, "b")
    assert (folder / "run" / "deep.txt").exists()
    assert kept(folder)
