"""The keyboard's frame in a table: around the whole row, and around no cell of it."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui import colours
from explorer.gui.parts.views import RowTable, dress_table
from tests.gui.conftest import Drive, until


def test_the_row_that_has_the_keys_is_framed_from_edge_to_edge(
    qtbot: QtBot, drive: Drive[None]
) -> None:
    model = QStandardItemModel()
    for row in range(3):
        model.appendRow([QStandardItem(f"{row}.{column}") for column in range(3)])
    window, table, other = QWidget(), RowTable(), QLineEdit()
    dress_table(table, "Rows")
    table.setModel(model)
    room = QVBoxLayout(window)
    room.addWidget(table)
    room.addWidget(other)
    qtbot.addWidget(window)
    window.resize(500, 260)
    window.show()

    def framed(row: int) -> list[int]:
        """Where the frame crosses a line through the middle of the row."""
        picture = table.viewport().grab().toImage()
        place, scale = table.row_rect(row), picture.devicePixelRatio()
        focus, y = QColor(colours.current().focus), int(place.center().y() * scale)
        line = [picture.pixelColor(int(x * scale), y) for x in range(place.width())]
        return [x for x, colour in enumerate(line) if colour == focus]

    async def work() -> None:
        window.activateWindow()
        table.setFocus()
        await until(table.hasFocus, "the keys")
        flags = QItemSelectionModel.SelectionFlag
        chosen = flags.ClearAndSelect | flags.Rows
        table.selectionModel().setCurrentIndex(model.index(1, 1), chosen)
        assert framed(1) == [0, table.viewport().width() - 1]
        assert framed(0) == []
        table.selectionModel().setCurrentIndex(model.index(2, 1), chosen)
        assert framed(2) == [0, table.viewport().width() - 1]
        assert framed(1) == []
        pictures = []
        for column in range(3):
            table.selectionModel().setCurrentIndex(model.index(2, column), chosen)
            pictures.append(table.viewport().grab().toImage())
        assert pictures[0] == pictures[1] == pictures[2]
        other.setFocus()
        await until(other.hasFocus, "the keys elsewhere")
        assert framed(2) == []

    drive(work())
