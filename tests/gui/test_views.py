"""What is painted and clicked in the tree and the listing."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from explorer.gui.browse import listing_view, tree_controller
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.rows import Rows
from explorer.gui.browse.tree_model import NodeState, TreeModel
from explorer.gui.browse.tree_view import BadgeDelegate, TreeView
from explorer.gui.window.main_window import MainWindow
from explorer.service.model import Location
from explorer.storage.model import Prefix
from tests.gui.conftest import until
from tests.gui.connections import connection
from tests.gui.listings import blob
from tests.gui.test_window import Run, put, run

__all__ = ["run"]


def test_the_name_of_a_connection_ends_before_its_badge(qtbot: QtBot) -> None:
    model = TreeModel()
    name = "a connection with quite a long name / training"
    model.put_connection(replace(connection(), name=name, expires_s=1.0))
    view = TreeView(model)
    qtbot.addWidget(view)
    view.resize(200, 100)
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    index = model.index_of(Location("c1"))
    option.rect = view.visualRect(index)
    delegate = view.itemDelegate()
    assert isinstance(delegate, BadgeDelegate)
    delegate.initStyleOption(option, index)
    assert option.fontMetrics.horizontalAdvance(option.text) < option.rect.width() - 60
    assert "…" in option.text


def test_a_right_click_beside_the_rows_is_about_none_of_them(qtbot: QtBot) -> None:
    model = ListingModel()
    view = ListingView(model, Columns())
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    rows = Rows("")
    rows.add_prefixes((Prefix("a/"), Prefix("b/")))
    model.start(rows)
    model.show_new()
    view.go_to(1)
    assert view.spans() == [(1, 1)]
    right = Qt.MouseButton.RightButton
    QTest.mouseClick(view.viewport(), right, pos=view.visualRect(model.index(1, 0)).center())
    assert view.spans() == [(1, 1)]
    # The menu comes with the press; Qt itself takes the selection away with the release.
    QTest.mousePress(view.viewport(), right, pos=QPoint(50, 250))
    assert view.spans() == []
    QTest.mouseRelease(view.viewport(), right, pos=QPoint(50, 250))


def test_home_and_end_lead_to_the_first_and_last_row_with_the_names_in_sight(
    qtbot: QtBot,
) -> None:
    model = ListingModel()
    rows = Rows()
    rows.add_blobs(blob(f"{number:03d}") for number in range(100))
    model.start(rows, array("I", range(100)))
    view = ListingView(model, Columns())
    qtbot.addWidget(view)
    view.resize(400, 300)  # narrower than the columns
    view.show()
    view.go_to(5)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.spans() == [(99, 99)]
    assert view.horizontalScrollBar().value() == 0
    QTest.keyClick(view, Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyRelease(view, Qt.Key.Key_Shift)  # Qt keeps in mind what is held, for any later test
    assert view.spans() == [(0, 99)]
    assert view.verticalScrollBar().value() == 0


def test_typing_finds_a_name_however_far_it_is_and_round_again(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_view, "SEARCH_SLICE", 3)
    model = ListingModel()
    rows = Rows()
    rows.add_blobs(blob(name) for name in ("aa", "b", "c", "d", "e", "zz", "zy"))
    model.start(rows, array("I", range(7)))
    view = ListingView(model, Columns())
    qtbot.addWidget(view)
    view.keyboardSearch("z")
    qtbot.waitUntil(lambda: view.current_row() == 5)
    view.keyboardSearch("y")
    qtbot.waitUntil(lambda: view.current_row() == 6)
    monkeypatch.setattr(listing_view, "SEARCH_PAUSE_S", 0.0)
    view.keyboardSearch("a")
    qtbot.waitUntil(lambda: view.current_row() == 0)
    view.keyboardSearch("z")
    model.start(Rows())  # the folder is left while it is looked through
    qtbot.waitUntil(lambda: not view._searching.isActive())
    assert view.current_row() is None


def test_the_tree_shows_the_first_of_very_many_and_says_so(
    run: Run, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_controller, "MOST_SHOWN", 2)
    put(container, "a/x", "b/x", "c/x", "d/x")

    async def work(window: MainWindow, here: Location) -> None:
        model = window.tree_model

        def names() -> list[str]:
            top = model.index_of(here)
            return [model.index(row, 0, top).data() for row in range(model.rowCount(top))]

        window.pane.go(here.child("d"))
        await until(lambda: names() == ["d"], "the way to what is in front")
        for _ in range(2):
            model.want(here)
            model.refresh(here)
            await until(lambda: model.state(here) is NodeState.LISTED, "it is listed")
            assert names() == ["a", "b", "d"], "and what is in front stays"
            told = model.index_of(here).data(Qt.ItemDataRole.ToolTipRole)
            assert "Open it to see" in told

    run(work)
