"""The table of files: appended in slices, changed in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from explorer.gui.transfers.files_model import Col, FilesModel
from explorer.transfer.model import Direction
from explorer.transfer.state import TransferState
from tests.support.jobs import DISK_FULL, transfer

Role = Qt.ItemDataRole


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[FilesModel]:
    """Checked by Qt at every change."""
    made = FilesModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def text(model: FilesModel, row: int, column: Col) -> str:
    return str(model.data(model.index(row, column)))


def test_a_slice_is_appended_once(model: FilesModel) -> None:
    assert model.append([transfer(1), transfer(2)]) == 2
    assert model.append([transfer(2), transfer(3)]) == 1
    assert [known.id for known in model.files()] == [1, 2, 3]


def test_a_slice_does_not_undo_what_an_event_told(model: FilesModel) -> None:
    model.append([transfer(1)])
    model.update([transfer(1, TransferState.DONE)])
    model.append([transfer(1, TransferState.RUNNING)])
    assert text(model, 0, Col.STATUS) == "Done"


def test_many_files_that_change_are_told_once(model: FilesModel, qtbot: QtBot) -> None:
    model.append([transfer(id) for id in range(9)])
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: told.append((a.row(), a.column(), b.row(), b.column())))
    assert model.update(transfer(id, TransferState.DONE) for id in (6, 2, 4)) == []
    assert told == [(2, Col.NAME, 6, Col.STATUS)]
    assert [row for row in range(9) if text(model, row, Col.STATUS) == "Done"] == [2, 4, 6]


def test_a_file_without_a_row_is_left_to_the_caller(model: FilesModel) -> None:
    assert model.update([transfer(7)]) == [transfer(7)]
    assert model.rowCount() == 0


def test_a_dropped_file_leaves_the_others_to_be_found(model: FilesModel) -> None:
    model.append([transfer(id) for id in (1, 2, 3)])
    model.drop(1)
    model.drop(9)
    assert model.update([transfer(3, TransferState.DONE)]) == []
    assert text(model, 1, Col.STATUS) == "Done"
    assert text(model, 0, Col.STATUS) == "Running"


@pytest.mark.parametrize("direction", Direction)
def test_from_and_to_follow_the_direction(model: FilesModel, direction: Direction) -> None:
    model.append([transfer(1, direction=direction)])
    ends = text(model, 0, Col.FROM), text(model, 0, Col.TO)
    local, remote = transfer(1).local_path, transfer(1).remote_name
    assert ends == ((remote, local) if direction is Direction.DOWNLOAD else (local, remote))


def test_names_are_shown_below_the_folder_and_whole_in_the_tool_tip(model: FilesModel) -> None:
    model.clear("runs/")
    model.append([transfer(1)])
    assert text(model, 0, Col.NAME) == "train-042/logs/part-0001.log"
    tip = model.data(model.index(0, Col.NAME), Role.ToolTipRole)
    assert "runs/train-042/logs/part-0001.log" in tip


def test_a_failed_file_has_its_reason_in_the_cell_and_the_rest_in_the_tool_tip(
    model: FilesModel,
) -> None:
    model.append([transfer(1, TransferState.FAILED, failure=DISK_FULL)])
    assert text(model, 0, Col.STATUS) == f"Failed: {DISK_FULL.message}"
    assert DISK_FULL.cure in model.data(model.index(0, Col.STATUS), Role.ToolTipRole)


def test_a_skipped_file_is_not_called_done(model: FilesModel) -> None:
    model.append([transfer(1, TransferState.SKIPPED)])
    assert text(model, 0, Col.PROGRESS) == "skipped"
