"""What differs between a flat and a hierarchical namespace: each of `DIFFERENCES`, both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from explorer.base.errors import ConflictError, QuaysideError, UnsafeNameError
from explorer.storage.model import Condition
from tests.conformance.places import DIFFERENCES, Level, Place

Case = TypeVar("Case", bound=Callable[..., None])
_held: set[str] = set()


def difference(name: str) -> Callable[[Case], Case]:
    """Says which difference a case holds both kinds to."""
    _held.add(name)
    return lambda case: case


@difference("empty folders")
def test_a_real_folder_can_be_empty(lake_place: Place) -> None:
    lake_place.directories.create_directory(
        lake_place.container, "a/b", condition=Condition.absent()
    )
    assert lake_place.level() == Level(("a/",), ())
    assert lake_place.level("a/") == Level(("a/b/",), ())
    assert lake_place.level("a/b/") == Level((), ())
    assert lake_place.properties("a/b").is_directory


@difference("the last file takes nothing along")
def test_a_real_folder_outlives_its_last_file(lake_place: Place) -> None:
    lake_place.write("a/f", b"1")
    lake_place.delete("a/f")
    assert lake_place.level() == Level(("a/",), ())


@difference("the last file takes nothing along")
def test_a_prefix_goes_with_its_last_blob(flat_place: Place) -> None:
    flat_place.write("a/f", b"1")
    flat_place.delete("a/f")
    assert flat_place.level() == Level((), ())


@difference("a name and a folder")
def test_a_file_is_no_folder_where_folders_are_real(lake_place: Place) -> None:
    lake_place.write("x", b"1")
    with pytest.raises(QuaysideError) as refused:
        lake_place.write("x/y", b"2")
    assert refused.value.cure or isinstance(refused.value, ConflictError)
    assert lake_place.read("x") == b"1"
    assert lake_place.below() == ["x"]


@difference("a name and a folder")
def test_a_blob_and_a_prefix_may_share_a_name(flat_place: Place) -> None:
    flat_place.write("x", b"1")
    flat_place.write("x/y", b"2")
    assert flat_place.level() == Level(("x/",), ("x",))


@difference("empty segments")
def test_a_flat_name_may_have_empty_segments(flat_place: Place) -> None:
    flat_place.write("a//b", b"1")
    assert flat_place.below() == ["a//b"]
    assert flat_place.level("a/") == Level(("a//",), ())


@difference("empty segments")
def test_a_real_path_has_none(lake_place: Place) -> None:
    with pytest.raises(UnsafeNameError):
        lake_place.directories.create_directory(
            lake_place.container, "a//b", condition=Condition.absent()
        )


@difference("renames")
def test_a_real_folder_is_renamed_in_one_step(lake_place: Place) -> None:
    etag = lake_place.write("a/b/f", b"1")
    lake_place.directories.rename(
        lake_place.container, "a", "z",
        source_condition=Condition.always(), destination_condition=Condition.absent(),
    )  # fmt: skip
    assert lake_place.below() == ["z/b/f"]
    assert lake_place.properties("z/b/f").etag == etag


@difference("access lists")
def test_only_what_is_real_has_an_owner(place: Place) -> None:
    place.write("f", b"1")
    assert bool(place.properties("f").owner) is place.is_hierarchical
    if place.is_hierarchical:
        assert place.directories.access(place.container, "f").acl
    else:
        assert place.store.directories is None


def test_every_difference_that_is_stated_is_held() -> None:
    assert _held == set(DIFFERENCES)
