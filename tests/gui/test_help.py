"""The help in the window: F1 leads to the page of what is in front, links and search work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from explorer.base import help_pages
from explorer.gui.help.browser import HelpBrowser
from explorer.gui.help.desk import HelpDesk, help_desk
from explorer.gui.help.topics import topic_of
from explorer.gui.help.viewer import HelpViewer
from explorer.gui.sheet import Sheet
from explorer.gui.transfers import panel
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.service.model import Location
from tests.gui.conftest import until
from tests.gui.test_window import Run, choose, run, sheet

__all__ = ["run"]


@pytest.fixture
def desk(qapp: QApplication) -> Iterator[HelpDesk]:
    """The program's own, its viewer closed at the end."""
    yield help_desk()
    help_desk().close()
    QApplication.sendPostedEvents()


@pytest.fixture
def viewer(qtbot: QtBot) -> HelpViewer:
    made = HelpViewer()
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def titles(viewer: HelpViewer) -> list[str]:
    return [viewer.topics.item(row).text() for row in range(viewer.topics.count())]


def test_it_begins_with_all_topics_and_the_index(viewer: HelpViewer) -> None:
    assert titles(viewer) == [one.title for one in help_pages.pages()]
    assert viewer.topic == "index"
    assert "Quayside shows what is in" in viewer.page.toPlainText()
    assert viewer.focusWidget() is viewer.search


def test_a_link_leads_on_and_back_leads_back(
    viewer: HelpViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    assert not viewer.back_button.isEnabled()
    viewer.page.anchorClicked.emit(QUrl("mirror.md"))
    assert viewer.topic == "mirror"
    for link in ("https://example.com/", "file:///etc/passwd", "http://example.com/"):
        viewer.page.anchorClicked.emit(QUrl(link))
    assert viewer.topic == "mirror"
    assert opened == ["https://example.com/"]
    viewer.show_topic("watch")
    viewer.go_back()
    assert viewer.topic == "mirror"
    viewer.back_button.click()
    assert viewer.topic == "index"
    assert not viewer.back_button.isEnabled()


def test_a_search_narrows_the_topics_and_marks_the_words(viewer: HelpViewer) -> None:
    QTest.keyClicks(viewer.search, "cifs")
    assert titles(viewer)[0] == help_pages.found("cifs")[0].title
    assert viewer.topic == "backend-ai"
    marks = viewer.page.extraSelections()
    assert {mark.cursor.selectedText() for mark in marks} == {"cifs"}
    first = viewer.page.textCursor().position()
    viewer.search.setText("mount")
    assert len(viewer.page.extraSelections()) > 2
    first = viewer.page.textCursor().position()
    QTest.keyClick(viewer.search, Qt.Key.Key_Return)
    assert viewer.page.textCursor().position() > first
    viewer.page.next_place(back=True)
    assert viewer.page.textCursor().position() == first
    viewer.page.next_place(back=True)
    assert viewer.page.textCursor().position() > first


def test_a_search_without_a_hit_says_so_and_escape_ends_it(viewer: HelpViewer) -> None:
    viewer.search.setText("xyzzy")
    assert titles(viewer) == []
    assert viewer.nothing.isVisible()
    viewer.show_topic("gen2")
    assert viewer.search.text() == ""
    assert viewer.topic == "gen2"
    viewer.search.setText("acl")
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    assert viewer.search.text() == ""
    assert viewer.isVisible()
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()


def test_a_page_loads_nothing(qtbot: QtBot) -> None:
    browser = HelpBrowser()
    qtbot.addWidget(browser)
    hostile = help_pages.Page(
        "x",
        "X",
        "# X\n\n![a](file:///etc/hostname) ![b](https://example.com/b.png)\n\n<b>raw</b>\n",
    )
    browser.show_page(hostile)
    for name in ("file:///etc/hostname", "https://example.com/b.png"):
        kind = QTextDocument.ResourceType.ImageResource.value
        assert browser.loadResource(kind, QUrl(name)) is None
        kept = browser.document().resource(kind, QUrl(name))
        assert not isinstance(kept, QImage) or kept.isNull()
    assert "<b>raw</b>" in browser.toPlainText()


def test_the_page_follows_where_the_focus_is() -> None:
    qt = "PySide6.QtWidgets"
    assert topic_of([qt, "explorer.gui.connect.paste_box", "explorer.gui.sheet"]) == "connecting"
    assert topic_of([panel.__name__]) == "transfers"
    assert topic_of(["explorer.gui.mirror.window"]) == "mirror"
    assert topic_of(["explorer.gui.outputs.sheet"]) == "openpai"
    assert topic_of(["explorer.gui.artifact.upload_sheet"]) == "azureml"
    assert topic_of(["explorer.gui.inspect.access_page"]) == "gen2"
    assert topic_of([qt, "explorer.gui.browse.pane"]) == "index"
    assert topic_of([qt], "gen2") == "gen2"


def test_f1_works_in_a_dialog_and_beside_it(qtbot: QtBot, desk: HelpDesk) -> None:
    dialog = Sheet("A question")
    dialog.__class__ = type("Own", (Sheet,), {"__module__": "explorer.gui.connect.own"})
    qtbot.addWidget(dialog)
    dialog.body.addWidget(QLineEdit())
    with qtbot.waitActive(dialog):
        dialog.open()
        dialog.activateWindow()
    QTest.keyClick(dialog, Qt.Key.Key_F1)
    assert desk.viewer is not None
    assert desk.viewer.topic == "connecting"
    assert desk.open("watch") is desk.viewer


def test_the_help_menu_opens_it_and_it_goes_with_the_window(
    run: Run, container: ContainerClient
) -> None:
    async def work(window: MainWindow, _here: Location) -> None:
        await choose(window, Act.HELP_INDEX)
        viewer = await sheet(HelpViewer)
        assert viewer.topic == "index"
        window.transfers_panel.show()
        window.tree.setFocus()
        await until(lambda: window.focusWidget() is window.tree)
        await choose(window, Act.HELP)
        assert viewer.topic == "connecting"
        assert window.actions_[Act.HELP].shortcut().toString() == "F1"

    run(work)
    assert not [top for top in QApplication.topLevelWidgets() if isinstance(top, HelpViewer)]
