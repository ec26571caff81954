"""The panel on the screen: kinds, rows, keys, menus, what it says when there is nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QMenu,
    QSplitter,
    QStyleOptionViewItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.errors import ErrorSheet
from explorer.gui.transfers import files_model, jobs_model
from explorer.gui.transfers.controller import TransfersController
from explorer.gui.transfers.job_files import FileFilter
from explorer.gui.transfers.jobs_model import JOB_ROLE, JobFilter
from explorer.gui.transfers.panel import NOT_ENDED, NOTHING, READING, TransfersPanel
from explorer.gui.transfers.table import SentenceDelegate
from explorer.service.events import JobAdded, JobChanged, JobRemoved
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState, TransferState
from tests.gui.conftest import Drive, until
from tests.gui.transfers.conftest import Desk, Opened
from tests.support.jobs import DISK_FULL, EXPIRED, MIB, all_sorts, job, some_files, transfer
from tests.support.queue import Queue, QueueHost

Col = jobs_model.Col
grabs = pytest.mark.qt_log_ignore(
    r"does not support (grabbing the keyboard|raise\(\))", extend=True
)


def full_queue() -> Queue:
    queue = Queue()
    queue.known = all_sorts()
    queue.files = some_files()
    return queue


def shown_ids(desk: Desk) -> list[int]:
    model = desk.panel.jobs.model()
    return [model.index(row, 0).data(JOB_ROLE).id for row in range(model.rowCount())]


async def calm(desk: Desk) -> None:
    """Until nothing is under way."""
    await until(lambda: not desk.controller.tasks.names and not desk.controller.files.is_fetching)


async def dialog_of(desk: Desk) -> Any:
    await until(lambda: [it for it in desk.panel.findChildren(QDialog) if it.isVisible()])
    return next(it for it in desk.panel.findChildren(QDialog) if it.isVisible())


async def open_menu(desk: Desk) -> QMenu:
    await until(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def walked(first: QWidget, keys: list[Qt.Key]) -> set[QWidget | None]:
    """The widgets that have the focus one after another."""
    first.setFocus()
    reached = set()
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or first, key)
        reached.add(QApplication.focusWidget())
    return reached


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_an_empty_queue_says_what_to_do(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(Queue()) as desk:
            assert desk.panel.is_empty
            desk.host.tell([JobAdded(job(1))])
            await until(lambda: not desk.panel.is_empty)
            desk.host.tell([JobRemoved(1)])
            await until(lambda: desk.panel.is_empty)

    drive(go())


def test_newest_first_and_each_kind_counted(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            assert shown_ids(desk) == list(range(12, 0, -1))
            await until(lambda: desk.panel.kinds.counted(JobFilter.ALL) == 12)
            counts = {kind.name: desk.panel.kinds.counted(kind) for kind in JobFilter}
            assert counts == {
                "ALL": 12,
                "ACTIVE": 4,
                "QUEUED": 2,
                "PAUSED": 3,
                "DONE": 2,
                "FAILED": 1,
            }
            desk.panel.kinds.choose(JobFilter.PAUSED)
            assert shown_ids(desk) == [6, 5, 3]
            desk.panel.select(12)
            assert desk.panel.selected()[0].id == 12

    drive(go())


def test_less_important_columns_are_hidden_until_asked_for(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            table = desk.panel.jobs
            assert table.isColumnHidden(Col.SOURCE)
            assert not table.isColumnHidden(Col.DESTINATION)
            menu = table.header.menu()
            actions = {action.text(): action for action in menu.actions()}
            assert not actions["Name"].isEnabled()
            actions["Source"].trigger()
            actions["Size"].trigger()
            assert not table.isColumnHidden(Col.SOURCE)
            saved = desk.panel.save_columns()
            actions["Usual columns"].trigger()
            assert table.isColumnHidden(Col.SOURCE)
            desk.panel.restore_columns(saved)
            assert table.isColumnHidden(Col.SIZE)
            desk.panel.restore_columns("no such thing")
            assert table.isColumnHidden(Col.SIZE)
            menu.deleteLater()

    drive(go())


def test_all_columns_fit_into_a_usual_window(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.resize(1280, 500)
            bar = desk.panel.jobs.horizontalScrollBar()
            await until(lambda: desk.panel.width() == 1280 and bar.maximum() == 0)

    drive(go())


def test_a_low_and_narrow_panel_shows_how_far_a_job_is_and_its_files(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.resize(1000, 210)
            desk.panel.select(1)
            await until(lambda: desk.panel.details.isVisible())
            table = desk.panel.jobs

            def end() -> int:
                return table.columnViewportPosition(Col.STATUS) + table.columnWidth(Col.STATUS)

            await until(lambda: table.columnViewportPosition(Col.STATUS) < table.viewport().width())
            pause = desk.panel.details.file_actions["Pause files"]
            buttons = [it for it in pause.associatedObjects() if isinstance(it, QAbstractButton)]
            assert not any(button.isVisible() for button in buttons)
            desk.panel.resize(1800, 210)
            await until(lambda: all(button.isVisible() for button in buttons))
            await until(lambda: end() < table.viewport().width())

    drive(go())


def test_files_of_the_chosen_job_are_shown_and_filtered(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.host.tell([JobChanged(job(1, JobState.FAILED, files_total=8, files_failed=1))])
            desk.panel.select(1)
            await until(lambda: desk.controller.files.model.rowCount() == 8)
            button = desk.panel.details.filter_button(FileFilter.FAILED)
            await until(lambda: button.text() == "Failed  1")
            button.click()
            await until(lambda: desk.controller.files.model.rowCount() == 1)
            desk.panel.details.filter_button(FileFilter.RUNNING).click()
            await until(lambda: desk.controller.files.model.rowCount() == 2)
            desk.panel.jobs.clearSelection()
            assert not desk.panel.details.isVisible()

    drive(go())


def test_jobs_and_details_have_room_beside_each_other_in_a_small_window(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            panel, jobs, files = desk.panel, desk.panel.jobs, desk.panel.details.files
            panel.resize(600, 210)  # a window of 1024 beside the inspector
            panel.select(1)
            await until(lambda: files.model().rowCount() == 8)
            await until(lambda: panel.width() == 600 and files.isVisible())
            between = panel.details.parentWidget()
            assert isinstance(between, QSplitter)
            for table, name, progress, sizes in (
                (jobs, Col.NAME, Col.PROGRESS, [1, 1000]),
                (files, files_model.Col.NAME, files_model.Col.PROGRESS, [1000, 1]),
            ):
                between.setSizes(sizes)  # however far the line between them is moved
                assert table.header.length() == table.viewport().width()
                assert table.columnWidth(name) >= 100
                assert not table.isColumnHidden(progress)

    drive(go())


def test_filters_of_files_fold_into_one_button_where_it_is_narrow(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            bar = desk.panel.details.bar
            desk.host.tell([JobChanged(job(1, JobState.FAILED, files_total=8, files_failed=1))])
            desk.panel.resize(1200, 600)
            desk.panel.select(1)
            await until(lambda: bar.button(FileFilter.FAILED).isVisible())
            assert not bar.chosen.isVisible()
            desk.panel.resize(600, 210)
            await until(lambda: bar.chosen.isVisible())
            assert not bar.button(FileFilter.FAILED).isVisible()
            await until(lambda: bar.chosen.text() == "All  8")
            menu = bar.chosen.menu()
            menu.aboutToShow.emit()
            assert texts(menu) == ["All  8", "Running", "Failed  1", "Skipped"]
            menu.actions()[2].trigger()
            await until(lambda: desk.controller.files.model.rowCount() == 1)
            assert bar.chosen.text() == "Failed  1"
            assert bar.chosen.accessibleName() == "Show files: Failed  1"

    drive(go())


def test_more_files_come_when_one_scrolls_to_the_end(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = Queue()
        queue.known = [job(1, files_total=700)]
        queue.files = [transfer(id) for id in range(700)]
        async with opened(queue) as desk:
            desk.panel.select(1)
            await until(lambda: desk.controller.files.model.rowCount() == 500)
            desk.panel.details.files.setFocus()
            QTest.keyClick(desk.panel.details.files, Qt.Key.Key_PageDown)
            await calm(desk)
            assert desk.controller.files.model.rowCount() == 500
            QTest.keyClick(
                desk.panel.details.files, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier
            )
            await until(lambda: desk.controller.files.model.rowCount() == 700)

    drive(go())


def test_a_failed_job_tells_why_and_shows_the_details(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(2)
            notice = desk.panel.details.notice
            assert DISK_FULL.message in notice.text()
            assert DISK_FULL.cure in notice.text()
            notice.action_button.click()
            sheet = await dialog_of(desk)
            assert isinstance(sheet, ErrorSheet)
            sheet.accept()
            desk.panel.select(12)
            assert not notice.isVisible()

    drive(go())


def test_a_failure_leaves_room_for_the_files_of_a_low_and_narrow_panel(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.resize(600, 210)
            desk.panel.select(2)
            notice = desk.panel.details.notice
            await until(lambda: notice.text() == DISK_FULL.title)
            assert DISK_FULL.cure in notice.toolTip()
            assert DISK_FULL.cure in notice.accessibleDescription()
            await until(lambda: notice.height() >= notice.heightForWidth(notice.width()))
            desk.panel.resize(600, 600)
            await until(lambda: DISK_FULL.cure in notice.text())

    drive(go())


def test_a_job_without_credential_asks_for_one(drive: Drive[Any], opened: Opened) -> None:
    asked: list[str] = []

    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.credential_requested.connect(asked.append)
            desk.panel.select(3)
            assert EXPIRED.message in desk.panel.details.notice.text()
            desk.panel.details.notice.action_button.click()
            assert asked == [job().place.connection_id]

    drive(go())


def test_keys_do_what_is_done_most(drive: Drive[Any], opened: Opened) -> None:
    wanted: list[JobSnapshot] = []

    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.destination_requested.connect(wanted.append)
            table = desk.panel.jobs
            desk.panel.activateWindow()
            table.setFocus()
            await until(table.hasFocus)  # Delete is a shortcut: only where the focus is
            await calm(desk)
            desk.panel.select(11)
            QTest.keyClick(table, Qt.Key.Key_Up)
            QTest.keyClick(table, Qt.Key.Key_Space)
            QTest.keyClick(table, Qt.Key.Key_Return)
            desk.panel.select(2)
            QTest.keyClick(table, Qt.Key.Key_Down)
            QTest.keyClick(table, Qt.Key.Key_Delete)
            await calm(desk)
            assert desk.queue.asked == [("pause", 12), ("remove", 1)]
            assert [known.id for known in wanted] == [12]

    drive(go())


def test_delete_leaves_a_running_job_alone(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(12)
            desk.panel.jobs.setFocus()
            QTest.keyClick(desk.panel.jobs, Qt.Key.Key_Delete)
            await calm(desk)
            assert desk.queue.asked == []
            assert desk.panel.notice.text() == NOT_ENDED
            desk.panel.select(2)
            assert desk.panel.notice.isHidden()

    drive(go())


def test_delete_works_as_soon_as_the_first_transfer_is_there(
    drive: Drive[Any], opened: Opened
) -> None:
    seen: list[bool] = []

    async def go() -> None:
        async with opened(Queue()) as desk:
            table = desk.panel.jobs
            ended = next(item for item in all_sorts() if item.state is JobState.DONE)
            desk.queue.known = [ended]

            def look() -> None:
                desk.panel.select(ended.id)
                QTest.keyClick(table, Qt.Key.Key_Delete)
                seen.append(table.isVisible())

            desk.controller.jobs_changed.connect(look)
            desk.host.tell([JobAdded(ended)])
            await until(lambda: seen, "it has come")
            desk.controller.jobs_changed.disconnect(look)
            assert seen[0]
            await until(lambda: desk.queue.asked[:1] == [("remove", ended.id)], "it is removed")

    drive(go())


def test_the_panel_says_that_the_queue_is_still_read(drive: Drive[Any], qtbot: QtBot) -> None:
    async def go() -> None:
        errors: list[BaseException] = []
        scope, bridge = TaskScope(lambda _, error: errors.append(error)), Bridge()
        controller = TransfersController(bridge, scope)
        panel = TransfersPanel(controller)
        qtbot.addWidget(panel)
        panel.show()
        assert panel.says() == READING[0]
        await bridge.attach(QueueHost(Queue()))  # type: ignore[arg-type]
        await until(lambda: panel.says() == NOTHING[0], "there are none")
        controller.stop()
        await scope.aclose()
        await bridge.detach()
        assert errors == []

    drive(go())


@grabs
def test_the_menu_key_opens_the_menu_at_the_row(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(2)
            viewport = desk.panel.jobs.viewport()
            event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
            QApplication.sendEvent(viewport, event)
            menu = await open_menu(desk)
            assert texts(menu) == [
                "Retry failed",
                "Copy command",
                "Export log…",
                "Run again",
                "Remove",
                "Open destination",
                "Copy error",
                "All transfers",
            ]
            row = desk.panel.jobs.visualRect(desk.panel.jobs.currentIndex())
            assert menu.pos() == viewport.mapToGlobal(row.bottomLeft())
            menu.close()

    drive(go())


def test_the_menu_of_a_running_job_orders_and_limits_it(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(12)
            menu = desk.panel.row_menu()
            assert texts(menu) == [
                "Pause",
                "Cancel…",
                "First in the queue",
                "Earlier in the queue",
                "Later in the queue",
                "Last in the queue",
                "Limit speed…",
                "Copy command",
                "Export log…",
                "Open destination",
                "Copy error",
                "All transfers",
            ]
            separators = [action.isSeparator() for action in menu.actions()]
            assert (True, True) not in list(pairwise(separators))
            menu.deleteLater()

    drive(go())


@pytest.mark.parametrize("is_sure", [True, False])
def test_cancelling_is_asked_for(drive: Drive[Any], opened: Opened, is_sure: bool) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(12)
            desk.panel.actions_of["Cancel…"].trigger()
            sheet = await dialog_of(desk)
            if is_sure:
                sheet.go_button.click()
            else:
                QTest.keyClick(sheet, Qt.Key.Key_Escape)
            await calm(desk)
            assert desk.queue.asked == ([("cancel", 12)] if is_sure else [])

    drive(go())


def test_a_limit_is_typed_as_people_write_it(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(12)
            desk.panel.actions_of["Limit speed…"].trigger()
            sheet = await dialog_of(desk)
            sheet.line.setText("fast")
            assert not sheet.go_button.isEnabled()
            sheet.line.setText("1.5 MiB/s")
            sheet.go_button.click()
            await calm(desk)
            assert desk.queue.asked == [("set_limit", 12, 3 * MIB // 2)]

    drive(go())


@grabs
def test_errors_are_copied_whole(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(3)
            desk.panel.copy_action.trigger()
            copied = QGuiApplication.clipboard().text()
            assert EXPIRED.request_id in copied
            desk.panel.select(1)
            await until(lambda: desk.controller.files.model.rowCount() == 8)
            files = desk.panel.details.files
            files.selectRow(4)
            files.menu_requested.emit(QPoint())
            menu = await open_menu(desk)
            assert texts(menu) == ["Retry files", "Copy name", "Copy error", "What went wrong…"]
            next(each for each in menu.actions() if each.text() == "Copy error").trigger()
            assert DISK_FULL.cure in QGuiApplication.clipboard().text()
            menu.close()

    drive(go())


def test_return_on_a_failed_file_explains_it(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(1)
            await until(lambda: desk.controller.files.model.rowCount() == 8)
            files = desk.panel.details.files
            files.setFocus()
            files.selectRow(4)
            QTest.keyClick(files, Qt.Key.Key_Return)
            sheet = await dialog_of(desk)
            assert sheet.words.message == DISK_FULL.message
            sheet.accept()

    drive(go())


def test_buttons_follow_the_selection(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            actions = desk.panel.actions_of
            assert not any(action.isEnabled() for action in actions.values())
            desk.panel.select(6)
            assert actions["Resume"].isEnabled()
            assert not actions["Pause"].isEnabled()
            desk.host.tell([JobChanged(job(6, JobState.RUNNING))])
            await until(lambda: actions["Pause"].isEnabled())
            assert not actions["Resume"].isEnabled()

    drive(go())


def test_a_low_panel_shows_the_details_beside_the_jobs(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            panel = desk.panel
            panel.select(12)
            panel.resize(1200, 240)
            await until(lambda: panel.details.x() > panel.jobs.x())
            panel.resize(1200, 600)
            await until(lambda: panel.details.x() == panel.jobs.x())

    drive(go())


def test_everything_has_a_name_and_is_reached_by_tab(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.panel.select(2)
            desk.panel.activateWindow()
            wanted = [
                widget
                for kind in (QAbstractButton, QAbstractItemView)
                for widget in desk.panel.findChildren(kind)
                if widget.isVisible() and widget.isEnabled()
                if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            ]
            nameless = [
                it
                for it in wanted
                if not it.accessibleName() and not (isinstance(it, QAbstractButton) and it.text())
            ]
            assert nameless == []
            filters = [desk.panel.details.filter_button(kind) for kind in FileFilter]
            # Of buttons of which one is chosen Tab reaches that one, and arrows the others.
            assert walked(filters[0], [Qt.Key.Key_Right] * 3) == set(filters[1:])
            reached = walked(desk.panel.kinds, [Qt.Key.Key_Tab] * 25)
            wanted = [it for it in wanted if it not in filters]
            assert [it.accessibleName() for it in wanted if it not in reached] == []

    drive(go())


def test_a_sentence_loses_its_end_and_a_name_its_middle(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            for table, column in (
                (desk.panel.jobs, Col.STATUS),
                (desk.panel.details.files, files_model.Col.STATUS),
            ):
                option = QStyleOptionViewItem()
                delegate = table.itemDelegateForColumn(column)
                assert isinstance(delegate, SentenceDelegate)
                delegate.initStyleOption(option, table.model().index(0, column))
                assert option.textElideMode == Qt.TextElideMode.ElideRight
                assert table.textElideMode() == Qt.TextElideMode.ElideMiddle

    drive(go())


def test_no_kind_without_jobs_shows_a_bare_table(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = Queue()
        queue.known = [job(1)]
        queue.files = [transfer(1, TransferState.DONE)]
        async with opened(queue) as desk:
            desk.panel.kinds.choose(JobFilter.FAILED)
            assert not desk.panel.jobs.isVisible()
            desk.panel.select(1)
            assert desk.panel.jobs.isVisible()
            await calm(desk)
            desk.panel.details.filter_button(FileFilter.FAILED).click()
            await until(lambda: not desk.panel.details.files.isVisible())

    drive(go())
