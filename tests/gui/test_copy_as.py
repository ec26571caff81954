"""'Copy as' in the menus: texts without credentials, and with a SAS after a question."""

from __future__ import annotations

from azure.storage.blob import BlobClient, ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from explorer.gui.ask import ConfirmSheet
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.manage.copy_as import spots_of, wish_for
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from explorer.storage.sas import SasKind
from tests.gui.conftest import until
from tests.gui.connections import connection
from tests.gui.test_share import offer, subject_of
from tests.gui.test_window import Run, put, run, sheet

__all__ = ["run"]


def copied() -> str:
    return QGuiApplication.clipboard().text()


def test_a_url_is_copied_bare_and_with_a_sas_after_a_question(
    run: Run, container: ContainerClient
) -> None:
    put(container, "data/a", "data/b")

    async def work(window: MainWindow, here: Location) -> None:
        subject = await subject_of(window, here.child("data"), "a")
        plain = offer(window, subject, "Copy as: URL")
        assert plain.act is not None
        plain.act()
        assert copied() == container.get_blob_client("data/a").url
        signed = offer(window, subject, "Copy as: With a SAS: URL")
        assert signed.act is not None
        signed.act()
        question = await sheet(ConfirmSheet)
        assert "sig=" not in copied()
        QTest.keyClick(question, Qt.Key.Key_Return)
        await until(lambda: "sig=" in copied(), "it is copied")
        assert "sp=r&" in copied()
        assert BlobClient.from_blob_url(copied()).download_blob().readall() == b"x" * 6
        both = await subject_of(window, here.child("data"), "a", "b")
        paths = offer(window, both, "Copy as: Path")
        assert paths.act is not None
        paths.act()
        assert copied().split("\n") == [
            f"{here.container}/data/a",
            f"{here.container}/data/b",
        ]
        assert "one at a time" in offer(window, both, "Copy as: With a SAS: URL").refusal

    run(work)


def test_a_folder_that_is_only_a_name_needs_a_sas_for_the_container() -> None:
    subject = Subject(
        connection("a"),
        Location("a", "c", "d/"),
        (Row(RowKind.FOLDER, "f", 0, 0, "", "", None, ""),),
    )
    (spot,) = spots_of(subject)
    assert (spot.container, spot.path) == ("c", "d/f/")
    wish = wish_for(subject, spot)
    assert (wish.kind, wish.path, wish.permissions) == (SasKind.CONTAINER, "", "rl")


def test_rows_of_an_account_are_containers() -> None:
    row = Row(RowKind.CONTAINER, "c", 0, 0, "", "", None, "")
    (spot,) = spots_of(Subject(connection("a"), Location("a"), (row,)))
    assert (spot.container, spot.path) == ("c", "")
