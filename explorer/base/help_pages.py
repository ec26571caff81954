"""The help: its pages, their titles and order, and which of them hold some words.

The pages are Markdown below resources/help. `index` is the first; the others come in the order
in which it links to them. Any thread.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from explorer.base import resources
from explorer.base.patterns import regex
from explorer.base.records import dataclass

INDEX: Final = "index"
_LINK: Final = regex(r"\]\(([a-z0-9-]+)\.md\)")
_TITLE: Final = regex(r"^# (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """One topic. `name` is what a person types after `quayside help`."""

    name: str
    title: str
    text: str
    """Markdown, with its title."""


@cache
def pages() -> tuple[Page, ...]:
    """All of them, the index first."""
    names = [
        path.removeprefix("help/").removesuffix(".md") for path in resources.names("help", ".md")
    ]
    texts = {name: resources.text(f"help/{name}.md") for name in names}
    linked = links_of(texts[INDEX])
    order = sorted(
        names,
        key=lambda name: (
            name != INDEX,
            linked.index(name) if name in linked else len(linked),
            name,
        ),
    )
    return tuple(Page(name, title_of(texts[name]) or name, texts[name]) for name in order)


def page(name: str) -> Page | None:
    """The page of that topic; None where there is none."""
    return next((one for one in pages() if one.name == name), None)


def links_of(text: str) -> list[str]:
    """The topics that a page links to, in their order. Pure."""
    return list(dict.fromkeys(_LINK.findall(text)))


def title_of(text: str) -> str:
    """The first headline of a page. Pure."""
    found = _TITLE.search(text)
    return found[1].strip() if found else ""


def found(words: str) -> tuple[Page, ...]:
    """The pages that hold every word, those with all of them in the title first; all pages
    where nothing is asked for. Large and small letters are the same."""
    wanted = words.casefold().split()
    hits = [one for one in pages() if all(word in one.text.casefold() for word in wanted)]
    if not wanted:
        return tuple(hits)
    return tuple(
        sorted(hits, key=lambda one: not all(word in one.title.casefold() for word in wanted))
    )
