"""Resources are found by name, whole, and only below their folder."""

from __future__ import annotations

import pytest

from explorer.base import resources


def test_text_and_data_are_the_same_file() -> None:
    assert resources.text("icons/folder.svg").encode() == resources.data("icons/folder.svg")


def test_an_icon_is_an_svg() -> None:
    assert resources.text("icons/folder.svg").startswith("<svg")


def test_names_lists_files_of_a_folder_sorted() -> None:
    found = resources.names("icons", ".svg")
    assert "icons/folder.svg" in found
    assert found == sorted(found)
    assert all(name.endswith(".svg") for name in found)


def test_a_missing_resource_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        resources.data("icons/no-such-icon.svg")


@pytest.mark.parametrize("name", ["", "../pyproject.toml", "icons/../../LICENSE", "/etc/hosts"])
def test_a_name_cannot_leave_the_folder(name: str) -> None:
    with pytest.raises(ValueError, match="resource name"):
        resources.data(name)
