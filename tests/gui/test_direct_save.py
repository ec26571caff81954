"""What is said between this program and a file manager that something is dropped on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.gui.carry.direct_save import folder_in, is_url, name_of, place_of, property_of
from explorer.gui.carry.parcel import Parcel
from explorer.service.model import Location

HERE = Location("id", "container", "a/")
OWN = frozenset({"desk"})


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        (b"file:///home/me/x.csv", "/home/me"),
        (b"file:///home/me/x.csv\0", "/home/me"),
        (b"file://desk/home/me/x.csv", "/home/me"),
        (b"file://DESK/home/me/x.csv", "/home/me"),
        (b"file://localhost/x.csv", "/"),
        (b"file:///home/m%C3%A9%20%26/x", "/home/mé &"),
        (b"file:///home/me/run/", "/home/me"),
    ],
)
def test_the_folder_is_that_of_the_url_in_the_property(url: bytes, folder: str) -> None:
    assert is_url(url)
    assert folder_in(url, OWN) == Path(folder)


def test_a_folder_whose_name_is_no_text_is_found() -> None:
    assert folder_in(b"file:///home/%FF/x", OWN) == Path(os.fsdecode(b"/home/\xff"))


@pytest.mark.parametrize(
    "url",
    [
        b"sftp://desk/home/x",
        b"file://other.example/home/x",
        b"file:x",
        b"file:///a%00b/x",
        b"trash:///x",
        "file:///é".encode(),
        b"file://[/x",
        b"x.csv",
        b"",
    ],
)
def test_what_is_no_folder_of_this_computer_is_refused(url: bytes) -> None:
    assert folder_in(url, OWN) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("x.csv", "x.csv"),
        ("run/", "run"),
        ("below/deep.txt", "deep.txt"),
        ("..", "download"),
        ("a" * 300, "a" * 200),
    ],
)
def test_the_name_has_no_path_and_is_never_empty(name: str, told: str) -> None:
    assert name_of(Parcel(HERE, (name, "other"))) == told


def test_a_place_is_told_without_the_signs_of_urls() -> None:
    assert place_of(b"sftp://far/a%20b/%C3%A9/x.csv\0") == "sftp://far/a b/é"


def test_a_name_is_utf_8_whatever_is_in_it() -> None:
    assert property_of("é") == "é".encode()
    assert property_of("a\udcffb") == b"a?b"
    assert property_of("\0") == b"download"
    assert not is_url(property_of("a:b"))
