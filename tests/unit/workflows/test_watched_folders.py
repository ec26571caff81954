"""The list of watched folders: kept whole, read with patience."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from explorer.base.errors import LocalError
from explorer.service.model import Location
from explorer.workflows.watched_folders import WatchWish, drop, load, put, read, render

ONE = WatchWish(
    "/data/out",
    Location("c1", "training", "live/"),
    include=("*.csv",),
    exclude=("*.tmp", "build/"),
    use_ignore_files=True,
    settle_s=0.5,
    goes_on=True,
)
OTHER = WatchWish("/data/out", Location("c1", "training"))


def test_what_is_kept_comes_back_in_its_order(tmp_path: Path) -> None:
    assert load(tmp_path) == ()
    put(tmp_path, ONE)
    put(tmp_path, OTHER)
    assert load(tmp_path) == (ONE, OTHER)
    again = WatchWish(ONE.folder, ONE.target)
    put(tmp_path, again)
    assert load(tmp_path) == (again, OTHER)
    drop(tmp_path, ONE)
    assert load(tmp_path) == (OTHER,)
    drop(tmp_path, ONE)
    assert load(tmp_path) == (OTHER,)


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_the_list_is_private(tmp_path: Path) -> None:
    put(tmp_path, ONE)
    assert (tmp_path / "watched/folders.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"version": 2, "folders": []}', b"\xff"])
def test_what_is_no_list_is_none(data: bytes) -> None:
    assert read(data) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folder", "relative"),
        ("folder", 3),
        ("connection", ""),
        ("container", ""),
        ("path", "live"),
        ("settle_s", "soon"),
        ("settle_s", -1),
        ("settle_s", float("nan")),
        ("exclude", None),
    ],
)
def test_an_entry_that_makes_no_sense_is_left_out(name: str, value: object) -> None:
    document = json.loads(render((ONE, OTHER)))
    document["folders"][0][name] = value
    assert read(json.dumps(document).encode()) == (OTHER,)


def test_a_list_that_cannot_be_read_or_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "watched").write_text("a file where the folder belongs")
    with pytest.raises(LocalError, match="cannot be kept"):
        load(tmp_path)
    with pytest.raises(LocalError, match="cannot be kept"):
        put(tmp_path, ONE)
