"""Mirroring within the storage: to a place that is chosen, to the other pane, to other tabs."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from PySide6.QtTest import QTest

from explorer.gui.ask import ConfirmSheet
from explorer.gui.browse.place_sheet import PlaceSheet, place_of
from explorer.gui.mirror import places
from explorer.gui.mirror.window import MirrorWindow
from explorer.gui.window.actions import Act
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.model import Ability, Location
from tests.gui.connections import connection
from tests.gui.test_keyboard import KEY, in_front, press, tab_to
from tests.gui.test_manage import opened_by
from tests.gui.test_mirror import area_of, ended, planned
from tests.gui.test_two_panes import local_beside, other
from tests.gui.test_window import Run, choose, put, run, sheet

__all__ = ["other", "run"]


async def at(window: MainWindow, here: Location) -> Subject:
    """The container, shown in the window."""
    connection = window.pane.connection
    assert connection is not None
    return Subject(connection, here)


def test_a_container_is_mirrored_to_a_folder_of_another_chosen_by_keys(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a", "runs/b")
    other.upload_blob("kept/extra", b"x")

    async def work(window: MainWindow, here: Location) -> None:
        await opened_by(window, await at(window, here), "Mirror: To another place of the storage")
        dialog: PlaceSheet = await sheet(PlaceSheet)
        await in_front(dialog)
        assert dialog.tree.hasFocus()
        assert dialog.problem.text() == "That is the folder itself."
        assert not dialog.go_button.isEnabled()
        tab_to(dialog, dialog.line)
        dialog.line.selectAll()
        QTest.keyClicks(dialog.line, f"/{here.container}/runs")
        assert "One is in the other" in dialog.problem.text()
        dialog.line.selectAll()
        QTest.keyClicks(dialog.line, f"/{other.container_name}/kept")
        press(dialog, KEY.Key_Return)
        window_ = await sheet(MirrorWindow)
        assert await planned(window_) == {"a": "add", "runs/b": "add", "extra": "extra"}
        window_.delete_box.click()
        assert (await planned(window_))["extra"] == "delete"
        window_.start_button.click()
        asked: ConfirmSheet = await sheet(ConfirmSheet)
        asked.go_button.click()
        assert "2 moved, 1 deleted, 0 failed" in await ended(window_)
        window_.close()

    run(work)
    assert list(other.list_blob_names()) == ["kept/a", "kept/runs/b"]


def test_the_other_pane_and_other_tabs_are_offered_both_ways(
    run: Run, container: ContainerClient, other: ContainerClient
) -> None:
    put(container, "a")

    async def work(window: MainWindow, here: Location) -> None:
        there = Location(here.connection_id, other.container_name)
        await choose(window, Act.TWO_PANES)
        window.tabs.panes()[1].go(there)
        window.tabs.open_tab(there.child("deep"), in_front=False)
        subject = await at(window, here)
        (mirror,) = area_of(window).offers(subject)
        names = [child.text for child in mirror.children[3:]]
        far = other.container_name
        assert names == [f"To {far}…", f"From {far}…", f"To {far}/deep…", f"From {far}/deep…"]
        await opened_by(window, subject, f"Mirror: To {far}")
        dialog = await sheet(MirrorWindow)
        assert await planned(dialog) == {"a": "add"}
        dialog.start_button.click()
        assert "1 moved" in await ended(dialog)
        dialog.close()

    run(work)
    assert list(other.list_blob_names()) == ["a"]


def test_a_local_folder_beside_is_offered_too(run: Run, tmp_path: Path) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        local = await local_beside(window, tmp_path)
        assert local.folder == tmp_path
        (mirror,) = area_of(window).offers(await at(window, here))
        assert [child.text for child in mirror.children[3:]] == [
            f"To {tmp_path}…", f"From {tmp_path}…"
        ]  # fmt: skip

    run(work)


def test_what_the_other_side_refuses_has_its_reason(run: Run) -> None:
    async def work(window: MainWindow, here: Location) -> None:
        reader = connection("c9", name="reader", denied=(Ability.WRITE, Ability.DELETE))
        window.tree_controller.model.put_connection(reader)
        target = Location("c9", "data")
        area = area_of(window)
        assert area._refusal(target, is_target=True) == "No write here."
        assert area._refusal(target) == ""
        assert area._title(target, here) == "reader: data"
        dialog = area.between(here, target)
        assert not dialog.delete_box.isEnabled()
        dialog.close()

    run(work)


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("c/a/", "c/b/", ""),
        ("c/a/", "c/ab/", ""),
        ("c/", "other/", ""),
        ("c/a/", "c/a/", "itself"),
        ("c/a/", "c/", "in the other"),
        ("c/", "c/a/", "in the other"),
        ("c/", "", "Choose"),
        ("c/", "A_b/", "cannot be the name"),
    ],
)
def test_places_that_are_not_apart_are_told(source: str, target: str, said: str) -> None:
    one, two = (place_of(text.replace("c/", "ccc/"), Location("x")) for text in (source, target))
    assert said in places.trouble(one, two)
    assert bool(said) is bool(places.trouble(one, two))


def test_a_name_in_a_menu_is_no_key() -> None:
    assert places.in_menu("a&b") == "a&&b"
