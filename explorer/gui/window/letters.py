"""Underlined letters of a menu: one of its own for each entry, whoever put the entries there.

A menu holds actions that stand in other menus, too, and offers of several rooms; two with the
same letter would only be walked between. GUI thread only; deciding is pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtWidgets import QMenu

_SIGN = re.compile(r"&(&|.)")
"""A doubled one stands for itself."""
_AS_GIVEN, _AS_SHOWN = "text as given", "text as shown"


def letter_of(text: str) -> str:
    """The underlined letter, small; empty for none."""
    marked = (found.group(1) for found in _SIGN.finditer(text))
    return next((sign.lower() for sign in marked if sign != "&"), "")


def _bare(text: str) -> str:
    return _SIGN.sub(lambda found: "&&" if found.group(1) == "&" else found.group(1), text)


def spread(texts: Sequence[str]) -> list[str]:
    """The texts with letters that differ: earlier ones keep theirs, others take a free one, the
    first of a word before those within; where none is free, none."""
    taken: set[str] = set()
    made = []
    for text in texts:
        letter = letter_of(text)
        if letter and letter not in taken:
            taken.add(letter)
            made.append(text)
            continue
        bare = _bare(text)
        places = [at for at, sign in enumerate(bare) if sign.isascii() and sign.isalnum()]
        places.sort(key=lambda at, bare=bare: (at > 0 and bare[at - 1] != " ", at))  # type: ignore[misc]
        free = next((at for at in places if bare[at].lower() not in taken), None)
        if free is None:
            made.append(bare)
        else:
            taken.add(bare[free].lower())
            made.append(f"{bare[:free]}&{bare[free:]}")
    return made


def give_letters(menu: QMenu) -> None:
    """See to it that the entries of this menu differ whenever it is shown. Harmless twice."""
    menu.aboutToShow.connect(lambda: _show(menu))


def _show(menu: QMenu) -> None:
    actions = [it for it in menu.actions() if it.text() and not it.isSeparator()]
    # What can be chosen comes first: it keeps the letter that people know.
    actions.sort(key=lambda it: not it.isEnabled())
    for action in actions:
        if action.property(_AS_SHOWN) != action.text():
            action.setProperty(_AS_GIVEN, action.text())
    given = [str(action.property(_AS_GIVEN)) for action in actions]
    for action, text in zip(actions, spread(given), strict=True):
        action.setText(text)
        action.setProperty(_AS_SHOWN, text)
