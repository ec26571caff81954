"""Headers, metadata and tags of one blob, edited in the inspector."""

from __future__ import annotations

from azure.storage.blob import ContainerClient
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from explorer.gui.inspect.labels import Labels, wish_between
from explorer.gui.inspect.labels_page import CHANGED, LabelsPage
from explorer.gui.window.main_window import MainWindow
from explorer.service.model import Location
from tests.gui.conftest import until
from tests.gui.test_inspector import select
from tests.gui.test_share import subject_of
from tests.gui.test_window import Run, put, run

__all__ = ["run"]


async def page_of(window: MainWindow, here: Location, name: str) -> LabelsPage:
    """The page about that blob, once it is read."""
    await subject_of(window, here, name)
    window.inspecting.bring(LabelsPage.key)
    await select(window, name)
    page = window.inspecting.inspector.page
    assert isinstance(page, LabelsPage)
    await until(lambda: shows(page, name), "it is read")
    return page


def shows(page: LabelsPage, name: str) -> bool:
    shown = page._shown
    return shown is not None and shown.selection.subject.rows[0].name == name and not page._task


def test_what_is_edited_is_saved_and_the_rest_stays(run: Run, container: ContainerClient) -> None:
    put(container, "a")
    blob = container.get_blob_client("a")
    blob.set_blob_metadata({"owner": "x", "keep": "1", "old": "2"})
    blob.set_blob_tags({"project": "one"})

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, here, "a")
        assert page.metadata.pairs == {"owner": "x", "keep": "1", "old": "2"}
        assert page.tags.pairs == {"project": "one"}
        assert not page.save_button.isEnabled()
        page.metadata.show_pairs({"owner": "y", "keep": "1"})
        page.tags.show_pairs({"project": "two", "stage": "test"})
        line = page.headers["content_type"]
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, "text/plain")
        blob.set_blob_tags({"project": "one", "theirs": "yes"})
        assert page.save_button.isEnabled()
        page.save_button.click()
        await until(lambda: page.notice.text() == "Saved.", "it is saved")
        assert not page.is_edited

    run(work)
    found = blob.get_blob_properties()
    assert found.metadata == {"owner": "y", "keep": "1"}
    assert found.content_settings.content_type == "text/plain"
    assert blob.get_blob_tags() == {"project": "two", "stage": "test", "theirs": "yes"}


def test_a_blob_that_changed_meanwhile_is_left_alone(run: Run, container: ContainerClient) -> None:
    put(container, "a")

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, here, "a")
        container.get_blob_client("a").set_blob_metadata({"theirs": "1"})
        page.metadata.show_pairs({"mine": "1"})
        page.save_button.click()
        await until(lambda: CHANGED in page.notice.text(), "it is told")
        assert page.metadata.pairs == {"mine": "1"}

    run(work)
    assert container.get_blob_client("a").get_blob_properties().metadata == {"theirs": "1"}


def test_edits_wait_for_their_blob_and_can_be_undone(run: Run, container: ContainerClient) -> None:
    put(container, "a", "b")

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, here, "a")
        page.metadata.show_pairs({"mine": "1"})
        await select(window, "b")
        await until(lambda: shows(page, "b"))
        assert page.metadata.pairs == {}
        await select(window, "a")
        await until(lambda: shows(page, "a"))
        assert page.metadata.pairs == {"mine": "1"}
        assert "Not saved" in page.notice.text()
        page.undo_button.click()
        assert page.metadata.pairs == {}
        assert not page.is_edited

    run(work)


def test_a_pair_is_added_by_keys_alone(run: Run, container: ContainerClient) -> None:
    put(container, "a")

    async def work(window: MainWindow, here: Location) -> None:
        page = await page_of(window, here, "a")
        window.activateWindow()
        page.metadata.add_button.setFocus()
        QTest.keyClick(page.metadata.add_button, Qt.Key.Key_Space)
        table = page.metadata.table
        name = table.viewport().findChild(QLineEdit)
        assert name is not None
        QTest.keyClicks(name, "owner")
        QTest.keyClick(name, Qt.Key.Key_Return)
        await until(lambda: table.viewport().findChild(QLineEdit) is None, "the name is typed")
        QTest.keyClick(table, Qt.Key.Key_Right)
        assert table.currentColumn() == 1
        QTest.keyClick(table, Qt.Key.Key_F2)
        value = table.viewport().findChild(QLineEdit)
        assert value is not None
        QTest.keyClicks(value, "me")
        QTest.keyClick(value, Qt.Key.Key_Return)
        await until(lambda: page.metadata.pairs == {"owner": "me"}, "the value is typed")
        page.save_button.setFocus()
        QTest.keyClick(page.save_button, Qt.Key.Key_Space)
        await until(lambda: page.notice.text() == "Saved.", "it is saved")

    run(work)
    assert container.get_blob_client("a").get_blob_properties().metadata == {"owner": "me"}


def test_a_wish_holds_the_difference_only() -> None:
    before = Labels({"content_type": "a/b", "cache_control": ""}, {"a": "1", "b": "2"}, {"t": "1"})
    after = Labels({"content_type": "", "cache_control": ""}, {"a": "1", "c": "3"}, {"t": "2"})
    wish = wish_between(before, after)
    assert (wish.content_type, wish.cache_control) == ("", None)
    assert (dict(wish.metadata), wish.removed_metadata) == ({"c": "3"}, ("b",))
    assert (dict(wish.tags), wish.removed_tags) == ({"t": "2"}, ())
    unread = wish_between(Labels(tags=None), Labels(tags=None))
    assert unread.actions == ()
