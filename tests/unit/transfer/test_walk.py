"""Walking local sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.base.errors import LocalNotFoundError, LocalPermissionError
from explorer.transfer.filters import Filter
from explorer.transfer.model import Links
from explorer.transfer.walk import Found, walk

ALL = Filter.make()


def walked(root: Path, links: Links = Links.FOLLOW, chosen: Filter = ALL) -> dict[str, Found]:
    found = list(walk(os.fsencode(root), links, chosen))
    assert len({one.relative for one in found}) == len(found)
    return {one.relative: one for one in found}


def fill(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def test_files_and_empty_folders_are_found_with_size_and_time(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b/c", "b/d/e")
    (tmp_path / "b" / "empty" / "inner").mkdir(parents=True)
    found = walked(tmp_path)
    assert set(found) == {"a", "b/c", "b/d/e", "b/empty/inner"}
    assert [name for name, one in found.items() if one.is_folder] == ["b/empty/inner"]
    assert found["b/d/e"].size_bytes == 5
    assert found["b/d/e"].mtime_ns == (tmp_path / "b/d/e").stat().st_mtime_ns
    assert found["b/d/e"].path == os.fsencode(tmp_path / "b/d/e")


def test_a_single_file_and_an_empty_source_are_themselves(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    assert walked(tmp_path / "a")[""].size_bytes == 1
    (tmp_path / "e").mkdir()
    assert walked(tmp_path / "e")[""].is_folder


def test_loops_of_links_end_and_say_so(tmp_path: Path) -> None:
    fill(tmp_path, "a/f", "b/g")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "b").symlink_to("../b")
    (tmp_path / "b" / "a").symlink_to("../a")
    found = walked(tmp_path)
    assert {"a/f", "b/g", "a/b/g", "b/a/f"} <= set(found)
    skipped = {name for name, one in found.items() if one.skipped}
    assert skipped == {"a/up", "a/b/a", "b/a/b", "b/a/up"}
    assert set(walked(tmp_path, Links.SKIP)) == {"a/f", "b/g"}


def test_what_is_missing_or_special_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nowhere")
    found = walked(tmp_path)
    assert found["pipe"].skipped
    assert isinstance(found["broken"].error, LocalNotFoundError)
    assert isinstance(walked(tmp_path / "none")[""].error, LocalNotFoundError)


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a/f", "closed/g", "z/h")
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"closed"):
            raise PermissionError(13, "no")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = walked(tmp_path)
    assert isinstance(found["closed"].error, LocalPermissionError)
    assert {"a/f", "z/h"} <= set(found)


def test_filters_leave_out_files_and_whole_folders(tmp_path: Path) -> None:
    fill(tmp_path, "a.py", "b.log", "build/c.py", "d/e.py")
    (tmp_path / "empty").mkdir()
    assert set(walked(tmp_path, chosen=Filter.make(["*.py"], ["build/"]))) == {"a.py", "d/e.py"}
    assert set(walked(tmp_path, chosen=Filter.make([], ["empty/"]))) == {
        "a.py",
        "b.log",
        "build/c.py",
        "d/e.py",
    }


def test_names_that_are_no_text_keep_their_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff"
    with open(path, "wb") as file:
        file.write(b"x")
    (found,) = walked(tmp_path).values()
    assert found.path == path
