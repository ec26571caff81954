"""Versions and what is deleted in the window, against an account that keeps them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, QItemSelectionModel
from PySide6.QtWidgets import QTableView

from explorer.gui import ask
from explorer.gui.ask import ConfirmSheet
from explorer.gui.browse.deleted_sheet import DeletedSheet
from explorer.gui.browse.restore_sheet import RestoreSheet
from explorer.gui.inspect.versions_page import VersionsPage
from explorer.gui.window.actions import Act
from explorer.gui.window.history_area import HistoryArea, restore_to
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Connection, Location
from explorer.storage.connection import parse
from tests.gui.conftest import Drive, until
from tests.gui.test_inspector import select
from tests.gui.test_window import choose, listed, names, opened, sheet
from tests.integration.service.test_history import moment
from tests.integration.storage.test_history import sas_of
from tests.servers.history import HistoryServer
from tests.support.history import ProtectedServer, seen_through

Work = Callable[[MainWindow, "Scene"], Coroutine[Any, Any, None]]


class Scene:
    """An account with a history, one container of it, and the window on it."""

    def __init__(self, server: HistoryServer, container: str) -> None:
        self.server = server
        self.container = container
        self.here = Location("")
        self.connection: Connection | None = None

    def put(self, data: bytes, *blobs: str) -> None:
        with seen_through(self.server, self.container) as client:
            for name in blobs:
                client.upload_blob(name, data, overwrite=True)

    def delete(self, *blobs: str) -> None:
        with seen_through(self.server, self.container) as client:
            for name in blobs:
                client.delete_blob(name)

    def read(self, name: str) -> bytes:
        with seen_through(self.server, self.container) as client:
            return client.download_blob(name).readall()


Play = Callable[[Scene, Work], None]


@pytest.fixture
def scene(history_server: ProtectedServer, container_name: str) -> Callable[..., Scene]:
    def make(**protection: Any) -> Scene:
        server = history_server(**protection)
        with seen_through(server, container_name) as client:
            client.create_container()
        return Scene(server, container_name)

    return make


@pytest.fixture
def play(drive: Drive[Any], data_dir: Path) -> Callable[..., None]:
    """Runs work in a window that shows the scene's container, by key or by what is given."""

    def go(scene: Scene, work: Work, text: str = "") -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                spec = parse(text or scene.server.connection_string)
                connection = await window._bridge.call(
                    lambda service: service.connect(spec, name="history")
                )
                window.connecting.connected.emit(connection)
                scene.connection = connection
                scene.here = Location(connection.id, scene.container)
                window.pane.go(scene.here)
                await until(lambda: listed(window.pane), "the container is listed")
                await work(window, scene)

        drive(whole())

    return go


async def versions_of(window: MainWindow, name: str) -> VersionsPage:
    """The Versions page about that blob, once all is listed."""
    window.inspecting.bring(VersionsPage.key)
    await select(window, name)
    page = window.inspecting.inspector.page
    assert isinstance(page, VersionsPage)
    await until(lambda: page.is_listed, "the versions are listed")
    return page


def cells(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def choose_rows(table: QTableView, *rows: int) -> None:
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag
    for row in rows:
        table.selectionModel().select(table.model().index(row, 0), flags.Select | flags.Rows)


def test_versions_are_listed_and_one_is_made_current(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(versioning=True)
    made.put(b"one", "a")
    made.put(b"three", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        page = await versions_of(window, "a")
        assert cells(page.table, 0) == ["Current", "Version"]
        assert cells(page.table, 2) == ["5 B", "3 B"]
        assert not page.promote_button.isEnabled()
        choose_rows(page.table, 0)
        assert not page.promote_button.isEnabled()
        assert "already" in page.promote_button.toolTip()
        choose_rows(page.table, 1)
        page.promote_button.click()
        await until(lambda: page.model.rowCount() == 3, "there is one version more")

    play(made, work)
    assert made.read("a") == b"one"


def test_a_version_is_previewed_as_it_was(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(versioning=True)
    made.put(b"the first text", "a.txt")
    made.put(b"the second text", "a.txt")

    async def work(window: MainWindow, made: Scene) -> None:
        page = await versions_of(window, "a.txt")
        choose_rows(page.table, 1)
        page.preview_button.click()
        preview = window.inspecting.preview
        assert window.inspecting.inspector.page is preview
        text = preview.body.text
        await until(lambda: "the first text" in text.toPlainText(), "the version is shown")
        selection = window.inspecting.inspector.selection
        assert selection is not None
        assert selection.title == "a.txt (version)"

    play(made, work)


def test_a_version_is_deleted_after_a_question_and_comes_back(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(versioning=True, blob_days=5)
    made.put(b"one", "a")
    made.put(b"two", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        page = await versions_of(window, "a")
        choose_rows(page.table, 1)
        page.delete_button.click()
        question = await sheet(ConfirmSheet)
        question.go_button.click()
        await until(
            lambda: cells(page.table, 0) == ["Current", "Version, deleted"], "it is deleted"
        )
        choose_rows(page.table, 1)
        assert not page.save_button.isEnabled()
        assert page.promote_button.text() == "&Undelete"
        page.promote_button.click()
        await until(lambda: cells(page.table, 0) == ["Current", "Version"], "it is back")

    play(made, work)


def test_a_snapshot_is_taken_and_saved(
    scene: Callable[..., Scene], play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scene()
    made.put(b"one", "a")

    async def chosen(*_: object) -> Path:
        return tmp_path / "old"

    monkeypatch.setattr(ask, "file_to_save", chosen)

    async def work(window: MainWindow, made: Scene) -> None:
        page = await versions_of(window, "a")
        assert "no versions" in page.footnote.text()
        page.snapshot_button.click()
        await until(lambda: cells(page.table, 0) == ["Current", "Snapshot"], "it is listed")
        made.put(b"three", "a")
        choose_rows(page.table, 1)
        page.save_button.click()
        await until((tmp_path / "old").exists, "it is saved")

    play(made, work)
    assert (tmp_path / "old").read_bytes() == b"one"


def test_a_sas_that_may_not_is_refused_with_its_reason(
    scene: Callable[..., Scene], play: Callable[..., None]
) -> None:
    made = scene(versioning=True, blob_days=5)
    made.put(b"one", "a", "b")
    made.put(b"two", "a")
    made.delete("b")

    async def work(window: MainWindow, made: Scene) -> None:
        page = await versions_of(window, "a")
        choose_rows(page.table, 1)
        assert page.save_button.isEnabled()
        for button in (page.promote_button, page.delete_button, page.snapshot_button):
            assert not button.isEnabled()
            assert "sp lacks" in button.toolTip()
        await choose(window, Act.RESTORE_DELETED)
        deleted = await sheet(DeletedSheet)
        await until(lambda: deleted.is_listed, "what is deleted is listed")
        choose_rows(deleted.table, 0)
        assert not deleted.restore_button.isEnabled()
        assert "sp lacks w" in deleted.restore_button.toolTip()
        deleted.reject()

    play(made, work, sas_of(made.server, made.container, "rl"))


@pytest.mark.parametrize("versioning", [False, True])
def test_what_is_deleted_is_shown_and_restored(
    scene: Callable[..., Scene], play: Play, versioning: bool
) -> None:
    made = scene(versioning=versioning, blob_days=6)
    made.put(b"one", "a", "b", "kept", "d/c")
    made.delete("a", "b", "d/c")

    async def work(window: MainWindow, made: Scene) -> None:
        await choose(window, Act.RESTORE_DELETED)
        deleted = await sheet(DeletedSheet)
        await until(lambda: deleted.is_listed, "what is deleted is listed")
        assert cells(deleted.table, 0) == ["a", "b"]
        assert not deleted.restore_button.isEnabled()
        choose_rows(deleted.table, 1)
        await until(deleted.restore_button.isEnabled, "it can be restored")
        deleted.restore_button.click()
        await until(lambda: cells(deleted.table, 0) == ["a"], "one is back")
        deleted.below.click()
        await until(lambda: cells(deleted.table, 0) == ["a", "d/c"], "those below as well")
        await until(deleted.all_button.isEnabled, "all can be restored")
        deleted.all_button.click()
        await until(
            lambda: deleted.is_listed and not deleted.model.rowCount(), "nothing is deleted"
        )
        assert "Restored 2 blobs" in deleted.notice.text()
        deleted.reject()
        await until(lambda: names(window.pane) == ["d", "a", "b", "kept"], "all are listed")

    play(made, work)


def test_without_soft_delete_the_sheet_says_so(scene: Callable[..., Scene], play: Play) -> None:
    made = scene()

    async def work(window: MainWindow, made: Scene) -> None:
        await choose(window, Act.RESTORE_DELETED)
        deleted = await sheet(DeletedSheet)
        await until(lambda: "Soft delete is off" in deleted.line.text(), "the reason")
        deleted.reject()

    play(made, work)


def test_a_deleted_container_is_shown_in_the_account_and_restored(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(container_days=3)
    made.put(b"one", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        await window._bridge.call(lambda service: service.delete_container(made.here))
        window.pane.go(Location(made.here.connection_id))
        await until(lambda: listed(window.pane), "the account is listed")
        await choose(window, Act.RESTORE_DELETED)
        deleted = await sheet(DeletedSheet)
        await until(lambda: deleted.is_listed, "what is deleted is listed")
        row = cells(deleted.table, 0).index(made.container)
        assert cells(deleted.table, 3)[row] == "3 days"
        choose_rows(deleted.table, row)
        await until(deleted.restore_button.isEnabled, "it can be restored")
        deleted.restore_button.click()
        await until(lambda: "is back" in deleted.notice.text(), "it is back")
        deleted.reject()
        await until(lambda: made.container in names(window.pane), "it is listed")

    play(made, work)
    assert made.read("a") == b"one"


def test_a_folder_is_restored_to_a_time_after_a_look(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(versioning=True)
    made.put(b"old", "d/a", "d/b")
    when_s = moment()
    made.put(b"newer", "d/a", "d/late")

    async def work(window: MainWindow, made: Scene) -> None:
        subject = Subject(made.connection, made.here.child("d"))  # type: ignore[arg-type]
        (area,) = [item for item in window.areas if isinstance(item, HistoryArea)]
        assert [offer.text for offer in area.offers(subject)] == [
            "Restore de&leted…",
            "Restore to a ti&me…",
        ]
        area.offers(subject)[1].act()  # type: ignore[misc]
        restore = await sheet(RestoreSheet)
        await until(lambda: restore.plan.is_complete, "the first look")
        restore.time.setMaximumDateTime(QDateTime.currentDateTime().addSecs(60))
        restore.time.setDateTime(QDateTime.fromMSecsSinceEpoch(int(when_s * 1000)))
        assert not restore.plan.is_complete
        await until(lambda: restore.plan.is_complete, "the look at that time")
        assert "1 blob would be restored (3 B)" in restore.lines.text()
        assert restore.delete_box.text() == "&Delete 1 blob made since"
        assert not restore.delete_box.isChecked()
        await until(restore.restore_button.isEnabled, "it can be restored")
        restore.restore_button.click()
        await until(lambda: "Restored 1 blob" in restore.notice.text(), "it is done")
        restore.reject()

    play(made, work)
    assert made.read("d/a") == b"old"
    assert made.read("d/late") == b"newer"


def test_a_time_at_which_nothing_differs_restores_nothing(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(versioning=True)
    made.put(b"old", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        task = window._scope.spawn(
            restore_to(window._bridge, window._scope, made.here, ("",), window), name="restore"
        )
        restore = await sheet(RestoreSheet)
        restore.time.setMaximumDateTime(QDateTime.currentDateTime().addSecs(60))
        restore.time.setDateTime(QDateTime.currentDateTime().addSecs(30))
        await until(lambda: restore.plan.unchanged == 1, "it is looked at")
        await until(lambda: restore.plan.is_complete, "the look ends")
        assert not restore.restore_button.isEnabled()
        assert "Nothing has to be restored" in restore.restore_button.toolTip()
        restore.reject()
        await task

    play(made, work)
