"""Tabs that keep to the width they have: the one in front has its caption, all have their names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.base.settings import ThemeChoice
from explorer.gui.icons import icon
from explorer.gui.inspect.access_page import AccessPage
from explorer.gui.inspect.labels_page import LabelsPage
from explorer.gui.inspect.preview_page import PreviewPage
from explorer.gui.inspect.properties_page import PropertiesPage
from explorer.gui.inspect.versions_page import VersionsPage
from explorer.gui.parts.page_tabs import PageTabs
from explorer.gui.theme import Theme

PAGES = (PreviewPage, PropertiesPage, LabelsPage, VersionsPage, AccessPage)
TITLES = [page.title for page in PAGES]
INSPECTOR = 360
"""As wide as the inspector is at first."""


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The window's look, which says how much room a tab takes."""
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    qapp.setStyleSheet("")
    made.deleteLater()


@pytest.fixture
def tabs(qtbot: QtBot, theme: Theme) -> PageTabs:
    made = PageTabs("Pages")
    for page in PAGES:
        made.add(page.title, icon(page.icon_name))
    qtbot.addWidget(made)
    made.show()
    return made


def captions(tabs: PageTabs) -> list[str]:
    return [tabs.tabText(at) for at in range(tabs.count())]


def test_captions_are_there_as_long_as_all_have_room(tabs: PageTabs) -> None:
    tabs.resize(900, 36)
    assert captions(tabs) == TITLES
    tabs.resize(INSPECTOR, 36)
    assert captions(tabs) == [TITLES[0], "", "", "", ""]
    tabs.resize(900, 36)
    assert captions(tabs) == TITLES


@pytest.mark.parametrize("front", range(len(PAGES)))
def test_the_tab_in_front_is_read_whole_in_the_inspector(tabs: PageTabs, front: int) -> None:
    tabs.resize(INSPECTOR, 36)
    tabs.setCurrentIndex(front)
    assert [text for text in captions(tabs) if text] == [TITLES[front]]
    assert tabs.tabRect(front).width() >= tabs.tabSizeHint(front).width()
    assert tabs.tabRect(tabs.count() - 1).right() < INSPECTOR


def test_a_tab_without_caption_has_its_name_and_a_tool_tip(tabs: PageTabs) -> None:
    tabs.resize(INSPECTOR, 36)
    told = QAccessible.queryAccessibleInterface(tabs)
    names = [told.child(at).text(QAccessible.Text.Name) for at in range(tabs.count())]
    assert names == TITLES
    assert all(title in tabs.tabToolTip(at) for at, title in enumerate(TITLES))
