"""The question before overwriting: what is decided for whom, and by keyboard alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.theme import Theme
from explorer.gui.transfers import conflicts
from explorer.gui.transfers.conflicts import ConflictDialog
from explorer.gui.transfers.conflicts_model import (
    LABELS,
    Col,
    ConflictsModel,
    Decision,
    difference,
)
from explorer.transfer.model import Conflict, ConflictPolicy, Side
from tests.gui.conftest import Drive, until
from tests.support.jobs import NOON

P = ConflictPolicy
NAMES = ("a.txt", "b/c.bin", "d.png")


def conflict(name: str = "a.txt", new: Side | None = None, old: Side | None = None) -> Conflict:
    return Conflict(name, new or Side(2, NOON), old or Side(1, NOON))


def three() -> list[Conflict]:
    return [conflict(name) for name in NAMES]


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> Iterator[ConflictDialog]:
    """Three conflicts that are all there are, on the screen."""
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ConflictDialog(three(), 3, "models/runs/", parent)
    made.open()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    yield made
    made.close()


def test_nothing_is_overwritten_unless_a_person_says_so() -> None:
    listed = ConflictsModel(three(), has_more=False).decision()
    assert listed == Decision(dict.fromkeys(NAMES, P.SKIP), P.FAIL)
    more = ConflictsModel(three(), has_more=True).decision()
    assert more.for_the_rest is P.SKIP


@pytest.mark.parametrize("policy", LABELS)
def test_a_choice_for_all_covers_what_is_not_listed(policy: ConflictPolicy) -> None:
    model = ConflictsModel(three(), has_more=True)
    model.choose([], policy)
    assert model.decision() == Decision({}, policy)  # a rule keeps no list of names


def test_what_appears_after_the_look_is_never_overwritten() -> None:
    model = ConflictsModel(three(), has_more=False)
    model.choose([], P.OVERWRITE)
    assert model.decision().for_the_rest is P.FAIL


def test_a_choice_for_some_leaves_the_others() -> None:
    model = ConflictsModel(three(), has_more=True)
    model.choose([1], P.RENAME)
    assert model.decision().for_each == {"b/c.bin": P.RENAME}
    assert model.decision().for_the_rest is P.SKIP
    assert model.summary() == "1 kept beside what is there, 2 skipped"


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model = ConflictsModel(three(), has_more=False)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.choose([0, 2], P.NEWER)
    assert model.data(model.index(2, Col.CHOICE)) == "If newer"
    assert tester.model() is model


@pytest.mark.parametrize(
    ("new", "old", "told"),
    [
        (Side(2, NOON + 9), Side(1, NOON), "newer, larger"),
        (Side(1, NOON), Side(2, NOON + 9), "older, smaller"),
        (Side(1, NOON + 0.9), Side(1, NOON), "same size and time"),
        (Side(1, 0), Side(1, NOON), "same size"),
        (Side(1, NOON, b"x"), Side(1, NOON, b"x"), "same content"),
        (Side(1, NOON, b"x"), Side(1, NOON + 9, b"y"), "older, other content"),
    ],
)
def test_the_difference_is_told_in_words(new: Side, old: Side, told: str) -> None:
    assert difference(conflict(new=new, old=old)) == told


def test_both_sides_are_whole_in_the_tool_tip() -> None:
    both = conflict("<i>.txt", Side(1_234_567, NOON, bytes(16)), Side(7, 0))
    model = ConflictsModel([both], has_more=False)
    tip = model.data(model.index(0, Col.NAME), Qt.ItemDataRole.ToolTipRole)
    for part in ("1,234,567 bytes", "UTC", f"MD5 {'00' * 16}", "7 bytes", "&lt;i&gt;.txt"):
        assert part in tip


def test_a_stray_space_chooses_nothing(dialog: ConflictDialog) -> None:
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    assert dialog.decision() == Decision(dict.fromkeys(NAMES, P.SKIP), P.FAIL)


def test_the_buttons_say_for_whom_they_decide(dialog: ConflictDialog) -> None:
    assert dialog.scope_text() == "For all of them:"
    dialog.table.selectRow(1)
    assert dialog.scope_text() == "For the 1 selected:"
    dialog.buttons[P.OVERWRITE].click()
    assert dialog.decision().for_each["b/c.bin"] is P.OVERWRITE
    assert dialog.decision().for_each["a.txt"] is P.SKIP


def test_keys_alone_overwrite_everything(qtbot: QtBot, dialog: ConflictDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: dialog.focusWidget() is dialog.go_button)
    QTest.keyClick(dialog.go_button, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert set(dialog.decision().for_each.values()) == {P.OVERWRITE}


def test_keys_alone_decide_file_by_file(qtbot: QtBot, dialog: ConflictDialog) -> None:
    def decided(name: str, policy: ConflictPolicy) -> bool:
        return dialog.decision().for_each[name] is policy

    dialog.table.setFocus()
    QTest.keyClick(dialog.table, Qt.Key.Key_Home)
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    QTest.keyClick(dialog.table, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: decided("b/c.bin", P.RENAME))
    assert dialog.focusWidget() is dialog.table
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    QTest.keyClick(dialog.table, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: decided("d.png", P.NEWER))
    assert decided("a.txt", P.SKIP)
    assert decided("b/c.bin", P.RENAME)


def test_tab_reaches_the_table_and_every_button(dialog: ConflictDialog) -> None:
    reached = set()
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert {dialog.table, *dialog.findChildren(QPushButton)} <= reached


def test_one_conflict_is_asked_about_in_the_singular(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ConflictDialog([conflict()], 1, "models/", parent)
    assert dialog.headline() == "One file exists already"
    assert dialog.scope_text() == "For this file:"


def test_conflicts_beyond_the_list_are_counted(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ConflictDialog(three(), 1003, "models/", parent)
    assert dialog.headline() == "1,003 files exist already"
    assert "1,000 more are not listed: skipped." in dialog.summary_text()
    dialog.buttons[P.OVERWRITE].click()
    assert "1,000 more are not listed: replaced." in dialog.summary_text()


@pytest.mark.parametrize("goes_on", [True, False])
def test_asking_gives_the_decision_or_none(
    drive: Drive[Any], qtbot: QtBot, theme: Theme, goes_on: bool
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    async def answer() -> None:
        await until(lambda: parent.findChildren(ConflictDialog))
        [dialog] = parent.findChildren(ConflictDialog)
        dialog.buttons[P.OVERWRITE].click()
        key = Qt.Key.Key_Return if goes_on else Qt.Key.Key_Escape
        QTest.keyClick(dialog, key)

    async def go() -> Decision | None:
        asked, _ = await asyncio.gather(conflicts.ask(three(), 3, "models/", parent), answer())
        return asked

    expected = Decision(dict.fromkeys(NAMES, P.OVERWRITE), P.FAIL)
    assert drive(go()) == (expected if goes_on else None)
