"""The files of one job: fetched by slices and by state, followed by events."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from explorer.gui.transfers.files_model import FilesModel
from explorer.gui.transfers.job_files import SLICE, FileFilter
from explorer.service.events import JobChanged, TransferChanged
from explorer.transfer.model import TransferSnapshot
from explorer.transfer.state import JobState, TransferState
from tests.gui.conftest import Drive, until
from tests.gui.transfers.conftest import Opened
from tests.support.jobs import DISK_FULL, job, transfer
from tests.support.queue import Queue

FAILED = TransferState.FAILED


class SlowQueue(Queue):
    """Its answers are what was so when it was asked, and come when they may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def transfers(self, job_id: int, **wanted: Any) -> tuple[TransferSnapshot, ...]:
        found = await super().transfers(job_id, **wanted)
        await self.may_answer.wait()
        return found


def has_rows(model: FilesModel, count: int) -> bool:
    return model.rowCount() == count


def queue_of(count: int) -> Queue:
    queue = Queue()
    queue.files = [transfer(id) for id in range(1, count + 1)]
    queue.known = [job(1, files_total=count)]
    return queue


def test_files_come_in_slices_as_they_are_wanted(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_of(2 * SLICE + 20)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            expected = [SLICE, 2 * SLICE, 2 * SLICE + 20]
            for rows in expected:
                await until(partial(has_rows, files.model, rows))
                files.fetch_more()
            assert desk.queue.slices == [(0, SLICE), (SLICE, SLICE), (2 * SLICE, SLICE)]
            assert not files.is_fetching

    drive(go())


def test_one_failed_file_of_many_is_found_at_once(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = queue_of(20_000)
        queue.files.append(transfer(20_001, FAILED, failure=DISK_FULL))
        async with opened(queue) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1), FileFilter.FAILED)
            await until(lambda: files.model.rowCount())
            assert [file.id for file in files.model.files()] == [20_001]
            assert len(queue.slices) == 1

    drive(go())


def test_a_failed_file_stays_in_sight_while_it_is_tried_again(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        queue = queue_of(3)
        queue.files[1] = transfer(2, FAILED)
        async with opened(queue) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1), FileFilter.FAILED)
            await until(lambda: files.model.rowCount())
            desk.host.tell([TransferChanged(transfer(2, TransferState.DONE))])
            await until(lambda: files.model.files()[0].state is TransferState.DONE)

    drive(go())


def test_running_files_come_and_go(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = queue_of(0)
        queue.files = [transfer(id, TransferState.QUEUED) for id in (1, 2)]
        async with opened(queue) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1), FileFilter.RUNNING)
            await until(lambda: not files.is_fetching)
            desk.host.tell([TransferChanged(transfer(2)), TransferChanged(transfer(1))])
            await until(lambda: files.model.rowCount() == 2)
            desk.host.tell([TransferChanged(transfer(2, TransferState.DONE))])
            await until(lambda: [file.id for file in files.model.files()] == [1])

    drive(go())


def test_a_job_that_grows_shows_its_new_files(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_of(2)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            await until(lambda: files.model.rowCount() == 2)
            desk.queue.files.append(transfer(3))
            desk.host.tell([JobChanged(job(1, files_total=3))])
            await until(lambda: files.model.rowCount() == 3)

    drive(go())


def test_files_that_only_wait_are_looked_at_again_when_the_job_stops(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(queue_of(SLICE + 2)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            await until(partial(has_rows, files.model, SLICE))
            files.fetch_more()
            await until(partial(has_rows, files.model, SLICE + 2))
            desk.queue.files = [
                transfer(file.id, TransferState.PAUSED) for file in desk.queue.files
            ]
            desk.host.tell([JobChanged(job(1, JobState.PAUSED, files_total=SLICE + 2))])
            await until(
                lambda: {file.state for file in files.model.files()} == {TransferState.PAUSED}
            )

    drive(go())


def test_looking_again_does_not_undo_what_an_event_told(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_of(2)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            await until(partial(has_rows, files.model, 2))
            desk.queue.files = [transfer(id, TransferState.PAUSED) for id in (1, 2)]
            files.job_changed(job(1, JobState.PAUSED, files_total=2))
            files.transfer_changed(transfer(1, TransferState.DONE))
            await until(lambda: not desk.controller.tasks.names)
            states = [file.state for file in files.model.files()]
            assert states == [TransferState.DONE, TransferState.PAUSED]

    drive(go())


def test_what_was_told_before_the_job_stopped_is_looked_at_again(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        async with opened(queue_of(1)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            await until(partial(has_rows, files.model, 1))
            desk.queue.files = [transfer(1, TransferState.PAUSED)]
            stopped = JobChanged(job(1, JobState.PAUSED, files_total=1))
            desk.host.tell([JobChanged(job(1)), TransferChanged(transfer(1)), stopped])
            await until(lambda: files.model.files()[0].state is TransferState.PAUSED)
            await until(lambda: not desk.controller.tasks.names)
            assert files.model.files()[0].state is TransferState.PAUSED

    drive(go())


def test_a_slice_from_before_the_job_stopped_is_fetched_again(
    drive: Drive[Any], opened: Opened
) -> None:
    async def go() -> None:
        queue = SlowQueue()
        queue.files = [transfer(1), transfer(2)]
        queue.known = [job(1, files_total=2)]
        async with opened(queue) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            await until(lambda: desk.queue.slices, "the slice is read")
            files.transfer_changed(transfer(1))
            desk.queue.files = [transfer(id, TransferState.PAUSED) for id in (1, 2)]
            files.job_changed(job(1, JobState.PAUSED, files_total=2))
            desk.host.call(queue.may_answer.set)
            await until(lambda: files.model.rowCount() and not desk.controller.tasks.names)
            assert [file.state for file in files.model.files()] == [TransferState.PAUSED] * 2

    drive(go())


def test_no_file_runs_once_the_job_stopped(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_of(3)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1), FileFilter.RUNNING)
            await until(partial(has_rows, files.model, 3))
            desk.queue.files = []
            desk.host.tell([JobChanged(job(1, JobState.PAUSED, files_total=3))])
            await until(partial(has_rows, files.model, 0))

    drive(go())


def test_what_an_event_tells_during_a_fetch_is_not_lost(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_of(2)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            assert files.is_fetching
            files.transfer_changed(transfer(1, TransferState.DONE))  # newer than the slice
            files.transfer_changed(transfer(3))  # too new for the slice
            await until(lambda: files.model.rowCount() == 3)
            shown = {file.id: file.state for file in files.model.files()}
            assert shown[1] is TransferState.DONE
            assert set(shown) == {1, 2, 3}

    drive(go())


def test_a_slice_for_a_job_no_longer_shown_is_dropped(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        queue = queue_of(2)
        queue.known.append(job(2))
        queue.files.append(transfer(9, job_id=2))
        async with opened(queue) as desk:
            files, jobs = desk.controller.files, desk.controller.jobs
            files.show(jobs.job(1))
            files.show(jobs.job(2))
            await until(lambda: files.model.rowCount() and not desk.controller.tasks.names)
            assert [file.id for file in files.model.files()] == [9]

    drive(go())


def test_events_of_other_jobs_change_nothing(drive: Drive[Any], opened: Opened) -> None:
    async def go() -> None:
        async with opened(queue_of(2)) as desk:
            files = desk.controller.files
            files.show(desk.controller.jobs.job(1))
            await until(lambda: files.model.rowCount() == 2)
            files.transfer_changed(transfer(50, job_id=2))
            files.job_changed(job(2, files_total=99))
            files.transfer_changed(transfer(1, TransferState.DONE))
            await until(lambda: files.model.files()[0].state is TransferState.DONE)
            assert files.model.rowCount() == 2
            assert not files.is_fetching

    drive(go())
