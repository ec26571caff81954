"""A preview says exactly what changes, and leaves alone what must not be touched."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.service.change_plan import (
    HEADERS,
    BlobChange,
    ChangePlan,
    Difference,
    Left,
    PropertyWish,
    change_of,
    checked_wish,
)
from explorer.storage.access import Action
from explorer.storage.model import BlobHeaders, BlobProperties, BlobRef, BlobType

FOUND = BlobProperties(
    BlobRef("data", "a/b"),
    size_bytes=5,
    etag='"1"',
    last_modified_s=1,
    created_s=1,
    blob_type=BlobType.BLOCK,
    headers=BlobHeaders(
        content_type="text/plain",
        cache_control="no-cache",
        content_md5=b"m" * 16,
        metadata={"Kept": "yes", "gone": "1"},
        tier="Hot",
    ),
)


def changed(wish: PropertyWish, found: BlobProperties = FOUND, **tags: str) -> BlobChange:
    change = change_of(checked_wish(wish), found, tags)
    assert isinstance(change, BlobChange)
    return change


def test_a_header_changes_and_all_others_are_sent_with_it() -> None:
    change = changed(PropertyWish(content_type="text/x-log", cache_control=""))
    assert change.headers == replace(FOUND.headers, content_type="text/x-log", cache_control="")
    assert change.differences == (
        Difference("content type", "text/plain", "text/x-log"),
        Difference("cache control", "no-cache", ""),
    )
    assert (change.etag, change.metadata, change.tags, change.tier) == ('"1"', None, None, "")


def test_metadata_and_tags_are_set_beside_what_is_there() -> None:
    change = changed(
        PropertyWish(
            metadata={"kept": "no"},
            removed_metadata=("GONE",),
            tags={"x": "2"},
            removed_tags=("y", "X"),
        ),
        x="1",
        y="1",
        z="1",
    )
    assert change.metadata == {"kept": "no"}
    assert change.tags == {"x": "2", "z": "1"}
    assert change.headers is None
    assert Difference("tag y", "1", "") in change.differences


def test_everything_that_is_not_named_goes_where_that_is_wished() -> None:
    change = changed(PropertyWish(metadata={"only": "1"}, replaces_metadata=True))
    assert change.metadata == {"only": "1"}
    assert changed(PropertyWish(replaces_tags=True), a="b").tags == {}


def test_what_is_as_wished_already_is_not_touched() -> None:
    for wish in (
        PropertyWish(content_type="text/plain"),
        PropertyWish(metadata={"Kept": "yes"}),
        PropertyWish(removed_metadata=("nothing",)),
        PropertyWish(tier="hot"),
        PropertyWish(tags={"a": "b"}),
    ):
        assert change_of(checked_wish(wish), FOUND, {"a": "b"}) is None


def test_a_folder_marker_never_gets_a_tier_nor_anything_else() -> None:
    marker = replace(FOUND, is_directory=True)
    for wish in (PropertyWish(tier="Cool"), PropertyWish(metadata={"a": "b"})):
        assert isinstance(change_of(checked_wish(wish), marker, {}), Left)


def test_what_cannot_be_is_left_with_its_reason() -> None:
    page = change_of(PropertyWish(tier="Cool"), replace(FOUND, blob_type=BlobType.PAGE), {})
    assert isinstance(page, Left)
    assert "block blobs" in page.reason
    archived = replace(FOUND, headers=replace(FOUND.headers, tier="Archive"))
    left = change_of(PropertyWish(content_type="a/b"), archived, {})
    assert isinstance(left, Left)
    assert "archived" in left.reason
    assert changed(PropertyWish(tags={"a": "b"}), archived).tags == {"a": "b"}
    assert changed(PropertyWish(tier="hot"), archived).tier == "Hot"
    coming = replace(archived, archive_status="rehydrate-pending-to-hot")
    assert change_of(PropertyWish(tier="Hot"), coming, {}) is None


def test_too_many_tags_together_are_refused() -> None:
    there = {str(number): "x" for number in range(9)}
    with pytest.raises(InputError, match="11 tags"):
        change_of(PropertyWish(tags={"a": "1", "b": "2"}), FOUND, there)


@pytest.mark.parametrize(
    "wish",
    [
        PropertyWish(),
        PropertyWish(tier="Frozen"),
        PropertyWish(content_type="ü"),
        PropertyWish(content_type="a\r\nb"),
        PropertyWish(metadata={"a-b": "x"}),
        PropertyWish(tags={"ü": "x"}),
    ],
)
def test_a_wish_that_cannot_be_is_refused_at_once(wish: PropertyWish) -> None:
    with pytest.raises(InputError):
        checked_wish(wish)


def test_a_wish_knows_what_it_takes() -> None:
    assert PropertyWish(tags={"a": "b"}).actions == (Action.WRITE_TAGS,)
    assert PropertyWish(tier="Hot").actions == (Action.WRITE,)
    assert PropertyWish(content_type="", removed_tags=("x",)).actions == (
        Action.WRITE,
        Action.WRITE_TAGS,
    )


_text = st.text(string.ascii_letters + "/ ", max_size=8)


@given(st.fixed_dictionaries({name: st.none() | _text for name in HEADERS}))
def test_doing_it_twice_changes_nothing_more(headers: dict[str, str | None]) -> None:
    wish = PropertyWish(**headers)  # type: ignore[arg-type]
    change = change_of(wish, FOUND, {})
    if change is None:
        return
    assert isinstance(change, BlobChange)
    assert change.headers is not None
    assert change.headers.content_md5 == FOUND.headers.content_md5
    assert change_of(wish, replace(FOUND, headers=change.headers), {}) is None


def test_the_summary_counts() -> None:
    change = changed(PropertyWish(tier="Cool"))
    plan = ChangePlan(PropertyWish(tier="Cool"), (change, change), (Left("x", "why"),), 1)
    assert plan.summary == "2 blobs change, 1 is as wished already, 1 is left out"
    assert plan.by_name == (("tier", 2),)
