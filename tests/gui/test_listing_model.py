"""The table of a folder: what Qt sees while rows come, are sorted, filtered, put in."""

from __future__ import annotations

import tracemalloc
from array import array
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QTableView

from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.matching import row_match
from explorer.gui.browse.rows import Rows
from explorer.gui.browse.sorting import Column, sort_rows
from explorer.storage.history import BlobState
from explorer.storage.model import Container, Prefix
from tests.gui.listings import blob


@pytest.fixture
def model(qapp: QApplication) -> Iterator[ListingModel]:
    """An empty table under Qt's own model tester."""
    made = ListingModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tester.setUseFetchMore(False)
    yield made
    del tester


def shown(model: QAbstractItemModel, column: Column = Column.NAME) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def fill(model: ListingModel, *names: str) -> Rows:
    """Folders end with a slash."""
    rows = Rows()
    model.start(rows)
    for name in names:
        if name.endswith("/"):
            rows.add_prefixes([Prefix(name)])
        else:
            rows.add_blobs([blob(name, len(name))])
    model.show_new()
    return rows


def arrange(model: ListingModel, column: Column, *, descending: bool = False) -> None:
    order = sort_rows(model.rows, len(model.rows), column, descending=descending)
    model.arrange(order, column, descending=descending)


def test_rows_are_shown_as_they_come(model: ListingModel) -> None:
    fill(model, "a/", "b.txt")
    assert shown(model) == ["a", "b.txt"]
    assert shown(model, Column.SIZE) == ["", "5 B"]
    assert shown(model, Column.TYPE)[0] == "Folder"


def test_rows_out_of_order_are_noticed(model: ListingModel) -> None:
    fill(model, "b", "a")
    assert not model.is_ordered
    arrange(model, Column.NAME)
    assert (model.is_ordered, shown(model)) == (True, ["a", "b"])


def test_a_folder_after_blobs_is_out_of_order(model: ListingModel) -> None:
    fill(model, "a", "z/")
    assert not model.is_ordered


def test_rows_in_natural_order_are_not_sorted_again(model: ListingModel) -> None:
    fill(model, "x/", "run9", "run10")
    assert model.is_ordered


def test_sorting_moves_what_is_selected_along(model: ListingModel) -> None:
    fill(model, "ccc", "a", "bb")
    view = QTableView()
    view.setModel(model)
    view.selectRow(0)
    arrange(model, Column.SIZE)
    assert shown(model) == ["a", "bb", "ccc"]
    assert [index.row() for index in view.selectionModel().selectedRows()] == [2]
    view.deleteLater()


def test_rows_that_came_during_a_sort_stay_at_the_end(model: ListingModel) -> None:
    rows = fill(model, "c", "b")
    order = sort_rows(rows, 2, Column.NAME, descending=False)
    rows.add_blobs([blob("a")])
    model.show_new()
    model.arrange(order, Column.NAME, descending=False)
    assert shown(model) == ["b", "c", "a"]
    assert not model.is_ordered


def test_a_filter_hides_and_shows_again(model: ListingModel) -> None:
    rows = fill(model, "a.csv", "b.txt", "c.csv")
    model.show_only(row_match("*.csv", 0.0), array("I", [0, 2]), 3)
    assert shown(model) == ["a.csv", "c.csv"]
    rows.add_blobs([blob("d.txt"), blob("e.csv")])
    model.show_new()
    assert shown(model) == ["a.csv", "c.csv", "e.csv"]
    model.show_only(None, None, 0)
    assert len(shown(model)) == 5


def test_rows_that_came_while_a_filter_was_applied_are_looked_at(model: ListingModel) -> None:
    rows = fill(model, "a.csv")
    rows.add_blobs([blob("b.csv"), blob("c.txt")])
    model.show_new()
    model.show_only(row_match("*.csv", 0.0), array("I", [0]), 1)
    assert shown(model) == ["a.csv", "b.csv"]


def test_sorting_under_a_filter_keeps_what_is_shown(model: ListingModel) -> None:
    fill(model, "bb.csv", "a.csv", "z.txt")
    model.show_only(row_match("*.csv", 0.0), array("I", [0, 1]), 3)
    arrange(model, Column.NAME, descending=True)
    assert shown(model) == ["bb.csv", "a.csv"]


@pytest.mark.parametrize("descending", [False, True])
def test_a_single_row_goes_to_its_place(model: ListingModel, descending: bool) -> None:
    rows = fill(model, "dir/", "a", "c", "b2", "b10")
    arrange(model, Column.NAME, descending=descending)
    for new in ("b9", "zz", "0"):
        rows.add_blobs([blob(new)])
        model.put_in(len(rows) - 1)
    rows.add_prefixes([Prefix("later/")])
    model.put_in(len(rows) - 1)
    folders, blobs = ["dir", "later"], ["0", "a", "b2", "b9", "b10", "c", "zz"]
    if descending:
        folders.reverse()
        blobs.reverse()
    assert shown(model) == folders + blobs


def test_a_single_row_under_a_filter_is_kept_in_mind(model: ListingModel) -> None:
    rows = fill(model, "a.csv", "c.csv")
    model.show_only(row_match("*.csv", 0.0), array("I", [0, 1]), 2)
    for new in ("b.csv", "b.txt"):
        rows.add_blobs([blob(new)])
        model.put_in(len(rows) - 1)
    assert shown(model) == ["a.csv", "b.csv", "c.csv"]
    model.show_only(None, None, 0)
    assert shown(model) == ["a.csv", "b.csv", "b.txt", "c.csv"]


def test_sizes_and_times_are_exact_in_the_tool_tip(model: ListingModel) -> None:
    rows = Rows()
    model.start(rows)
    rows.add_blobs([blob("a", 1_234_567, 1_700_000_000)])
    model.show_new()
    tip = Qt.ItemDataRole.ToolTipRole
    assert model.index(0, Column.SIZE).data() == "1.2 MiB"
    assert "1,234,567 bytes" in model.index(0, Column.SIZE).data(tip)
    assert "2023-11-14 22:13:20 UTC" in model.index(0, Column.MODIFIED).data(tip)


def test_a_name_in_a_tool_tip_is_no_markup(model: ListingModel) -> None:
    fill(model, "<img src=x>")
    assert "&lt;img" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_screen_reader_hears_what_a_row_is(model: ListingModel) -> None:
    fill(model, "logs/", "a.csv")
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(0, 0).data(role) == "Folder logs"
    assert model.index(1, Column.SIZE).data(role) == "Size: 5 B"


def test_selected_rows_are_weighed(model: ListingModel) -> None:
    fill(model, "d/", "a", "bb", "ccc")
    assert model.weigh([(0, 1), (3, 3)]) == (1, 2, 4)
    assert model.weigh([(0, 3)]) == (1, 3, 6)


def test_only_folders_take_drops(model: ListingModel) -> None:
    fill(model, "d/", "a")
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDropEnabled
    assert not model.flags(model.index(1, 0)) & Qt.ItemFlag.ItemIsDropEnabled
    assert model.flags(QModelIndex()) & Qt.ItemFlag.ItemIsDropEnabled


def test_containers_are_rows_too(model: ListingModel) -> None:
    rows = Rows()
    model.start(rows)
    rows.add_containers([Container("data", 1_700_000_000, '"1"')])
    model.show_new()
    assert shown(model) == ["data"]
    assert shown(model, Column.TYPE) == ["Container"]
    assert model.at(0).is_folder


def test_names_are_shown_without_the_path_of_their_folder(model: ListingModel) -> None:
    rows = Rows("a/b/")
    model.start(rows)
    rows.add_prefixes([Prefix("a/b/c/")])
    rows.add_blobs([blob("a/b/d.txt")])
    model.show_new()
    assert shown(model) == ["c", "d.txt"]


def test_a_row_costs_less_than_250_bytes_beyond_its_name(qapp: QApplication) -> None:
    count = 20_000
    blobs = [blob(f"folder/Shard-{n:08d}.parquet", n) for n in range(count)]
    names = [one.name.removeprefix("folder/") for one in blobs]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    rows = Rows("folder/")
    model = ListingModel()
    model.start(rows)
    for start in range(0, count, 500):
        rows.add_blobs(blobs[start : start + 500])
        model.show_new()
    arrange(model, Column.SIZE, descending=True)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    own_names = sum(name.__sizeof__() for name in names)
    assert (used - own_names) / count < 250


def test_a_name_cannot_turn_its_ending_round(model: ListingModel) -> None:
    fill(model, "invoice\u202efdp.exe", "two\nlines")
    assert shown(model) == ["invoice\\u202efdp.exe", "two\\x0alines"]
    assert [model.at(row).name for row in range(2)] == ["invoice\u202efdp.exe", "two\nlines"]


def gone(name: str, days: int = 6, *, is_version: bool = False) -> BlobState:
    """A blob that is deleted."""
    if is_version:
        return BlobState(blob(name, len(name)), version_id="2026-01-02T03:04:05.1234567Z")
    return BlobState(
        blob(name, len(name)), is_deleted=True, deleted_s=1_767_000_000, remaining_days=days
    )


def test_deleted_rows_are_marked_told_and_sorted_among_the_others(model: ListingModel) -> None:
    rows = fill(model, "a/", "b.txt", "d.txt")
    rows.add_deleted_prefixes([Prefix("x/")])
    rows.add_deleted([gone("c.txt"), gone("a.txt", 1), gone("v.txt", is_version=True)])
    rows.add_blobs([blob("e.txt")])
    model.show_new()
    arrange(model, Column.NAME)
    assert shown(model) == ["a", "x", "a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "v.txt"]
    lefts = ["", "All in it", "1 day left", "", "6 days left", "", "", "As a version"]
    assert shown(model, Column.DELETED) == lefts
    assert [model.at(row).is_deleted for row in range(8)] == [bool(left) for left in lefts]
    assert rows.deleted_count == model.count_deleted([(0, 7)]) == 4
    assert model.count_deleted([(2, 3), (5, 6)]) == 1
    name = model.index(4, Column.NAME)
    assert name.data(Qt.ItemDataRole.AccessibleTextRole) == "Deleted file c.txt"
    assert "Deleted 2025-12-29" in name.data(Qt.ItemDataRole.ToolTipRole)
    arrange(model, Column.DELETED, descending=True)
    assert shown(model)[2:5] == ["v.txt", "c.txt", "a.txt"]


def test_a_deleted_row_that_is_written_again_is_a_live_one(model: ListingModel) -> None:
    rows = fill(model, "b")
    rows.add_deleted([gone("a"), gone("c")])
    model.show_new()
    rows.replace_blob(1, blob("a", 7))
    model.refreshed(1)
    assert [rows.is_deleted(row) for row in range(3)] == [False, False, True]
    assert (rows.deleted_count, rows.count_deleted([0, 1, 2])) == (1, 1)


def test_a_deleted_row_costs_little_more_than_another() -> None:
    states = [gone(f"run-{number:07}") for number in range(20_000)]

    def cost(rows: Rows, add: Callable[[Rows], None]) -> int:
        tracemalloc.start()
        add(rows)
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return grown

    live = cost(Rows("run-"), lambda rows: rows.add_blobs(state.blob for state in states))
    deleted = cost(Rows("run-"), lambda rows: rows.add_deleted(states))
    assert deleted - live < 20 * len(states)
