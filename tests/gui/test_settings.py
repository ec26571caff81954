"""The settings sheet: each change is kept at once, and what cannot be set says why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from explorer.base import settings
from explorer.base.settings import Settings, ThemeChoice
from explorer.gui.settings.editors import TextEditor, bytes_text
from explorer.gui.settings.sheet import SettingsSheet


@pytest.fixture
def sheet(qtbot: QtBot) -> SettingsSheet:
    made = SettingsSheet(Settings())
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def asked(sheet: SettingsSheet) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    sheet.change_requested.connect(lambda name, value: found.append((name, value)))
    return found


def text_of(sheet: SettingsSheet, name: str) -> TextEditor:
    editor = sheet.rows[name].editor
    assert isinstance(editor, TextEditor)
    return editor


def test_every_setting_has_a_field_with_a_name_and_a_description(sheet: SettingsSheet) -> None:
    assert set(sheet.rows) == set(settings.NAMES)
    for name, row in sheet.rows.items():
        assert row.editor.field.accessibleName() == settings.about(name).title
        assert row.editor.field.accessibleDescription() == settings.about(name).description


def test_a_switch_asks_at_once(sheet: SettingsSheet, asked: list[tuple[str, object]]) -> None:
    box = sheet.rows["with_md5"].editor.field
    assert isinstance(box, QCheckBox)
    assert box.isChecked()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert asked == [("with_md5", False)]


def test_a_choice_asks_for_its_value(sheet: SettingsSheet, asked: list[tuple[str, object]]) -> None:
    combo = sheet.rows["theme"].editor.field
    assert isinstance(combo, QComboBox)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert asked == [("theme", ThemeChoice.LIGHT)]


def test_sizes_are_typed_as_people_write_them(
    sheet: SettingsSheet, asked: list[tuple[str, object]]
) -> None:
    line = text_of(sheet, "block_size_bytes").line
    line.setFocus()
    QTest.keyClicks(line, "8M")
    assert asked == []
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert asked == [("block_size_bytes", 8 << 20)]
    assert sheet.isVisible()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("proxy", "ftp://x", "http://host:port"),
        ("proxy", "http://me:secret@host:1", "HTTPS_PROXY"),
        ("block_size_bytes", "12 parsecs", "8MiB"),
        ("block_size_bytes", "1K", "from 65,536"),
        ("ca_file", "here.pem", "absolute"),
        ("api_version", "yesterday", "2021-12-02"),
    ],
)
def test_what_cannot_be_set_says_why_while_it_is_typed(
    sheet: SettingsSheet,
    asked: list[tuple[str, object]],
    name: str,
    text: str,
    reason: str,
) -> None:
    line = text_of(sheet, name).line
    QTest.keyClicks(line, text)
    assert reason in sheet.rows[name].problem()
    assert line.property("invalid")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert asked == []


def test_a_changed_setting_offers_the_way_back(
    sheet: SettingsSheet, asked: list[tuple[str, object]]
) -> None:
    row = sheet.rows["concurrency"]
    assert not row.reset.isVisible()
    assert not sheet.reset_button.isEnabled()
    sheet.show_one("concurrency", Settings(concurrency=3))
    assert row.reset.isVisible()
    assert sheet.reset_button.isEnabled()
    row.reset.click()
    assert asked == [("concurrency", 0)]


def test_the_search_shows_what_is_meant_with_its_section(sheet: SettingsSheet) -> None:
    QTest.keyClicks(sheet.search, "network PROXY")
    assert [name for name, row in sheet.rows.items() if row.isVisible()] == ["proxy"]
    sheet.narrow_to("nothing like this")
    assert not any(row.isVisible() for row in sheet.rows.values())


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, ""), (8 << 20, "8 MiB"), (3 << 30, "3 GiB"), (1536, "1536 B"), (64 << 10, "64 KiB")],
)
def test_bytes_are_shown_exactly(size_bytes: int, text: str) -> None:
    assert bytes_text(size_bytes) == text
