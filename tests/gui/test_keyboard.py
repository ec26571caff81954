"""Dialogs with the keyboard alone: everything in them is reached, done and left by keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobClient, ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from explorer.base.settings import Settings
from explorer.gui import ask
from explorer.gui.browse.deleted_sheet import DeletedSheet
from explorer.gui.browse.move_sheet import MoveSheet
from explorer.gui.browse.restore_sheet import RestoreSheet
from explorer.gui.connect.taking_along import ImportSheet, read_export
from explorer.gui.export.sheet import ExportSheet
from explorer.gui.manage.copy_status_sheet import CopyStatusSheet
from explorer.gui.manage.lease_sheet import LeaseSheet
from explorer.gui.settings.sheet import SettingsSheet
from explorer.gui.share.sheet import SasSheet
from explorer.gui.statistics.sheet import StatisticsWindow
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.places import run_at
from tests.gui.test_carry import has
from tests.gui.test_history import Play, Scene, play, scene, versions_of
from tests.gui.test_manage import opened_by
from tests.gui.test_mirror import area_of
from tests.gui.test_share import OFFER, subject_of
from tests.gui.test_window import Run, choose, names, put, run, sheet
from tests.servers.long_copies import LongCopies

KEY = Qt.Key
MOST_TABS = 60
__all__ = ["play", "run", "scene"]


async def in_front(dialog: QWidget) -> None:
    dialog.activateWindow()
    await until(lambda: dialog.focusWidget() is not None and dialog.isActiveWindow(), "the keys")


def press(dialog: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(dialog.focusWidget() or dialog, key)


def tab_to(dialog: QWidget, target: QWidget) -> None:
    """Press Tab until `target` has the keys."""
    for _ in range(MOST_TABS):
        if target.hasFocus():
            return
        press(dialog, KEY.Key_Tab)
    pytest.fail(f"Tab does not lead to {target.accessibleName() or target}")


def mnemonic(dialog: QDialog, key: Qt.Key) -> None:
    QTest.keyClick(dialog.focusWidget() or dialog, key, Qt.KeyboardModifier.AltModifier)


def test_a_lease_is_taken_and_broken_by_keys(run: Run, container: ContainerClient) -> None:
    put(container, "a")
    blob = container.get_blob_client("a")

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "a"), "Lease")
        dialog: LeaseSheet = await sheet(LeaseSheet)
        await in_front(dialog)
        await until(dialog.take_button.isEnabled, "nobody has it")
        tab_to(dialog, dialog.length)
        press(dialog, KEY.Key_Down)
        assert dialog.length.currentText() == "60 seconds"
        tab_to(dialog, dialog.take_button)
        press(dialog, KEY.Key_Space)
        await until(dialog.break_button.isEnabled, "it is taken")
        assert blob.get_blob_properties().lease.duration == "fixed"
        tab_to(dialog, dialog.lease_id)
        tab_to(dialog, dialog.renew_button)
        tab_to(dialog, dialog.break_button)
        press(dialog, KEY.Key_Space)
        await until(dialog.take_button.isEnabled, "it is broken")
        press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    run(work)


@pytest.mark.parametrize("name", ["a", ""], ids=["blob", "container"])
def test_a_lease_is_given_back_by_keys(run: Run, container: ContainerClient, name: str) -> None:
    put(container, "a")

    def state() -> str:
        found = container.get_blob_client(name).get_blob_properties() if name else None
        lease = found.lease if found else container.get_container_properties().lease
        return str(lease.state)

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        subject = await subject_of(window, here, name) if name else Subject(connection, here)
        await opened_by(window, subject, "Lease")
        dialog: LeaseSheet = await sheet(LeaseSheet)
        await in_front(dialog)
        await until(dialog.take_button.isEnabled, "nobody has it")
        assert not dialog.release_button.isEnabled()
        tab_to(dialog, dialog.take_button)
        press(dialog, KEY.Key_Space)
        await until(dialog.release_button.isEnabled, "it is taken")
        assert state() == "leased"
        tab_to(dialog, dialog.release_button)
        press(dialog, KEY.Key_Space)
        await until(dialog.take_button.isEnabled, "it is given back")
        assert state() == "available"
        assert dialog.lease_id.text() == ""
        press(dialog, KEY.Key_Escape)
        if dialog.isVisible():  # the first closes the notice
            press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    run(work)


def test_the_state_of_a_copy_is_read_and_left_by_keys(run: Run, container: ContainerClient) -> None:
    put(container, "a")
    container.get_blob_client("b").start_copy_from_url(container.get_blob_client("a").url)

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "b"), "Copy status")
        dialog: CopyStatusSheet = await sheet(CopyStatusSheet)
        await in_front(dialog)
        await until(lambda: "complete" in dialog.says.text(), "it is told")
        tab_to(dialog, dialog.close_button)
        press(dialog, KEY.Key_Return)
        assert not dialog.isVisible()

    run(work)


def test_a_copy_is_stopped_by_keys(
    drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    put(container, "a")

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "b"), "Copy status")
        dialog: CopyStatusSheet = await sheet(CopyStatusSheet)
        await in_front(dialog)
        await until(dialog.stop_button.isEnabled, "it is under way")
        tab_to(dialog, dialog.stop_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: "was stopped" in dialog.says.text(), "it is stopped")
        await until(lambda: not dialog.stop_button.isEnabled(), "there is nothing left to stop")
        await until(dialog.close_button.isEnabled)
        tab_to(dialog, dialog.close_button)
        press(dialog, KEY.Key_Space)
        assert not dialog.isVisible()
        assert begun.get_blob_properties().copy.status == "aborted"

    with LongCopies(azurite) as server:
        pasted = server.connection_string
        name = str(container.container_name)
        with BlobClient.from_connection_string(pasted, name, "b") as begun:
            begun.start_copy_from_url(container.get_blob_client("a").url)
            run_at(drive, data_dir, pasted, name)(work)


def test_several_get_a_sas_each_by_keys(run: Run, container: ContainerClient) -> None:
    put(container, "a", "b")

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await subject_of(window, here, "a", "b"), OFFER)
        dialog: SasSheet = await sheet(SasSheet)
        await in_front(dialog)
        tab_to(dialog, dialog.make_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: len(dialog.made_page.made) == 2, "both are made")
        await in_front(dialog)
        tab_to(dialog, dialog.made_page.copy_all_button)
        press(dialog, KEY.Key_Space)
        assert len(QGuiApplication.clipboard().text().split("\n")) == 2
        press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    run(work)


def test_a_place_to_move_to_is_chosen_by_keys(run: Run, container: ContainerClient) -> None:
    put(container, "a.txt", "target/c.txt")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: names(window.pane) == ["target", "a.txt"], "it is listed")
        window.pane.view.select_names({("a.txt", False)})
        await choose(window, Act.MOVE_TO)
        dialog: MoveSheet = await sheet(MoveSheet)
        await in_front(dialog)
        assert dialog.tree.hasFocus()
        tab_to(dialog, dialog.line)
        dialog.line.selectAll()
        QTest.keyClicks(dialog.line, f"/{here.container}/target/")
        assert dialog.go_button.isEnabled()
        tab_to(dialog, dialog.folder_button)
        tab_to(dialog, dialog.tree)
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    run(work)


@pytest.mark.parametrize("key", [KEY.Key_Space, KEY.Key_M, KEY.Key_Return])
def test_move_is_pressed_by_keys(run: Run, container: ContainerClient, key: Qt.Key) -> None:
    """On the button, by its letter, and by Return from the line."""
    put(container, "a.txt", "target/c.txt")

    async def work(window: MainWindow, here: Location) -> None:
        await until(lambda: names(window.pane) == ["target", "a.txt"], "it is listed")
        window.pane.view.select_names({("a.txt", False)})
        await choose(window, Act.MOVE_TO)
        dialog: MoveSheet = await sheet(MoveSheet)
        await in_front(dialog)
        assert not dialog.go_button.isEnabled()
        tab_to(dialog, dialog.line)
        dialog.line.selectAll()
        QTest.keyClicks(dialog.line, f"/{here.container}/target/")
        if key is KEY.Key_M:
            mnemonic(dialog, key)
        elif key is KEY.Key_Space:
            tab_to(dialog, dialog.go_button)
            press(dialog, key)
        else:
            press(dialog, key)
        await has(container, "target/a.txt", "target/c.txt")
        await until(lambda: names(window.pane) == ["target"], "it is gone here")

    run(work)


def test_a_setting_is_found_and_changed_by_keys(run: Run) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        await choose(window, Act.SETTINGS)
        dialog: SettingsSheet = await sheet(SettingsSheet)
        await in_front(dialog)
        assert dialog.search.hasFocus()
        QTest.keyClicks(dialog.search, "md5")
        box = dialog.rows["with_md5"].editor.field
        tab_to(dialog, box)
        press(dialog, KEY.Key_Space)
        await until(dialog.reset_button.isEnabled, "the change is kept")
        kept = await window._bridge.get(lambda service: service.settings)
        assert kept.with_md5 is not Settings().with_md5
        press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    run(work)


def test_an_export_is_left_by_keys(
    run: Run, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(container, "a")

    async def chosen(*_: object) -> Path:
        return tmp_path / "listing.csv"

    monkeypatch.setattr(ask, "file_to_save", chosen)

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        place = Subject(connection, here)
        await opened_by(window, place, "Export listing: Everything below")
        dialog: ExportSheet = await sheet(ExportSheet)
        await until(dialog.close_button.isVisible, "it is written")
        await in_front(dialog)
        assert dialog.close_button.hasFocus()
        press(dialog, KEY.Key_Return)
        assert not dialog.isVisible()

    run(work)


def test_statistics_are_turned_and_left_by_keys(run: Run, container: ContainerClient) -> None:
    put(container, "d/a.txt", "b.csv")

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        await opened_by(window, Subject(connection, here), "Statistics")
        dialog: StatisticsWindow = await sheet(StatisticsWindow)
        await until(lambda: dialog.counted.is_complete and not dialog.busy.is_busy, "the count")
        await in_front(dialog)
        views = list(dialog.view_buttons)
        tab_to(dialog, dialog.view_buttons[dialog.view])
        for view in views[views.index(dialog.view) + 1 :]:
            press(dialog, KEY.Key_Right)
            assert dialog.view is view
        tab_to(dialog, dialog.table)
        tab_to(dialog, dialog.treemap)
        tab_to(dialog, dialog.again_button)
        press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible(), "it is gone")

    run(work)


def test_what_is_deleted_is_chosen_and_restored_by_keys(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(versioning=False, blob_days=6)
    made.put(b"one", "a", "d/c")
    made.delete("a", "d/c")

    async def work(window: MainWindow, made: Scene) -> None:
        await choose(window, Act.RESTORE_DELETED)
        dialog: DeletedSheet = await sheet(DeletedSheet)
        await until(lambda: dialog.is_listed, "it is listed")
        await in_front(dialog)
        tab_to(dialog, dialog.table)
        tab_to(dialog, dialog.below)
        press(dialog, KEY.Key_Space)
        await until(lambda: dialog.is_listed and dialog.model.rowCount() == 2, "those below")
        tab_to(dialog, dialog.table)
        press(dialog, KEY.Key_Down, KEY.Key_Home, KEY.Key_Space)
        await until(dialog.restore_button.isEnabled, "it can be restored")
        tab_to(dialog, dialog.restore_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: "Restored 1 blob" in dialog.notice.text(), "one is back")
        press(dialog, KEY.Key_Escape)
        if dialog.isVisible():  # the first closes the notice
            press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    play(made, work)


def test_a_time_to_restore_to_is_typed(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(versioning=True)
    made.put(b"old", "d/a")

    async def work(window: MainWindow, made: Scene) -> None:
        assert made.connection is not None
        place = Subject(made.connection, made.here)
        await opened_by(window, place, "Restore to a time")
        dialog: RestoreSheet = await sheet(RestoreSheet)
        await until(lambda: dialog.plan.is_complete, "the first look")
        await in_front(dialog)
        before = dialog.time.dateTime()
        tab_to(dialog, dialog.close_button)
        mnemonic(dialog, KEY.Key_A)
        assert dialog.time.hasFocus()
        press(dialog, KEY.Key_Down)
        assert dialog.time.dateTime() < before
        await until(lambda: dialog.plan.is_complete, "the look at that time")
        press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    play(made, work)


def test_a_folder_is_restored_to_a_time_by_keys(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(versioning=True)
    made.put(b"new", "d/a", "d/b")

    async def work(window: MainWindow, made: Scene) -> None:
        assert made.connection is not None
        await opened_by(window, Subject(made.connection, made.here), "Restore to a time")
        dialog: RestoreSheet = await sheet(RestoreSheet)
        await until(lambda: dialog.plan.is_complete, "an hour ago nothing was there")
        await in_front(dialog)
        assert not dialog.restore_button.isEnabled()
        tab_to(dialog, dialog.delete_box)
        press(dialog, KEY.Key_Space)
        await until(dialog.restore_button.isEnabled, "it can be restored")
        tab_to(dialog, dialog.restore_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: names(window.pane) == [], "it is as it was")
        press(dialog, KEY.Key_Escape)
        if dialog.isVisible():  # the first closes the notice
            press(dialog, KEY.Key_Escape)
        assert not dialog.isVisible()

    play(made, work)


def test_a_version_is_made_current_by_keys(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(versioning=True)
    made.put(b"one", "a")
    made.put(b"three", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        page = await versions_of(window, "a")
        await in_front(window)
        inspector = window.inspecting.inspector
        for _ in range(4):
            if not inspector.tabs.hasFocus():
                press(window, KEY.Key_F6)
        assert inspector.tabs.hasFocus()
        tab_to(window, page.table)
        press(window, KEY.Key_Down)
        if page.chosen is None or page.chosen.is_current:
            press(window, KEY.Key_Down)
        assert page.promote_button.isEnabled()
        tab_to(window, page.promote_button)
        press(window, KEY.Key_Space)
        await until(lambda: page.model.rowCount() == 3, "there is one version more")

    play(made, work)
    assert made.read("a") == b"one"


def test_what_is_imported_is_chosen_by_keys(run: Run, tmp_path: Path) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        exported = await window._bridge.call(lambda it: it.exporting.export((), ""))
        document = json.loads(exported.data)
        document["connections"][0]["account"] = "other"
        document["connections"][0]["blob_endpoint"] = "https://other.blob.core.windows.net"
        document["connections"][0]["kind"] = "connection string"
        (tmp_path / "x").write_bytes(json.dumps(document).encode())
        task = window._scope.spawn(
            window.connecting.taking_along.take_in_data(read_export(tmp_path / "x"), "x"),
            name="import",
        )
        dialog: ImportSheet = await sheet(ImportSheet)
        await in_front(dialog)
        await until(dialog.go_button.isEnabled, "it is looked into")
        tab_to(dialog, dialog.table)
        tab_to(dialog, dialog.go_button)
        press(dialog, KEY.Key_Space)
        await until(task.done, "it is imported")
        await until(lambda: len(window.tree_model.connections()) == 2, "the tree hears of it")

    run(work)


def test_a_mirror_is_looked_at_and_started_by_keys(
    run: Run, container: ContainerClient, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "new.txt").write_text("new")

    async def work(window: MainWindow, here: Location) -> None:
        dialog = area_of(window).open(here, folder, is_up=True)
        await until(lambda: dialog.preview is not None, "a plan")
        await in_front(dialog)
        for target in (
            dialog.delete_box,
            *(button for button in dialog.kind_buttons.values() if button.isVisible()),
            dialog.filter,
            dialog.table,
            dialog.again_button,
            dialog.close_button,
        ):
            tab_to(dialog, target)
        mnemonic(dialog, KEY.Key_B)
        await until(dialog.checksum_box.isChecked, "the box is ticked")
        await until(lambda: dialog.preview is not None, "another plan")
        tab_to(dialog, dialog.start_button)
        press(dialog, KEY.Key_Space)
        await until(lambda: dialog.ended is not None, "its end")
        press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible() or dialog.notice.isHidden(), "a closing")
        if dialog.isVisible():  # the first closes the notice
            press(dialog, KEY.Key_Escape)
        await until(lambda: not dialog.isVisible(), "it is gone")

    run(work)
    assert [blob.name for blob in container.list_blobs()] == ["new.txt"]
