"""What is deleted, inside the listing: shown, marked, refused, restored, and let go again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
from azure.storage.filedatalake import FileSystemClient
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from explorer.base.errors import NotAuthorizedError
from explorer.gui.browse import rules
from explorer.gui.browse.rows import Row
from explorer.gui.browse.sorting import Column
from explorer.gui.inspect.labels_page import LabelsPage
from explorer.gui.inspect.preview_page import PreviewPage
from explorer.gui.inspect.properties_page import PropertiesPage
from explorer.gui.inspect.versions_page import VersionsPage
from explorer.gui.palette.sheet import PaletteSheet
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.offers import flat, offered
from explorer.gui.window.showing_deleted import NONE_KEPT, OFF
from explorer.gui.window.subject import Subject
from explorer.service.history import NO_LAKE, DeletedPage, History
from explorer.service.model import Location
from explorer.service.restoring import RestoreCount
from tests.gui.conftest import Drive, until
from tests.gui.places import run_at
from tests.gui.test_history import Play, Scene, play, scene
from tests.gui.test_inspect_area import menus
from tests.gui.test_inspector import select
from tests.gui.test_window import choose, listed, names, sheet
from tests.integration.storage.test_history import sas_of
from tests.servers.lake.server import Lake

__all__ = ["menus", "play", "scene"]
KEY = Qt.Key


def deleted(window: MainWindow) -> list[str]:
    """Names of the rows that are shown as deleted."""
    model = window.pane.model
    rows = (model.at(row) for row in range(model.rowCount()))
    return [row.name for row in rows if row.is_deleted]


def cell(window: MainWindow, name: str, column: Column) -> str:
    model = window.pane.model
    row = model.position(name)
    assert row is not None
    return str(model.index(row, column).data())


def row_of(window: MainWindow, name: str) -> Row:
    row = window.pane.model.position(name)
    assert row is not None
    return window.pane.model.at(row)


def offers_of(window: MainWindow, *wanted: str) -> list[str]:
    """What the rooms of the window offer for these rows."""
    pane = window.pane
    assert pane.connection is not None
    assert pane.location is not None
    subject = Subject(pane.connection, pane.location, tuple(row_of(window, it) for it in wanted))
    return [name for area in window.areas for name, _ in flat(offered(area, subject))]


def told_of(page: PropertiesPage) -> str:
    """What the properties that are shown are of; those of what was selected before stay a while."""
    return page.sections[0].title if page.sections else ""


async def shown(window: MainWindow, *wanted: str) -> None:
    """Turn the switch on, and wait until these are shown as deleted."""
    await choose(window, Act.SHOW_DELETED)
    await until(lambda: deleted(window) == list(wanted), f"{wanted} are shown as deleted")
    await until(lambda: listed(window.pane), "the listing ends")


async def restored(window: MainWindow, *wanted: str) -> None:
    """Do what the menu of these rows offers first."""
    pane = window.pane
    assert pane.connection is not None
    assert pane.location is not None
    subject = Subject(pane.connection, pane.location, tuple(row_of(window, it) for it in wanted))
    found = [one for area in window.areas for one in offered(area, subject)]
    (offer,) = [one for one in found if one.text.startswith("&Restore")]
    assert not offer.refusal
    assert offer.act is not None
    offer.act()


@pytest.mark.parametrize("versioning", [False, True])
def test_the_switch_shows_what_is_deleted_among_what_is_there(
    scene: Callable[..., Scene], play: Play, versioning: bool
) -> None:
    made = scene(versioning=versioning, blob_days=6)
    made.put(b"one", "a", "b", "c", "d/live", "d/gone", "e/gone")
    made.delete("b", "d/gone", "e/gone")

    async def work(window: MainWindow, made: Scene) -> None:
        pane = window.pane
        assert pane.view.isColumnHidden(Column.DELETED)
        await shown(window, "e", "b")
        assert names(pane) == ["d", "e", "a", "b", "c"]
        assert window.actions_[Act.SHOW_DELETED].isChecked()
        assert not pane.view.isColumnHidden(Column.DELETED)
        assert cell(window, "b", Column.DELETED) == (
            "As a version" if versioning else "6 days left"
        )
        assert cell(window, "b", Column.SIZE) == "3 B"
        assert cell(window, "e", Column.DELETED) == "All in it"
        assert cell(window, "a", Column.DELETED) == ""
        await until(lambda: window.status.items.text() == "5 items, 2 of them deleted", "counted")
        pane.go(made.here.child("d"))
        await until(lambda: names(pane) == ["gone", "live"], "a folder is listed the same way")
        assert deleted(window) == ["gone"]
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: names(pane) == ["live"], "what is deleted goes")
        assert pane.view.isColumnHidden(Column.DELETED)

    play(made, work)


def test_a_folder_in_which_all_is_deleted_is_gone_into(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "d/e/a", "b")
    made.delete("d/e/a")

    async def work(window: MainWindow, made: Scene) -> None:
        await shown(window, "d")
        window.pane.open_row(row_of(window, "d"))
        await until(lambda: deleted(window) == ["e"], "the folder below")
        assert window.pane.location == made.here.child("d")

    play(made, work)


def test_everything_below_is_shown_with_what_is_deleted(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "d/gone", "d/live")
    made.delete("d/gone")

    async def work(window: MainWindow, made: Scene) -> None:
        await choose(window, Act.SHOW_DELETED)
        await choose(window, Act.SEARCH)
        await until(lambda: names(window.pane) == ["a", "d/gone", "d/live"], "everything below")
        assert deleted(window) == ["d/gone"]

    play(made, work)


def test_deleted_rows_are_filtered_and_sorted_with_the_rest(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b", "c")
    made.put(b"longer", "x")
    made.delete("b", "x")

    async def work(window: MainWindow, made: Scene) -> None:
        pane = window.pane
        await shown(window, "b", "x")
        pane.navigation.filter.setText("is:deleted")
        await until(lambda: names(pane) == ["b", "x"], "only what is deleted")
        pane.navigation.filter.setText("is:deleted size>4")
        await until(lambda: names(pane) == ["x"], "conditions stand together")
        pane.navigation.clear_filter()
        pane.sort_by(Column.DELETED, True)
        await until(lambda: names(pane) == ["b", "x", "a", "c"], "sorted by days")
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: names(pane) == ["a", "c"], "what is deleted goes")
        assert pane.arranger.column is Column.NAME

    play(made, work)


@pytest.mark.parametrize("versioning", [False, True])
def test_what_is_selected_is_restored(
    scene: Callable[..., Scene], play: Play, versioning: bool
) -> None:
    made = scene(versioning=versioning, blob_days=6)
    made.put(b"one", "a", "b", "d/e/c", "d/f", "kept")
    made.delete("a", "b", "d/e/c", "d/f")

    async def work(window: MainWindow, made: Scene) -> None:
        pane = window.pane
        await shown(window, "d", "a", "b")
        pane.view.select_names({("a", False), ("d", True)})
        await restored(window, "a", "d")
        await until(lambda: "Restored 3 blobs" in pane.notice.text(), "the bar tells of it")
        await until(lambda: deleted(window) == ["b"], "they are there again")
        assert {row.name for row in pane.selection()} == {"a", "d"}

    play(made, work)
    assert made.read("d/e/c") == made.read("a") == b"one"


def test_nothing_but_restoring_is_offered_for_what_is_deleted(
    scene: Callable[..., Scene], play: Play, menus: list[QMenu]
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b")
    made.delete("a")

    async def work(window: MainWindow, made: Scene) -> None:
        await shown(window, "a")
        assert offers_of(window, "a") == ["Restore", "Versions and snapshots"]
        assert offers_of(window, "a", "b") == ["Restore"]
        window.pane.view.select_names({("a", False)})
        copying = (Act.COPY, Act.CUT, Act.DUPLICATE)
        changing = (Act.DELETE, Act.RENAME, Act.MOVE_TO)
        acts = (Act.DOWNLOAD, Act.SAVE_AS, Act.OPEN, *copying, *changing)
        delete = window.actions_[Act.DELETE]
        await until(lambda: delete.statusTip() == rules.DELETED, "it is refused")
        for act in acts:
            assert window.actions_[act].statusTip() == rules.DELETED, act
        assert window.pane.view.carried() is None
        window._listing_menu(window.pane, QPoint(5, 5))
        entry, *_ = menus[-1].actions()
        assert entry.text() == "&Restore", "it comes first"
        await choose(window, Act.COPY_PATH)
        assert QGuiApplication.clipboard().text() == f"/{made.container}/a"
        window.pane.view.select_names({("b", False)})
        await until(
            lambda: window.actions_[Act.DELETE].statusTip().startswith("Of what is selected, 1"),
            "a deleted one among others",
        )

    play(made, work)


def test_the_inspector_tells_of_a_deleted_blob(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a.txt", "d/b")
    made.delete("a.txt", "d/b")

    async def work(window: MainWindow, made: Scene) -> None:
        inspecting = window.inspecting
        await shown(window, "d", "a.txt")
        inspecting.bring(PropertiesPage.key)
        await select(window, "a.txt")
        page = inspecting.properties
        await until(lambda: told_of(page) == "Blob, deleted", "its properties")
        facts = {fact.label: fact.value for part in page.sections for fact in part.facts}
        assert (facts["Size"], facts["Kept for"]) == ("3 B", "6 days")
        assert facts["Deleted"]
        for key in (PreviewPage.key, LabelsPage.key):
            inspecting.bring(key)
            assert inspecting.inspector.hint() == rules.DELETED
        inspecting.bring(VersionsPage.key)
        versions = inspecting.inspector.page
        assert isinstance(versions, VersionsPage)
        await until(lambda: versions.is_listed, "its states")
        assert versions.model.rowCount() == 1
        inspecting.bring(PropertiesPage.key)
        await select(window, "d/")
        await until(lambda: page.sections and page.sections[-1].title == "Deleted", "a folder")

    play(made, work)


def test_a_deleted_container_is_shown_refused_and_restored(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(container_days=3)
    made.put(b"one", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        pane, name = window.pane, made.container
        await window._bridge.call(lambda service: service.delete_container(made.here))
        pane.go(Location(made.here.connection_id))
        await until(lambda: listed(pane) and name not in names(pane), "it is gone")
        told: list[list[str]] = []
        pane.listed.connect(lambda _place, folders: told.append(folders))
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: name in deleted(window), "it is shown")
        assert cell(window, name, Column.DELETED) == "3 days left"
        await until(lambda: told, "the listing ends")
        assert name not in told[-1], "the tree does not hear of it"
        pane.open_row(row_of(window, name))
        assert pane.notice.text() == rules.DELETED
        assert pane.location == Location(made.here.connection_id)
        assert offers_of(window, name) == ["Restore"]
        window.inspecting.bring(PropertiesPage.key)
        await select(window, f"{name}/")
        page = window.inspecting.properties
        await until(lambda: told_of(page) == "Container, deleted", "its properties")
        await restored(window, name)
        await until(lambda: "The container is back" in pane.notice.text(), "it is restored")
        await until(lambda: name in names(pane) and name not in deleted(window), "it is there")

    play(made, work)
    assert made.read("a") == b"one"


def test_an_account_that_keeps_nothing_says_so(scene: Callable[..., Scene], play: Play) -> None:
    made = scene()
    made.put(b"one", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: window.pane.notice.text() == OFF, "the reason")
        assert names(window.pane) == ["a"]

    play(made, work)


def test_a_place_with_nothing_deleted_says_so(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(blob_days=3)
    made.put(b"one", "a")

    async def work(window: MainWindow, made: Scene) -> None:
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: window.pane.notice.text() == NONE_KEPT, "the reason")

    play(made, work)


def test_a_sas_that_may_not_write_restores_nothing_and_says_why(
    scene: Callable[..., Scene], play: Callable[..., None]
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a")
    made.delete("a")

    async def work(window: MainWindow, made: Scene) -> None:
        await shown(window, "a")
        pane = window.pane
        assert pane.connection is not None
        assert pane.location is not None
        subject = Subject(pane.connection, pane.location, (row_of(window, "a"),))
        found = [one for area in window.areas for one in offered(area, subject)]
        assert "sp lacks w" in found[0].refusal

    play(made, work, sas_of(made.server, made.container, "rl"))


def test_an_upload_over_a_deleted_name_makes_its_row_a_live_one(
    scene: Callable[..., Scene], play: Play, tmp_path: Path
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b", "d/e")
    made.delete("a", "d/e")
    (tmp_path / "d").mkdir()
    for name in ("a", "d/new"):
        (tmp_path / name).write_bytes(b"another")

    async def work(window: MainWindow, made: Scene) -> None:
        await shown(window, "d", "a")
        paths = [str(tmp_path / "a"), str(tmp_path / "d")]
        window.deeds.upload(paths, made.here)
        await until(lambda: deleted(window) == [], "both are there")
        assert names(window.pane) == ["d", "a", "b"]
        assert cell(window, "a", Column.SIZE) == "7 B"

    play(made, work)


def test_what_is_deleted_meanwhile_becomes_a_deleted_row(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b", "c")
    made.delete("c")

    async def work(window: MainWindow, made: Scene) -> None:
        await shown(window, "c")

        async def delete() -> None:
            stream = window._bridge.stream(lambda service: service.delete(made.here, ("a",)))
            async for _ in stream:
                pass

        await delete()
        await until(lambda: deleted(window) == ["a", "c"], "it is marked")

    play(made, work)


def test_it_is_shown_and_restored_by_keys(scene: Callable[..., Scene], play: Play) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b")
    made.delete("b")

    async def work(window: MainWindow, made: Scene) -> None:
        view = window.pane.view
        window.activateWindow()
        await until(window.isActiveWindow, "the window is in front")
        view.setFocus()
        QTest.keyClick(view, KEY.Key_H, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: deleted(window) == ["b"], "it is shown")
        await until(lambda: listed(window.pane), "the listing ends")
        QTest.keyClick(view, KEY.Key_Down)
        assert [row.name for row in window.pane.selection()] == ["b"]
        QTest.keyClick(view, KEY.Key_K, Qt.KeyboardModifier.ControlModifier)
        palette: PaletteSheet = await sheet(PaletteSheet)
        await until(lambda: palette.focusWidget() is not None, "the palette has the keys")
        QTest.keyClicks(palette.focusWidget(), "Restore")
        QTest.keyClick(palette.focusWidget(), KEY.Key_Return)
        await until(lambda: deleted(window) == [], "it is there again")

    play(made, work)
    assert made.read("b") == b"one"


def test_what_is_there_is_listed_also_where_the_past_cannot_be(
    scene: Callable[..., Scene], play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b")
    made.delete("b")

    async def fails(*_: object, **__: object) -> AsyncGenerator[DeletedPage, None]:
        nothing: tuple[DeletedPage, ...] = ()
        for page in nothing:
            yield page
        raise NotAuthorizedError("The past is not shown to you.", cure="Ask.")

    async def work(window: MainWindow, made: Scene) -> None:
        pane = window.pane
        monkeypatch.setattr(History, "deleted", fails)
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: "not shown to you" in pane.notice.text(), "it is told")
        await until(lambda: listed(pane), "the listing ends")
        assert (names(pane), pane.lister.is_listed) == (["a"], True)

    play(made, work)


def test_a_tab_behind_follows_the_switch_when_it_comes_to_the_front(
    scene: Callable[..., Scene], play: Play
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a", "b")
    made.delete("b")

    async def work(window: MainWindow, made: Scene) -> None:
        behind = window.pane
        window.tabs.open_tab(made.here)
        await until(lambda: listed(window.pane), "the other tab is listed")
        await shown(window, "b")
        assert names(behind) == ["a"]
        window.tabs.bring(behind)
        await until(lambda: names(behind) == ["a", "b"], "it follows")
        await choose(window, Act.SHOW_DELETED)
        await until(lambda: names(behind) == ["a"], "and back")

    play(made, work)


def test_restoring_can_be_stopped_and_says_how_far_it_came(
    scene: Callable[..., Scene], play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scene(blob_days=6)
    made.put(b"one", "a")
    made.delete("a")
    begun = threading.Event()

    async def waits(*_: object, **__: object) -> AsyncGenerator[RestoreCount, None]:
        begun.set()
        yield RestoreCount(total=1)
        await asyncio.Event().wait()

    async def work(window: MainWindow, made: Scene) -> None:
        pane = window.pane
        await shown(window, "a")
        monkeypatch.setattr(History, "apply", waits)
        await restored(window, "a")
        await until(begun.is_set, "it began")
        await until(lambda: "Restored 0 of 1" in pane.notice.text(), "it tells how far it is")
        pane.notice.action_button.click()
        await until(lambda: pane.notice.text() == "Stopped: 0 restored.", "it has stopped")

    play(made, work)


def test_where_the_past_cannot_be_listed_the_switch_changes_nothing(
    drive: Drive[Any], lake: Lake, filesystem: FileSystemClient, data_dir: Path
) -> None:
    filesystem.get_file_client("a").upload_data(b"x", overwrite=True)

    async def work(window: MainWindow, _here: Location) -> None:
        switch = window.actions_[Act.SHOW_DELETED]
        await until(lambda: switch.statusTip() == NO_LAKE, "the reason")
        assert not switch.isEnabled()
        switch.setChecked(True)  # as in another tab, where it can be
        window.showing_deleted.toggle()
        window.pane.refresh()
        await until(lambda: listed(window.pane), "it is listed again")
        await until(lambda: not window._scope.names, "whatever that led to")
        assert (names(window.pane), window.pane.lister.with_deleted) == (["a"], False)
        assert window.pane.notice.isHidden()

    run_at(drive, data_dir, lake.connection_string, filesystem.file_system_name)(work)
