"""What the panel asks of the queue, and what it makes of the queue's events."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from explorer.gui.transfers.controller import passed
from explorer.gui.transfers.speed import SPAN_S, STEP_S, SpeedGraph, SpeedHistory
from explorer.service.events import JobAdded, JobChanged, JobFinished, JobRemoved
from explorer.transfer.state import JobState
from tests.gui.conftest import Drive, until
from tests.gui.transfers.conftest import Desk, Opened
from tests.support.jobs import MIB, all_sorts, job
from tests.support.queue import Queue


def full_queue() -> Queue:
    queue = Queue()
    queue.known = all_sorts()
    return queue


async def asked(desk: Desk) -> list[tuple[Any, ...]]:
    await until(lambda: not desk.controller.tasks.names)
    told, desk.queue.asked = desk.queue.asked, []
    return told


def test_each_wish_goes_to_the_jobs_it_fits(drive: Drive[Any], opened: Opened) -> None:
    expected = {
        "pause": [7, 8, 9, 10, 11, 12],
        "resume": [3, 5, 6, 8],
        "cancel": [3, 5, 6, 7, 8, 9, 10, 11, 12],
        "retry": [2],
        "remove": [1, 2, 4],
        "run_again": [1, 2, 4],
    }

    async def go() -> None:
        async with opened(full_queue()) as desk:
            jobs = list(desk.controller.jobs.jobs())
            for wish, ids in expected.items():
                getattr(desk.controller, wish)(jobs)
                assert await asked(desk) == [(wish, job_id) for job_id in ids]

    drive(go())


def test_clearing_leaves_what_failed_or_runs(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.controller.remove_finished()
            assert await asked(desk) == [("remove", 1), ("remove", 4)]

    drive(go())


def test_space_pauses_first_and_resumes_what_is_left(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            jobs = [known for known in all_sorts() if known.id in (6, 12)]
            desk.controller.pause_or_resume(jobs)
            assert await asked(desk) == [("pause", 12)]
            desk.controller.pause_or_resume(jobs[:1])
            assert await asked(desk) == [("resume", 6)]

    drive(go())


@pytest.mark.parametrize(
    ("wish", "chosen", "order"),
    [
        ("move_first", [4, 3], [3, 4, 1, 2, 5]),
        ("move_last", [1, 2], [3, 4, 5, 1, 2]),
        ("move_up", [2, 3], [2, 3, 1, 4, 5]),
        ("move_down", [2, 3], [1, 4, 2, 3, 5]),
        ("move_up", [1], [1, 2, 3, 4, 5]),
        ("move_down", [5], [1, 2, 3, 4, 5]),
    ],
)
def test_several_jobs_move_in_the_queue_together(
    drive: Drive[Any], opened: Opened, wish: str, chosen: list[int], order: list[int]
) -> None:
    queue = Queue()
    queue.known = [job(id, JobState.QUEUED) for id in range(1, 6)]
    line = [1, 2, 3, 4, 5]

    async def go() -> None:
        async with opened(queue) as desk:
            getattr(desk.controller, wish)([job(id) for id in chosen])
            for _, job_id, at in await asked(desk):
                line.remove(job_id)
                line.insert(at, job_id)

    drive(go())
    assert line == order


def test_passing_keeps_those_in_front_where_they_are() -> None:
    assert passed([1, 2, 3, 4], {1, 2, 4}) == [1, 2, 4, 3]


def test_a_limit_is_for_jobs_that_still_move(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.controller.set_limit([job(1, JobState.DONE), job(12)], 5 * MIB)
            assert await asked(desk) == [("set_limit", 12, 5 * MIB)]

    drive(go())


def test_jobs_come_change_finish_and_go(drive: Drive[Any], opened: Opened, qtbot: QtBot) -> None:
    finished: list[int] = []

    async def go() -> None:
        async with opened(Queue()) as desk:
            jobs = desk.controller.jobs
            desk.controller.job_finished.connect(lambda done: finished.append(done.id))
            desk.host.tell([JobAdded(job(1)), JobAdded(job(2))])
            await until(lambda: len(jobs.jobs()) == 2)
            desk.host.tell([JobChanged(job(1, rate_bytes_per_s=3 * MIB))])
            await until(lambda: desk.controller.total_rate == 3 * MIB)
            desk.host.tell([JobFinished(job(1, JobState.DONE)), JobRemoved(2)])
            await until(lambda: len(jobs.jobs()) == 1)
            assert desk.controller.total_rate == 0

    drive(go())
    assert finished == [1]


def test_only_our_own_moving_jobs_keep_the_program(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            assert [known.id for known in desk.controller.busy()] == [8, 9, 10, 11, 12]

    drive(go())


def test_an_error_of_the_queue_reaches_the_person(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(full_queue()) as desk:
            desk.queue.trouble = ValueError("no")
            desk.controller.pause([job(12)])
            await until(lambda: desk.errors)
            assert desk.errors.pop() is desk.queue.trouble

    drive(go())


def test_a_speed_history_is_thin_and_forgets() -> None:
    history = SpeedHistory()
    assert history.add(0.0, 5.0)
    assert not history.add(STEP_S / 2, 9.0)
    assert history.add(STEP_S, 7.0)
    assert history.add(SPAN_S + 0.1, 1.0)
    assert (history.now, history.top, len(history.samples)) == (1.0, 7.0, 2)


def test_the_speed_is_told_in_words(qtbot: QtBot) -> None:
    graph = SpeedGraph()
    qtbot.addWidget(graph)
    assert graph.words().startswith("Nothing has moved")
    history = SpeedHistory()
    history.add(0.0, 4 * MIB)
    history.add(1.0, 2 * MIB)
    graph.show_history(history, 8 * MIB)
    expected = "Now 2 MiB/s, at most 4 MiB/s in the last 5 minutes; limited to 8 MiB/s"
    assert graph.accessibleDescription() == expected
