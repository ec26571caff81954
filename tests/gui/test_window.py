"""The window with the real service and a real emulator: connect, browse, drop, delete."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from azure.storage.blob import ContainerClient
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.deleting import DeleteSheet
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.sorting import Column
from explorer.gui.browse.tree_model import NodeState
from explorer.gui.connect.local_storage import LocalStorage
from explorer.gui.errors import ErrorSheet
from explorer.gui.export.sheet import ExportSheet
from explorer.gui.palette.sheet import PaletteSheet
from explorer.gui.settings.sheet import SettingsSheet
from explorer.gui.statistics.sheet import StatisticsWindow
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.memory import Memory
from explorer.gui.window.offers import Offer, flat
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.host import ServiceHost
from explorer.service.model import Connection, DeleteCount, Location
from explorer.storage.connection import parse
from tests.gui.conftest import Drive, trigger, until

Work = Callable[[MainWindow, Location], Coroutine[Any, Any, None]]
Run = Callable[[Work], None]


@asynccontextmanager
async def opened(data_dir: Path, memory: Memory | None = None) -> AsyncIterator[MainWindow]:
    """The window as the program makes it, with its service, until the block ends."""
    errors: list[BaseException] = []
    scope = TaskScope(lambda _name, error: errors.append(error))
    workers, bridge = Workers("window", 2), Bridge()
    window = MainWindow(bridge, scope, workers, LocalStorage(), memory or Memory())
    window.show()
    host = ServiceHost(data_dir)
    try:
        await bridge.attach(host)
        await window.start(restore_tabs=True)
        yield window
    finally:
        bridge.hush()
        await scope.aclose()
        await bridge.detach()
        workers.close()
        window.may_close = True
        window.close()
        window.deleteLater()
    assert errors == []


async def connected(window: MainWindow, azurite: Emulator) -> Connection:
    """A connection to the emulator, opened as after the dialog."""
    connection = await window._bridge.call(
        lambda service: service.connect(parse(azurite.connection_string), name="emulator")
    )
    window.connecting.connected.emit(connection)
    await until(lambda: listed(window.pane), "the account is listed")
    return connection


def listed(pane: Pane) -> bool:
    return not pane.is_listing and not pane.arranger.is_busy and pane.location is not None


def names(pane: Pane) -> list[str]:
    return [pane.model.at(row).name for row in range(pane.model.rowCount())]


@pytest.fixture
def run(drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path) -> Run:
    """Runs a test's work in an open window that shows a fresh container."""

    def go(work: Work) -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                connection = await connected(window, azurite)
                here = Location(connection.id, container.container_name)
                window.pane.go(here)
                await until(lambda: listed(window.pane), "the container is listed")
                await work(window, here)

        drive(whole())

    return go


async def sheet(kind: type[QWidget]) -> Any:
    """The dialog of that kind, once it is open."""

    def found() -> list[QWidget]:
        tops = QApplication.topLevelWidgets()
        return [top for top in tops if isinstance(top, kind) and top.isVisible()]

    await until(found, f"a {kind.__name__} opens")
    return found()[0]


def put(container: ContainerClient, *blobs: str) -> None:
    for name in blobs:
        container.upload_blob(name, b"x" * len(name))


def drop_on(view: QWidget, at: QPoint, *paths: Path) -> None:
    """Drop files, as the file manager does."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(view, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(view, QDragMoveEvent(at, copy, mime, left, none))
    QApplication.sendEvent(view, QDropEvent(QPointF(at), copy, mime, left, none))


async def choose(window: MainWindow, act: Act) -> None:
    """Choose an action as soon as it can be chosen."""
    await trigger(window.actions_[act])


# -- browse ---------------------------------------------------------------------


def test_folders_come_first_and_can_be_gone_into_and_out_of(
    run: Run, container: ContainerClient
) -> None:
    put(container, "b.txt", "a/one.txt", "a/deep/two.txt", "run10/x", "run9/x")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: names(pane) == ["a", "run9", "run10", "b.txt"], "natural order")
        pane.open_row(pane.model.at(0))
        await until(lambda: listed(pane) and names(pane) == ["deep", "one.txt"], "the folder")
        assert pane.navigation.path.text() == f"/{here.container}/a/"
        pane.up()
        await until(lambda: listed(pane) and len(names(pane)) == 4, "up again")
        assert [row.name for row in pane.selection()] == ["a"]
        pane.back()
        await until(lambda: listed(pane) and len(names(pane)) == 2, "back")
        pane.forward()
        await until(lambda: listed(pane) and len(names(pane)) == 4, "forward")

    run(work)


def test_the_tree_follows_the_tab(run: Run, container: ContainerClient) -> None:
    put(container, "a/deep/two.txt")

    async def work(window: MainWindow, here: Location) -> None:
        deep = here.child("a").child("deep")
        window.pane.go(deep)
        await until(lambda: listed(window.pane), "the folder is listed")
        assert window.tree.current_location() == deep
        window.tree.expand(window.tree_model.index_of(here))
        await until(lambda: window.tree_model.state(here) is NodeState.LISTED, "the tree")

    run(work)


def test_a_typed_path_and_a_pasted_url_lead_to_the_blob(
    run: Run, container: ContainerClient
) -> None:
    put(container, "a b/c#d.txt", "a b/other.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        for text in (
            f"/{here.container}/a b/c#d.txt",
            f"{container.url}/a%20b/c%23d.txt",
        ):
            pane.go(here)
            await until(lambda: listed(pane))
            pane.navigation.path.setText(text)
            pane.navigation.path.returnPressed.emit()
            await until(lambda: listed(pane) and pane.location == here.child("a b"), text)
            await until(lambda: [row.name for row in pane.selection()] == ["c#d.txt"], text)

    run(work)


def test_a_tab_that_comes_to_the_front_first_has_its_focus_in_the_listing(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.activateWindow()
        await until(window.isActiveWindow, "it is the active window")
        window.pane.stage.focus_shown()
        behind = window.tabs.open_tab(here, in_front=False)
        await until(lambda: listed(behind))
        window.tabs.bring(behind)
        focus = window.focusWidget()
        assert focus is not None
        assert behind.stage.isAncestorOf(focus)

    run(work)


def test_a_tab_that_is_closed_while_its_path_is_looked_up_goes_nowhere(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.tabs.open_tab(here)
        closed = window.tabs.panes()[0]
        going = asyncio.get_running_loop().create_task(window.going.go_to(closed, "/other"))
        await asyncio.sleep(0)
        window.tabs.close_tab(0)
        await going

    run(work)


def test_a_drag_at_the_edge_scrolls_the_listing(run: Run, container: ContainerClient) -> None:
    put(container, *(f"{number}.txt" for number in range(60)))

    async def work(window: MainWindow, here: Location) -> None:
        view = window.pane.view
        view.scrollToTop()
        viewport = view.viewport()
        at = QPoint(100, viewport.height() - 3)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile("/tmp")])
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(viewport, QDragEnterEvent(at, copy, mime, left, none))
        QApplication.sendEvent(viewport, QDragMoveEvent(at, copy, mime, left, none))
        bar = view.verticalScrollBar()
        await until(lambda: bar.value() > 0, "it scrolls")
        QApplication.sendEvent(viewport, QDragLeaveEvent())

    run(work)


def test_a_url_of_another_account_fills_in_the_connect_dialog(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        url = "https://elsewhere.blob.core.windows.net/data/x.txt"
        window.pane.navigation.path.setText(url)
        window.pane.navigation.path.returnPressed.emit()
        await until(lambda: window.connecting._dialog is not None, "the dialog is made")
        dialog = window.connecting._dialog
        assert dialog is not None
        await until(dialog.isVisible, "it opens")
        assert dialog.box.text() == url
        assert window.pane.location == here
        dialog.reject()
        await until(lambda: window.connecting._dialog is None)

    run(work)


def test_a_filter_narrows_and_escape_lifts_it(run: Run, container: ContainerClient) -> None:
    put(container, "a.csv", "b.txt", "c.csv")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 3)
        pane.navigation.filter.setText("*.csv")
        await until(lambda: names(pane) == ["a.csv", "c.csv"], "the filter")
        await until(lambda: window.status.items.text() == "2 of 3 items", "the count")
        pane.navigation.filter.setText("nothing")
        await until(lambda: pane.stage.currentWidget() is not pane.view, "it says so")
        pane.navigation.clear_filter()
        await until(lambda: len(names(pane)) == 3)
        assert pane.stage.currentWidget() is pane.view

    run(work)


def test_a_filter_that_nothing_matches_yet_is_typed_to_its_end(
    run: Run, container: ContainerClient
) -> None:
    put(container, "a.csv", "b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 2)
        pane.view.setFocus()
        pane.navigation.edit_filter()
        for letter in "zoo":
            QTest.keyClicks(window.focusWidget(), letter)
            await until(lambda: pane.stage.currentWidget() is not pane.view, "it says so")
        assert pane.navigation.filter.text() == "zoo"
        pane.navigation.clear_filter()
        await until(lambda: pane.stage.currentWidget() is pane.view, "the table again")
        pane.view.setFocus()
        pane.stage.show_no_match("zoo")
        assert pane.stage.isAncestorOf(window.focusWidget())  # who is inside stays inside

    run(work)


def test_sorting_by_a_column_sorts_everything(run: Run, container: ContainerClient) -> None:
    put(container, "ccc", "a", "bb", "dir/x")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 4)
        pane.view.sortByColumn(Column.SIZE, Qt.SortOrder.DescendingOrder)
        await until(lambda: names(pane) == ["dir", "ccc", "bb", "a"], "by size")

    run(work)


def test_a_missing_container_is_told_in_place(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.go(Location(here.connection_id, "no-such-container"))
        await until(lambda: listed(pane))
        assert pane.stage.failed_text().startswith("Not found")
        assert not window.tree_model.index_of(pane.location or here).isValid()

    run(work)


def test_the_status_bar_counts_what_is_selected(run: Run, container: ContainerClient) -> None:
    put(container, "aaaa", "bb", "dir/x")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: len(names(window.pane)) == 3)
        await choose(window, Act.SELECT_ALL)
        wanted = "1 folder and 2 files selected, 6 B"
        await until(lambda: window.status.selected.text() == wanted, wanted)
        await until(lambda: window.status.items.text() == "3 items", "the count")

    run(work)


# -- change -----------------------------------------------------------------------


def test_a_dropped_folder_is_uploaded_and_its_row_appears(
    run: Run, container: ContainerClient, tmp_path: Path
) -> None:
    put(container, "there.txt")
    (tmp_path / "outputs" / "deep").mkdir(parents=True)
    (tmp_path / "outputs" / "deep" / "a.txt").write_bytes(b"hello")
    single = tmp_path / "single.bin"
    single.write_bytes(b"1")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: names(pane) == ["there.txt"])
        drop_on(pane.view.viewport(), QPoint(200, 200), tmp_path / "outputs", single)
        await until(
            lambda: sorted(names(pane)) == ["outputs", "single.bin", "there.txt"], "the rows"
        )
        pane.view.scrollToTop()
        folder = pane.view.visualRect(pane.model.index(0, 0)).center()
        assert pane.model.at(0).name == "outputs"
        drop_on(pane.view.viewport(), folder, single)
        await until(lambda: len(list(container.list_blobs())) == 4, "into the folder's row")

    run(work)
    found = {blob.name for blob in container.list_blobs()}
    assert found == {"there.txt", "outputs/deep/a.txt", "single.bin", "outputs/single.bin"}


def test_files_on_the_clipboard_are_pasted(
    run: Run, container: ContainerClient, tmp_path: Path
) -> None:
    path = tmp_path / "pasted.txt"
    path.write_bytes(b"x")

    async def work(window: MainWindow, here: Location) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        QGuiApplication.clipboard().setMimeData(mime)
        await choose(window, Act.PASTE)
        await until(lambda: names(window.pane) == ["pasted.txt"], "the row")
        # What Python put there must not outlive Python.
        QGuiApplication.clipboard().clear()
        assert window.pane.stage.currentWidget() is window.pane.view

    run(work)


def test_an_empty_folder_takes_drops_too(
    run: Run, container: ContainerClient, tmp_path: Path
) -> None:
    path = tmp_path / "first.txt"
    path.write_bytes(b"x")

    async def work(window: MainWindow, here: Location) -> None:
        stage = window.pane.stage
        assert stage.currentWidget() is not window.pane.view
        drop_on(stage, QPoint(50, 50), path)
        await until(lambda: names(window.pane) == ["first.txt"], "the row")

    run(work)


def test_a_selection_is_deleted_after_a_clear_question(
    run: Run, container: ContainerClient
) -> None:
    put(container, "keep.txt", "go.txt", "dir/a", "dir/b/c")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: names(pane) == ["dir", "go.txt", "keep.txt"])
        pane.view.select_names({("dir", True), ("go.txt", False)})
        await choose(window, Act.DELETE)
        question: DeleteSheet = await sheet(DeleteSheet)
        assert question.headline() == "Delete 1 folder and 1 file?"
        await until(lambda: question.total.text() == "3 files, 18 B", "the counts")
        question.go_button.click()
        await until(lambda: names(pane) == ["keep.txt"], "they are gone")

    run(work)
    assert [blob.name for blob in container.list_blobs()] == ["keep.txt"]


def deleting_in_steps(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> tuple[asyncio.Queue[DeleteCount], list[bool]]:
    """What is put into the queue is how far the deletion is; the list gets its end."""
    steps, ended = asyncio.Queue[DeleteCount](), list[bool]()

    async def delete(_make: object) -> AsyncGenerator[DeleteCount, None]:
        try:
            while True:
                yield await steps.get()
        finally:
            ended.append(True)

    async def yes(*_args: object) -> bool:
        return True

    monkeypatch.setattr(window._bridge, "stream", delete)
    monkeypatch.setattr(ask, "finished", yes)
    return steps, ended


def test_a_running_deletion_can_be_stopped(
    run: Run, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane, notice = window.pane, window.pane.notice
        assert names(pane) == ["a.txt"]
        pane.view.selectRow(0)
        steps, ended = deleting_in_steps(window, monkeypatch)
        await choose(window, Act.DELETE)
        await until(lambda: notice.action_button.text() == "Stop", "it can be stopped")
        steps.put_nowait(DeleteCount(300))
        await until(lambda: notice.text() == "Deleting… 300 so far", "it is told")
        notice.action_button.click()
        assert not ended
        steps.put_nowait(DeleteCount(400))
        await until(lambda: ended, "it ends after what was under way")
        wanted = "Stopped: 400 deleted, the rest is still there."
        await until(lambda: notice.text() == wanted, "what is gone is told")

    run(work)


def test_a_deletion_that_only_looks_is_called_off_at_once(
    run: Run, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane, notice = window.pane, window.pane.notice
        assert names(pane) == ["a.txt"]
        pane.view.selectRow(0)
        _, ended = deleting_in_steps(window, monkeypatch)
        await choose(window, Act.DELETE)
        await until(lambda: notice.action_button.text() == "Stop", "it can be stopped")
        await asyncio.sleep(0)
        notice.action_button.click()
        await until(lambda: ended and notice.isHidden(), "it is over")

    run(work)


def test_a_deletion_goes_on_when_its_tab_is_closed(
    run: Run, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        assert names(pane) == ["a.txt"]
        pane.view.selectRow(0)
        steps, ended = deleting_in_steps(window, monkeypatch)
        await choose(window, Act.DELETE)
        await until(lambda: pane.notice.action_button.text() == "Stop", "it runs")
        window.tabs.open_tab()
        window.tabs.close_tab(0)
        await until(lambda: not shiboken6.isValid(pane), "the tab is gone")
        steps.put_nowait(DeleteCount(5))
        await until(lambda: window.pane.notice.text() == "Deleting… 5 so far", "it is told")
        window.pane.notice.action_button.click()
        steps.put_nowait(DeleteCount(9))
        await until(lambda: ended, "it ends")

    run(work)


def test_a_question_that_is_dismissed_deletes_nothing(run: Run, container: ContainerClient) -> None:
    put(container, "keep.txt")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: names(window.pane) == ["keep.txt"])
        window.pane.view.selectRow(0)
        await choose(window, Act.DELETE)
        (await sheet(DeleteSheet)).reject()
        window.pane.refresh()
        await until(lambda: listed(window.pane))
        assert names(window.pane) == ["keep.txt"]

    run(work)


def test_a_container_is_deleted_only_when_its_name_was_typed(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.deeds.for_tree().delete(here)
        question: DeleteSheet = await sheet(DeleteSheet)
        assert not question.go_button.isEnabled()
        question.line.setText(here.container)
        question.go_button.click()
        await until(lambda: not window.tree_model.index_of(here).isValid(), "it is gone")

    run(work)


def test_a_new_folder_is_made_and_shown(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.NEW_FOLDER)
        question: ask.TextSheet = await sheet(ask.TextSheet)
        question.line.setText("a/b")
        assert not question.go_button.isEnabled()
        question.line.setText("results")
        question.go_button.click()
        await until(lambda: names(window.pane) == ["results"], "the folder")

    run(work)


def test_an_error_of_what_was_asked_for_is_told(run: Run, container: ContainerClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await window._bridge.call(lambda service: service.create_folder(here, "twice"))
        window.deeds.do(
            window._bridge.call(lambda service: service.create_folder(here, "twice")), "again"
        )
        told: ErrorSheet = await sheet(ErrorSheet)
        assert told.words.title == "It exists already"
        told.accept()

    run(work)


# -- tabs, names, state ---------------------------------------------------------------


def test_tabs_columns_and_sorting_come_back(
    drive: Drive[Any],
    azurite: Emulator,
    container: ContainerClient,
    data_dir: Path,
) -> None:
    put(container, "a/x")

    async def first() -> bytes:
        async with opened(data_dir) as window:
            connection = await connected(window, azurite)
            here = Location(connection.id, container.container_name)
            window.pane.go(here)
            window.tabs.open_tab(here.child("a"))
            window.pane.sort_by(Column.MODIFIED, True)
            window.pane.view.setColumnWidth(Column.SIZE, 133)
            await until(lambda: listed(window.pane))
            return window.remember()

    async def second(saved: bytes) -> None:
        async with opened(data_dir, Memory.from_bytes(saved)) as window:
            await until(lambda: window.tabs.count() == 2, "both tabs")
            places = [pane.location for pane in window.tabs.panes()]
            assert [place.path if place else None for place in places] == ["", "a/"]
            assert window.tabs.currentIndex() == 1
            assert window.pane.arranger.column is Column.MODIFIED
            assert window.pane.arranger.descending
            assert window.pane.view.columnWidth(Column.SIZE) == 133

    saved = drive(first())
    assert "sig=" not in saved.decode()
    assert azurite.accounts[0].key not in saved.decode()
    assert json.loads(saved)["version"] == 1
    drive(second(saved))


def test_the_last_tab_closed_leaves_a_start_page(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.CLOSE_TAB)
        assert window.tabs.count() == 1
        assert window.pane.location is None

    run(work)


def test_a_removed_connection_closes_its_tabs(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await window._bridge.call(lambda service: service.remove_connection(here.connection_id))
        await until(lambda: window.pane.location is None, "the tab closes")
        assert window.tree_model.rowCount() == 0

    run(work)


def test_there_is_no_way_back_to_a_removed_connection(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.history.go(Location("other", "data"))
        await window._bridge.call(lambda service: service.remove_connection(here.connection_id))
        await until(lambda: not pane.history.can_go_back, "the way back is gone")
        assert not pane.navigation.back.isEnabled()

    run(work)


def test_tabs_are_not_forgotten_before_they_were_opened(drive: Drive[Any], data_dir: Path) -> None:
    places = [Location("c", "a"), Location("c", "b")]

    async def work() -> None:
        scope, workers, bridge = TaskScope(), Workers("window", 1), Bridge()
        window = MainWindow(bridge, scope, workers, LocalStorage(), Memory(tabs=places))
        assert Memory.from_bytes(window.remember()).tabs == places
        await scope.aclose()
        workers.close()
        window.may_close = True
        window.close()
        window.deleteLater()

    drive(work())


def test_a_title_shows_a_name_as_it_is(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.pane.go(here.child("draft[*]"))
        await until(lambda: listed(window.pane))
        assert window.windowTitle() == "draft[*][*] — Quayside"

    run(work)


def test_every_control_has_a_name_for_screen_readers(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        controls: list[QWidget] = [
            *window.findChildren(QAbstractButton),
            *window.findChildren(QLineEdit),
        ]
        nameless = [
            f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
            for widget in controls
            if widget.isVisible()
            and not (widget.accessibleName() or getattr(widget, "text", str)())
            and not widget.objectName().startswith("qt_")
        ]
        assert nameless == []

    run(work)


# -- down -------------------------------------------------------------------------------


def test_a_selection_is_downloaded_to_a_chosen_folder(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a/one.txt", "a/deep/two.txt", "b.txt", "not.txt")

    async def chosen(_parent: QWidget, _title: str) -> Path:
        return tmp_path

    monkeypatch.setattr(ask, "folder", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: len(names(window.pane)) == 3)
        window.pane.view.select_names({("a", True), ("b.txt", False)})
        await choose(window, Act.DOWNLOAD)
        await until(lambda: len([*tmp_path.rglob("*.txt")]) == 3, "the files")
        assert (tmp_path / "a/deep/two.txt").read_bytes() == b"x" * len("a/deep/two.txt")
        await until(window.transfers_panel.isVisible, "the panel comes up")
        await until(lambda: all(job.state.is_final for job in window.transfers.jobs.jobs()))

    run(work)


def test_a_blob_is_saved_under_another_name(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "b.txt")

    async def chosen(_parent: QWidget, _title: str, name: str) -> Path:
        return tmp_path / f"my {name}"

    monkeypatch.setattr(ask, "file_to_save", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: len(names(window.pane)) == 1)
        window.pane.view.selectRow(0)
        await choose(window, Act.SAVE_AS)
        await until((tmp_path / "my b.txt").exists, "the file")

    run(work)


def test_a_blob_is_opened_from_a_private_copy_and_never_run(
    run: Run, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "b.txt", "c.desktop")
    handed_over: list[Path] = []

    def hand_over(url: QUrl) -> bool:
        handed_over.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", hand_over)

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 2)
        pane.view.selectRow(0)
        await choose(window, Act.OPEN)
        await until(lambda: handed_over, "it is opened")
        assert handed_over[0].name == "b.txt"
        assert handed_over[0].stat().st_mode & 0o111 == 0
        assert handed_over[0].parent.stat().st_mode & 0o077 == 0
        pane.view.selectRow(1)
        QTest.keyClick(pane.view, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        told: ErrorSheet = await sheet(ErrorSheet)
        assert "could be run as a program" in told.words.message
        told.accept()

    run(work)
    assert len(handed_over) == 1


def test_a_whole_container_is_downloaded_from_the_tree(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a/one.txt")

    async def chosen(_parent: QWidget, _title: str) -> Path:
        return tmp_path

    monkeypatch.setattr(ask, "folder", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        window.deeds.for_tree().download(here)
        await until((tmp_path / here.container / "a/one.txt").exists, "the file")
        await until(lambda: all(job.state.is_final for job in window.transfers.jobs.jobs()))

    run(work)


def test_settings_are_kept_at_once_and_a_refused_one_says_why(run: Run, data_dir: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.SETTINGS)
        page: SettingsSheet = await sheet(SettingsSheet)
        switch = page.rows["with_md5"].editor.field
        assert isinstance(switch, QAbstractButton)
        switch.click()
        await until(lambda: page.rows["with_md5"].reset.isVisible(), "it is changed")
        assert json.loads((data_dir / "settings.json").read_text())["with_md5"] is False
        page.change_requested.emit("proxy", "ftp://x")  # what a field would not let through
        await until(lambda: page.notice.isVisible(), "it is refused")
        assert "http://host:port" in page.notice.text()
        page.accept()

    run(work)


def test_the_palette_does_what_is_chosen(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.COMMANDS)
        page: PaletteSheet = await sheet(PaletteSheet)
        QTest.keyClicks(page.line, "new tab")
        QTest.keyClick(page.line, Qt.Key.Key_Return)
        await until(lambda: window.tabs.count() == 2, "a tab opens")

    run(work)


def test_a_new_folder_is_selected_and_a_taken_name_is_asked_again(
    run: Run, container: ContainerClient
) -> None:
    put(container, "taken/a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.REFRESH)
        await until(lambda: names(window.pane) == ["taken"], "it is listed")
        await choose(window, Act.NEW_FOLDER)
        asked: ask.TextSheet = await sheet(ask.TextSheet)
        asked.line.setText("taken")
        asked.go_button.click()
        await until(lambda: "already" in asked.problem.text(), "it says why not")
        assert asked.isVisible()
        assert asked.line.text() == "taken"
        asked.line.setText("fresh")
        asked.go_button.click()
        await until(lambda: [row.name for row in window.pane.selection()] == ["fresh"], "selected")

    run(work)


def test_a_filter_keeps_what_is_selected_and_still_shown(
    run: Run, container: ContainerClient
) -> None:
    put(container, "apple.txt", "banana.txt", "cherry.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        pane.refresh()
        await until(lambda: len(names(pane)) == 3)
        pane.view.select_names({("apple.txt", False), ("banana.txt", False)})
        pane.navigation.filter_changed.emit("an")
        await until(lambda: names(pane) == ["banana.txt"])
        await until(lambda: [row.name for row in pane.selection()] == ["banana.txt"])
        pane.navigation.filter_changed.emit("")
        await until(lambda: len(names(pane)) == 3)
        assert [row.name for row in pane.selection()] == ["banana.txt"]

    run(work)


def test_nothing_is_uploaded_into_a_container_that_is_not_there(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.pane.go(Location(here.connection_id, "not-there-at-all"))
        await until(lambda: not window.pane.is_listing and window.pane._is_missing)
        upload = window.actions_[Act.UPLOAD_FILES]
        await until(lambda: not upload.isEnabled(), "it is off")
        assert "does not exist" in upload.statusTip()

    run(work)


def test_a_restored_tab_is_listed_when_it_is_looked_at(
    drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    put(container, "a.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            connection = await connected(window, azurite)
            here = Location(connection.id, container.container_name)
            behind = window.tabs.open_tab(here, in_front=False)
            await until(lambda: behind.title == container.container_name, "it is named")
            assert not behind.is_listing
            assert not behind.lister.is_listed
            window.tabs.bring(behind)
            await until(lambda: names(behind) == ["a.txt"], "it is listed now")

    drive(work())


def test_statistics_of_a_folder_are_counted_and_lead_back(
    run: Run, container: ContainerClient
) -> None:
    put(container, "runs/7/a.log", "runs/7/b.log", "other.txt")

    async def work(window: MainWindow, here: Location) -> None:
        assert window.pane.connection is not None
        subject = Subject(window.pane.connection, Location(here.connection_id, here.container))
        (offer,) = [
            offer
            for area in window.areas
            for name, offer in flat(area.offers(subject))
            if name == "Statistics"
        ]
        assert offer.act is not None
        offer.act()
        shown: StatisticsWindow = await sheet(StatisticsWindow)
        await until(lambda: shown.counted.is_complete, "it is counted")
        assert shown.counted.blobs == 3
        shown.place_requested.emit("runs/7/")
        await until(lambda: names(window.pane) == ["a.log", "b.log"], "its tab opens")
        shown.close()

    run(work)


def test_everything_below_is_listed_searched_and_downloaded_with_its_folders(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    target.mkdir()
    put(container, "a/one.csv", "a/b/two.csv", "a/b/other.txt", "top.csv")

    async def chosen(_parent: QWidget, _title: str) -> Path:
        return target

    monkeypatch.setattr(ask, "folder", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        await choose(window, Act.SEARCH)
        await until(lambda: len(names(pane)) == 4, "everything below")
        assert pane.navigation.all_below.isChecked()
        pane.navigation.filter.setText("is:file *.csv")
        await until(lambda: names(pane) == ["a/b/two.csv", "a/one.csv", "top.csv"])
        pane.view.selectAll()
        await choose(window, Act.DOWNLOAD)
        await until((target / "a/b/two.csv").exists, "it is downloaded into its folder")
        await until(lambda: all(job.state.is_final for job in window.transfers.jobs.jobs()))
        assert sorted(p.name for p in target.rglob("*") if p.is_file()) == [
            "one.csv",
            "top.csv",
            "two.csv",
        ]
        pane.navigation.all_below.click()
        await until(lambda: names(pane) == ["top.csv"], "only what is here, still filtered")
        pane.navigation.clear_filter()
        await until(lambda: names(pane) == ["a", "top.csv"])

    run(work)


def offer_of(window: MainWindow, subject: Subject, wanted: str) -> Offer:
    """What the rooms offer under that whole name."""
    found = [
        offer
        for area in window.areas
        for name, offer in flat(area.offers(subject))
        if name == wanted
    ]
    assert len(found) == 1, wanted
    return found[0]


def test_a_listing_is_exported_and_a_found_blob_is_shown_in_its_folder(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a/b/one.csv", "top.txt")
    target = tmp_path / "listing.csv"

    async def chosen(_parent: QWidget, _title: str, name: str) -> Path:
        assert name == f"{container.container_name}.csv"
        return target

    monkeypatch.setattr(ask, "file_to_save", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        export = offer_of(window, Subject(connection, here), "Export listing: Everything below")
        assert export.act is not None
        export.act()
        told: ExportSheet = await sheet(ExportSheet)
        await until(lambda: told.figures.text() == "2 rows written.", "it is written")
        assert "a/b/one.csv" in target.read_text("utf-8")
        told.accept()
        window.pane.search()
        await until(lambda: "a/b/one.csv" in names(window.pane))
        row = next(row for row in window.pane.model.taken([(0, 1)]) if "/" in row.name)
        reveal = offer_of(window, Subject(connection, here, (row,)), "Show in its folder")
        assert reveal.act is not None
        reveal.act()
        await until(lambda: [row.name for row in window.pane.selection()] == ["one.csv"])
        assert window.pane.location == here.child("a/b")

    run(work)
