"""The treemap: areas in proportion, nothing over anything, and a way through it by keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.gui.statistics.layout import Box, squarified
from explorer.gui.statistics.tiles import MOST_TILES, Tile, View, for_map, tiles_of
from explorer.gui.statistics.treemap import Treemap, sentence
from explorer.service.tally import Share, Statistics

ROOM = Box(10.0, 20.0, 300.0, 200.0)


@given(st.lists(st.floats(0.001, 1e15), min_size=1, max_size=60))
def test_areas_are_in_proportion_and_fill_the_room(sizes: list[float]) -> None:
    sizes.sort(reverse=True)
    boxes = squarified(sizes, ROOM)
    for size, box in zip(sizes, boxes, strict=True):
        area = ROOM.width * ROOM.height * size / sum(sizes)
        assert box.width * box.height == pytest.approx(area, rel=1e-6, abs=1e-6)
        assert box.x >= ROOM.x - 1e-6
        assert box.y >= ROOM.y - 1e-6
        assert box.x + box.width <= ROOM.x + ROOM.width + 1e-6
        assert box.y + box.height <= ROOM.y + ROOM.height + 1e-6


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=40))
def test_no_tile_lies_over_another(sizes: list[float]) -> None:
    boxes = squarified(sorted(sizes, reverse=True), ROOM)
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert min(wide, high) <= 1e-6


def test_equal_tiles_are_nearly_square() -> None:
    for box in squarified([1.0] * 24, ROOM):
        assert 0.5 <= box.width / box.height <= 2


def test_no_room_gives_no_area() -> None:
    assert squarified([1.0], Box(0, 0, 0, 5)) == [Box(0, 0, 0, 0)]
    assert squarified([], ROOM) == []


def counted() -> Statistics:
    return Statistics(
        blobs=4,
        size_bytes=100,
        by_folder={
            "": Share(4, 100),
            "a/": Share(2, 70),
            "a/b/": Share(1, 60),
            "z/": Share(1, 10),
        },
        by_tier={"Hot": Share(3, 90), "Cool": Share(1, 10)},
    )


def test_a_folder_shows_what_is_in_it_and_the_files_beside() -> None:
    tiles = tiles_of(counted(), View.FOLDER)
    assert [(tile.label, tile.size_bytes, tile.opens) for tile in tiles] == [
        ("a/", 70, "a/"),
        ("z/", 10, "z/"),
        ("files here", 20, ""),
    ]
    inside = tiles_of(counted(), View.FOLDER, "a/")
    assert [(tile.label, tile.blobs) for tile in inside] == [("b/", 1), ("files here", 1)]


def test_many_small_ones_are_one_tile() -> None:
    tiles = [Tile(f"f{number}/", 1, 1) for number in range(MOST_TILES + 7)]
    shown = for_map(tiles)
    assert len(shown) == MOST_TILES + 1
    assert sum(tile.size_bytes for tile in shown) == len(tiles)
    assert shown[0] == Tile("7 smaller ones", 7, 7, is_rest=True)


@pytest.fixture
def treemap(qtbot: QtBot) -> Treemap:
    made = Treemap()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.show_tiles(tiles_of(counted(), View.FOLDER))
    return made


def test_enter_opens_the_tile_that_the_arrows_reached(treemap: Treemap) -> None:
    opened: list[Tile] = []
    treemap.opened.connect(opened.append)
    QTest.keyClick(treemap, Qt.Key.Key_Right)
    reached = treemap.tiles[treemap.current]
    assert reached.label != "a/"
    QTest.keyClick(treemap, Qt.Key.Key_Left)
    QTest.keyClick(treemap, Qt.Key.Key_Return)
    assert [tile.label for tile in opened] == ["a/"]
    assert "a/: 2 blobs" in treemap.accessibleDescription()


def test_a_click_opens_and_files_lead_nowhere(treemap: Treemap) -> None:
    opened: list[Tile] = []
    treemap.opened.connect(opened.append)
    for tile, box in zip(treemap.tiles, treemap.boxes, strict=True):
        QTest.mouseClick(treemap, Qt.MouseButton.LeftButton, pos=QPointF(box.center()).toPoint())
        assert (tile in opened) == bool(tile.opens)


def test_a_tile_is_told_in_a_sentence() -> None:
    assert sentence(Tile("a/", 1, 512), 1024) == "a/: 1 blob, 512 B, 50%"
