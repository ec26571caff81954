"""The table of jobs: rows change in place, kinds are counted, columns sort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from explorer.gui.transfers import words
from explorer.gui.transfers.jobs_model import (
    COLUMNS,
    JOB_ROLE,
    Col,
    JobFilter,
    JobsModel,
    ShownJobs,
)
from explorer.transfer.model import Direction
from explorer.transfer.state import JobState
from tests.support.jobs import DISK_FULL, all_sorts, job

Role = Qt.ItemDataRole
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[JobsModel]:
    """Checked by Qt at every change, as is what is sorted from it."""
    made = JobsModel()
    shown = ShownJobs(made)
    testers = [QAbstractItemModelTester(it, FATAL) for it in (made, shown)]
    yield made
    del testers


def text(model: JobsModel, row: int, column: Col) -> str:
    return str(model.data(model.index(row, column)))


def ids(shown: ShownJobs) -> list[int]:
    return [shown.index(row, 0).data(JOB_ROLE).id for row in range(shown.rowCount())]


def test_a_snapshot_changes_its_row_in_place(model: JobsModel, qtbot: QtBot) -> None:
    model.put(job(1))
    model.put(job(2))
    with qtbot.waitSignal(model.dataChanged) as told:
        model.put(job(1, JobState.PAUSED))
    assert told.args[0].row() == told.args[1].row() == 0
    assert model.rowCount() == 2
    assert text(model, 0, Col.STATUS) == "Paused"


def test_the_same_snapshot_again_paints_nothing(model: JobsModel, qtbot: QtBot) -> None:
    model.put(job(1))
    with qtbot.assertNotEmitted(model.dataChanged):
        model.put(job(1))


def test_a_dropped_job_leaves_the_others_to_be_found(model: JobsModel) -> None:
    for job_id in (1, 2, 3):
        model.put(job(job_id))
    model.drop(2)
    model.drop(99)
    model.put(job(3, JobState.DONE))
    assert [known.id for known in model.jobs()] == [1, 3]
    assert text(model, 1, Col.STATUS) == "Done"


def test_a_new_job_is_above_the_older_ones(model: JobsModel) -> None:
    shown = ShownJobs(model)
    shown.sort(Col.NUMBER, Qt.SortOrder.DescendingOrder)
    for job_id in (9, 10, 2):
        model.put(job(job_id))
    assert ids(shown) == [10, 9, 2]


@pytest.mark.parametrize("column", Col)
def test_every_column_sorts_every_kind_of_job(model: JobsModel, column: Col) -> None:
    shown = ShownJobs(model)
    shown.sort(column)
    for known in all_sorts():
        model.put(known)
    keys = [COLUMNS[column].key(shown.index(row, 0).data(JOB_ROLE)) for row in range(12)]
    assert keys == sorted(keys)


@pytest.mark.parametrize("state", JobState)
def test_every_state_is_in_one_kind(state: JobState) -> None:
    kinds = [kind for kind in JobFilter if kind.takes(job(state=state))]
    assert len(kinds) == 2
    assert kinds[0] is JobFilter.ALL


def test_a_job_leaves_the_kind_that_is_shown_when_its_state_does(model: JobsModel) -> None:
    shown = ShownJobs(model)
    shown.show_only(JobFilter.ACTIVE)
    model.put(job(1))
    model.put(job(2, JobState.PAUSED))
    assert ids(shown) == [1]
    model.put(job(1, JobState.DONE))
    model.put(job(2, JobState.RUNNING))
    assert ids(shown) == [2]


def test_queued_jobs_say_who_is_before_them_also_after_a_move(model: JobsModel) -> None:
    model.put(job(1))
    model.put(job(2, JobState.QUEUED))
    model.put(job(3, JobState.QUEUED))
    assert text(model, 2, Col.STATUS) == "Queued, 1 before it"
    model.put(job(3, JobState.QUEUED, priority=0))
    assert text(model, 1, Col.STATUS) == "Queued, 1 before it"
    assert text(model, 2, Col.STATUS) == "Queued, next"
    model.drop(3)
    assert text(model, 1, Col.STATUS) == "Queued, next"


def test_the_reason_is_in_the_tool_tip_and_is_no_markup(model: JobsModel) -> None:
    model.put(job(1, JobState.FAILED, title="<b>x</b>", failure=DISK_FULL))
    tip = model.data(model.index(0, Col.STATUS), Role.ToolTipRole)
    assert DISK_FULL.cure in tip
    assert "&lt;b&gt;" in model.data(model.index(0, Col.NAME), Role.ToolTipRole)


def test_exact_numbers_are_in_the_tool_tips(model: JobsModel) -> None:
    model.put(job(1, bytes_total=1_234_567, bytes_done=1, limit_bytes_per_s=1024**2))
    assert "1,234,567 bytes" in model.data(model.index(0, Col.SIZE), Role.ToolTipRole)
    assert "1 MiB/s" in model.data(model.index(0, Col.SPEED), Role.ToolTipRole)
    assert "UTC" in model.data(model.index(0, Col.ADDED), Role.ToolTipRole)


def test_a_screen_reader_hears_the_direction(model: JobsModel) -> None:
    model.put(job(1))
    spoken = model.data(model.index(0, Col.NAME), Role.AccessibleTextRole)
    assert spoken == "Upload of train-042"


@pytest.mark.parametrize(
    ("changes", "said", "icon"),
    [
        ({"direction": Direction.DOWNLOAD}, "Download", "download"),
        ({"direction": Direction.COPY}, "Copy", "copy"),
        ({"direction": Direction.COPY, "is_move": True}, "Move", "forward"),
    ],
)
def test_copies_and_moves_have_words_and_icons(
    model: JobsModel, changes: dict[str, Any], said: str, icon: str
) -> None:
    made = job(1, **changes)
    model.put(made)
    assert model.data(model.index(0, Col.DIRECTION), Role.DisplayRole) == said
    assert words.job_icon(made) == icon
    assert not model.data(model.index(0, Col.NAME), Role.DecorationRole).isNull()
