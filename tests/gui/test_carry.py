"""Cut, copy, paste, duplicate and drag in the window, with the real service and an emulator."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QWidget

from explorer.gui.ask import ChoiceSheet, ConfirmSheet, TextSheet
from explorer.gui.browse.pane import Pane
from explorer.gui.carry.parcel import Parcel, parcel_in, put_into
from explorer.gui.errors import ErrorSheet
from explorer.gui.transfers.conflicts import ConflictDialog
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.storage.connection import parse
from explorer.transfer.model import ConflictPolicy
from tests.gui.conftest import Drive, until
from tests.gui.test_window import Run, choose, connected, listed, names, opened, put, run, sheet
from tests.servers.lake.server import Lake

__all__ = ["run"]
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def other(azurite: Emulator) -> Iterator[ContainerClient]:
    """A second fresh container of the same account."""
    name = f"other-{uuid.uuid4().hex[:20]}"
    with ContainerClient.from_connection_string(azurite.connection_string, name) as client:
        client.create_container()
        yield client
        client.delete_container()


def stored(container: ContainerClient) -> list[str]:
    return sorted(container.list_blob_names())


async def shows(pane: Pane, *wanted: str) -> None:
    pane.refresh()
    await until(lambda: listed(pane) and names(pane) == list(wanted), f"{wanted} are listed")


async def go(window: MainWindow, place: Location) -> None:
    window.pane.go(place)
    await until(lambda: listed(window.pane), "the place is listed")


async def take(window: MainWindow, act: Act, *rows: tuple[str, bool]) -> None:
    window.pane.view.clearSelection()
    window.pane.view.select_names(set(rows))
    await choose(window, act)


async def has(container: ContainerClient, *wanted: str) -> None:
    await until(lambda: stored(container) == sorted(wanted), f"{wanted} are stored")


def drag(view: QWidget, at: QPoint, parcel: Parcel, keys: Qt.KeyboardModifier) -> bool:
    """Move a parcel over a widget and let go; whether the drop was taken."""
    mime = QMimeData()
    put_into(mime, parcel)
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left = Qt.MouseButton.LeftButton
    QApplication.sendEvent(view, QDragEnterEvent(at, actions, mime, left, keys))
    move = QDragMoveEvent(at, actions, mime, left, keys)
    QApplication.sendEvent(view, move)
    if not move.isAccepted():
        return False
    drop = QDropEvent(QPointF(at), actions, mime, left, keys)
    QApplication.sendEvent(view, drop)
    return drop.isAccepted()


def on_row(pane: Pane, name: str) -> QPoint:
    row = pane.model.position(name)
    assert row is not None
    return pane.view.visualRect(pane.model.index(row, 0)).center()


# -- clipboard --------------------------------------------------------------------


def test_what_is_copied_is_pasted_into_another_folder(run: Run, container: ContainerClient) -> None:
    put(container, "a.txt", "d/b.txt", "e/x")

    async def work(window: MainWindow, here: Location) -> None:
        await shows(window.pane, "d", "e", "a.txt")
        await take(window, Act.COPY, ("a.txt", False), ("d", True))
        assert QGuiApplication.clipboard().text().endswith(f"/d/\n/{here.container}/a.txt")
        await go(window, here.child("e"))
        await choose(window, Act.PASTE)
        await has(container, "a.txt", "d/b.txt", "e/x", "e/a.txt", "e/d/b.txt")
        await until(lambda: names(window.pane) == ["d", "a.txt", "x"], "the listing follows")

    run(work)


def test_what_is_cut_is_dimmed_and_gone_after_it_is_pasted(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a.txt", "b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        await shows(pane, "a.txt", "b.txt")
        await take(window, Act.CUT, ("a.txt", False))
        assert is_dimmed(pane, "a.txt")
        assert not is_dimmed(pane, "b.txt")
        there = Location(here.connection_id, str(other.container_name))
        tab = window.tabs.open_tab(there)
        await until(lambda: listed(tab), "the other container")
        await choose(window, Act.PASTE)
        await has(other, "a.txt")
        await has(container, "b.txt")
        await until(lambda: parcel_in(QGuiApplication.clipboard().mimeData()) is None)
        await until(lambda: names(pane) == ["b.txt"], "the tab behind follows")

    run(work)


def is_dimmed(pane: Pane, name: str) -> bool:
    row = pane.model.position(name)
    assert row is not None
    option = QStyleOptionViewItem()
    option.state |= QStyle.StateFlag.State_Enabled
    pane.view.cells.initStyleOption(option, pane.model.index(row, 0))
    return not option.state & QStyle.StateFlag.State_Enabled


def test_a_name_that_is_taken_is_asked_about(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a.txt")
    other.upload_blob("a.txt", b"older")

    async def work(window: MainWindow, here: Location) -> None:
        await shows(window.pane, "a.txt")
        await take(window, Act.COPY, ("a.txt", False))
        await go(window, Location(here.connection_id, str(other.container_name)))
        await choose(window, Act.PASTE)
        dialog = await sheet(ConflictDialog)
        dialog.buttons[ConflictPolicy.RENAME].click()
        dialog.go_button.click()
        await until(lambda: len(stored(other)) == 2, "both are kept")
        assert other.download_blob("a.txt").readall() == b"older"

    run(work)


def test_pasting_where_it_was_copied_makes_a_second_one(
    run: Run, container: ContainerClient
) -> None:
    put(container, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        await shows(window.pane, "a.txt")
        await take(window, Act.COPY, ("a.txt", False))
        await choose(window, Act.PASTE)
        await has(container, "a.txt", "a (copy).txt")
        await take(window, Act.DUPLICATE, ("a.txt", False))
        await until(lambda: len(stored(container)) == 3, "a third one")

    run(work)


def test_a_folder_is_not_moved_into_itself(run: Run, container: ContainerClient) -> None:
    put(container, "d/b.txt")

    async def work(window: MainWindow, here: Location) -> None:
        await shows(window.pane, "d")
        await take(window, Act.CUT, ("d", True))
        await go(window, here.child("d"))
        await choose(window, Act.PASTE)
        dialog = await sheet(ErrorSheet)
        assert "into itself" in dialog.accessibleDescription() + dialog.words.line
        dialog.reject()
        assert stored(container) == ["d/b.txt"]

    run(work)


def test_a_container_is_copied_into_another_account(
    drive: Drive[Any],
    azurite: Emulator,
    container: ContainerClient,
    filesystem: Any,
    lake: Lake,
    data_dir: Path,
) -> None:
    put(container, "a.txt", "d/b.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            connection = await connected(window, azurite)
            second = await window._bridge.call(
                lambda service: service.connect(parse(lake.connection_string), name="lake")
            )
            name = container.container_name
            await until(lambda: name in names(window.pane), "the containers")
            await take(window, Act.COPY, (name, True))
            await go(window, Location(second.id, filesystem.file_system_name))
            await choose(window, Act.PASTE)
            wanted = {f"{name}/a.txt", f"{name}/d/b.txt"}
            await until(
                lambda: wanted <= {path.name for path in filesystem.get_paths()}, "the copies"
            )
            assert connection.id != second.id

    drive(work())


def test_a_container_is_copied_under_another_name(
    run: Run, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a.txt")
    name = container.container_name

    async def work(window: MainWindow, here: Location) -> None:
        await go(window, Location(here.connection_id))
        await take(window, Act.COPY, (name, True))
        await choose(window, Act.PASTE)
        asked = await sheet(TextSheet)
        assert asked.line.text() == f"{name}-copy"
        asked.accept()
        with BlobServiceClient.from_connection_string(azurite.connection_string) as account:
            made = account.get_container_client(f"{name}-copy")
            try:
                await until(lambda: made.exists() and stored(made) == ["a.txt"], "the copy")
            finally:
                made.delete_container()

    run(work)


def test_where_folders_are_real_a_move_is_one_step_and_a_taken_name_is_asked_about(
    drive: Drive[Any], filesystem: Any, lake: Lake, data_dir: Path
) -> None:
    for name in ("a.txt", "b.txt", "d/b.txt"):
        filesystem.get_file_client(name).upload_data(name.encode(), overwrite=True)

    async def work() -> None:
        async with opened(data_dir) as window:
            connection = await window._bridge.call(
                lambda service: service.connect(parse(lake.connection_string), name="lake")
            )
            here = Location(connection.id, filesystem.file_system_name)
            await until(lambda: window.tree_controller.connection(connection.id) is not None)
            await go(window, here)
            await until(lambda: len(names(window.pane)) == 3, "what is in it")
            await take(window, Act.CUT, ("a.txt", False), ("b.txt", False))
            await go(window, here.child("d"))
            await choose(window, Act.PASTE)
            asked = await sheet(ChoiceSheet)
            asked._choose("replace")
            await until(
                lambda: (
                    sorted(path.name for path in filesystem.get_paths())
                    == ["d", "d/a.txt", "d/b.txt"]
                ),
                "both moved",
            )
            assert not window.transfers.jobs.line()

    drive(work())


# -- drags --------------------------------------------------------------------------


def test_a_row_dropped_on_a_folder_is_copied_and_with_shift_moved(
    run: Run, container: ContainerClient
) -> None:
    put(container, "a.txt", "b.txt", "d/x")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        await shows(pane, "d", "a.txt", "b.txt")
        viewport = pane.view.viewport()
        assert drag(viewport, on_row(pane, "d"), Parcel(here, ("a.txt",)), PLAIN)
        await has(container, "a.txt", "b.txt", "d/a.txt", "d/x")
        assert drag(viewport, on_row(pane, "d"), Parcel(here, ("b.txt",)), SHIFT)
        await has(container, "a.txt", "d/a.txt", "d/b.txt", "d/x")

    run(work)


def test_moving_several_by_mouse_is_asked_about_once(run: Run, container: ContainerClient) -> None:
    put(container, "a.txt", "b.txt", "d/x")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        await shows(pane, "d", "a.txt", "b.txt")
        parcel = Parcel(here, ("a.txt", "b.txt"))
        assert drag(pane.view.viewport(), on_row(pane, "d"), parcel, SHIFT)
        (await sheet(ConfirmSheet)).reject()
        await until(lambda: not open_sheets(ConfirmSheet))
        assert stored(container) == ["a.txt", "b.txt", "d/x"]
        assert drag(pane.view.viewport(), on_row(pane, "d"), parcel, SHIFT)
        (await sheet(ConfirmSheet)).accept()
        await has(container, "d/a.txt", "d/b.txt", "d/x")

    run(work)


def open_sheets(kind: type[QWidget]) -> list[QWidget]:
    return [top for top in QApplication.topLevelWidgets() if isinstance(top, kind)]


def test_nothing_can_be_dropped_where_it_is_or_into_itself(
    run: Run, container: ContainerClient
) -> None:
    put(container, "a.txt", "d/x")

    async def work(window: MainWindow, here: Location) -> None:
        pane = window.pane
        await shows(pane, "d", "a.txt")
        viewport = pane.view.viewport()
        for keys in (PLAIN, SHIFT):
            assert not drag(viewport, on_row(pane, "a.txt"), Parcel(here, ("a.txt",)), keys)
            assert not drag(viewport, on_row(pane, "d"), Parcel(here, ("d/",)), keys)

    run(work)


def test_between_containers_shift_copies_all_the_same(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        parcel = Parcel(here, ("a.txt",))
        await go(window, Location(here.connection_id, str(other.container_name)))
        assert drag(window.pane.stage, QPoint(40, 40), parcel, SHIFT)
        await has(other, "a.txt")
        assert stored(container) == ["a.txt"]

    run(work)


def test_a_drop_on_the_tree_copies_into_that_place(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a.txt")

    async def work(window: MainWindow, here: Location) -> None:
        there = Location(here.connection_id, str(other.container_name))
        tree = window.tree
        tree.reveal(there)
        at = tree.visualRect(window.tree_model.index_of(there)).center()
        assert drag(tree.viewport(), at, Parcel(here, ("a.txt",)), PLAIN)
        await has(other, "a.txt")
        account = tree.visualRect(window.tree_model.index_of(Location(here.connection_id)))
        assert not drag(tree.viewport(), account.center(), Parcel(here, ("a.txt",)), PLAIN)

    run(work)


def test_a_place_of_the_tree_is_copied_and_pasted_into_by_its_menu(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "d/x")

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.tree_controller.connection(here.connection_id)
        assert connection is not None
        copy, _ = window.carry.offers(Subject(connection, here.child("d")))
        assert copy.act is not None
        copy.act()
        there = Location(here.connection_id, str(other.container_name))
        _, paste = window.carry.offers(Subject(connection, there))
        assert paste.refusal == ""
        assert paste.act is not None
        paste.act()
        await has(other, "d/x")

    run(work)
