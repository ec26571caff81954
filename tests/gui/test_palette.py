"""The command palette: a few letters find what can be done, and Enter does it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from explorer.gui.palette.commands import Command, best
from explorer.gui.palette.fuzzy import fit
from explorer.gui.palette.sheet import PaletteSheet


def command(name: str, done: list[str] | None = None, **more: str) -> Command:
    return Command(name, lambda: None if done is None else done.append(name), **more)


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("up", "Upload files", "Go up"),
        ("nf", "New folder", "Information"),
        ("copy url", "Copy as: URL", "Copy as: URL with SAS for curl"),
        ("del", "Delete", "Model of it"),
        ("uf", "Upload files", "Stuff"),
    ],
)
def test_starts_of_words_and_letters_together_count_more(
    typed: str, better: str, worse: str
) -> None:
    of_better, of_worse = fit(typed, better), fit(typed, worse)
    assert of_better is not None
    assert of_worse is None or of_better >= of_worse


@pytest.mark.parametrize(("typed", "name"), [("xyz", "Upload"), ("pul", "Up"), ("a b", "Alone")])
def test_letters_that_are_not_there_fit_nothing(typed: str, name: str) -> None:
    assert fit(typed, name) is None


@given(st.text(min_size=1, max_size=30), st.data())
def test_letters_of_a_name_in_their_order_always_fit(name: str, data: st.DataObject) -> None:
    folded = "".join(letter for letter in name.casefold() if not letter.isspace())
    picks = data.draw(st.lists(st.integers(0, max(0, len(folded) - 1)), unique=True, max_size=8))
    typed = "".join(folded[at] for at in sorted(picks)) if folded else ""
    assert fit(typed, name) is not None


def test_what_cannot_be_done_comes_last() -> None:
    off = command("Upload", refusal="Open a container first.")
    names = [one.name for one in best([off, command("Uproot lists")], "up")]
    assert names == ["Uproot lists", "Upload"]


def test_a_whole_name_comes_before_a_longer_one() -> None:
    found = best([command("Restore deleted"), command("Restore")], "restore")
    assert [one.name for one in found] == ["Restore", "Restore deleted"]


def test_where_it_leads_is_searched_too() -> None:
    places = [command("Tab: data", detail="/data/models/"), command("Tab: logs", detail="/c/")]
    assert [one.detail for one in best(places, "models")] == ["/data/models/"]


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def sheet(qtbot: QtBot, done: list[str]) -> PaletteSheet:
    commands = [
        command("Upload files", done, detail="Ctrl+U"),
        command("Delete", done, refusal="Select something first."),
        command("Download", done, detail="Ctrl+D"),
    ]
    made = PaletteSheet(commands)
    qtbot.addWidget(made)
    QAbstractItemModelTester(made.model, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    made.show()
    return made


def test_typing_and_enter_choose(sheet: PaletteSheet) -> None:
    QTest.keyClicks(sheet.line, "down")
    QTest.keyClick(sheet.line, Qt.Key.Key_Return)
    assert sheet.chosen is not None
    assert sheet.chosen.name == "Download"
    assert not sheet.isVisible()


def test_arrows_choose_while_the_line_keeps_the_focus(sheet: PaletteSheet) -> None:
    QTest.keyClick(sheet.line, Qt.Key.Key_Down)
    QTest.keyClick(sheet.line, Qt.Key.Key_Return)
    assert sheet.chosen is not None
    assert sheet.chosen.name == "Download"


def test_what_cannot_be_done_is_not_chosen_and_says_why(sheet: PaletteSheet) -> None:
    QTest.keyClicks(sheet.line, "delete")
    QTest.keyClick(sheet.line, Qt.Key.Key_Return)
    assert sheet.isVisible()
    index = sheet.model.index(0)
    assert "Select something first." in str(index.data(Qt.ItemDataRole.AccessibleTextRole))


def test_escape_leaves(sheet: PaletteSheet) -> None:
    QTest.keyClick(sheet.line, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert sheet.chosen is None
