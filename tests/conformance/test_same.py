"""What is the same whether a namespace is flat or hierarchical, and whichever API is used."""

from __future__ import annotations

import hashlib
import time

import pytest

from explorer.base.errors import (
    AlreadyExistsError,
    InputError,
    IntegrityError,
    NotFoundError,
    PreconditionFailedError,
    StorageError,
    UnsafeNameError,
)
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from tests.conformance.places import Level, Place

ABSENT = Condition.absent()
NAMES = [
    "a b", "a%41b", "100%", "what?", "a#b", "1+1=2", "it's", '"quoted"', "a&b;c,d",
    "ünïcödé", "日本語/ファイル", "🎉.txt", "e\u0301", "UPPER/lower", "-dash", "~tilde", "x" * 200,
]  # fmt: skip


# -- writing and reading -------------------------------------------------------------


def test_what_was_written_is_read(place: Place) -> None:
    data = bytes(range(256)) * 300
    etag = place.write("runs/7/model.bin", data)
    assert place.read("runs/7/model.bin") == data
    assert place.properties("runs/7/model.bin").etag == etag


def test_an_empty_blob_is_one(place: Place) -> None:
    place.write("empty")
    assert place.properties("empty").size_bytes == 0
    assert not place.properties("empty").is_directory
    assert place.read("empty") == b""
    assert place.level() == Level((), ("empty",))


def test_a_range_is_exactly_that_range(place: Place) -> None:
    data = bytes(range(250))
    place.write("f", data)
    assert place.read("f", 10, 7) == data[10:17]
    assert place.read("f", 249, 1) == data[249:]


def test_a_range_beyond_the_end_is_refused(place: Place) -> None:
    place.write("f", b"123")
    for offset, length in ((2, 2), (3, 1), (100, 1)):
        with pytest.raises((StorageError, IntegrityError)):
            place.read("f", offset, length)


def test_a_range_is_of_the_version_that_was_looked_at(place: Place) -> None:
    etag = place.write("f", b"old")
    assert place.read("f", 0, 3, if_match=etag) == b"old"
    place.write("f", b"new")
    with pytest.raises(PreconditionFailedError):
        place.read("f", 0, 3, if_match=etag)


# -- overwriting ---------------------------------------------------------------------


def test_what_must_be_new_replaces_nothing(place: Place) -> None:
    place.write("f", b"old", condition=ABSENT)
    with pytest.raises((AlreadyExistsError, PreconditionFailedError)):
        place.write("f", b"new", condition=ABSENT)
    assert place.read("f") == b"old"
    assert place.below() == ["f"]


def test_it_is_replaced_only_while_it_is_the_one_that_was_seen(place: Place) -> None:
    first = place.write("f", b"1")
    second = place.write("f", b"22", condition=Condition.unchanged(first))
    assert second != first
    with pytest.raises(PreconditionFailedError):
        place.write("f", b"333", condition=Condition.unchanged(first))
    assert place.read("f") == b"22"


def test_nothing_is_replaced_that_is_not_there(place: Place) -> None:
    with pytest.raises((PreconditionFailedError, NotFoundError)):
        place.write("f", b"1", condition=Condition.unchanged('"0x1"'))
    assert place.below() == []


# -- deleting ------------------------------------------------------------------------


def test_what_is_deleted_is_gone(place: Place) -> None:
    place.write("d/f", b"1")
    place.delete("d/f")
    assert place.below() == []
    with pytest.raises(NotFoundError):
        place.properties("d/f")
    with pytest.raises(NotFoundError):
        place.delete("d/f")


def test_what_changed_is_not_deleted(place: Place) -> None:
    etag = place.write("f", b"1")
    place.write("f", b"2")
    with pytest.raises(PreconditionFailedError):
        place.delete("f", Condition.unchanged(etag))
    assert place.read("f") == b"2"


def test_many_are_deleted_at_once(place: Place) -> None:
    names = [f"d/{number:02}" for number in range(12)]
    for name in names:
        place.write(name, b"1")
    gone = dict(place.store.delete_blobs(place.container, [*names, "nothing"]))
    assert [name for name, error in gone.items() if error is not None] == ["nothing"]
    assert isinstance(gone["nothing"], NotFoundError)
    assert place.below() == []


# -- properties and metadata ---------------------------------------------------------


def test_content_headers_and_metadata_come_back(place: Place) -> None:
    md5 = hashlib.md5(b"abc").digest()
    headers = BlobHeaders(
        "text/csv", content_encoding="identity", content_language="de",
        content_disposition="inline", cache_control="no-cache", content_md5=md5,
        metadata={"owner": "me", "step": "7"},
    )  # fmt: skip
    place.write("f", b"abc", headers=headers)
    found = place.properties("f")
    assert found.headers == headers or found.headers.tier
    assert found.headers.metadata == headers.metadata
    assert (found.headers.content_type, found.headers.content_md5) == ("text/csv", md5)
    assert (found.headers.content_language, found.headers.cache_control) == ("de", "no-cache")
    assert found.headers.content_disposition == "inline"
    assert abs(found.last_modified_s - time.time()) < 60
    assert abs(found.created_s - time.time()) < 60


def test_metadata_is_replaced_whole_and_under_its_condition(place: Place) -> None:
    etag = place.write("f", b"abc", headers=BlobHeaders(metadata={"old": "1"}))
    ref = BlobRef(place.container, "f")
    written = place.store.set_metadata(ref, {"new": "2"}, condition=Condition.unchanged(etag))
    assert place.properties("f").headers.metadata == {"new": "2"}
    assert place.properties("f").etag == written.etag
    assert place.read("f") == b"abc"
    with pytest.raises(PreconditionFailedError):
        place.store.set_metadata(ref, {}, condition=Condition.unchanged(etag))


def test_what_is_not_there_is_said(place: Place) -> None:
    with pytest.raises(NotFoundError):
        place.properties("nothing")


# -- names ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_were_given(place: Place, name: str) -> None:
    place.write(f"{name}/{name}", b"1")
    assert place.below() == [f"{name}/{name}"]
    assert place.level().folders == (f"{name.partition('/')[0]}/",)
    assert place.read(f"{name}/{name}") == b"1"
    place.delete(f"{name}/{name}")
    assert place.below() == []


@pytest.mark.parametrize("name", ["", "a/../b", "..", "./a", "a\\b", "\udc80", "x" * 1025])
def test_names_that_would_be_another_are_refused(place: Place, name: str) -> None:
    with pytest.raises((UnsafeNameError, InputError)):
        place.write(name, b"1")
    assert place.below() == []


def test_letter_case_is_kept_apart(place: Place) -> None:
    place.write("Readme", b"1")
    place.write("README", b"22")
    assert sorted(place.below()) == ["README", "Readme"]
    assert place.read("Readme") == b"1"


# -- listing -------------------------------------------------------------------------


def test_a_level_has_folders_and_files_and_nothing_deeper(place: Place) -> None:
    for name in ("a/1", "a/b/2", "c/d/e/3", "top"):
        place.write(name, b"1")
    assert place.level() == Level(("a/", "c/"), ("top",))
    assert place.level("a/") == Level(("a/b/",), ("a/1",))
    assert place.level("c/") == Level(("c/d/",), ())
    assert place.below("a/") == ["a/1", "a/b/2"]
    assert sorted(place.below()) == ["a/1", "a/b/2", "c/d/e/3", "top"]


@pytest.mark.parametrize("page_size", [1, 3, 7])
def test_pages_come_to_the_same_whole(place: Place, page_size: int) -> None:
    names = [f"d{number}/f{number}" for number in range(4)] + [f"f{number}" for number in range(5)]
    for name in names:
        place.write(name, b"1")
    assert sorted(place.below(page_size=page_size)) == sorted(names)
    level = place.level(page_size=page_size)
    assert sorted(level.folders) == [f"d{number}/" for number in range(4)]
    assert sorted(level.files) == [f"f{number}" for number in range(5)]


def test_a_folder_is_not_what_only_begins_like_it(place: Place) -> None:
    for name in ("run/1", "runs/2", "run.log"):
        place.write(name, b"1")
    assert place.level("run/") == Level((), ("run/1",))
    assert place.below("run/") == ["run/1"]


def test_nothing_is_listed_where_nothing_is(place: Place) -> None:
    assert place.level() == Level((), ())
    assert place.below() == []


def test_a_container_that_is_not_there_is_said(place: Place) -> None:
    with pytest.raises(NotFoundError):
        place.store.list_blobs("no-such-container")


# -- containers ----------------------------------------------------------------------


def test_containers_are_listed_and_looked_at(place: Place) -> None:
    names = [one.name for one in place.store.list_containers(prefix=place.container).containers]
    assert names == [place.container]
    assert place.store.container_properties(place.container).name == place.container
    with pytest.raises(AlreadyExistsError):
        place.store.create_container(place.container)


def test_the_account_says_which_kind_it_is(place: Place) -> None:
    told = place.store.account_info().is_hierarchical
    assert told is True if place.is_hierarchical else not told
    assert (place.store.directories is not None) is place.is_hierarchical
