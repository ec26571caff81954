"""The inspector in the window: what it shows of real blobs, and what it does not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
import qasync
from azure.storage.blob import ContainerClient, ContentSettings, StandardBlobTier
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from explorer.base.cancel import Cancelled, current_token
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.inspect.page import InspectorPage
from explorer.gui.inspect.preview_page import PreviewPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.memory import Memory
from explorer.gui.window.subject import Subject
from explorer.preview import members
from explorer.preview.look import As
from explorer.preview.model import Archive
from explorer.service import ranges
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Location
from explorer.storage.model import BlobType
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_window import choose, connected, listed, names, opened
from tests.unit.preview.samples import MEMBERS, SAMPLES, npy

Work = Callable[[MainWindow, PreviewPage], Coroutine[Any, Any, None]]
Show = Callable[[dict[str, bytes], Work], None]


@pytest.fixture
def show(drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path) -> Show:
    """Runs a test in a window on these blobs, with the inspector open at the preview."""

    def go(blobs: dict[str, bytes], work: Work) -> None:
        for name, data in blobs.items():
            container.upload_blob(name, data)

        async def whole() -> None:
            async with opened(data_dir) as window:
                connection = await connected(window, azurite)
                window.pane.go(Location(connection.id, container.container_name))
                await until(lambda: listed(window.pane), "the container is listed")
                await choose(window, Act.PEEK)
                await work(window, window.inspecting.preview)

        drive(whole())

    return go


async def select(window: MainWindow, *wanted: str) -> None:
    """Select these names, and wait until the inspector has heard of it."""
    view = window.pane.view
    view.clearSelection()
    view.select_names({(name.rstrip("/"), name.endswith("/")) for name in wanted})
    inspector = window.inspecting.inspector

    def is_told() -> bool:
        selection = inspector.selection
        rows = selection.subject.rows if selection is not None else ()
        return {row.name for row in rows} == {name.rstrip("/") for name in wanted}

    await until(is_told, f"the inspector hears of {wanted}")


def words(page: PreviewPage) -> str:
    return page.body.text.toPlainText() if page.body.text.is_settled else ""


def rows(page: PreviewPage) -> int:
    return page.body.table.table.rowCount()


def is_listed(page: PreviewPage, kind: str) -> bool:
    body = page.body.body
    return isinstance(body, Archive) and body.format_name == kind


# -- preview --------------------------------------------------


def test_the_selected_blob_is_shown_and_what_was_read_is_said(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "big.log")
        await until(lambda: words(page).startswith("a line of text\n"), "the text")
        assert page.line.text() == "Read 256 KiB of 2.9 MiB"
        before = len(words(page))
        page.more_button.click()
        await until(lambda: len(words(page)) > before, "more of it")
        assert page.line.text() == "Read 512 KiB of 2.9 MiB"

    show({"big.log": b"a line of text\n" * 200_000}, work)


def test_each_kind_is_shown_in_its_own_way(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.csv")
        await until(lambda: rows(page) == 3, "a table")
        assert page.facts.text() == "CSV · Separator: comma · Columns: 2 · Encoding: UTF-8"
        await select(window, "a.png")
        await until(lambda: page.body.picture.accessibleName().startswith("PNG"), "a picture")
        await select(window, "a.json")
        await until(lambda: words(page).startswith('{\n  "a": ['), "laid out")
        await select(window, "a.bin")
        await until(lambda: words(page).startswith("00000000  00 01"), "bytes")
        await select(window, "a.zip")
        await until(lambda: page.body.members.table.rowCount() == 3, "members")
        await select(window, "a.safetensors")
        await until(lambda: page.body.choice.count() == 2, "tensors and metadata")
        page.body.choice.setCurrentIndex(1)
        assert page.body.table.table.row(0) == ("format", "pt")

    show(SAMPLES, work)


def test_rows_of_parquet_come_when_they_are_asked_for(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.parquet")
        await until(lambda: page.body.choice.count() == 3, "its tables")
        assert rows(page) == 3
        page.body.choice.setCurrentIndex(2)
        assert page.more_button.text() == "Load rows"
        page.more_button.click()
        await until(lambda: rows(page) == 30, "its rows")
        assert not page.more_button.isVisible()

    show({"a.parquet": SAMPLES["a.parquet"]}, work)


def test_a_blob_can_be_seen_as_bytes_and_from_its_end(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.log")
        await until(lambda: words(page).startswith("first"), "its beginning")
        page.bar.end.click()
        await until(lambda: words(page).endswith("last\n"), "its end")
        assert not words(page).startswith("first")
        page.more_button.click()
        await until(lambda: words(page).startswith("first"), "what comes before")
        page.bar.way.setCurrentIndex(list(As).index(As.BYTES))
        page.bar.way.activated.emit(2)
        await until(lambda: words(page).startswith("000"), "its bytes")

    show({"a.log": b"first\n" + b"between\n" * 50_000 + b"last\n"}, work)


def test_a_growing_log_is_followed_until_another_is_selected(
    show: Show, container: ContainerClient
) -> None:
    log = container.get_blob_client("run.log")
    log.create_append_blob()
    log.append_block(b"epoch 1\n")

    async def work(window: MainWindow, page: PreviewPage) -> None:
        page.follow_poll_s = 0.02
        await select(window, "run.log")
        await until(lambda: words(page) == "epoch 1\n", "what there is")
        page.bar.follow.click()
        await until(lambda: page.line.text().startswith("Following"), "it is followed")
        log.append_block(b"epoch 2\n")
        await until(lambda: words(page) == "epoch 1\nepoch 2\n", "what was written to it")
        log.append_block(b"epoch 3\n")
        await until(lambda: words(page).endswith("epoch 3\n"), "and after that")
        await select(window, "other.txt")
        await until(lambda: words(page) == "other\n", "another")
        assert not page.bar.is_following

    show({"other.txt": b"other\n"}, work)


def test_what_is_left_out_of_a_log_that_grew_much_is_told(
    show: Show, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "FOLLOW_MOST_BYTES", 8)

    async def work(window: MainWindow, page: PreviewPage) -> None:
        page.follow_poll_s = 0.02
        await select(window, "run.log")
        await until(lambda: words(page) == "epoch 1\n", "what there is")
        page.bar.follow.click()
        await until(lambda: page.line.text().startswith("Following"), "it is followed")
        container.upload_blob("run.log", b"epoch 1\n" + b"." * 2048 + b"epoch 9\n", overwrite=True)
        await until(lambda: words(page).endswith("epoch 9\n"), "the end")
        assert words(page) == "epoch 1\n\n… 2 KiB left out …\nepoch 9\n"

    show({"run.log": b"epoch 1\n"}, work)


def test_no_word_of_a_file_makes_the_window_wider(show: Show) -> None:
    field = b"[('" + b"n" * 5000 + b"', '|i1')]"

    async def work(window: MainWindow, page: PreviewPage) -> None:
        width = window.minimumSizeHint().width()
        await select(window, "a.npy")
        await until(lambda: "nnnn" in page.facts.text(), "what is in it")
        page.notice.tell(f"‘{'n' * 300}’ cannot be taken out.")
        assert window.minimumSizeHint().width() <= width

    show({"a.npy": npy(field.decode(), "(3,)", b"abc")}, work)


def test_a_damaged_file_is_told_of_above_its_bytes(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.parquet")
        await until(lambda: words(page).startswith("00000000  50 41 52 31"), "its bytes")
        assert page.notice.text().startswith("This cannot be shown as Parquet.")

    show({"a.parquet": SAMPLES["a.parquet"][:-9]}, work)


def test_a_blob_that_is_gone_says_so_and_can_be_tried_again(
    show: Show, container: ContainerClient
) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        container.delete_blob("a.txt")
        await select(window, "a.txt")
        await until(lambda: page.notice.text().startswith("Not found."), "the reason")
        container.upload_blob("a.txt", b"back again")
        page.notice.action_button.click()
        await until(lambda: words(page) == "back again", "it is back")
        assert page.notice.isHidden()

    show({"a.txt": b"text"}, work)


def test_a_selection_that_changes_quickly_ends_at_the_last(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        view = window.pane.view
        for row in (0, 1, 2, 0, 1, 2):
            view.selectRow(row)
            await asyncio.sleep(0)
        await until(lambda: words(page) == "c", "the last one")

    show({"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"}, work)


def test_a_member_is_saved_without_the_archive(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def chosen(_parent: object, _title: str, name: str) -> Path:
        asked.append(name)
        return tmp_path / name

    monkeypatch.setattr(ask, "file_to_save", chosen)

    async def work(window: MainWindow, page: PreviewPage) -> None:
        listed_members = page.body.members
        for archive, kind in (("a.zip", "Zip"), ("a.tar.gz", "Tar, gzip")):
            await select(window, archive)
            await until(partial(is_listed, page, kind), "members")
            assert not page.body.save_button.isEnabled()
            listed_members.selectRow(1)
            page.body.save_button.click()
            target = tmp_path / "b.bin"
            await until(target.exists, "the file")
            await until(lambda: page.notice.text().startswith("Saved as"), "it is told")
            assert target.read_bytes() == MEMBERS["deep/b.bin"]
            target.unlink()
        assert asked == ["b.bin", "b.bin"]

    show({"a.zip": SAMPLES["a.zip"], "a.tar.gz": SAMPLES["a.tar.gz"]}, work)
    assert not [*tmp_path.glob(".*")]


def test_rows_are_copied_with_tabs_between(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.tsv")
        await until(lambda: rows(page) == 1, "the table")
        page.body.table.setFocus()
        page.body.table.selectAll()
        page.body.table.copy.trigger()
        assert QGuiApplication.clipboard().text() == "1\t2"

    show({"a.tsv": SAMPLES["a.tsv"]}, work)


# -- what is not shown --------------------------------------------------


def test_what_cannot_be_looked_into_says_what_to_do(show: Show, container: ContainerClient) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        inspector = window.inspecting.inspector
        await select(window)
        await until(lambda: inspector.hint() == "Select a blob to look inside.")
        await select(window, "folder/")
        await until(lambda: inspector.hint() == "Select a blob to look inside.")
        await select(window, "a.txt", "b.txt")
        await until(lambda: inspector.hint() == "Select one blob to look inside.")
        await select(window, "a.txt")
        await until(lambda: words(page) == "a")
        assert inspector.hint() == ""

    show({"a.txt": b"a", "b.txt": b"b", "folder/c.txt": b"c"}, work)


def test_an_archived_blob_says_that_it_must_be_brought_back(
    show: Show, container: ContainerClient
) -> None:
    container.upload_blob("cold.txt", b"x", standard_blob_tier=StandardBlobTier.ARCHIVE)

    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "cold.txt")
        inspector = window.inspecting.inspector
        await until(lambda: "archive tier" in inspector.hint(), "the reason")

    show({}, work)


# -- properties --------------------------------------------------


def test_properties_are_told_for_people_and_copied_exactly(
    show: Show, container: ContainerClient
) -> None:
    md5 = hashlib.md5(b"x" * 2048, usedforsecurity=False).digest()
    container.upload_blob(
        "a.json",
        b"x" * 2048,
        metadata={"Run": "<b>7</b>"},
        content_settings=ContentSettings("application/json", content_md5=bytearray(md5)),
    )

    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.json")
        await choose(window, Act.PROPERTIES)
        properties = window.inspecting.properties
        await until(lambda: properties.sections, "the properties")
        found = {fact.label: fact for part in properties.sections for fact in part.facts}
        assert found["Size"].value == "2 KiB"
        assert found["Size"].exact == "2,048 bytes"
        assert found["Last modified"].exact.endswith(" UTC")
        assert found["MD5"].value == md5.hex()
        assert found["MD5, base64"].value == base64.b64encode(md5).decode()
        assert found["Content type"].value == "application/json"
        assert found["Run"].value == "<b>7</b>"
        assert found["Lease"].value == "available unlocked"
        properties.copy_button.click()
        assert "Size: 2,048 bytes\n" in QGuiApplication.clipboard().text()

    show({}, work)


def test_properties_of_a_place_and_of_several(show: Show, container: ContainerClient) -> None:
    container.set_container_metadata({"team": "seven"})

    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window)
        await choose(window, Act.PROPERTIES)
        properties = window.inspecting.properties

        def facts() -> dict[str, str]:
            return {fact.label: fact.value for part in properties.sections for fact in part.facts}

        await until(lambda: facts().get("team") == "seven", "those of the container")
        await select(window, "a.txt", "b.txt", "folder/")
        await until(lambda: facts().get("Blobs") == "2", "counts")
        assert facts() == {"Blobs": "2", "Folders": "1", "Size of blobs": "3 B"}
        await select(window, "folder/")
        await until(lambda: facts().get("Path", "").endswith("/folder/"), "the folder")

    show({"a.txt": b"a", "b.txt": b"bb", "folder/c.txt": b"c"}, work)


# -- the dock --------------------------------------------------


def test_space_peeks_and_peeks_away(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        dock = window.inspecting.dock
        await select(window, "a.txt")
        window.pane.view.setFocus()
        assert dock.isVisible()
        QTest.keyClick(window.pane.view, Qt.Key.Key_Space)
        await until(dock.isHidden, "it goes")
        assert page.body.body is None
        assert not window.inspecting.switch.isChecked()
        QTest.keyClick(window.pane.view, Qt.Key.Key_Space)
        await until(lambda: words(page) == "a", "it comes with the selection")
        assert names(window.pane) == ["a.txt"]
        assert window.pane.selection()
        QTest.keyClick(window.pane.view, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
        assert window.inspecting.page_key == "properties"
        QTest.keyClick(window.pane.view, Qt.Key.Key_Space)
        assert window.inspecting.page_key == "preview"
        assert dock.isVisible()

    show({"a.txt": b"a"}, work)


def by_double_click(view: QTableView) -> None:
    at = view.visualRect(view.model().index(0, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def by_return(view: QTableView) -> None:
    view.selectAll()
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)


@pytest.mark.parametrize("act", [by_double_click, by_return])
def test_a_blob_that_is_gone_into_is_previewed_and_not_opened(
    show: Show, act: Callable[[QTableView], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", handed_over.append)

    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "b.txt")
        window.inspecting.show_properties()
        window.inspecting.dock.hide()
        window.pane.view.setCurrentIndex(window.pane.model.index(0, 0))
        act(window.pane.view)
        await until(lambda: words(page) == "first", "its preview")
        assert [row.name for row in window.pane.selection()] == ["a.txt"]
        act(window.pane.view)
        assert page.isVisible(), "a second time does not hide it"

    show({"a.txt": b"first", "b.txt": b"second"}, work)
    assert handed_over == []


def test_the_inspector_comes_back_as_it_was(
    drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path
) -> None:
    async def first() -> bytes:
        async with opened(data_dir) as window:
            assert window.inspecting.dock.isHidden()
            await choose(window, Act.NEW_TAB)
            await connected(window, azurite)
            await choose(window, Act.PROPERTIES)
            return window.remember()

    async def second(saved: bytes) -> None:
        async with opened(data_dir, Memory.from_bytes(saved)) as window:
            assert window.inspecting.dock.isVisible()
            assert window.inspecting.page_key == "properties"
            assert window.inspecting.switch.isChecked()

    saved = drive(first())
    drive(second(saved))


# -- the window meanwhile ------------------------------------------------------------


def test_large_texts_and_tables_hold_up_the_window_for_no_frame(show: Show) -> None:
    words_of_a_line = b"a line that is longer than the panel is wide, and goes on a while"
    long = b"".join(b"%d %s\n" % (at, words_of_a_line) for at in range(9000))
    table = b"id,name,score\n" + b"".join(b"%d,name %d,%d.5\n" % (at, at, at) for at in range(9000))
    deep = b"[" * 3000 + b'{"a": [1, 2, 3]},' * 9000

    async def work(window: MainWindow, page: PreviewPage) -> None:
        # Its own time on the processor: other programs on the machine do not count.
        moments: list[float] = []
        timer = QTimer(window)
        timer.setInterval(0)
        timer.timeout.connect(lambda: moments.append(thread_time()))
        for name in ("a.log", "b.csv", "c.json", "d.log"):
            await select(window, name)
            await until(lambda: page.line.text().startswith("Read ") and page.body.text.is_settled)
            timer.start()
            page.reload_requested.emit()
            await until(lambda: not page.line.text().startswith("Read "), name)
            await until(lambda: page.line.text().startswith("Read ") and page.body.text.is_settled)
            timer.stop()
        assert max(after - before for before, after in pairwise(moments)) < 0.05

    show({"a.log": long, "b.csv": table, "c.json": deep, "d.log": b"x" * 5_000_000}, work)


def test_where_reading_is_not_allowed_the_reason_is_said(
    qtbot: QtBot, qt_loop: qasync.QEventLoop
) -> None:
    place = Location("c1", "data")
    row = Row(RowKind.BLOB, "a.txt", 5, 1, "text/plain", "Hot", BlobType.BLOCK, "")
    refusing = connection(denied=(Ability.READ,))
    scope, workers = TaskScope(), Workers("window", 1)
    page = PreviewPage(Bridge(), scope, workers)
    qtbot.addWidget(page)
    selection = Selection(Subject(refusing, place, (row,)), 0, 1, 5)
    assert page.refusal(selection) == "No read here."
    archived = Selection(Subject(connection(), place, (replace(row, tier="Archive"),)), 0, 1, 5)
    assert page.refusal(archived).startswith("It is in the archive tier")
    allowed = Selection(Subject(connection(), place, (row,)), 0, 1, 5)
    assert page.refusal(allowed) == ""
    workers.close()


# -- the seam ------------------------------------------------------------------------


class Notes(InspectorPage):
    """A page that writes down what it is told."""

    title, key, icon_name = "Notes", "notes", "tag"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def refusal(self, selection: Selection) -> str:
        return "Not for this one." if selection.title == "no.txt" else ""

    def show_selection(self, selection: Selection) -> None:
        self.told.append(f"show {selection.title}")

    def clear(self) -> None:
        self.told.append("clear")


def test_a_page_is_told_once_of_each_selection_while_it_is_seen(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        inspecting, notes = window.inspecting, Notes()
        inspecting.add_page(notes)
        await select(window, "a.txt")
        inspecting.bring("notes")
        await until(lambda: notes.told == ["show a.txt"], "told of it")
        window.pane.state_changed.emit()
        await select(window, "no.txt")
        await until(lambda: inspecting.inspector.hint() == "Not for this one.", "refused")
        await select(window, "b.txt")
        await until(lambda: notes.told[-1] == "show b.txt", "another")
        inspecting.inspector.reload()
        inspecting.dock.hide()
        await select_hidden(window, "a.txt")
        inspecting.dock.show()
        await until(lambda: notes.told[-1] == "show a.txt", "seen again")
        assert notes.told == [
            "show a.txt", "clear", "show b.txt", "clear", "show b.txt", "clear", "show a.txt",
        ]  # fmt: skip

    show({"a.txt": b"a", "b.txt": b"b", "no.txt": b"n"}, work)


async def select_hidden(window: MainWindow, name: str) -> None:
    """Select while the inspector is hidden, which then hears of nothing."""
    before = window.inspecting.inspector.selection
    window.pane.view.clearSelection()
    window.pane.view.select_names({(name, False)})
    await until(lambda: window.pane.status().blobs_selected == 1)
    await asyncio.sleep(0.01)
    assert window.inspecting.inspector.selection == before


def test_a_window_that_goes_looks_at_nothing_more(show: Show) -> None:
    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a")
        window.inspecting.bring("properties")
        await window._scope.aclose()
        window.inspecting.inspector.reload()
        assert window.inspecting.inspector.page.isVisible()

    show({"a": b"1"}, work)


def test_saving_a_member_can_be_stopped_and_leaves_nothing(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, stopped = threading.Event(), threading.Event()

    async def chosen(_parent: object, _title: str, name: str) -> Path:
        return tmp_path / name

    def slowly(*_: object) -> int:
        started.set()
        token = current_token()
        assert token is not None
        while not token.is_cancelled:
            stopped.wait(0.01)
        raise Cancelled

    monkeypatch.setattr(ask, "file_to_save", chosen)
    monkeypatch.setattr(members, "pour", slowly)

    async def work(window: MainWindow, page: PreviewPage) -> None:
        await select(window, "a.zip")
        await until(partial(is_listed, page, "Zip"), "members")
        page.body.members.selectRow(0)
        page.body.save_button.click()
        await until(started.is_set, "it is being written")
        assert page.notice.text() == "Saving ‘a.txt’…"
        page.notice.action_button.click()
        await until(lambda: page.notice.text().startswith("Saving was stopped"), "it is told")
        await until(lambda: not [*tmp_path.glob(".a.txt*")], "nothing is left")

    show({"a.zip": SAMPLES["a.zip"]}, work)
    assert not (tmp_path / "a.txt").exists()
