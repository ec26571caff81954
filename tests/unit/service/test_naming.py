"""Bad names are refused with the rule they break."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.service.naming import check_container_name, check_folder_name


@pytest.mark.parametrize("name", ["abc", "a-b-c", "0" * 63, "$root", "$web"])
def test_a_good_container_name_passes(name: str) -> None:
    check_container_name(name)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("ab", "3 to 63"), ("a" * 64, "3 to 63"), ("Abc", "small letters"), ("a_b", "small"),
        ("a--b", "hyphens"), ("-ab", "hyphens"), ("ab-", "hyphens"), ("", "3 to 63"),
        ("größe", "small letters"), ("$other", "small letters"),
    ],
)  # fmt: skip
def test_a_bad_container_name_is_refused_with_its_rule(name: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        check_container_name(name)


@pytest.mark.parametrize("name", ["a", "a b", "ü", "a.b", "100%", "#1", "..."[:1] + "hidden"])
def test_a_good_folder_name_passes(name: str) -> None:
    check_folder_name("runs/", name)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "empty"), (" ", "empty"), ("a/b", "slash"), ("a\\b", "slash"), (".", "dots"),
        ("..", "dots"), ("a.", "dot"), ("a\x07", "control"), ("a\x85", "control"),
        ("a" * 1020, "1024"),
    ],
)  # fmt: skip
def test_a_bad_folder_name_is_refused_with_its_rule(name: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        check_folder_name("runs/", name)
