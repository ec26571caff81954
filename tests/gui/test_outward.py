"""Rows that are dragged out of the window: what is offered, and what the other program hears.

With a real display and other programs: tests/e2e/test_drag_out.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.browse.telling import PaneNotice
from explorer.gui.carry.direct_save import MIME
from explorer.gui.carry.outward import Outward, OutwardMime
from explorer.gui.carry.parcel import Parcel, parcel_in
from explorer.service.model import Location

PARCEL = Parcel(Location("id", "container", "a/"), ("x.csv", "run/"))
Saved = list[tuple[Parcel, Path]]


class Property:
    """The property that both programs write to."""

    def __init__(self) -> None:
        self.value = b""

    def take(self) -> bool:
        return True

    def write(self, value: bytes) -> None:
        self.value = value

    def read(self) -> bytes:
        return self.value


class Scene:
    def __init__(self) -> None:
        self.saved: Saved = []
        self.notice = PaneNotice()
        self.widget = QWidget()
        self.property = Property()
        self.outward = Outward(
            self.widget, lambda parcel, folder: self.saved.append((parcel, folder)), lambda: None
        )
        self.outward.window = self.property

    def asked(self, mime: OutwardMime) -> bytes:
        return bytes(mime.data(MIME).data())


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Scene]:
    made = Scene()
    yield made
    made.outward.ended(Qt.DropAction.CopyAction)
    made.notice.deleteLater()
    made.widget.deleteLater()


def begun(scene: Scene, qtbot: QtBot) -> OutwardMime:
    mime = OutwardMime(PARCEL, partial(scene.outward.answer, PARCEL))
    scene.outward.begin(PARCEL, scene.notice)
    qtbot.waitUntil(lambda: scene.property.value == b"x.csv")
    return mime


def test_where_nothing_can_be_dragged_out_only_this_program_is_offered_something(
    scene: Scene,
) -> None:
    mime = OutwardMime(PARCEL, None)
    assert not mime.hasFormat(MIME)
    assert not mime.hasUrls()
    assert parcel_in(mime) == PARCEL
    assert mime.text().startswith("/container/a/x.csv")


def test_nothing_is_downloaded_while_the_mouse_is_only_above_a_program(
    scene: Scene, qtbot: QtBot
) -> None:
    mime = begun(scene, qtbot)
    assert mime.hasFormat(MIME)
    assert parcel_in(mime) == PARCEL
    assert scene.asked(mime) == b""
    QApplication.processEvents()
    assert scene.saved == []


def test_what_was_dropped_is_downloaded_once_into_the_folder_that_was_told(
    scene: Scene, qtbot: QtBot
) -> None:
    mime = begun(scene, qtbot)
    scene.property.value = b"file:///home/me/x.csv"
    assert scene.asked(mime) == b"S"
    assert scene.asked(mime) == b""
    qtbot.waitUntil(lambda: scene.saved == [(PARCEL, Path("/home/me"))])


def test_a_place_of_another_machine_is_an_error_and_told(scene: Scene, qtbot: QtBot) -> None:
    mime = begun(scene, qtbot)
    scene.property.value = b"sftp://far/dir/x.csv"
    assert scene.asked(mime) == b"E"
    qtbot.waitUntil(lambda: scene.notice.text().startswith("sftp://far/dir is no folder"))
    assert scene.saved == []


@pytest.mark.parametrize("is_called_off", [False, True])
def test_a_drop_that_was_refused_is_told_unless_it_was_called_off(
    scene: Scene, qtbot: QtBot, is_called_off: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.gui.carry.outward.KNOWS_WHERE", {"offscreen"})
    begun(scene, qtbot)
    if is_called_off:
        none = Qt.KeyboardModifier.NoModifier
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, none)
        QApplication.sendEvent(scene.widget, key)
    scene.outward.ended(Qt.DropAction.IgnoreAction)
    assert ("does not take files" in scene.notice.text()) is not is_called_off
