"""Mirroring in the window: a plan is looked at and started; deletions are asked about."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from explorer.base.errors import InputError
from explorer.gui.ask import ConfirmSheet, TextSheet
from explorer.gui.mirror import words
from explorer.gui.mirror.area import MirrorArea
from explorer.gui.mirror.plan_model import Col, PlanModel
from explorer.gui.mirror.window import MirrorWindow
from explorer.gui.window.main_window import MainWindow
from explorer.gui.window.subject import Subject
from explorer.service.emulator import Emulator
from explorer.service.model import Ability, Location
from explorer.storage.connection import parse
from explorer.workflows.mirror_model import Deed
from explorer.workflows.mirror_session import PlanRow
from tests.gui.conftest import Drive, until
from tests.gui.connections import connection
from tests.gui.test_window import opened, sheet

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

Work = Callable[[MirrorArea, Location], Coroutine[Any, Any, None]]


@pytest.fixture
def play(
    drive: Drive[Any], data_dir: Path, azurite: Emulator, container_name: str
) -> Callable[[Work], None]:
    """Runs work with the area of a window that is connected to the emulator."""

    def go(work: Work) -> None:
        async def whole() -> None:
            async with opened(data_dir) as window:
                spec = parse(azurite.connection_string)
                made = await window._bridge.call(lambda s: s.session_connection(spec))
                await work(area_of(window), Location(made.id, container_name))

        drive(whole())

    return go


def area_of(window: MainWindow) -> MirrorArea:
    return next(area for area in window.areas if isinstance(area, MirrorArea))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for number in range(3):
        path = root / "runs" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}")
    return root


async def planned(window: MirrorWindow) -> dict[str, str]:
    await until(lambda: window.preview is not None, "a plan")
    return {row.name: row.deed.value for row in window.model.shown}


async def ended(window: MirrorWindow) -> str:
    await until(lambda: window.ended is not None, "its end")
    return window.notice.text()


def test_a_folder_goes_up_after_a_look_at_the_plan(
    play: Callable[[Work], None], container: ContainerClient, folder: Path
) -> None:
    async def work(area: MirrorArea, here: Location) -> None:
        window = area.open(here, folder, is_up=True)
        assert await planned(window) == {f"runs/{number}.txt": "add" for number in range(3)}
        assert not list(container.list_blobs())
        window.start_button.click()
        assert "3 moved, 0 deleted, 0 failed" in await ended(window)
        assert len(list(container.list_blobs())) == 3
        window.again_button.click()
        await planned(window)
        assert "Nothing to do" in window.figures.text()
        assert not window.start_button.isEnabled()
        window.close()

    play(work)


def test_deletions_are_asked_about_and_nothing_goes_without_a_yes(
    play: Callable[[Work], None], container: ContainerClient, folder: Path
) -> None:
    container.upload_blob("extra", b"1234")

    async def work(area: MirrorArea, here: Location) -> None:
        window = area.open(here, folder, is_up=True)
        assert (await planned(window))["extra"] == "extra"
        window.delete_box.click()
        assert (await planned(window))["extra"] == "delete"
        window.start_button.click()
        asked: ConfirmSheet = await sheet(ConfirmSheet)
        asked.reject()
        await until(lambda: not asked.isVisible())
        assert window.ended is None
        assert container.get_blob_client("extra").exists()
        window.start_button.click()
        asked = await sheet(ConfirmSheet)
        asked.go_button.click()
        assert "1 deleted" in await ended(window)
        assert not container.get_blob_client("extra").exists()
        window.close()

    play(work)


def test_many_deletions_want_their_number_typed(
    play: Callable[[Work], None], container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("one", b"1")
    copy = tmp_path / "copy"
    copy.mkdir()
    count = words.TYPED_ABOVE + 1
    for number in range(count):
        (copy / f"{number}").write_text("x")

    async def work(area: MirrorArea, here: Location) -> None:
        window = area.open(here, copy, is_up=False)
        await planned(window)
        window.delete_box.click()
        await planned(window)
        window.start_button.click()
        asked: TextSheet = await sheet(TextSheet)
        asked.line.setText(str(count - 1))
        assert not asked.go_button.isEnabled()
        asked.line.setText(str(count))
        asked.go_button.click()
        assert f"{count} deleted" in await ended(window)
        assert [path.name for path in copy.iterdir()] == ["one"]
        window.close()

    play(work)


def test_what_fails_is_said_and_can_be_tried_again(
    play: Callable[[Work], None], container: ContainerClient, tmp_path: Path
) -> None:
    async def work(area: MirrorArea, here: Location) -> None:
        window = area.open(here, tmp_path / "gone", is_up=True)
        await until(lambda: "no folder" in window.notice.text(), "the reason")
        assert not window.start_button.isEnabled()
        (tmp_path / "gone").mkdir()
        (tmp_path / "gone/a").write_text("a")
        window.again_button.click()
        assert await planned(window) == {"a": "add"}
        window.close()

    play(work)


def test_closing_gives_up_and_another_may_mirror(
    play: Callable[[Work], None], container: ContainerClient, folder: Path
) -> None:
    async def work(area: MirrorArea, here: Location) -> None:
        first = area.open(here, folder, is_up=True)
        await planned(first)
        second = area.open(here, folder, is_up=True)
        await until(lambda: "right now" in second.notice.text(), "it is busy")
        first.close()
        while second.preview is None:  # the first lets go in its own time
            second.again_button.click()
            await until(lambda: second.preview is not None or second.notice.isVisible())
        second.close()

    play(work)


def test_what_the_credential_refuses_is_offered_with_its_reason(
    play: Callable[[Work], None],
) -> None:
    async def work(area: MirrorArea, here: Location) -> None:
        reader = connection(denied=(Ability.WRITE, Ability.DELETE))
        (offer,) = area.offers(Subject(reader, Location("c1", "c", "a/")))
        down, up, over, *_ = offer.children
        assert (down.refusal, up.refusal, over.refusal) == ("", "No write here.", "")
        assert not offer.refusal
        blind = connection(denied=(Ability.LIST,))
        (offer,) = area.offers(Subject(blind, Location("c1", "c")))
        assert offer.refusal == "No list here."
        assert not area.offers(Subject(reader, Location("c1")))
        keeper = connection(denied=(Ability.DELETE,))
        (offer,) = area.offers(Subject(keeper, Location("c1", "c")))
        assert not any(child.refusal for child in offer.children)
        window = area.open(here, Path("/"), is_up=False, delete_refusal="No delete here.")
        assert not window.delete_box.isEnabled()
        assert "No delete here." in window.delete_box.toolTip()
        window.close()

    play(work)


ROWS = (
    PlanRow(Deed.ADD, "b/new", 5, "not at the target"),
    PlanRow(Deed.DELETE, "a", 9, "not at the source"),
    PlanRow(Deed.SAME, "c/", 0, "a folder"),
)


def test_a_plan_is_narrowed_and_sorted(qapp: object) -> None:
    model = PlanModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.show(ROWS)
    assert [row.name for row in model.shown] == ["a", "b/new", "c/"]
    model.sort(Col.SIZE, Qt.SortOrder.DescendingOrder)
    assert [row.name for row in model.shown] == ["a", "b/new", "c/"]
    model.narrow({Deed.ADD, Deed.SAME}, "NEW")
    assert [row.name for row in model.shown] == ["b/new"]
    texts = [model.data(model.index(0, column)) for column in Col]
    assert texts == ["Add", "b/new", "5 B", "Not at the target"]


def test_a_hundred_thousand_rows_are_shown_at_once(qapp: object) -> None:
    model = PlanModel()
    model.show(tuple(PlanRow(Deed.ADD, f"{number:06}", 1, "new") for number in range(100_000)))
    model.narrow({Deed.ADD}, "99")
    assert 0 < len(model.shown) < 100_000
    model.narrow(set(Deed), "")
    assert model.rowCount() == 100_000


def test_the_number_must_be_the_one_that_is_asked_for() -> None:
    words.check_count("1,234", 1234)
    with pytest.raises(InputError):
        words.check_count("123", 1234)
