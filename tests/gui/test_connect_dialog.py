"""The connect dialog: what it says while one types, what it asks for, what it keeps to itself."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.base.errors import NotAuthorizedError
from explorer.base.settings import Settings
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.colours import Tone
from explorer.gui.connect.controller import read_pasted_file
from explorer.gui.connect.dialog import ConnectCalls, ConnectDialog
from explorer.gui.connect.fetching import fetched
from explorer.gui.connect.replace import ReplaceDialog
from explorer.service.model import Connection, ProbeReport
from explorer.storage.connection import ConnectionSpec
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection

KEY = base64.b64encode(bytes(range(64))).decode()
SIG = base64.b64encode(bytes(range(32))).decode()
STRING = f"DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={KEY}"
SAS_URL = (
    "https://acct.blob.core.windows.net/data/deep/folder?sv=2024-11-04&sr=c&sp=rl"
    f"&se=2035-01-01T00:00:00Z&sig={SIG}"
)
REPORT = ProbeReport((), False, None, 0.0, "list yes, read yes, write no, expires in 6 days")


class Service:
    """Stands for the service: remembers what it was asked."""

    def __init__(self) -> None:
        self.probed: list[ConnectionSpec] = []
        self.connected: list[tuple[ConnectionSpec, str, bool, ProbeReport | None]] = []
        self.error: Exception | None = None

    async def probe(self, spec: ConnectionSpec) -> ProbeReport:
        self.probed.append(spec)
        if self.error is not None:
            raise self.error
        return REPORT

    async def connect(
        self, spec: ConnectionSpec, name: str, save: bool, report: ProbeReport | None
    ) -> Connection:
        if self.error is not None:
            raise self.error
        self.connected.append((spec, name, save, report))
        return connection()

    async def read_file(self, path: Path) -> str:
        return read_pasted_file(path)

    async def fetch(self, address: str) -> str:
        return await asyncio.to_thread(fetched, address, Settings())


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def dialog(service: Service, scope: TaskScope, drive: Drive[Any]) -> Iterator[ConnectDialog]:
    calls = ConnectCalls(service.probe, service.connect, service.read_file, service.fetch)
    made = ConnectDialog(calls, scope)
    made.show()
    yield made
    made.reject()
    made.deleteLater()


def paste(dialog: ConnectDialog, text: str) -> None:
    """As Ctrl+V does."""
    mime = QMimeData()
    mime.setText(text)
    dialog.box.insertFromMimeData(mime)


def texts(widget: QWidget) -> str:
    """Every text in the dialog."""
    found = [widget.windowTitle(), widget.accessibleName(), widget.toolTip()]
    for child in widget.findChildren(QWidget):
        found += [child.accessibleName(), child.accessibleDescription(), child.toolTip()]
        if isinstance(child, QLabel | QLineEdit):
            found.append(child.text())
        if isinstance(child, QPlainTextEdit):
            found.append(child.toPlainText())
    return "\n".join(found)


def test_nothing_can_be_connected_before_something_was_pasted(dialog: ConnectDialog) -> None:
    assert not dialog.connect_button.isEnabled()
    assert not dialog.card.isVisible()


def test_a_sas_url_is_told_with_its_permissions_and_its_end(dialog: ConnectDialog) -> None:
    paste(dialog, SAS_URL)
    assert dialog.card.title() == "SAS URL with container SAS for acct"
    assert dialog.card.chip_texts()[:2] == ["list", "read"]
    assert "Expires in" in dialog.card.accessibleName()
    assert dialog.name.text() == "acct / data"
    assert dialog.connect_button.isEnabled()


def test_what_was_pasted_is_masked_and_can_be_shown(dialog: ConnectDialog) -> None:
    paste(dialog, STRING)
    assert dialog.box.text() == STRING
    assert KEY not in texts(dialog)
    assert KEY not in repr(dialog.box.text_changed)
    dialog.reveal_button.click()
    assert dialog.box.toPlainText() == STRING
    dialog.reveal_button.click()
    assert KEY not in dialog.box.toPlainText()
    dialog.box.undo()
    assert KEY not in dialog.box.toPlainText()


def test_what_is_typed_is_masked_when_the_focus_goes_on(dialog: ConnectDialog) -> None:
    dialog.activateWindow()
    QTest.keyClicks(dialog.box, STRING)
    assert dialog.box.toPlainText() == STRING
    dialog.name.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    dialog.box.mask_wanted.emit()
    assert KEY not in dialog.box.toPlainText()
    assert dialog.box.text() == STRING


def test_a_masked_text_is_replaced_by_a_paste_and_emptied_by_backspace(
    dialog: ConnectDialog,
) -> None:
    paste(dialog, STRING)
    QTest.keyClicks(dialog.box, "x")
    assert dialog.box.text() == STRING
    paste(dialog, SAS_URL)
    assert dialog.box.text() == SAS_URL
    QTest.keyClick(dialog.box, Qt.Key.Key_Backspace)
    assert dialog.box.text() == ""


def test_half_a_text_is_no_mistake_yet(dialog: ConnectDialog) -> None:
    QTest.keyClicks(dialog.box, "DefaultEndpointsProtocol=https;Acc")
    assert not dialog.connect_button.isEnabled()
    assert dialog.card.isVisible()


def test_a_missing_credential_is_asked_for_in_place(dialog: ConnectDialog) -> None:
    paste(dialog, "abfss://data@lake.dfs.core.windows.net/train")
    assert dialog.missing.credential.isVisible()
    assert not dialog.missing.account.isVisible()
    assert not dialog.connect_button.isEnabled()
    dialog.missing.credential.set_text(KEY)
    assert dialog.connect_button.isEnabled()
    assert dialog.card.chip_texts() == ["everything"]


def test_a_bare_sas_needs_its_account(dialog: ConnectDialog) -> None:
    paste(dialog, SAS_URL.partition("?")[2].replace("sr=c", "ss=b&srt=sco"))
    assert dialog.missing.account.isVisible()
    dialog.missing.account.setText("acct")
    assert dialog.connect_button.isEnabled()


def test_plain_http_needs_a_consent(dialog: ConnectDialog) -> None:
    paste(dialog, SAS_URL.replace("https:", "http:"))
    assert dialog.missing.consent.isVisible()
    assert not dialog.connect_button.isEnabled()
    dialog.missing.consent.setChecked(True)
    assert dialog.connect_button.isEnabled()


def test_several_connections_in_a_text_are_a_choice(dialog: ConnectDialog) -> None:
    other = STRING.replace("acct", "other")
    paste(dialog, f'{{"connectionStrings": ["{STRING}", "{other}"]}}')
    assert dialog.choice.count() == 2
    dialog.choice.setCurrentRow(1)
    assert dialog.name.text() == "other"


def test_a_test_says_what_was_found(
    dialog: ConnectDialog, service: Service, drive: Drive[Any]
) -> None:
    paste(dialog, SAS_URL)
    drive(_click(dialog, dialog.test_button))
    assert dialog.notice.text() == "List yes, read yes, write no, expires in 6 days."
    assert dialog.notice.tone() is Tone.OK
    assert dialog.connection is None
    assert [spec.account for spec in service.probed] == ["acct"]


def test_a_connection_is_not_tested_twice(
    dialog: ConnectDialog, service: Service, drive: Drive[Any]
) -> None:
    paste(dialog, SAS_URL)
    dialog.name.setText("my data")
    dialog.keep.setChecked(False)
    drive(_click(dialog, dialog.test_button))
    drive(_click(dialog, dialog.connect_button))
    spec, name, save, report = service.connected[0]
    assert (spec.account, name, save, report) == ("acct", "my data", False, REPORT)
    assert dialog.connection == connection()


def test_another_text_forgets_the_report_of_the_first(
    dialog: ConnectDialog, service: Service, drive: Drive[Any]
) -> None:
    paste(dialog, SAS_URL)
    drive(_click(dialog, dialog.test_button))
    paste(dialog, STRING)
    assert not dialog.notice.isVisible()
    drive(_click(dialog, dialog.connect_button))
    assert service.connected[0][3] is None


def test_a_refusal_is_told_and_the_dialog_stays(
    dialog: ConnectDialog, service: Service, drive: Drive[Any]
) -> None:
    service.error = NotAuthorizedError(
        "The key is wrong.", cure="Copy it again.", code="AuthenticationFailed"
    )
    paste(dialog, STRING)
    drive(_click(dialog, dialog.connect_button))
    assert dialog.isVisible()
    assert dialog.notice.text() == (
        "Not allowed. The key is wrong. (AuthenticationFailed) Copy it again."
    )
    assert dialog.connect_button.isEnabled()


def test_a_file_of_connections_can_be_dropped(
    dialog: ConnectDialog, drive: Drive[Any], tmp_path: Path
) -> None:
    path = tmp_path / "storage.json"
    path.write_text(f'{{"connectionStrings": ["{STRING}"]}}')
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])

    async def drop() -> None:
        dialog.box.insertFromMimeData(mime)
        await until(dialog.connect_button.isEnabled, "the file is read")

    drive(drop())
    assert KEY not in texts(dialog)


def test_the_clipboard_can_be_pasted_with_a_button(dialog: ConnectDialog) -> None:
    QGuiApplication.clipboard().setText(STRING)
    dialog.paste_button.click()
    assert dialog.box.text() == STRING


def test_after_closing_nothing_of_the_secret_is_left(dialog: ConnectDialog) -> None:
    paste(dialog, STRING)
    dialog.reject()
    assert dialog.box.text() == ""
    assert KEY not in texts(dialog)


def test_closing_calls_off_a_connection_that_is_being_made(
    service: Service, scope: TaskScope, drive: Drive[Any], qtbot: QtBot
) -> None:
    """And nothing of it comes back to a dialog that is gone."""
    called_off: list[bool] = []
    answered = asyncio.Event()

    async def slow(*_args: object) -> Connection:
        try:
            await answered.wait()
        except asyncio.CancelledError:
            called_off.append(True)
            raise
        raise NotAuthorizedError("late")

    async def work() -> None:
        calls = ConnectCalls(service.probe, slow, service.read_file, service.fetch)
        parent = QWidget()
        qtbot.addWidget(parent)
        dialog = ConnectDialog(calls, scope, parent)
        asked = scope.spawn(ask.finished(dialog, lambda it: it.connection), name="ask")
        paste(dialog, STRING)
        dialog.connect_button.click()
        await until(lambda: dialog.busy.isVisible(), "it is asked")
        dialog.reject()
        await until(lambda: not shiboken6.isValid(dialog), "the dialog is gone")
        answered.set()
        await until(lambda: scope.names == [], "everything has ended")
        assert asked.result() is None
        assert called_off == [True]

    drive(work())


def test_closing_calls_off_a_credential_that_is_being_tried(
    scope: TaskScope, drive: Drive[Any], qtbot: QtBot
) -> None:
    answered = asyncio.Event()

    async def slow(_connection_id: str, _text: str) -> Connection:
        await answered.wait()
        raise NotAuthorizedError("late")

    async def work() -> None:
        parent = QWidget()
        qtbot.addWidget(parent)
        dialog = ReplaceDialog(connection(), slow, scope, parent)
        asked = scope.spawn(ask.finished(dialog, lambda it: it.connection), name="ask")
        dialog.box.set_text(KEY)
        dialog.go_button.click()
        await until(lambda: dialog.busy.isVisible(), "it is asked")
        dialog.reject()
        await until(lambda: not shiboken6.isValid(dialog), "the dialog is gone")
        answered.set()
        await until(lambda: scope.names == [], "everything has ended")
        assert asked.result() is None

    drive(work())


def test_after_a_credential_that_was_refused_the_next_can_be_pasted(
    scope: TaskScope, drive: Drive[Any], qtbot: QtBot
) -> None:
    async def refused(_connection_id: str, _text: str) -> Connection:
        raise NotAuthorizedError("The service did not accept the account key.")

    async def work() -> None:
        parent = QWidget()
        qtbot.addWidget(parent)
        dialog = ReplaceDialog(connection(), refused, scope, parent)
        asked = scope.spawn(ask.finished(dialog, lambda it: it.connection), name="ask")
        await until(dialog.isVisible, "it is open")
        dialog.box.set_text(KEY)
        dialog.go_button.setFocus()
        dialog.go_button.click()
        await until(lambda: "did not accept" in dialog.notice.text(), "the answer")
        await until(dialog.box.isEnabled, "its end")
        focused = dialog.focusWidget()
        assert focused is not None
        assert focused is dialog.box or dialog.box.isAncestorOf(focused)
        dialog.reject()
        await until(asked.done, "it is closed")

    drive(work())


async def _click(dialog: ConnectDialog, button: QPushButton) -> None:
    """Press, and wait for the end of what that began."""
    before = dialog.runs
    button.click()
    await until(lambda: dialog.runs > before, "it ends")
