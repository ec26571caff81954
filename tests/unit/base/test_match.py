"""Finding names by words, globs and regular expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.base.match import matcher, matches_glob


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("", "anything", True),
        ("rain", "Train-042.log", True),
        ("RAIN", "train", True),
        ("rain ", "train", False),
        ("straße", "STRASSE 5", True),
        ("caf\u00e9", "CAFE\u0301.txt", True),
        ("*.log", "a/b.LOG", True),
        ("*.log", "a.log.gz", False),
        ("img_??", "img_12", True),
        ("img_??", "img_123", False),
        ("[ab]*", "Beta", True),
        ("[!ab]*", "beta", False),
        ("a[", "xa[", False),
        ("a[*", "a[x", True),
        ("a.b", "aXb", False),
        (r"re:^v\d+$", "v12", True),
        (r"re:^v\d+$", "V12", False),
        ("re:(?i)V", "v12", True),
        ("re:caf\u00e9", "cafe\u0301", True),
        ("re:", "anything", True),
        ("re:[[a]", "[", True),
    ],
)
def test_names_are_found(text: str, name: str, found: bool) -> None:
    assert matcher(text)(name) is found


@pytest.mark.parametrize("text", ["re:(", "re:[z-a]", "re:*", "re:a{99999999999}"])
def test_a_broken_regular_expression_says_what_is_wrong(text: str) -> None:
    with pytest.raises(InputError, match="regular expression: ") as caught:
        matcher(text)
    assert caught.value.cure


@given(st.text(max_size=12), st.text(max_size=12))
def test_typing_never_breaks_the_filter_and_a_name_finds_itself(text: str, name: str) -> None:
    if text.startswith("re:"):
        return
    assert matcher(text)(name) in (True, False)
    if not set("*?[") & set(name) and not name.startswith("re:"):
        assert matcher(name)(name)


@pytest.mark.parametrize(
    ("glob", "name", "found"),
    [
        ("*.log", "x/y.log", True),
        ("*.log", "y.LOG", False),
        ("log", "x.log", False),
        ("caf\u00e9", "cafe\u0301", True),
        ("[", "[", True),
    ],
)
def test_a_glob_is_for_the_whole_name_and_counts_letter_case(
    glob: str, name: str, found: bool
) -> None:
    assert matches_glob(glob, name) is found
