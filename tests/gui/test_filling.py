"""A listing while it fills: the first rows at once, sorted on the way, arrivals put in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse import arranger as arranging
from explorer.gui.browse import filler
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.arrivals import ONE_BY_ONE, Arrivals
from explorer.gui.browse.filler import Filler
from explorer.gui.browse.lister import Lister
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.matching import row_match
from explorer.gui.browse.sorting import Column
from explorer.service.events import BlobArrived
from explorer.service.model import Location
from explorer.storage.model import Page
from tests.gui.conftest import Drive, until
from tests.gui.listings import blob, page, pages

PLACE = Location("c1", "data", "a/")


class Table:
    """A model with those who fill it."""

    def __init__(self, workers: Workers, scope: TaskScope) -> None:
        self.model = ListingModel()
        self.arranger = Arranger(self.model, workers, scope)
        self.filler = Filler(self.model, self.arranger)
        self.arrivals = Arrivals(self.model, self.arranger, self.model)

    @property
    def names(self) -> list[str]:
        return [self.model.at(row).name for row in range(self.model.rowCount())]

    async def fill(self, *made: Page) -> None:
        await self.filler.fill(PLACE.path, pages(*made))
        await until(lambda: not self.arranger.is_busy, "it is sorted")


@pytest.fixture
def table(workers: Workers, scope: TaskScope, drive: Drive[Any]) -> Table:
    async def make() -> Table:
        return Table(workers, scope)

    made: Table = drive(make())
    return made


def test_the_first_rows_are_there_before_the_second_page(table: Table, drive: Drive[Any]) -> None:
    more = asyncio.Event()

    async def slow() -> AsyncGenerator[Page, None]:
        yield page(["a/x/"], [blob("a/b")], "more")
        await more.wait()
        yield page([], [blob("a/c")])

    async def work() -> None:
        filling = asyncio.get_running_loop().create_task(table.filler.fill("a/", slow()))
        await until(lambda: table.names == ["x", "b"], "the first page")
        more.set()
        await filling
        assert table.names == ["x", "b", "c"]

    drive(work())


def test_rows_are_told_of_in_the_turn_that_shows_them(
    table: Table, drive: Drive[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filler, "perf_counter", iter(range(1000)).__next__)  # each look is late
    told: list[int] = []
    seen: list[tuple[int, list[int]]] = []

    def painted() -> None:
        seen.append((table.model.rowCount(), list(told)))

    async def work() -> None:
        loop = asyncio.get_running_loop()
        table.model.rowsInserted.connect(lambda: loop.call_soon(painted))
        table.filler.progressed.connect(told.append)
        await table.fill(page([], [blob("a/b")], "more"), page([], [blob("a/c")]))
        await until(lambda: len(seen) == 2)
        assert seen == [(1, [1]), (2, [1, 2])]

    drive(work())


def test_a_folder_on_a_later_page_comes_before_the_blobs(table: Table, drive: Drive[Any]) -> None:
    async def work() -> None:
        await table.fill(page(["a/d/"], [blob("a/b")], "more"), page(["a/x/"], [blob("a/z")]))
        assert table.names == ["d", "x", "b", "z"]

    drive(work())


def test_thousands_are_sorted_and_filtered_in_a_thread(
    table: Table, drive: Drive[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "SMALL", 10)
    sizes = [(n * 7919) % 5003 for n in range(3000)]
    made = page([], [blob(f"a/{n:05}", size) for n, size in enumerate(sizes)])

    async def work() -> None:
        table.arranger.sort_by(Column.SIZE, descending=True)
        await table.fill(made)
        shown = [table.model.at(row).size_bytes for row in range(table.model.rowCount())]
        assert shown == sorted(sizes, reverse=True)
        table.arranger.filter(row_match("*7", 0.0))
        table.arranger.sort_by(Column.NAME, descending=False)
        await until(lambda: not table.arranger.is_busy)
        assert table.names == [f"{n:05}" for n in range(3000) if n % 10 == 7]
        table.arranger.filter(None)
        await until(lambda: table.model.rowCount() == 3000)

    drive(work())


def test_the_last_wish_wins(
    table: Table, drive: Drive[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arranging, "SMALL", 10)
    made = page([], [blob(f"a/{n:05}", -n) for n in range(2000)])

    async def work() -> None:
        await table.fill(made)
        for column in (Column.SIZE, Column.MODIFIED, Column.TYPE, Column.NAME):
            table.arranger.sort_by(column, descending=column is Column.NAME)
            table.arranger.filter(row_match(str(int(column)), 0.0))
        table.arranger.filter(row_match("*00", 0.0))
        await until(lambda: not table.arranger.is_busy)
        assert table.names == [f"{n:05}" for n in range(1900, -1, -100)]

    drive(work())


def test_a_listing_that_ends_with_its_window_is_not_sorted_any_more(
    table: Table, scope: TaskScope, drive: Drive[Any]
) -> None:
    async def work() -> None:
        await scope.aclose()
        table.arranger.sort_by(Column.SIZE, descending=True)
        assert not table.arranger.is_busy

    drive(work())


def test_a_listing_that_breaks_off_keeps_what_came(table: Table, drive: Drive[Any]) -> None:
    async def broken() -> AsyncGenerator[Page, None]:
        yield page([], [blob("a/b")], "more")
        raise ConnectionResetError

    async def work() -> None:
        with pytest.raises(ConnectionResetError):
            await table.filler.fill("a/", broken())
        assert table.names == ["b"]

    drive(work())


def arrive(table: Table, folder: str, name: str, size: int = 1) -> None:
    table.arrivals.arrived(PLACE, BlobArrived(Location("c1", "data", folder), blob(name, size)))


def test_what_arrives_gets_one_row_where_it_belongs(table: Table, drive: Drive[Any]) -> None:
    async def work() -> None:
        table.arrivals.reset(PLACE, is_flat=False)
        await table.fill(page(["a/sub/"], [blob("a/b"), blob("a/d")]))
        table.arrivals.listed(True)
        arrive(table, "a/", "a/c")
        arrive(table, "a/new/deep/", "a/new/deep/x")
        arrive(table, "a/sub/", "a/sub/y")
        arrive(table, "elsewhere/", "elsewhere/z")
        table.arrivals.settle()
        assert table.names == ["new", "sub", "b", "c", "d"]

    drive(work())


def test_what_arrives_again_changes_its_row(table: Table, drive: Drive[Any]) -> None:
    async def work() -> None:
        table.arrivals.reset(PLACE, is_flat=False)
        await table.fill(page([], [blob("a/b", 1)]))
        table.arrivals.listed(True)
        arrive(table, "a/", "a/b", 99)
        table.arrivals.settle()
        assert table.names == ["b"]
        assert table.model.at(0).size_bytes == 99

    drive(work())


def test_what_arrives_while_the_listing_fills_waits_and_comes_once(
    table: Table, drive: Drive[Any]
) -> None:
    async def work() -> None:
        table.arrivals.reset(PLACE, is_flat=False)
        arrive(table, "a/", "a/b")
        arrive(table, "a/", "a/c")
        table.arrivals.settle()
        assert table.names == []
        await table.fill(page([], [blob("a/b")]))
        table.arrivals.listed(True)
        assert table.names == ["b", "c"]

    drive(work())


def test_many_arrivals_are_sorted_as_a_whole(table: Table, drive: Drive[Any]) -> None:
    count = ONE_BY_ONE + 10

    async def work() -> None:
        table.arrivals.reset(PLACE, is_flat=False)
        await table.fill(page([], [blob("a/00030x")]))
        table.arrivals.listed(True)
        for n in range(count):
            arrive(table, "a/", f"a/{n:05}")
        table.arrivals.settle()
        await until(lambda: not table.arranger.is_busy)
        assert table.names == sorted([*(f"{n:05}" for n in range(count)), "00030x"])

    drive(work())


def test_what_changes_is_sorted_again_where_that_matters(table: Table, drive: Drive[Any]) -> None:
    async def work() -> None:
        table.arranger.sort_by(Column.SIZE, descending=False)
        await table.fill(page([], [blob("a/s", 1), blob("a/m", 5), blob("a/l", 9)]))
        table.arrivals.reset(PLACE, is_flat=False)
        table.arrivals.listed(True)
        arrive(table, "a/", "a/s", 7)
        table.arrivals.settle()
        await until(lambda: table.names == ["m", "s", "l"], "by size")

    drive(work())


class OneListing:
    """Stands for the bridge: whatever is asked for, it streams the pages it was given."""

    def __init__(self) -> None:
        self.pages: AsyncGenerator[Page, None] = pages()

    def stream(self, _make: object) -> AsyncGenerator[Page, None]:
        return self.pages


def test_what_arrives_while_a_place_is_listed_again_is_not_lost(
    workers: Workers, scope: TaskScope, drive: Drive[Any]
) -> None:
    listed, go_on = asyncio.Event(), asyncio.Event()

    async def read_before() -> AsyncGenerator[Page, None]:
        yield page([], [blob("a/old")])
        listed.set()
        await go_on.wait()

    async def work() -> None:
        model, bridge = ListingModel(), OneListing()
        arranger = Arranger(model, workers, scope)
        lister = Lister(cast(Bridge, bridge), scope, model, arranger, model)
        bridge.pages = pages(page([], [blob("a/old")]))
        lister.list(PLACE)
        await until(lambda: lister.is_listed, "it is listed")
        bridge.pages = read_before()
        lister.list(PLACE)
        await listed.wait()
        lister.arrived(BlobArrived(Location("c1", "data", "a/"), blob("a/new")))
        await asyncio.sleep(0)
        go_on.set()
        await until(lambda: not lister.is_listing, "it is listed again")
        assert [model.at(row).name for row in range(model.rowCount())] == ["new", "old"]

    drive(work())
