"""The queue's file: durable, shared, private, and mended when it is damaged."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from explorer.base.errors import DiskFullError, JournalError
from explorer.transfer import job_table, journal_file, progress_table, transfer_table
from explorer.transfer.encoding import request_to_text
from explorer.transfer.journal import Journal
from explorer.transfer.journal_file import Connection
from explorer.transfer.model import CopyRequest, CopySource
from explorer.transfer.rows import Progress
from explorer.transfer.schema import MIGRATIONS
from explorer.transfer.state import JobState, TransferState
from tests.unit.transfer.rows_of import PLACE, REQUEST, a_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def using(path: Path, work: Callable[[Journal], Coroutine[Any, Any, Any]]) -> Any:
    async def opened() -> Any:
        journal = await Journal.open(path)
        try:
            return await work(journal)
        finally:
            await journal.aclose()

    return asyncio.run(opened())


def fill(path: Path, jobs: int = 3, files: int = 200) -> None:
    async def work(journal: Journal) -> None:
        for _ in range(jobs):
            row = await journal.do(job_table.add, REQUEST, "title", "me")
            found = [a_file(f"{row.id} {n}") for n in range(files)]
            await journal.do(transfer_table.add, row.id, found)

    using(path, work)


def test_what_was_acknowledged_is_read_back_with_odd_names(path: Path) -> None:
    fill(path, jobs=1, files=2)

    async def work(journal: Journal) -> None:
        (row,) = await journal.read(job_table.every)
        assert (row.request, row.state, row.is_expanding) == (REQUEST, JobState.QUEUED, True)
        found = await journal.read(transfer_table.some, row.id, 0, 10, None)
        assert [transfer.remote for transfer in found] == ["1 0", "1 1"]

    using(path, work)


def jobs_in_copy(path: Path, folder: Path) -> int:
    """What another program finds in the files as they are on the disk."""
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", folder / f"copy{ending}")
    db = sqlite3.connect(folder / "copy")
    try:
        return int(db.execute("SELECT count(*) FROM jobs").fetchone()[0])
    finally:
        db.close()


def test_an_acknowledged_change_survives_without_closing(path: Path, tmp_path: Path) -> None:
    async def work(journal: Journal) -> None:
        await journal.do(job_table.add, REQUEST, "title", "me")
        assert jobs_in_copy(path, tmp_path) == 1
        (mode,) = await journal.read(lambda db: db.execute("PRAGMA journal_mode").fetchone())
        (level,) = await journal.read(lambda db: db.execute("PRAGMA synchronous").fetchone())
        assert (mode, level) == ("wal", 2)

    using(path, work)


def test_many_posted_changes_share_few_transactions_and_stay_in_order(path: Path) -> None:
    begun = 0

    async def work(journal: Journal) -> None:
        nonlocal begun
        seen: list[int] = []

        def count(statement: str) -> None:
            nonlocal begun
            begun += statement.startswith("BEGIN")

        await journal.read(lambda db: db.set_trace_callback(count))
        posted = [journal.post(lambda _, n: seen.append(n), n) for n in range(300)]
        assert await journal.read(lambda db: len(seen)) == 300
        await asyncio.gather(*posted)
        assert seen == list(range(300))

    using(path, work)
    assert 1 <= begun < 30


def test_a_change_that_cannot_wait_takes_along_what_waits_for_company(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.transfer.journal.GROUP_S", 600.0)
    seen: list[int] = []

    async def work(journal: Journal) -> None:
        waiting = journal.post(lambda _: seen.append(1))
        async with asyncio.timeout(30):
            await journal.post_now(lambda _: seen.append(2))
            await waiting

    using(path, work)
    assert seen == [1, 2]


def test_a_change_that_cannot_wait_is_not_held_up_by_one_that_comes_after_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.transfer.journal.GROUP_S", 600.0)
    both_are_there = threading.Event()

    async def work(journal: Journal) -> None:
        busy = journal.post_now(lambda _: both_are_there.wait(30))
        urgent = journal.post_now(lambda _: None)
        waiting = journal.post(lambda _: None)
        both_are_there.set()
        async with asyncio.timeout(30):
            await asyncio.gather(busy, urgent, waiting)

    using(path, work)


def test_more_changes_than_go_together_wait_for_nothing_either(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.transfer.journal.GROUP_S", 600.0)
    monkeypatch.setattr("explorer.transfer.journal.GROUP_ROWS", 3)

    async def work(journal: Journal) -> None:
        posted = [journal.post(lambda _: None) for _ in range(7)]
        async with asyncio.timeout(30):
            await asyncio.gather(*posted, journal.post_now(lambda _: None))

    using(path, work)


def test_a_change_that_fails_fails_alone(path: Path) -> None:
    def bad(db: Connection) -> None:
        db.execute("INSERT INTO jobs (id, title) VALUES (99, 'half')")

    async def work(journal: Journal) -> Any:
        add = job_table.add
        results = await asyncio.gather(
            journal.post(add, REQUEST, "one", "me"),
            journal.post(bad),
            journal.post(add, REQUEST, "two", "me"),
            return_exceptions=True,
        )
        assert [row.title for row in await journal.read(job_table.every)] == ["one", "two"]
        return results

    results = using(path, work)
    assert isinstance(results[1], JournalError)


def test_two_processes_may_write_at_once(path: Path) -> None:
    async def work(first: Journal) -> None:
        second = await Journal.open(path)
        try:
            await asyncio.gather(
                *(
                    journal.do(job_table.add, REQUEST, "title", "me")
                    for _ in range(20)
                    for journal in (first, second)
                )
            )
            assert len(await first.read(job_table.every)) == 40
        finally:
            await second.aclose()

    using(path, work)


def test_the_files_are_private(path: Path) -> None:
    async def work(journal: Journal) -> None:
        await journal.do(job_table.add, REQUEST, "title", "me")
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
        assert set(modes) == {path.name, f"{path.name}-wal", f"{path.name}-shm"}
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    using(path, work)


def flipped_in_the_middle(data: bytearray) -> bytes:
    middle = len(data) // 2
    data[middle : middle + 6000] = bytes(byte ^ 0xFF for byte in data[middle : middle + 6000])
    return bytes(data)


def truncated(data: bytearray) -> bytes:
    return bytes(data[: len(data) * 2 // 3])


def emptied(data: bytearray) -> bytes:
    return b""


def no_database(data: bytearray) -> bytes:
    return b"something else entirely " * 500


@pytest.mark.parametrize("damage", [flipped_in_the_middle, truncated, emptied, no_database])
def test_a_damaged_file_is_set_aside_with_a_message_and_read_as_far_as_it_goes(
    path: Path, damage: Callable[[bytearray], bytes]
) -> None:
    fill(path)
    path.write_bytes(damage(bytearray(path.read_bytes())))

    async def work(journal: Journal) -> int:
        assert "damaged" in journal.notice
        assert "started again" in journal.notice
        row = await journal.do(job_table.add, REQUEST, "new", "me")
        rows = await journal.read(job_table.every)
        assert all(row.is_expanding for row in rows)
        assert row.id in [row.id for row in rows]
        return len(rows) - 1

    kept = using(path, work)
    aside = [p for p in path.parent.iterdir() if ".damaged-" in p.name]
    assert aside
    assert kept == (0 if damage in (no_database, emptied) else 3)

    async def again(journal: Journal) -> str:
        return journal.notice

    assert using(path, again) == ""


def rewritten(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE jobs SET request=replace(request, '{},', '[],') WHERE id=2",
        "UPDATE jobs SET state='quxued' WHERE id=2",
    ],
)
def test_a_job_that_cannot_be_read_is_set_aside_and_the_others_are_kept(
    path: Path, statement: str
) -> None:
    fill(path)
    rewritten(path, statement)

    async def work(journal: Journal) -> list[int]:
        assert "damaged" in journal.notice
        return [row.id for row in await journal.read(job_table.every)]

    assert using(path, work) == [1, 3]


def test_a_transfer_in_no_state_there_is_is_found_by_its_jobs_walk_once_more(path: Path) -> None:
    fill(path, jobs=1, files=3)
    rewritten(path, "UPDATE transfers SET state='quxued' WHERE id=2")

    async def work(journal: Journal) -> list[int]:
        assert "damaged" in journal.notice
        (row,) = await journal.read(job_table.every)
        assert row.is_expanding
        return [each.id for each in await journal.read(transfer_table.some, row.id, 0, 9, None)]

    assert using(path, work) == [1, 3]


def test_a_finished_jobs_counts_that_cannot_be_read_are_counted_anew(path: Path) -> None:
    fill(path, jobs=1, files=3)
    rewritten(path, "UPDATE jobs SET finished_s=1, tally='[]'")

    async def work(journal: Journal) -> int:
        return (await journal.read(job_table.tally, 1)).total

    assert using(path, work) == 3


def test_a_file_of_a_job_that_cannot_be_read_is_told_in_words(path: Path) -> None:
    fill(path, jobs=1, files=1)
    rewritten(path, "UPDATE transfers SET kind=77")

    async def work(journal: Journal) -> None:
        with pytest.raises(JournalError, match="cannot be read"):
            await journal.read(transfer_table.some, 1, 0, 9, None)

    using(path, work)


def test_a_damaged_file_that_another_process_uses_is_left_alone(path: Path) -> None:
    fill(path)
    path.write_bytes(no_database(bytearray()))

    async def work() -> None:
        with pytest.raises(JournalError, match="another Quayside has it open"):
            await Journal.open(path, is_alone=lambda: False)

    asyncio.run(work())
    assert path.read_bytes() == no_database(bytearray())


def test_a_file_of_a_newer_version_is_refused_and_not_touched(path: Path) -> None:
    fill(path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()
    before = path.read_bytes()

    async def work() -> None:
        with pytest.raises(JournalError, match="newer Quayside"):
            await Journal.open(path)

    asyncio.run(work())
    assert path.read_bytes() == before


def test_a_full_disk_is_an_error_that_waits_for_room(path: Path) -> None:
    async def work(journal: Journal) -> None:
        pages = await journal.read(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
        await journal.read(lambda db: db.execute(f"PRAGMA max_page_count={pages}").fetchone())
        found = [a_file("x" * 500 + str(n)) for n in range(500)]
        with pytest.raises(DiskFullError):
            await journal.do(
                lambda db: transfer_table.add(db, job_table.add(db, REQUEST, "t", "me").id, found)
            )
        assert await journal.read(job_table.every) == []
        await journal.read(lambda db: db.execute("PRAGMA max_page_count=100000").fetchone())
        await journal.do(job_table.add, REQUEST, "t", "me")

    using(path, work)


def test_a_walk_that_is_repeated_adds_nothing_twice(path: Path) -> None:
    async def work(journal: Journal) -> None:
        row = await journal.do(job_table.add, REQUEST, "t", "me")
        files = [a_file("a"), a_file("b")]
        assert (await journal.do(transfer_table.add, row.id, files)).files == {
            TransferState.QUEUED: 2
        }
        more = [*files, a_file("c")]
        assert (await journal.do(transfer_table.add, row.id, more)).files == {
            TransferState.QUEUED: 1
        }

    using(path, work)


def test_two_transfers_to_one_target_never_run_together(path: Path) -> None:
    async def work(journal: Journal) -> None:
        first, second = [await journal.do(job_table.add, REQUEST, "t", "me") for _ in range(2)]
        for job in (first, second):
            await journal.do(transfer_table.add, job.id, [a_file(f"{job.id}", target="same")])
        taken, blocked = await journal.do(transfer_table.take, first.id, 10)
        assert (len(taken), blocked) == (1, 0)
        assert await journal.do(transfer_table.take, second.id, 10) == ([], 1)
        await journal.do(transfer_table.finish, taken[0].id, TransferState.DONE)
        taken, blocked = await journal.do(transfer_table.take, second.id, 10)
        assert (len(taken), blocked) == (1, 0)

    using(path, work)


def test_progress_is_kept_until_the_end_and_no_longer(path: Path) -> None:
    kept = Progress(4, upload_id=b"u" * 16, etag='"1"', fingerprint="1 2 3 4 5")

    async def work(journal: Journal) -> None:
        job = await journal.do(job_table.add, REQUEST, "t", "me")
        await journal.do(transfer_table.add, job.id, [a_file("a", size_bytes=10)])
        ((row,), _) = await journal.do(transfer_table.take, job.id, 1)
        await journal.do(progress_table.start, row.id, kept)
        await journal.do(progress_table.add_block, row.id, 2, b"d" * 23)
        await journal.do(progress_table.add_block, row.id, 0, b"e" * 23)
        await journal.do(progress_table.set_committing, row.id)
        found = await journal.read(progress_table.get, row.id)
        assert found is not None
        assert (found.upload_id, found.etag, found.is_committing) == (b"u" * 16, '"1"', True)
        assert found.digests == {0: b"e" * 23, 2: b"d" * 23}
        assert await journal.read(progress_table.partials, job.id) == {row.id: 8}
        await journal.do(transfer_table.finish, row.id, TransferState.DONE)
        assert await journal.read(progress_table.get, row.id) is None
        left = await journal.read(lambda db: db.execute("SELECT * FROM blocks").fetchall())
        assert left == []

    using(path, work)


def test_old_finished_jobs_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_table, "KEPT_JOBS", 2)

    async def work(journal: Journal) -> None:
        rows = [await journal.do(job_table.add, REQUEST, "t", "me") for _ in range(5)]
        for row in rows[:4]:
            await journal.do(transfer_table.add, row.id, [a_file("a")])
            await journal.do(job_table.set_state, row.id, JobState.DONE)
        assert await journal.do(job_table.prune) == [rows[0].id, rows[1].id]
        left = [row.id for row in await journal.read(job_table.every)]
        assert left == [row.id for row in rows[2:]]
        count = await journal.read(
            lambda db: db.execute("SELECT count(*) FROM transfers").fetchone()[0]
        )
        assert count == 2

    using(path, work)


def test_a_file_from_before_there_were_copies_goes_on_and_takes_some(path: Path) -> None:
    path.parent.mkdir(parents=True)
    old = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        old.execute(statement)
    old.execute("PRAGMA user_version=1")
    old.execute(
        "INSERT INTO jobs (request, title, state, priority, is_expanding, added_s)"
        " VALUES (?, 'old', 'queued', 1, 1, 0)",
        (request_to_text(REQUEST),),
    )
    old.commit()
    old.close()
    copy = CopyRequest((CopySource("a", False, "b"),), PLACE, PLACE, is_move=True)

    async def work(journal: Journal) -> None:
        assert journal.notice == ""
        await journal.do(job_table.add, copy, "new", "me")
        assert [row.request for row in await journal.read(job_table.every)] == [REQUEST, copy]

    using(path, work)


def test_a_file_that_another_process_keeps_locked_is_waited_for_once_and_not_for_each_change(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path, jobs=1, files=40)
    monkeypatch.setattr(journal_file, "BUSY_S", 0.25)
    other = sqlite3.connect(path, isolation_level=None)

    async def work(journal: Journal) -> float:
        other.execute("BEGIN IMMEDIATE")
        began_s = time.monotonic()
        changes = [
            journal.post(transfer_table.put_back, number, TransferState.PAUSED)
            for number in range(1, 41)
        ]
        told = await asyncio.gather(*changes, return_exceptions=True)
        took_s = time.monotonic() - began_s
        assert all(isinstance(error, JournalError) for error in told)
        other.execute("ROLLBACK")
        await journal.do(transfer_table.put_back, 1, TransferState.PAUSED)
        return took_s

    try:
        assert using(path, work) < 2.5
    finally:
        other.close()
