"""Connections fetched from a pasted web address, and taken from a file that was dropped."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtGui import QGuiApplication

from explorer.gui.connect.dialog import ConnectDialog
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.emulator import Emulator
from explorer.service.model import Location
from explorer.storage.connection import address_to_fetch
from tests.gui.conftest import until
from tests.gui.test_keyboard import KEY, in_front, mnemonic, press
from tests.gui.test_window import Run, choose, drop_on, run, sheet

__all__ = ["run"]


class Marketplace(ThreadingHTTPServer):
    """Answers `/storages/blobs` as OpenPAI's marketplace does; counts who asks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.strings: list[str] = []
        self.asked = 0
        self.goes_on = threading.Event()
        self.goes_on.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/storages/blobs?type=blob"


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        market = self.server
        assert isinstance(market, Marketplace)
        market.asked += 1
        market.goes_on.wait()
        data = json.dumps({"connectionStrings": market.strings}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        with contextlib.suppress(ConnectionError):  # nobody may be waiting any more
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def market(azurite: Emulator) -> Iterator[Marketplace]:
    with Marketplace() as server:
        server.strings = [azurite.connection_string]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.goes_on.set()
        server.shutdown()
        thread.join()


async def dialog_with(window: MainWindow, text: str) -> ConnectDialog:
    """The dialog with `text` pasted into it, in front."""
    await choose(window, Act.CONNECT)
    dialog: ConnectDialog = await sheet(ConnectDialog)
    await in_front(dialog)
    QGuiApplication.clipboard().setText(text)
    dialog.box.paste()
    return dialog


def test_connections_are_fetched_by_keys_and_not_before_a_key_says_so(
    run: Run, market: Marketplace, azurite: Emulator
) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await dialog_with(window, market.address)
        await until(dialog.fetching.isVisible, "it is offered")
        assert market.asked == 0
        mnemonic(dialog, KEY.Key_F)
        await until(lambda: dialog.runs == 1, "the answer")
        assert market.asked == 1
        assert dialog.fetching.isHidden()
        assert azurite.accounts[0].key in dialog.box.text()
        assert azurite.accounts[0].key not in dialog.box.toPlainText()
        assert dialog.connect_button.isEnabled()
        press(dialog, KEY.Key_Return)
        await until(lambda: not shiboken6.isValid(dialog), "it is connected")

    run(work)


def test_an_answer_without_connections_leaves_the_address_where_it_is(
    run: Run, market: Marketplace
) -> None:
    market.strings = []

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await dialog_with(window, market.address)
        dialog.fetching.button.click()
        await until(lambda: dialog.runs == 1, "the answer")
        assert "no connection in what 127.0.0.1 answers" in dialog.notice.text()
        assert dialog.box.text() == market.address
        assert dialog.fetching.isVisible()
        dialog.reject()

    run(work)


def test_closing_the_dialog_ends_the_asking(run: Run, market: Marketplace) -> None:
    market.goes_on.clear()

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await dialog_with(window, market.address)
        dialog.fetching.button.click()
        await until(lambda: market.asked == 1, "it is asked")
        assert not dialog.fetching.isEnabled()
        press(dialog, KEY.Key_Escape)
        await until(lambda: "fetch connections" not in window._scope.names, "its end")

    run(work)


def test_a_plain_http_address_of_another_machine_is_not_asked(run: Run) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await dialog_with(window, "http://pai.example.com/storages/blobs?type=blob")
        dialog.fetching.button.click()
        await until(lambda: dialog.runs == 1, "the answer")
        assert "https only" in dialog.notice.text()
        dialog.reject()

    run(work)


def test_a_file_dropped_on_the_box_is_read(run: Run, azurite: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "storages.json"
    path.write_text(json.dumps({"connectionStrings": [azurite.connection_string]}))

    async def work(window: MainWindow, _here: Location) -> None:
        dialog = await dialog_with(window, "")
        viewport = dialog.box.viewport()
        drop_on(viewport, viewport.rect().center(), path)
        await until(dialog.connect_button.isEnabled, "the file is read")
        dialog.reject()

    run(work)


@pytest.mark.parametrize(
    ("text", "is_offered"),
    [
        ("https://pai.example.com/storages/blobs?type=blob", True),
        (" https://pai.example.com:9286/a.json\n", True),
        ("http://10.1.2.3/rest/x", True),
        ("https://acct.blob.core.windows.net/data", False),
        ("https://acct.dfs.core.windows.net/data/x", False),
        ("https://data.example.com/c?sv=2024-11-04&sp=r&sig=abc", False),
        ("http://127.0.0.1:10000/devstoreaccount1/data", False),
        ("https://portal.azure.com/#view/x", False),
        ("https://pai.example.com", False),
        ("https://ada:secret@pai.example.com/x", False),
        ("https://pai.example.com/x and more", False),
        ("UseDevelopmentStorage=true", False),
        ("", False),
    ],
)
def test_only_an_address_that_is_not_of_storage_is_offered(text: str, is_offered: bool) -> None:
    assert bool(address_to_fetch(text)) is is_offered
