"""Each entry of a menu has an underlined letter of its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.gui.window.letters import _bare, give_letters, letter_of, spread


def test_the_first_keeps_its_letter_and_others_take_one_of_theirs() -> None:
    made = spread(["&Open", "Upload f&older…", "Re&fresh", "Plain", "Upload arti&fact…", "&O"])
    assert made == [
        "&Open",
        "&Upload folder…",
        "Re&fresh",
        "&Plain",
        "Upload &artifact…",
        "O",
    ]


signs = st.sampled_from(["a", "b", "Q", " ", "…", "&&", "&a", "&Q"])


@given(st.lists(st.lists(signs, max_size=6).map("".join)))
def test_no_letter_comes_twice_and_no_word_is_changed(texts: list[str]) -> None:
    made = spread(texts)
    letters = [letter for letter in map(letter_of, made) if letter]
    assert len(letters) == len(set(letters))
    assert [_bare(it) for it in made] == [_bare(it) for it in texts]


def test_an_entry_of_two_menus_has_its_letter_in_each(qtbot: QtBot) -> None:
    shared = QAction("&Refresh")
    one, other = QMenu(), QMenu()
    for menu, first in ((one, "&Rename"), (other, "&Back")):
        qtbot.addWidget(menu)
        menu.addAction(first)
        menu.addAction(shared)
        give_letters(menu)
    one.aboutToShow.emit()
    assert shared.text() == "R&efresh"
    other.aboutToShow.emit()
    assert shared.text() == "&Refresh"
    one.actions()[0].setEnabled(False)
    one.aboutToShow.emit()
    assert shared.text() == "&Refresh", "what can be chosen comes first"
    shared.setText("Re&load")
    other.aboutToShow.emit()
    assert shared.text() == "Re&load", "another name is taken over"
