"""The help has every page in its index, and its words are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.base import help_pages

NAMES = tuple(one.name for one in help_pages.pages())


def test_the_index_comes_first_and_links_to_every_page() -> None:
    assert NAMES[0] == "index"
    text = help_pages.pages()[0].text
    linked = help_pages.links_of(text)
    assert text.count(".md)") == len(linked)  # each once
    assert tuple(linked) == NAMES[1:]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_a_title_and_no_dead_link(name: str) -> None:
    page = help_pages.page(name)
    assert page is not None
    assert page.title == help_pages.title_of(page.text) != ""
    assert set(help_pages.links_of(page.text)) <= set(NAMES)
    # The viewer shows no pictures.
    assert "![" not in page.text


def test_pages_are_found_by_all_words_titles_first() -> None:
    found = [one.name for one in help_pages.found("MIRROR container")]
    assert found[0] == "mirror"
    assert "commands" in found
    assert help_pages.found("mirror xyzzy") == ()
    assert help_pages.found("  ") == help_pages.pages()


def test_a_page_that_is_not_there_is_none() -> None:
    assert help_pages.page("../settings") is None


def test_the_readme_links_to_every_page() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    for name in NAMES[1:]:
        assert f"](resources/help/{name}.md)" in readme
