"""A real directory in the inspector: its properties, and its metadata edited in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.storage.filedatalake import FileSystemClient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from explorer.gui.inspect.directory_labels import CHANGED
from explorer.gui.inspect.labels_page import LabelsPage
from explorer.gui.inspect.properties_page import PropertiesPage
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.offers import flat
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.places import Run, run_at
from tests.gui.test_inspector import select
from tests.gui.test_show_deleted import told_of
from tests.gui.test_window import put, run
from tests.servers.lake.server import Lake

__all__ = ["run"]


@pytest.fixture
def runs(filesystem: FileSystemClient) -> FileSystemClient:
    """A directory `runs` with metadata and a file, and a file beside it."""
    for name in ("runs/7/a.log", "b.txt"):
        filesystem.get_file_client(name).upload_data(b"x", overwrite=True)
    filesystem.get_directory_client("runs").set_metadata({"team": "blue"})
    return filesystem


@pytest.fixture
def sail(drive: Drive[Any], lake: Lake, runs: FileSystemClient, data_dir: Path) -> Run:
    return run_at(drive, data_dir, lake.connection_string, runs.file_system_name)


def metadata_of(filesystem: FileSystemClient, path: str) -> dict[str, str]:
    found = dict(filesystem.get_directory_client(path).get_directory_properties().metadata)
    found.pop("hdi_isfolder", None)
    return found


async def page_of(window: MainWindow, name: str) -> LabelsPage:
    """The page about that directory, once it is read."""
    window.inspecting.bring(LabelsPage.key)
    await select(window, name)
    page = window.inspecting.inspector.page
    assert isinstance(page, LabelsPage)
    await until(lambda: page._shown is not None and not page._task, "it is read")
    return page


def test_the_properties_of_a_directory_are_told(sail: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        page = window.inspecting.properties
        window.inspecting.bring(PropertiesPage.key)
        await select(window, "runs/")
        await until(lambda: told_of(page) == "Directory", "its properties")
        first, last = page.sections
        facts = {fact.label: fact.value for fact in first.facts}
        assert facts["Path"] == f"/{here.container}/runs/"
        assert facts["Last modified"]
        assert facts["ETag"]
        assert facts["Permissions"]
        assert [(fact.label, fact.value) for fact in last.facts] == [("team", "blue")]

    sail(work)


def test_the_metadata_of_a_directory_is_edited_and_saved(sail: Run, runs: FileSystemClient) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        page = await page_of(window, "runs/")
        assert page.metadata.pairs == {"team": "blue"}
        assert page.tags.isHidden()
        assert page.isVisible()
        assert not page.headers["content_type"].isVisible()
        assert not page.save_button.isEnabled()
        page.metadata.show_pairs({"team": "red", "stage": "2"})
        assert page.save_button.isEnabled()
        page.save_button.click()
        await until(lambda: page.notice.text() == "Saved.", "it is saved")
        assert not page.is_edited
        await select(window, "b.txt")
        await until(page.headers["content_type"].isVisible, "a blob is shown")
        assert not page.tags.isHidden()

    sail(work)
    assert metadata_of(runs, "runs") == {"team": "red", "stage": "2"}
    assert [item.name for item in runs.get_paths("runs")] == ["runs/7", "runs/7/a.log"]


def test_a_directory_that_changed_meanwhile_is_left_alone(
    sail: Run, runs: FileSystemClient
) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        page = await page_of(window, "runs/")
        runs.get_directory_client("runs").set_metadata({"theirs": "1"})
        page.metadata.show_pairs({"mine": "1"})
        page.save_button.click()
        await until(lambda: CHANGED in page.notice.text(), "it is told")
        assert page.metadata.pairs == {"mine": "1"}

    sail(work)
    assert metadata_of(runs, "runs") == {"theirs": "1"}


def test_a_directory_of_the_tree_is_edited_by_keys(sail: Run, runs: FileSystemClient) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        assert window.pane.connection is not None
        subject = Subject(window.pane.connection, here.child("runs"))
        offers = dict(one for area in window.areas for one in flat(area.offers(subject)))
        act = offers["Edit metadata"].act
        assert act is not None
        act()
        page = window.inspecting.inspector.page
        assert isinstance(page, LabelsPage)
        await until(lambda: page.metadata.pairs == {"team": "blue"}, "it is read")
        window.activateWindow()
        await until(window.isActiveWindow, "the window is in front")
        table = page.metadata.table
        table.setFocus()
        table.setCurrentCell(0, 1)
        QTest.keyClick(table, Qt.Key.Key_F2)
        editor = table.findChild(QLineEdit)
        assert editor is not None
        QTest.keyClicks(editor, "green")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await until(page.save_button.isEnabled, "it is edited")
        page.save_button.setFocus()
        QTest.keyClick(page.save_button, Qt.Key.Key_Space)
        await until(lambda: page.notice.text() == "Saved.", "it is saved")

    sail(work)
    assert metadata_of(runs, "runs") == {"team": "green"}


def test_a_folder_that_is_only_a_part_of_names_has_no_metadata(run: Run, container: Any) -> None:
    put(container, "d/a")

    async def work(window: MainWindow, here: Location) -> None:
        window.pane.refresh()
        await until(lambda: window.pane.model.position("d") is not None, "it is listed")
        window.inspecting.bring(LabelsPage.key)
        await select(window, "d/")
        await until(lambda: "one blob" in window.inspecting.inspector.hint(), "the reason")
        assert window.pane.connection is not None
        subject = Subject(window.pane.connection, here.child("d"))
        names = [name for area in window.areas for name, _ in flat(area.offers(subject))]
        assert "Edit metadata" not in names

    run(work)
