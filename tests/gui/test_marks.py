"""Colour, read-only, groups, favourites, export and import of connections, in the window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.base.errors import InputError, LocalError
from explorer.gui import ask, colours
from explorer.gui.ask import ConfirmSheet, TextSheet
from explorer.gui.browse.tree_model import NodeState
from explorer.gui.colours import (
    DARK,
    HIGH_CONTRAST_DARK,
    HIGH_CONTRAST_LIGHT,
    LIGHT,
    Colours,
    Tone,
    contrast,
)
from explorer.gui.connect import marks
from explorer.gui.connect.favourites import FavouritesModel, FavouritesPanel, FavouritesView
from explorer.gui.connect.marks_area import MarksArea
from explorer.gui.connect.passphrase import strength
from explorer.gui.connect.taking_along import (
    ExportSheet,
    ImportSheet,
    read_export,
    what_happens,
)
from explorer.gui.parts.secret_clip import secret_clip
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.offers import Offer, flat
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.exporting import Incoming, write_export
from explorer.service.marks import Favoured
from explorer.service.model import Connection, Location, SecretHome
from explorer.storage.marks import COLOURS
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_account import press, tab_to, typed
from tests.gui.test_window import Run, Work, choose, connected, listed, opened, sheet

KEY = Qt.Key
PASSPHRASE = "seven green boats"


@pytest.fixture
def run(drive: Drive[Any], azurite: Emulator, container: ContainerClient, data_dir: Path) -> Run:
    """Runs a test's work in an open window that shows a fresh container."""

    def go(work: Work) -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                known = await connected(window, azurite)
                here = Location(known.id, str(container.container_name))
                window.pane.go(here)
                await until(lambda: listed(window.pane), "the container is listed")
                await work(window, here)

        drive(whole())

    return go


def offers(window: MainWindow, place: Location) -> dict[str, Offer]:
    area = next(one for one in window.areas if isinstance(one, MarksArea))
    return dict(flat(area.offers(Subject(known(window, place), place))))


def known(window: MainWindow, place: Location) -> Connection:
    found = window.tree_controller.connection(place.connection_id)
    assert found is not None
    return found


def do(window: MainWindow, place: Location, name: str) -> None:
    act = offers(window, place)[name].act
    assert act is not None
    act()


def test_red_is_told_in_the_tree_on_the_tab_and_by_a_line(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        account = Location(here.connection_id)
        assert window.marked.line.isHidden()
        do(window, account, "Colour: Red (production)")
        await until(lambda: known(window, here).colour == "red", "it is red")
        await until(lambda: window.marked.line.isVisible(), "the line is there")
        assert window.marked.line.text == "Production: emulator"
        assert window.marked.strips.colours_shown() == ["red"]
        words = window.tree_model.index_of(account).data(Qt.ItemDataRole.AccessibleTextRole)
        assert "production" in words
        assert offers(window, account)["Colour: Red (production)"].is_checked
        window.tabs.open_tab()
        assert not window.marked.line.isVisible()
        do(window, account, "Colour: None")
        await until(lambda: window.marked.strips.colours_shown() == ["", ""], "it has none")

    run(work)


def test_read_only_disables_what_changes_and_says_why(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        account = Location(here.connection_id)
        assert window.actions_[Act.UPLOAD_FILES].isEnabled()
        do(window, account, "Read-only")
        await until(lambda: known(window, here).is_read_only, "it is read-only")
        upload = window.actions_[Act.UPLOAD_FILES]
        await until(lambda: not upload.isEnabled(), "nothing is uploaded")
        assert "read-only" in upload.toolTip()
        for act in (Act.NEW_FOLDER, Act.UPLOAD_FOLDER):
            assert not window.actions_[act].isEnabled()
        do(window, account, "Read-only")
        it: ConfirmSheet = await sheet(ConfirmSheet)
        it.go_button.click()
        await until(lambda: not known(window, here).is_read_only, "changes are allowed again")

    run(work)


def test_a_connection_goes_into_a_new_group_and_out_of_it(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        account = Location(here.connection_id)
        do(window, account, "Group: New group")
        it: TextSheet = await sheet(TextSheet)
        it.line.setText("Team A")
        it.go_button.click()
        await until(lambda: window.tree_model.groups() == ("Team A",), "the group is there")
        index = window.tree_model.index_of(account)
        assert window.tree.isExpanded(index.parent())
        assert window.tree_model.state(account) is NodeState.LISTED
        do(window, account, "Group: No group")
        await until(lambda: window.tree_model.groups() == (), "the group is gone")

    run(work)


def panel_of(window: MainWindow) -> FavouritesPanel:
    found: FavouritesPanel | None = window.findChild(FavouritesPanel)
    assert found is not None
    return found


def test_favourites_are_added_opened_renamed_moved_and_removed_by_keyboard(
    run: Run, container: ContainerClient
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        panel = panel_of(window)
        folder = here.child("runs")
        container.upload_blob("runs/a", b"x")
        assert not panel.isVisible()
        do(window, here, "Add to favourites")
        await until(lambda: panel.isVisible(), "the list is there")
        do(window, folder, "Add to favourites")
        await until(lambda: len(panel.model.favoured) == 2, "there are two")
        view = panel.view
        window.activateWindow()
        view.setFocus()
        view.setCurrentIndex(panel.model.index(1))
        await until(lambda: view.hasFocus())
        press([KEY.Key_Return])
        await until(lambda: window.pane.location == folder, "it opens in place")
        view.setFocus()
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(view, KEY.Key_Up, both)
        await until(lambda: panel.model.favoured[0].location == folder, "it is moved up")
        assert view.currentIndex().row() == 0
        press([KEY.Key_F2])
        it: TextSheet = await sheet(TextSheet)
        it.line.setText(here.container)
        it.go_button.click()
        await until(it.problem.text, "the name is taken")
        it.line.setText("all runs")
        it.go_button.click()
        await until(lambda: panel.model.favoured[0].name == "all runs", "it is renamed")
        assert "Remove from favourites" in offers(window, folder)
        view.setFocus()
        view.setCurrentIndex(panel.model.index(0))
        QTest.keyClick(view, KEY.Key_Delete)
        await until(lambda: len(panel.model.favoured) == 1, "it is removed")
        texts = [action.text() for action in panel.menu_for(0).actions() if action.text()]
        assert len(texts) == 6

    run(work)


def test_a_connection_string_is_copied_for_a_minute(run: Run, azurite: Emulator) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        do(window, Location(here.connection_id), "Copy connection string")
        board = QGuiApplication.clipboard()
        await until(lambda: "AccountKey=" in board.text(), "it is copied")
        assert "minute" in window.pane.notice.text()
        assert "AccountKey" not in window.pane.notice.text()
        assert secret_clip().timer.isActive()
        secret_clip().take_away()
        assert board.text() == ""

    run(work)


def test_public_and_locked_connections_say_why_there_is_no_string(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        from dataclasses import replace

        area = next(one for one in window.areas if isinstance(one, MarksArea))
        for home, word in ((SecretHome.NONE_NEEDED, "no secret"), (SecretHome.MISSING, "missing")):
            poor = replace(connection(), secret_home=home, is_saved=False)
            found = dict(flat(area.offers(Subject(poor, poor.root))))
            assert word in found["Copy connection string"].refusal
            assert "this run" in found["Export"].refusal

    run(work)


def test_connections_are_exported_by_keyboard_and_imported_after_a_look(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.json"

    async def to_save(*_: object) -> Path:
        return path

    async def to_open(*_: object) -> list[Path]:
        return [path]

    monkeypatch.setattr(ask, "file_to_save", to_save)
    monkeypatch.setattr(ask, "files_to_open", to_open)

    async def work(window: MainWindow, here: Location) -> None:
        await choose(window, Act.EXPORT_CONNECTIONS)
        it: ExportSheet = await sheet(ExportSheet)
        it.activateWindow()
        it.list.setFocus()
        await until(lambda: it.list.hasFocus())
        tab_to(it.with_secrets)
        press([KEY.Key_Space])
        tab_to(it.passphrase.line)
        typed("short")
        assert "Too short" in it.hint.text()
        assert not it.go_button.isEnabled()
        it.passphrase.line.selectAll()
        typed(PASSPHRASE)
        tab_to(it.again.line)
        typed(PASSPHRASE)
        assert it.go_button.isEnabled()
        press([KEY.Key_Return])
        await until(path.exists, "the file is written")
        assert "AccountKey" not in path.read_text()
        await choose(window, Act.IMPORT_CONNECTIONS)
        look: ImportSheet = await sheet(ImportSheet)
        await until(lambda: look.model.lines, "what is in it is shown")
        assert "here already" in look.model.lines[0].cells[3]
        assert not look.go_button.isEnabled()
        look.reject()

    run(work)


def test_what_is_new_is_imported_and_what_is_locked_is_said(
    run: Run, tmp_path: Path, azurite: Emulator
) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        at, saved = window._bridge, tmp_path / "x"
        exported = await at.call(lambda it: it.exporting.export((), ""))
        document = json.loads(exported.data)
        document["connections"][0]["account"] = "other"
        document["connections"][0]["blob_endpoint"] = "https://other.blob.core.windows.net"
        document["connections"][0]["kind"] = "connection string"
        saved.write_bytes(json.dumps(document).encode())
        data = read_export(saved)
        task = window._scope.spawn(
            window.connecting.taking_along.take_in_data(data, "x"), name="import"
        )
        it: ImportSheet = await sheet(ImportSheet)
        await until(lambda: it.go_button.isEnabled() or it.notice.text(), "it is looked into")
        assert not it.notice.text()
        assert "beside another 'emulator'" in it.model.lines[0].cells[3]
        assert it.model.lines[0].cells[1] == "other.blob.core.windows.net"
        it.go_button.click()
        await until(task.done, "it is imported")

        def names() -> list[str]:
            return [one.name for one in window.tree_model.connections()]

        await until(lambda: names() == ["emulator", "emulator (2)"], "both are in the tree")

    run(work)


def test_an_export_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_export(path, b"one")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(LocalError, match="already"):
        write_export(path, b"two")
    assert path.read_bytes() == b"one"
    with pytest.raises(LocalError):
        read_export(tmp_path / "none")
    path.chmod(0o600)
    path.write_bytes(b" " * ((8 << 20) + 1))
    with pytest.raises(InputError, match="too large"):
        read_export(path)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("short", Tone.BAD),
        ("password1234567890!", Tone.WARN),
        ("aaaaaaaaaaaaaaaa", Tone.WARN),
        ("seven green", Tone.INFO),
        ("Seven green boats at 4 in the night", Tone.OK),
    ],
)
def test_a_passphrase_is_judged(text: str, tone: Tone) -> None:
    assert strength(text)[1] is tone


def incoming(**changes: Any) -> Incoming:
    usual: dict[str, Any] = {
        "name": "a",
        "account": "acc",
        "endpoint": "https://acc",
        "credential": "key",
        "has_secret": False,
        "is_http": False,
    }
    return Incoming(**(usual | changes))


def test_what_happens_with_an_incoming_connection_is_said() -> None:
    say: Callable[..., str] = what_happens
    assert say(incoming(), is_locked=False) == "New"
    assert say(incoming(has_secret=True), is_locked=False) == "New, with its secret"
    assert "locked" in say(incoming(), is_locked=True)
    assert "http" in say(incoming(is_http=True), is_locked=False)
    assert say(incoming(reason="It is here."), is_locked=False) == "Left out. It is here."


@pytest.mark.parametrize("scheme", [LIGHT, DARK, HIGH_CONTRAST_LIGHT, HIGH_CONTRAST_DARK])
def test_each_colour_is_seen_on_the_panels(scheme: Colours, monkeypatch: Any) -> None:
    monkeypatch.setattr(colours, "_current", scheme)
    for colour in COLOURS:
        for surface in (scheme.window, scheme.base):
            assert contrast(marks.hue(colour), surface) >= 3, colour


def test_a_row_dropped_on_another_takes_its_place(qapp: QApplication) -> None:
    class Drop(QDropEvent):
        """As during a drag of the view's own, which only a real mouse begins."""

        def source(self) -> QObject:
            return view

    model, view = FavouritesModel(lambda _: None), FavouritesView()
    places = [Location("c", name) for name in "abc"]
    model.show(tuple(Favoured(place.name, place) for place in places))
    view.setModel(model)
    view.resize(200, 200)
    moved: list[tuple[int, int]] = []
    view.moved.connect(lambda row, to: moved.append((row, to)))
    view.setCurrentIndex(model.index(0))
    spots = [view.visualRect(model.index(1)).center(), QPoint(20, 190)]
    for at in spots:
        mime = QMimeData()
        none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        drop = Drop(QPointF(at), Qt.DropAction.MoveAction, mime, left, none)
        view.dropEvent(drop)
    assert moved == [(0, 1), (0, 2)]
    view.deleteLater()
