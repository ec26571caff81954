"""Larger fonts and smaller windows: nothing is squeezed, and nothing unseen takes room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.base.settings import Settings, ThemeChoice
from explorer.gui import colours
from explorer.gui.browse.columns import Columns
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.listing_view import ListingView
from explorer.gui.browse.navigation import NavigationBar
from explorer.gui.browse.sorting import Column
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.room import Stack, on_screen, stretched
from explorer.gui.parts.texts import plain_label
from explorer.gui.settings.sheet import SettingsSheet
from explorer.gui.sheet import FRAME, Sheet
from explorer.gui.theme import Theme, scaled
from explorer.gui.transfers.jobs_model import JobFilter
from explorer.gui.transfers.kinds import KindsList
from explorer.gui.window.main_window import MainWindow
from tests.gui.conftest import until
from tests.gui.test_window import Run, run

__all__ = ["run"]


@pytest.fixture
def large_font(qapp: QApplication) -> Iterator[QFont]:
    """Half as large again, as people with weaker eyes set it."""
    usual = qapp.font()
    theme = Theme(qapp, ThemeChoice.LIGHT)
    qapp.setFont(scaled(usual, 1.5))
    yield qapp.font()
    qapp.setFont(usual)
    theme.show(colours.LIGHT)
    qapp.setStyleSheet("")
    theme.deleteLater()


def test_widths_grow_with_the_font_and_never_shrink(qapp: QApplication) -> None:
    view = QWidget()
    usual = stretched(100, view.fontMetrics())
    view.setFont(scaled(view.font(), 2.0))
    assert stretched(100, view.fontMetrics()) >= 1.7 * usual
    view.setFont(scaled(view.font(), 0.1))
    assert stretched(100, view.fontMetrics()) == 100


def test_a_page_that_nobody_sees_takes_no_room(qtbot: QtBot) -> None:
    stack = Stack()
    qtbot.addWidget(stack)
    for width in (80, 900):
        page = QWidget()
        page.setMinimumSize(width, 40)
        stack.addWidget(page)
    assert stack.minimumSizeHint() == QSize(80, 40)
    stack.setCurrentIndex(1)
    assert stack.minimumSizeHint() == QSize(900, 40)


def test_no_button_and_no_field_is_squeezed_below_its_font(qtbot: QtBot, large_font: QFont) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    parts = [push_button("Take snapshot"), push_button("Go", Rank.PRIMARY), line_field("Name")]
    for part in parts:
        column.addWidget(part)
    window.resize(1, 1)
    window.show()
    for part in parts:
        assert part.height() >= part.fontMetrics().height() + 8
        assert part.width() >= part.minimumSizeHint().width()


def test_a_dialog_grows_with_what_comes_into_it(qtbot: QtBot, large_font: QFont) -> None:
    dialog = Sheet("Copy")
    qtbot.addWidget(dialog)
    says = plain_label("…", wrap=True)
    dialog.body.addWidget(says)
    close = dialog.add_button("Close")
    dialog.open()
    says.setText("No copy was made to this blob, or it was written anew since. " * 3)
    qtbot.waitUntil(lambda: says.height() >= says.heightForWidth(says.width()))
    assert close.height() >= close.minimumSizeHint().height()
    dialog.reject()


@pytest.fixture
def long_sheet(qtbot: QtBot) -> Sheet:
    """More fields than the screen is high, a notice at their end, two buttons."""
    sheet = Sheet("A long form")
    qtbot.addWidget(sheet)
    fields = [line_field(f"Field {number}") for number in range(40)]
    for field in fields:
        sheet.body.addWidget(field)
    sheet.body.addWidget(NoticeBar())
    sheet.add_button("Cancel")
    sheet.add_button("Go", rank=Rank.PRIMARY)
    fields[2].setFocus()
    sheet.open()
    qtbot.waitExposed(sheet)
    return sheet


def is_in_sight(sheet: Sheet, part: QWidget) -> bool:
    """Every pixel of it."""
    return part.visibleRegion().boundingRect() == part.rect() and sheet.rect().contains(
        QRect(part.mapTo(sheet, QPoint(0, 0)), part.size())
    )


def test_a_dialog_that_is_too_high_for_the_screen_scrolls_and_keeps_its_buttons_in_sight(
    qtbot: QtBot, long_sheet: Sheet
) -> None:
    sheet = long_sheet
    assert sheet.height() <= sheet.screen().availableGeometry().height() - FRAME
    for button in sheet.findChildren(QPushButton):
        if button.text() in ("Cancel", "Go"):
            assert is_in_sight(sheet, button)
    fields = sheet.findChildren(QLineEdit)
    assert sheet.focusWidget() is fields[2]
    seen = 0
    for field in fields[2:]:
        assert sheet.focusWidget() is field
        seen += is_in_sight(sheet, field)
        QTest.keyClick(field, Qt.Key.Key_Tab)
    assert seen == 38
    sheet.reject()


def test_what_such_a_dialog_tells_is_seen(qtbot: QtBot, long_sheet: Sheet) -> None:
    (notice,) = long_sheet.findChildren(NoticeBar)
    notice.tell("It was refused.")
    qtbot.waitUntil(lambda: is_in_sight(long_sheet, notice))
    long_sheet.reject()


def test_a_dialog_that_fits_does_not_scroll(qtbot: QtBot) -> None:
    sheet = Sheet("A short form")
    qtbot.addWidget(sheet)
    sheet.body.addWidget(line_field("Name"))
    sheet.open()
    assert not sheet.findChildren(QScrollArea)
    sheet.reject()


def test_a_new_window_is_no_larger_than_the_screen(run: Run, qapp: QApplication) -> None:
    screen = qapp.primaryScreen()
    assert on_screen(400, 300, screen) == QSize(400, 300)
    room = screen.availableGeometry()
    huge = on_screen(room.width() * 2, room.height() * 2, screen)
    assert huge.width() < room.width()
    assert huge.height() <= room.height() - FRAME

    async def work(window: MainWindow, here: object) -> None:
        assert window.width() <= room.width()
        assert window.height() <= room.height()

    run(work)


def test_the_settings_stay_as_wide_as_they_were(qtbot: QtBot) -> None:
    sheet = SettingsSheet(Settings())
    qtbot.addWidget(sheet)
    sheet.open()
    for words in ("theme", "", "limit", ""):
        sheet.narrow_to(words)
        QApplication.processEvents()
    (area,) = sheet.findChildren(QScrollArea)  # of its own, which is no affair of the sheet's
    assert area.minimumWidth() == 0
    assert sheet.width() == 640
    sheet.reject()


def test_a_count_stands_beside_its_kind_and_not_on_it(qtbot: QtBot, large_font: QFont) -> None:
    kinds = KindsList()
    qtbot.addWidget(kinds)
    metrics = kinds.fontMetrics()
    longest = max(metrics.horizontalAdvance(kind.value) for kind in JobFilter)
    assert kinds.minimumSizeHint().width() >= longest + metrics.horizontalAdvance("99") + 40


def test_a_time_is_shown_whole_in_its_usual_column(qtbot: QtBot, large_font: QFont) -> None:
    view = ListingView(ListingModel(), Columns())
    qtbot.addWidget(view)
    wanted = view.fontMetrics().horizontalAdvance("2026-12-28 20:58")
    assert view.columnWidth(Column.MODIFIED) > wanted + 12


def test_the_button_of_a_notice_goes_below_its_words_where_it_is_narrow(qtbot: QtBot) -> None:
    notice = NoticeBar()
    qtbot.addWidget(notice)
    notice.tell("Compared by name, size and time: 4 only at the left.", action="Select them")
    (words,) = (label for label in notice.findChildren(QLabel) if label.text() == notice.text())
    button = notice.action_button

    def is_below() -> bool:
        return button.y() > words.geometry().bottom()

    for width in (700, 320, 700):
        notice.resize(width, 120)
        qtbot.waitUntil(lambda: is_below() == (notice.width() == 320))
        assert words.width() > 200
        assert button.width() == button.sizeHint().width()


def test_a_narrow_bar_shows_the_path_above_the_filter(qtbot: QtBot) -> None:
    bar = NavigationBar()
    qtbot.addWidget(bar)
    bar.show()

    def is_below() -> bool:
        return bar.filter.y() > bar.path.geometry().bottom()

    for width in (900, 340, 900):
        bar.resize(width, 90)
        qtbot.waitUntil(lambda: is_below() == (bar.width() == 340))
        assert bar.path.width() > 150
        assert bar.filter.width() > 150
        assert bar.all_below.x() > bar.filter.x()


@pytest.mark.parametrize("has_inspector", [False, True])
def test_the_window_can_be_small(run: Run, has_inspector: bool) -> None:
    async def work(window: MainWindow, here: object) -> None:
        window._transfers_dock.show()
        window.inspecting.switch.setChecked(has_inspector)

        def is_small() -> bool:
            window.resize(800, 500)  # each step gives way a little more
            return window.size() == QSize(800, 500)

        await until(is_small, "the window to be small")
        more = window.findChild(QToolButton, "qt_toolbar_ext_button")
        assert more is not None
        assert more.accessibleName() == "More"

    run(work)
