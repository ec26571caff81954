"""Metadata and tags within the service's limits pass; everything else is named and refused."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage.labels import (
    MAX_METADATA_BYTES,
    check_metadata,
    check_tags,
    merged,
    split_pair,
)

_tag_letters = string.ascii_letters + string.digits + " +-./:=_"
_names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
_values = st.text(string.ascii_letters + string.digits + " .,;=", min_size=1, max_size=10).filter(
    str.strip
)
_pairs = st.dictionaries(_names, _values, max_size=6).filter(
    lambda one: len({name.lower() for name in one}) == len(one)
)


@given(
    st.dictionaries(
        st.text(_tag_letters, min_size=1, max_size=128),
        st.text(_tag_letters, max_size=256),
        max_size=10,
    )
)
def test_tags_within_the_limits_pass(tags: dict[str, str]) -> None:
    check_tags(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {str(number): "x" for number in range(11)},
        {"": "x"},
        {"n" * 129: "x"},
        {"n": "v" * 257},
        {"n": "ü"},
        {"n&": "x"},
        {"n": "line\n"},
    ],
)
def test_tags_beyond_the_limits_are_refused(tags: dict[str, str]) -> None:
    with pytest.raises(InputError):
        check_tags(tags)


@given(_pairs)
def test_metadata_within_the_limits_passes(metadata: dict[str, str]) -> None:
    check_metadata(metadata)


@pytest.mark.parametrize(
    "metadata",
    [
        {"1a": "x"},
        {"a-b": "x"},
        {"": "x"},
        {"ü": "x"},
        {"a": "ü"},
        {"a": "x\r\nx-ms-evil: 1"},
        {"a": "1", "A": "2"},
        {"a": " "},
        {"a": "x" * MAX_METADATA_BYTES},
    ],
)
def test_metadata_beyond_the_limits_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(InputError):
        check_metadata(metadata)


@given(_pairs, _pairs, st.lists(_names, max_size=3))
def test_merging_sets_what_is_added_removes_what_is_named_and_keeps_the_rest(
    before: dict[str, str], added: dict[str, str], removed: list[str]
) -> None:
    found = merged(before, added, tuple(removed))
    gone = {name.lower() for name in removed} - {name.lower() for name in added}
    fresh = {name.lower() for name in added}
    assert {name: found[name] for name in added} == added
    kept = {
        name: value
        for name, value in before.items()
        if name.lower() not in gone and name.lower() not in fresh
    }
    assert found == kept | added
    check_metadata(found)


def test_a_pair_is_split_at_its_first_sign() -> None:
    assert split_pair("a=b=c", "tag") == ("a", "b=c")
    assert split_pair("a=", "tag") == ("a", "")
    for text in ("a", "=b", ""):
        with pytest.raises(InputError):
            split_pair(text, "tag")
