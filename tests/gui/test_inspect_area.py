"""From the menus of the listing and the tree to the pages of the inspector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from tests.gui.conftest import Drive, until
from tests.gui.places import Run, run_at, select
from tests.gui.test_window import choose


@pytest.fixture
def sail(drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path) -> Run:
    for name in ("a.txt", "b.txt", "data/c.txt"):
        container.upload_blob(name, b"x")
    return run_at(drive, data_dir, azurite.connection_string, container.container_name)


@pytest.fixture
def menus(monkeypatch: pytest.MonkeyPatch) -> list[QMenu]:
    """Those that would pop up, the latest last."""
    found: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: found.append(menu))
    return found


def entries(menu: QMenu) -> dict[str, QAction]:
    return {action.text().replace("&", ""): action for action in menu.actions()}


def shown_about(window: MainWindow, key: str, title: str) -> bool:
    inspector = window.inspecting.inspector
    about = inspector.selection
    is_seen = window.inspecting.dock.isVisible() and inspector.page.key == key
    return is_seen and about is not None and about.title == title


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("Preview", "preview"),
        ("Edit metadata and tags", "labels"),
        ("Versions and snapshots", "versions"),
        ("Properties", "properties"),
    ],
)
def test_a_blobs_menu_leads_to_the_page(
    sail: Run, menus: list[QMenu], entry: str, key: str
) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        select(window, "a.txt")
        await until(window.actions_[Act.OPEN].isEnabled, "the actions follow")
        window._listing_menu(window.pane, QPoint(5, 5))
        found = entries(menus[-1])
        found[entry].trigger()
        await until(lambda: shown_about(window, key, "a.txt"), f"the page {key}")

    sail(work)


def test_what_has_no_access_list_says_why_and_several_have_no_entries(
    sail: Run, menus: list[QMenu]
) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        select(window, "a.txt")
        await until(window.actions_[Act.OPEN].isEnabled, "the actions follow")
        window._listing_menu(window.pane, QPoint(5, 5))
        found = entries(menus[-1])
        assert not found["Access"].isEnabled()
        assert "real folders" in found["Access"].toolTip()
        select(window, "a.txt", "b.txt")
        window._listing_menu(window.pane, QPoint(5, 5))
        found = entries(menus[-1])
        assert not {"Access", "Versions and snapshots"} & found.keys()

    sail(work)


def test_the_trees_menu_tells_of_that_place_until_something_is_selected(
    sail: Run, menus: list[QMenu]
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        select(window, "b.txt")
        await until(window.actions_[Act.OPEN].isEnabled, "the actions follow")
        folder, connection = here.child("data"), window.pane.connection
        assert connection is not None
        window._menus.tree(folder, QPoint(5, 5))
        found = entries(menus[-1])
        found["Properties"].trigger()
        await until(lambda: shown_about(window, "properties", "data"), "the folder")
        window._show_state()
        assert shown_about(window, "properties", "data"), "a look at the state changes nothing"
        select(window, "a.txt")
        await until(lambda: shown_about(window, "properties", "a.txt"), "what is selected")
        window.inspecting.inspect(Subject(connection, folder), "properties")
        await until(lambda: shown_about(window, "properties", "data"), "the folder again")
        await choose(window, Act.PROPERTIES)
        await until(lambda: shown_about(window, "properties", "a.txt"), "Alt+Return is of here")

    sail(work)


def test_no_menu_and_no_palette_has_properties_twice(sail: Run, menus: list[QMenu]) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        window.pane.view.clearSelection()
        names = [command.name for command in window.commanding.commands()]
        assert names.count("Properties") == names.count("Preview") == 1
        window._listing_menu(window.pane, QPoint(5, 5))
        texts = [action.text().replace("&", "") for action in menus[-1].actions()]
        assert texts.count("Properties") == 1

    sail(work)
