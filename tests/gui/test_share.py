"""The SAS dialog in the window: least by default, made, copied, tried, and driven by keys alone."""

from __future__ import annotations

import pytest
from azure.storage.blob import BlobClient, ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.parts.secret_clip import SecretClip
from explorer.gui.share.form import SasForm, Shareable
from explorer.gui.share.qr import QUIET, QrView, qr_image
from explorer.gui.share.sheet import SasSheet
from explorer.gui.share.words import choices_of
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.offers import Offer, flat
from explorer.gui.window.subject import Subject
from explorer.service.claims import utc_now
from explorer.service.model import Location
from explorer.service.sharing import SignedBy
from explorer.storage.sas import SasKind
from tests.gui.conftest import until
from tests.gui.test_window import Run, listed, names, put, run, sheet

__all__ = ["run"]
OFFER = "Get shared access signature"


def offer(window: MainWindow, subject: Subject, name: str) -> Offer:
    """What the menus of `subject` offer by that name."""
    for area in window.areas:
        for found, one in flat(area.offers(subject)):
            if found == name:
                return one
    raise AssertionError(f"nobody offers {name}")


async def subject_of(window: MainWindow, here: Location, *wanted: str) -> Subject:
    """The rows of these names in `here`, or `here` itself."""
    window.pane.go(here)
    await until(lambda: listed(window.pane) and set(wanted) <= set(names(window.pane)))
    model = window.pane.model
    rows = tuple(model.at(row) for row in range(model.rowCount()) if model.at(row).name in wanted)
    connection = window.pane.connection
    assert connection is not None
    return Subject(connection, here, rows)


def test_a_sas_for_a_blob_reads_it_and_no_more(run: Run, container: ContainerClient) -> None:
    put(container, "data/a.bin", "data/b.bin")
    urls: list[str] = []

    async def work(window: MainWindow, here: Location) -> None:
        subject = await subject_of(window, here.child("data"), "a.bin")
        found = offer(window, subject, OFFER)
        assert found.act is not None
        assert not found.refusal
        found.act()
        dialog = await sheet(SasSheet)
        assert dialog.form.letters.letters == "r"
        assert dialog.form.valid.currentText() == "1 hour"
        dialog.make_button.click()
        await until(lambda: dialog.made_page.made, "it is made")
        field = dialog.made_page.fields["URL"]
        assert field.line.echoMode() is field.line.EchoMode.Password
        dialog.made_page.copy_buttons["URL"].click()
        urls.append(QGuiApplication.clipboard().text())
        dialog.made_page.trial_button.click()
        await until(lambda: "It can: read." in dialog.made_page.trial.text(), "it is tried")
        dialog.reject()
        assert not dialog.made_page.fields["URL"].text()

    run(work)
    assert BlobClient.from_blob_url(urls[0]).download_blob().readall() == b"x" * 10


def test_the_least_sas_of_the_account_passes_its_own_test(
    run: Run, container: ContainerClient
) -> None:
    put(container, "a.bin")

    async def work(window: MainWindow, here: Location) -> None:
        connection = window.pane.connection
        assert connection is not None
        found = offer(window, Subject(connection, connection.root, ()), OFFER)
        assert found.act is not None
        found.act()
        dialog = await sheet(SasSheet)
        dialog.make_button.click()
        await until(lambda: dialog.made_page.made, "it is made")
        dialog.made_page.trial_button.click()
        told = dialog.made_page.trial.text
        await until(lambda: "It can: list containers, list, read" in told(), "it is tried")
        assert (
            "write, create containers (sp lacks c or w); delete, delete containers (sp lacks d)"
            in told()
        )
        dialog.back_button.click()
        dialog.form.types["s"].setChecked(False)
        assert "does not list containers" in dialog.warnings.text()
        dialog.make_button.click()
        made = dialog.made_page
        await until(lambda: made.made and made.made[0].wish.resource_types == "co", "made again")
        dialog.made_page.trial_button.click()
        lacking = "It cannot: list containers, see settings, change settings (srt lacks s); write"
        await until(lambda: lacking in told(), "what it cannot is told with its reason")
        assert "It can: list, read" in told()
        dialog.reject()

    run(work)


def test_it_is_made_by_keys_alone(run: Run, container: ContainerClient) -> None:
    put(container, "a.bin")

    async def work(window: MainWindow, here: Location) -> None:
        found = offer(window, await subject_of(window, here, "a.bin"), OFFER)
        assert found.act is not None
        found.act()
        dialog = await sheet(SasSheet)
        dialog.activateWindow()
        await until(lambda: dialog.focusWidget() is dialog.form.target)
        for _ in range(20):
            if dialog.focusWidget() is dialog.form.letters.boxes["w"]:
                break
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
        assert dialog.form.letters.letters == "rw"
        assert "can change" in dialog.warnings.text()
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: dialog.made_page.made, "it is made")
        assert dialog.focusWidget() is dialog.made_page.copy_buttons["URL"]
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
        assert "sp=rw" in QGuiApplication.clipboard().text()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    run(work)


def test_several_blobs_get_a_sas_each(run: Run, container: ContainerClient) -> None:
    put(container, "a", "b")

    async def work(window: MainWindow, here: Location) -> None:
        found = offer(window, await subject_of(window, here, "a", "b"), OFFER)
        assert found.act is not None
        found.act()
        dialog = await sheet(SasSheet)
        dialog.make_button.click()
        await until(lambda: len(dialog.made_page.made) == 2, "both are made")
        dialog.made_page.copy_all_button.click()
        lines = QGuiApplication.clipboard().text().split("\n")
        assert [BlobClient.from_blob_url(line).download_blob().readall() for line in lines] == [
            b"x",
            b"x",
        ]
        dialog.reject()

    run(work)


def test_a_folder_that_is_only_a_name_gets_the_whole_container_and_says_so(
    run: Run, container: ContainerClient
) -> None:
    put(container, "data/a")

    async def work(window: MainWindow, here: Location) -> None:
        found = offer(window, await subject_of(window, here, "data"), OFFER)
        assert found.act is not None
        found.act()
        dialog = await sheet(SasSheet)
        assert dialog.form.choice.kind is SasKind.CONTAINER
        assert "whole container" in dialog.remark.text()
        dialog.reject()

    run(work)


BLOB = Shareable(SasKind.BLOB, "The blob", "c", "p")


def test_what_a_wish_cannot_be_is_said_and_not_made(qtbot: QtBot) -> None:
    form = SasForm(
        (BLOB, Shareable(SasKind.ACCOUNT, "The account", permissions="rl")), is_https=True
    )
    qtbot.addWidget(form)
    form.signing.by.choose(SignedBy.POLICY)
    form.signing.policy.setEditText("readers")
    wish = form.wish(utc_now())
    assert (wish.permissions, wish.expires, wish.policy) == ("", None, "readers")
    assert not form.letters.isEnabled()
    form.target.setCurrentIndex(1)
    wish = form.wish(utc_now())
    assert (wish.permissions, wish.policy, wish.resource_types) == ("rl", "", "sco")


def test_a_read_only_connection_offers_nothing_that_changes(qtbot: QtBot) -> None:
    form = SasForm((BLOB,), is_https=True, refusal="It is read-only.")
    qtbot.addWidget(form)
    usable = {one for one, box in form.letters.boxes.items() if box.isEnabled()}
    assert usable & set("rwdce") == {"r", "e"}
    assert "It is read-only." in form.letters.boxes["w"].toolTip()


def test_choices_begin_with_the_least() -> None:
    row = Row(RowKind.BLOB, "b", 1, 0, "", "", None, "")
    kinds = (SasKind.BLOB, SasKind.DIRECTORY, SasKind.CONTAINER, SasKind.ACCOUNT)
    found = choices_of(Location("a", "c", "d/"), row, kinds)
    assert [one.kind for one in found] == [SasKind.BLOB, SasKind.CONTAINER, SasKind.ACCOUNT]
    assert found[0].path == "d/b"
    folder = Row(RowKind.FOLDER, "f", 1, 0, "", "", None, "")
    found = choices_of(Location("a", "c", "d/"), folder, kinds[1:])
    assert (found[0].kind, found[0].path) == (SasKind.DIRECTORY, "d/f")


def test_a_secret_leaves_the_clipboard_unless_something_else_is_there(qapp: QApplication) -> None:
    clip = SecretClip()
    clip.put("the secret")
    assert clip.timer.interval() == 60_000
    assert clip.timer.isActive()
    clip.timer.timeout.emit()
    assert QGuiApplication.clipboard().text() == ""
    clip.put("the secret")
    QGuiApplication.clipboard().setText("something else")
    clip.timer.timeout.emit()
    assert QGuiApplication.clipboard().text() == "something else"


def test_a_qr_code_has_its_quiet_zone_and_sharp_modules(qtbot: QtBot) -> None:
    text = "https://account.blob.core.windows.net/c/b?" + "x" * 200
    code = qr_image(text)
    light = {QColor(code.pixel(x, y)).name() for x in range(code.width()) for y in range(QUIET)}
    assert light == {"#ffffff"}
    assert QColor(code.pixel(QUIET, QUIET)).name() == "#000000"
    view = QrView()
    qtbot.addWidget(view)
    assert view.show_text(text)
    view.resize(view.sizeHint())
    picture = view.grab().toImage()
    seen = {
        QColor(picture.pixel(x, y)).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert seen == {"#ffffff", "#000000"}
    assert not view.show_text("x" * 4000)


@pytest.mark.parametrize("kind", [SasKind.BLOB, SasKind.CONTAINER, SasKind.ACCOUNT])
def test_only_what_a_kind_has_can_be_chosen(qtbot: QtBot, kind: SasKind) -> None:
    form = SasForm((Shareable(kind, "It", "c", "p"),), is_https=True)
    qtbot.addWidget(form)
    shown = {one for one, box in form.letters.boxes.items() if not box.isHidden()}
    assert ("f" in shown) is (kind is not SasKind.BLOB)
    assert ("e" in shown) is (kind is not SasKind.ACCOUNT)
