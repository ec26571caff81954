"""The backlog keeps facts and the latest snapshots; a subscription never floods its face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from explorer.service.events import (
    BlobArrived,
    Event,
    FolderChanged,
    JobAdded,
    JobChanged,
    JobFinished,
    JobRemoved,
    Notice,
    TransferChanged,
)
from explorer.service.feed import BATCHES_PER_S, MAX_ARRIVALS, Backlog, Feed
from explorer.service.model import Location
from explorer.storage.model import Blob, BlobType
from explorer.transfer.model import Direction, JobSnapshot, RemotePlace, TransferSnapshot
from explorer.transfer.state import JobState, TransferState

FOLDER = Location("c1", "data", "runs/")


def job(job_id: int, bytes_done: int = 0) -> JobSnapshot:
    return JobSnapshot(
        id=job_id, direction=Direction.UPLOAD, state=JobState.RUNNING, title="t", source="s",
        destination="d", place=RemotePlace("c1", "https://a", "data"), priority=0,
        is_expanding=False, files_total=1, files_done=0, files_failed=0, files_skipped=0,
        bytes_total=100, bytes_done=bytes_done, rate_bytes_per_s=0.0, eta_s=None, added_s=0.0,
        finished_s=None, is_ours=True,
    )  # fmt: skip


def transfer(transfer_id: int, job_id: int, bytes_done: int = 0) -> TransferSnapshot:
    return TransferSnapshot(
        transfer_id, job_id, Direction.UPLOAD, TransferState.RUNNING, "/f", "f", 100, bytes_done, 1
    )


def blob(name: str) -> Blob:
    return Blob(name, 1, 0, '"e"', "", None, BlobType.BLOCK, "", "", 0, None, False)


def test_facts_keep_their_order_and_snapshots_only_their_latest() -> None:
    backlog = Backlog()
    facts = (Notice("1", ""), JobAdded(job(1)), Notice("2", ""))
    for count in range(1000):
        backlog.put(JobChanged(job(1, count)))
        backlog.put(TransferChanged(transfer(7, 1, count)))
    for fact in facts:
        backlog.put(fact)
    batch = backlog.take()
    assert batch == (JobChanged(job(1, 999)), TransferChanged(transfer(7, 1, 999)), *facts)
    assert not backlog
    assert backlog.take() == ()


def test_what_a_file_did_before_its_job_stopped_is_told_before_that() -> None:
    backlog = Backlog()
    for count in (1, 2):
        backlog.put(JobChanged(job(1, count)))
        backlog.put(TransferChanged(transfer(7, 1, count)))
    stopped = JobChanged(job(1, 3))
    backlog.put(stopped)
    assert backlog.take() == (TransferChanged(transfer(7, 1, 2)), stopped)


def test_an_old_snapshot_never_follows_the_end_of_its_job() -> None:
    backlog = Backlog()
    backlog.put(JobChanged(job(1, 50)))
    backlog.put(JobFinished(job(1, 100)))
    assert backlog.take() == (JobFinished(job(1, 100)),)


def test_a_removed_job_takes_its_snapshots_along_and_leaves_those_of_others() -> None:
    backlog = Backlog()
    for job_id in (1, 2):
        backlog.put(JobChanged(job(job_id)))
        backlog.put(TransferChanged(transfer(job_id * 10, job_id)))
    backlog.put(JobRemoved(1))
    assert backlog.take() == (
        JobChanged(job(2)),
        TransferChanged(transfer(20, 2)),
        JobRemoved(1),
    )


def test_very_many_arrivals_become_one_word_for_each_folder() -> None:
    backlog = Backlog()
    other = Location("c1", "data", "other/")
    backlog.put(BlobArrived(other, blob("other/x")))
    for number in range(MAX_ARRIVALS):
        backlog.put(BlobArrived(FOLDER, blob(f"runs/{number}")))
    backlog.put(Notice("after", ""))
    assert backlog.take() == (FolderChanged(other), FolderChanged(FOLDER), Notice("after", ""))


def test_fewer_arrivals_stay_rows() -> None:
    backlog = Backlog()
    arrivals = tuple(BlobArrived(FOLDER, blob(f"runs/{number}")) for number in range(10))
    for arrival in arrivals:
        backlog.put(arrival)
    assert backlog.take() == arrivals


def run_feed(drive: Callable[[Feed, list[tuple[Event, ...]]], object]) -> None:
    async def main() -> None:
        feed, batches = Feed(), list[tuple[Event, ...]]()
        await drive(feed, batches)  # type: ignore[misc]
        feed.close()

    asyncio.run(main())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)


def test_no_batch_comes_before_the_last_was_taken() -> None:
    async def drive(feed: Feed, batches: list[tuple[Event, ...]]) -> None:
        subscription = feed.subscribe(batches.append)
        feed.put(Notice("1", ""))
        await until(lambda: len(batches) == 1)
        feed.put(Notice("2", ""))
        await asyncio.sleep(3 / BATCHES_PER_S)
        assert batches == [(Notice("1", ""),)]
        subscription.taken()
        await until(lambda: len(batches) == 2)
        assert batches[1] == (Notice("2", ""),)

    run_feed(drive)


def test_thirty_thousand_ticks_are_a_handful_of_batches() -> None:
    async def drive(feed: Feed, batches: list[tuple[Event, ...]]) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()

        def receive(batch: tuple[Event, ...]) -> None:
            batches.append(batch)
            subscription.taken()

        subscription = feed.subscribe(receive)
        for tick in range(30_000):
            feed.put(JobChanged(job(1, tick)))
            if tick % 100 == 0:
                await asyncio.sleep(0)
        await until(lambda: batches[-1] == (JobChanged(job(1, 29_999)),))
        assert len(batches) <= (loop.time() - begun) * BATCHES_PER_S + 1

    run_feed(drive)


def test_a_closed_subscription_hears_nothing_more() -> None:
    async def drive(feed: Feed, batches: list[tuple[Event, ...]]) -> None:
        subscription = feed.subscribe(batches.append)
        feed.put(Notice("1", ""))
        subscription.close()
        feed.put(Notice("2", ""))
        await asyncio.sleep(2 / BATCHES_PER_S)
        assert batches == []

    run_feed(drive)


def test_who_finishes_hears_at_once_what_was_told_and_nothing_more() -> None:
    async def drive(feed: Feed, batches: list[tuple[Event, ...]]) -> None:
        subscription = feed.subscribe(batches.append)
        feed.put(Notice("1", ""))
        subscription.finish()
        assert batches == [(Notice("1", ""),)]
        feed.put(Notice("2", ""))
        await asyncio.sleep(2 / BATCHES_PER_S)
        assert len(batches) == 1

    run_feed(drive)


def test_files_are_heard_of_only_where_somebody_wants_to() -> None:
    async def drive() -> None:
        feed = Feed()
        heard = [feed.hears_files]
        feed.subscribe(lambda events: None).hears_files = False
        heard.append(feed.hears_files)
        other = feed.subscribe(lambda events: None)
        heard.append(feed.hears_files)
        other.close()
        heard.append(feed.hears_files)
        assert heard == [False, False, True, False]

    asyncio.run(drive())
