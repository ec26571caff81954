"""Names arrive as they are, or are refused before anything is sent."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import UnsafeNameError
from explorer.storage.azure.names import blob_path, container_path, directory_path


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_a_name_comes_back_out_of_its_url(name: str) -> None:
    try:
        path = blob_path("c", name)
    except UnsafeNameError:
        assert "\\" in name or {".", ".."} & set(name.split("/"))
        return
    parts = urlsplit(f"https://host{path}")
    assert path.isascii()
    assert parts.path == path
    assert unquote(parts.path) == f"/c/{name}"


@pytest.mark.parametrize(
    "name", [".", "..", "a/../b", "../a", "a/.", "a\\b", "", "x" * 1025, "\udc80"]
)
def test_what_no_url_can_carry_is_refused(name: str) -> None:
    with pytest.raises(UnsafeNameError):
        blob_path("c", name)


@pytest.mark.parametrize("name", ["a.", "...", ".a", "a..b", "a/.../b", "a//b", "/", "x" * 1024])
def test_what_only_looks_like_it_is_taken(name: str) -> None:
    assert blob_path("c", name) == f"/c/{name}"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b"])
def test_a_container_is_one_segment(name: str) -> None:
    with pytest.raises(UnsafeNameError):
        container_path(name)


def test_special_containers_are_encoded() -> None:
    assert container_path("$web") == "/%24web"


@pytest.mark.parametrize("path", ["/a", "a/", "a//b", "/", "a/../b", "a\\b", "x" * 1025])
def test_what_is_no_path_of_real_folders_is_refused(path: str) -> None:
    with pytest.raises(UnsafeNameError):
        directory_path("c", path)


def test_the_root_is_a_path_of_real_folders() -> None:
    assert directory_path("c", "") == "/c/"
    assert directory_path("c", "a b/%41") == "/c/a%20b/%2541"
