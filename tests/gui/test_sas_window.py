"""The window under a SAS: one container, no list permission, an expired one replaced in place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import (
    BlobSasPermissions,
    ContainerClient,
    ContainerSasPermissions,
    generate_blob_sas,
    generate_container_sas,
)
from PySide6.QtWidgets import QApplication

from explorer.gui import ask
from explorer.gui.connect.controller import EMULATOR_TEXT
from explorer.gui.connect.local_storage import LocalStorage
from explorer.gui.connect.replace import ReplaceDialog
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.emulator import Emulator
from explorer.service.model import Connection, Location
from explorer.storage.connection import parse
from tests.gui.conftest import Drive, until
from tests.gui.test_window import listed, names, opened, put


def sas_url(
    azurite: Emulator,
    container: ContainerClient,
    permission: str,
    *,
    hours: float = 6 * 24,
    path: str = "",
) -> str:
    """A URL of the container (or a folder in it) as somebody would send it."""
    account = azurite.accounts[0]
    now = datetime.now(UTC)
    sas = generate_container_sas(
        account.name,
        container.container_name,
        account_key=account.key,
        permission=ContainerSasPermissions.from_string(permission),
        start=now - timedelta(days=30),
        expiry=now + timedelta(hours=hours),
    )
    return f"{container.url}{path}?{sas}"


async def paste(window: MainWindow, text: str) -> Connection:
    """What is pasted on the start page, through the dialog, to an open tab."""
    window.connecting.open_dialog(text)
    dialog = window.connecting._dialog
    assert dialog is not None
    await until(dialog.connect_button.isEnabled, "it is recognised")
    dialog.connect_button.click()
    await until(lambda: window.connecting._dialog is None, "it is connected")
    await until(lambda: listed(window.pane), "it is listed")
    connection = window.pane.connection
    assert connection is not None
    return connection


def test_a_container_sas_opens_at_the_very_folder_and_shows_its_one_container(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a/b/one.txt", "a/two.txt", "three.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            url = sas_url(azurite, container, "rl", path="/a/b/")
            connection = await paste(window, url)
            here = Location(connection.id, container.container_name, "a/b/")
            assert window.pane.location == here
            assert names(window.pane) == ["one.txt"]
            await until(lambda: window.tree.current_location() == here, "the tree follows")
            assert window.tree_model.rowCount() == 1
            window.pane.up()
            window.pane.up()
            await until(lambda: listed(window.pane))
            assert not window.pane.can_go_up
            await until(lambda: not window.actions_[Act.UPLOAD_FILES].isEnabled(), "no upload")
            assert "sp lacks" in window.actions_[Act.UPLOAD_FILES].toolTip()
            assert window.actions_[Act.DOWNLOAD].isEnabled()
            assert window.pane.view.drop_refusal != ""

    drive(work())


def test_without_list_permission_a_path_can_be_opened(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a/one.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            await paste(window, sas_url(azurite, container, "r"))
            stage = window.pane.stage
            assert stage.currentWidget() is not window.pane.view
            assert "Listing is not allowed" in stage.by_path_text()

    drive(work())


def test_without_list_permission_a_blob_that_is_opened_by_path_is_shown_alone(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a/one.txt", "a/two.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            await paste(window, sas_url(azurite, container, "r"))
            window.pane.stage.path_entered.emit(f"/{container.container_name}/a/one.txt")
            await until(lambda: names(window.pane) == ["one.txt"], "the blob")
            assert [row.name for row in window.pane.selection()] == ["one.txt"]
            assert window.pane.stage.currentWidget() is window.pane.view

    drive(work())


def test_a_blob_sas_opens_at_its_blob_also_when_the_tab_is_refreshed(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a/one.txt", "a/two.txt")
    sas = generate_blob_sas(
        azurite.accounts[0].name,
        container.container_name,
        "a/one.txt",
        account_key=azurite.accounts[0].key,
        permission=BlobSasPermissions(read=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )

    async def work() -> None:
        async with opened(data_dir) as window:
            connection = await paste(window, f"{container.url}/a/one.txt?{sas}")
            await until(lambda: names(window.pane) == ["one.txt"], "the blob")
            assert [row.name for row in window.pane.selection()] == ["one.txt"]
            again = window.tabs.open_tab(connection.start)
            await until(lambda: names(again) == ["one.txt"], "the blob in another tab")
            assert "one blob" in again.notice.text()

    drive(work())


def test_a_pasted_blob_is_selected_in_its_folder(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "a/one.txt", "a/two.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            await paste(window, sas_url(azurite, container, "rl", path="/a/two.txt"))
            await until(lambda: names(window.pane) == ["one.txt", "two.txt"], "the folder")
            assert [row.name for row in window.pane.selection()] == ["two.txt"]

    drive(work())


def test_an_expired_sas_is_replaced_in_place_and_the_tab_goes_on(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container: ContainerClient
) -> None:
    put(container, "one.txt")

    async def work() -> None:
        async with opened(data_dir) as window:
            old = sas_url(azurite, container, "rl", hours=-1)
            connection = await window._bridge.call(
                lambda service: service.session_connection(parse(old))
            )
            window.connecting.connected.emit(connection)
            await until(lambda: listed(window.pane))
            assert "expired" in window.pane.stage.failed_text()
            window.pane.stage.credential_requested.emit()

            def found() -> list[ReplaceDialog]:
                tops = QApplication.topLevelWidgets()
                return [top for top in tops if isinstance(top, ReplaceDialog) and top.isVisible()]

            await until(found, "the question")
            dialog = found()[0]
            dialog.box.set_text(sas_url(azurite, container, "rl"))
            dialog.go_button.click()
            await until(lambda: names(window.pane) == ["one.txt"], "the tab goes on")
            assert window.pane.connection is not None
            assert window.pane.connection.id == connection.id

    drive(work())


def test_local_storage_is_started_where_none_listens(
    drive: Drive[Any],
    data_dir: Path,
    azurite: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions: list[str] = []

    async def yes(_parent: object, headline: str, _text: str, **_: object) -> bool:
        questions.append(headline)
        return True

    dead = azurite.connection_string.replace(str(azurite.port), "1")
    monkeypatch.setattr("explorer.gui.connect.controller.EMULATOR_TEXT", dead)
    monkeypatch.setattr(ask, "confirm", yes)
    started: list[str] = []

    def start(_self: LocalStorage) -> str:
        started.append("it")
        return azurite.connection_string

    monkeypatch.setattr(LocalStorage, "start", start)

    async def work() -> None:
        async with opened(data_dir) as window:
            window.deeds.explore_local_storage()
            await until(lambda: window.pane.location is not None and listed(window.pane))
            assert window.pane.connection is not None
            assert window.pane.connection.is_emulator

    drive(work())
    assert questions == ["Start local storage?"]
    assert started == ["it"]
    assert EMULATOR_TEXT == "UseDevelopmentStorage=true"
