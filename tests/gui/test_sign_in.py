"""Signing in from the window: an address without a key, and a SAS by user delegation."""

from __future__ import annotations

import ssl
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.base.settings import change_settings
from explorer.base.tasks import TaskScope
from explorer.gui.connect.dialog import ConnectCalls, ConnectDialog
from explorer.gui.connect.replace import ReplaceDialog
from explorer.gui.share.form import SasForm, Shareable
from explorer.gui.share.sheet import SasSheet
from explorer.gui.share.signing import BY_KEY, Ways
from explorer.service.claims import utc_now
from explorer.service.model import Connection, Location
from explorer.service.sharing import SignedBy
from explorer.storage.azure.tokens import keeper_of
from explorer.storage.connection import (
    Anonymous,
    ConnectionSpec,
    EntraSignIn,
    TokenSource,
    parse,
    with_sign_in,
)
from explorer.storage.environment import TOKEN_VARIABLE
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.storage.sas import SasKind
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_connect_dialog import STRING, Service, paste
from tests.gui.test_share import OFFER, offer, subject_of
from tests.gui.test_window import listed, opened, sheet
from tests.support.sign_in import SecureEmulator, jwt

ADDRESS = "https://acct.blob.core.windows.net/data/runs/"
BLOB = Shareable(SasKind.BLOB, "The blob", "c", "p")
ACCOUNT = Shareable(SasKind.ACCOUNT, "The account", permissions="rl")
BY_TOKEN: Ways = (
    (SignedBy.KEY, "It is a sign-in."),
    (SignedBy.POLICY, "It is a sign-in."),
    (SignedBy.DELEGATION, ""),
)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    keeper_of.cache_clear()
    token = jwt()
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    yield token
    keeper_of.cache_clear()


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


# -- the connect dialog -----------------------------------------------------------------------


def test_an_address_without_a_key_can_be_signed_in_to(dialog: ConnectDialog) -> None:
    paste(dialog, ADDRESS)
    field = dialog.missing.sign_in
    assert field.isVisible()
    assert field.value is None
    assert spec(dialog).credential == Anonymous()
    field.choose(TokenSource.AZURE_CLI)
    found = spec(dialog)
    assert found.credential == EntraSignIn(TokenSource.AZURE_CLI)
    assert (found.start.container, found.start.path) == ("data", "runs/")
    assert "Entra sign-in (Azure CLI)" in dialog.card.title()
    assert "No secret is kept" in dialog.home.text()


def test_the_choice_is_made_by_keys_and_is_what_gets_connected(
    dialog: ConnectDialog, service: Service, drive: Drive[Any]
) -> None:
    paste(dialog, ADDRESS)
    dialog.activateWindow()
    for _ in range(20):
        if dialog.focusWidget() is dialog.missing.sign_in:
            break
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(dialog.missing.sign_in, Qt.Key.Key_End)

    async def connects() -> None:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: service.connected, "it is connected")

    drive(connects())
    assert service.connected[0][0].credential == EntraSignIn(TokenSource.VARIABLE)


def test_what_has_a_key_is_not_asked_how_to_sign_in(dialog: ConnectDialog) -> None:
    paste(dialog, ADDRESS)
    dialog.missing.sign_in.choose(TokenSource.AZURE_CLI)
    paste(dialog, "")
    dialog.box.set_text(STRING)
    assert not dialog.missing.sign_in.isVisible()
    assert spec(dialog).credential_kind == "account key"


def test_a_variable_that_is_not_set_cannot_be_chosen_and_says_so(
    dialog: ConnectDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE)
    paste(dialog, ADDRESS)
    field = dialog.missing.sign_in
    assert not field.refusal(TokenSource.AZURE_CLI)
    assert "not set" in field.refusal(TokenSource.VARIABLE)
    assert "not set" in field.accessibleDescription()


def test_the_browser_is_offered_where_its_extra_is_and_else_says_how_to_get_it(
    dialog: ConnectDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(dialog, ADDRESS)
    field = dialog.missing.sign_in
    assert field.refusal(TokenSource.BROWSER) == ""
    field.choose(TokenSource.BROWSER)
    assert "browser asks" in dialog.home.text()
    monkeypatch.setattr("explorer.gui.connect.sign_in._has_browser", lambda: False)
    dialog.box.set_text(f"{ADDRESS}7/")
    assert "[entra]" in field.refusal(TokenSource.BROWSER)
    assert field.value is None


def test_an_address_of_somebody_else_gets_no_token(dialog: ConnectDialog) -> None:
    dialog.box.set_text("https://storage.example.com/data/x")
    field = dialog.missing.sign_in
    assert "Azure's own" in field.refusal(TokenSource.AZURE_CLI)
    assert "Azure's own" in field.refusal(TokenSource.VARIABLE)


def test_a_sign_in_is_not_replaced_but_made_again(scope: TaskScope, qtbot: QtBot) -> None:
    async def nothing(connection_id: str, text: str) -> Connection:
        raise AssertionError("nothing is replaced")

    for kind, is_told in (("Entra sign-in (Azure CLI)", True), ("account key", False)):
        made = ReplaceDialog(replace(connection(), credential_kind=kind), nothing, scope)
        qtbot.addWidget(made)
        texts = " ".join(label.text() for label in made.findChildren(QLabel))
        assert ("az login" in texts) is is_told


def spec(dialog: ConnectDialog) -> ConnectionSpec:
    found = dialog.missing.completed()
    assert found is not None
    return found


# -- the SAS dialog ---------------------------------------------------------------------------


def test_with_a_key_delegation_is_refused_with_its_reason(qtbot: QtBot) -> None:
    form = SasForm((BLOB, ACCOUNT), is_https=True, ways=BY_KEY)
    qtbot.addWidget(form)
    by = form.signing.by
    assert by.value is SignedBy.KEY
    assert "Entra sign-in" in by.refusal(SignedBy.DELEGATION)
    assert "Entra sign-in" in by.accessibleDescription()
    by.choose(SignedBy.POLICY)
    assert not form.signing.policy.isHidden()
    form.signing.policy.setEditText("readers")
    assert form.wish(utc_now()).policy == "readers"
    by.choose(SignedBy.KEY)
    assert form.signing.policy.isHidden()
    assert form.wish(utc_now()).policy == ""


def test_with_a_sign_in_only_delegation_can_be_chosen_and_nothing_for_the_account(
    qtbot: QtBot,
) -> None:
    form = SasForm((BLOB, ACCOUNT), is_https=True, ways=BY_TOKEN)
    qtbot.addWidget(form)
    assert form.signing.way is SignedBy.DELEGATION
    form.target.setCurrentIndex(1)
    assert all(form.signing.by.refusal(by) for by, _ in BY_TOKEN)


def test_a_sas_by_delegation_is_made_in_the_window_and_reads(
    secure_azurite: SecureEmulator, drive: Drive[Any], data_dir: Path
) -> None:
    change_settings(data_dir, ca_file=str(secure_azurite.ca_file))
    name = f"test-{uuid.uuid4().hex[:20]}"
    urls: list[str] = []

    async def work() -> None:
        async with opened(data_dir) as window:
            address = with_sign_in(parse(secure_azurite.endpoint), TokenSource.VARIABLE)

            async def prepared(service: Any) -> Any:
                connection = await service.connect(address, name="mine", save=False)
                await service.create_container(connection.id, name)
                store = await service._connections.store(connection.id)
                store.put_blob(
                    BlobRef(name, "a.bin"),
                    b"hello",
                    headers=BlobHeaders(),
                    condition=Condition.absent(),
                )
                return connection

            connection = await window._bridge.call(prepared)
            window.connecting.connected.emit(connection)
            await until(lambda: listed(window.pane), "the account is listed")
            subject = await subject_of(window, Location(connection.id, name), "a.bin")
            found = offer(window, subject, OFFER)
            assert found.act is not None
            assert not found.refusal
            found.act()
            dialog = await sheet(SasSheet)
            assert dialog.form.signing.way is SignedBy.DELEGATION
            dialog.form.target.setCurrentIndex(dialog.form.target.count() - 1)
            assert not dialog.make_button.isEnabled()
            assert "account's key" in dialog.warnings.text()
            dialog.form.target.setCurrentIndex(0)
            dialog.make_button.click()
            await until(lambda: dialog.made_page.made, "it is made")
            urls.append(dialog.made_page.made[0].url)
            dialog.reject()

    drive(work())
    assert "skoid=" in urls[0]
    trust = ssl.create_default_context(cafile=str(secure_azurite.ca_file))
    with urllib.request.urlopen(urls[0], context=trust) as answer:
        assert answer.read() == b"hello"
