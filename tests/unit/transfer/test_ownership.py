"""Who is alive, and that a job has one owner."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base.errors import LocalError
from explorer.transfer import job_table, transfer_table
from explorer.transfer.journal import Journal
from explorer.transfer.ownership import EngineLock
from explorer.transfer.state import JobState, TransferState
from tests.unit.transfer.rows_of import REQUEST, a_file

HOLD = """
import sys
from pathlib import Path
from explorer.transfer.ownership import EngineLock
lock = EngineLock(Path(sys.argv[1]))
print(lock.id, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("made", ["file", "file/below", "link"])
def test_where_there_can_be_no_lock_the_reason_is_said_in_words(tmp_path: Path, made: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(LocalError, match=made):
        EngineLock(tmp_path / made)


def test_an_engine_is_alive_until_its_process_is_killed(tmp_path: Path) -> None:
    mine = EngineLock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        other = process.stdout.readline().strip()
        assert mine.is_alive(other)
        assert mine.others() == [other]
        process.kill()
        process.wait()
    assert not mine.is_alive(other)
    assert mine.others() == []
    assert [p.name for p in tmp_path.iterdir()] == [f"{mine.id}.lock"]
    mine.close()
    assert list(tmp_path.iterdir()) == []


def test_an_owner_that_is_no_name_is_dead(tmp_path: Path) -> None:
    mine = EngineLock(tmp_path / "engines")
    secret = tmp_path / "x.lock"
    secret.touch()
    assert not mine.is_alive("../x")
    assert secret.exists()
    assert mine.is_alive(mine.id)
    mine.close()


def test_of_100_that_claim_a_job_together_one_gets_it(tmp_path: Path) -> None:
    async def work() -> None:
        path = tmp_path / "journal.sqlite3"
        journals = [await Journal.open(path) for _ in range(5)]
        dead = EngineLock(tmp_path / "engines")
        row = await journals[0].do(job_table.add, REQUEST, "t", dead.id)
        await journals[0].do(transfer_table.add, row.id, [a_file("a")])
        await journals[0].do(transfer_table.take, row.id, 1)
        dead.close()
        locks = [EngineLock(tmp_path / "engines") for _ in range(100)]
        got = await asyncio.gather(
            *(
                journals[n % 5].do(job_table.claim, row.id, lock.id, lock.is_alive)
                for n, lock in enumerate(locks)
            )
        )
        assert sum(got) == 1
        owner = (await journals[0].read(job_table.get, row.id)).owner
        assert owner == locks[got.index(True)].id
        (left,) = await journals[0].read(transfer_table.some, row.id, 0, 9, None)
        assert left.state is TransferState.INTERRUPTED
        for lock in locks:
            lock.close()
        for journal in journals:
            await journal.aclose()

    asyncio.run(work())


def test_jobs_of_the_dead_are_interrupted_and_free(tmp_path: Path) -> None:
    async def work() -> None:
        journal = await Journal.open(tmp_path / "journal.sqlite3")
        alive, dead = EngineLock(tmp_path / "e"), EngineLock(tmp_path / "e")
        theirs = await journal.do(job_table.add, REQUEST, "t", dead.id)
        ours = await journal.do(job_table.add, REQUEST, "t", alive.id)
        dead.close()
        assert await journal.do(job_table.reap, alive.is_alive) == [theirs.id]
        found = await journal.read(job_table.get, theirs.id)
        assert (found.state, found.owner) == (JobState.INTERRUPTED, "")
        assert (await journal.read(job_table.get, ours.id)).owner == alive.id
        alive.close()
        await journal.aclose()

    asyncio.run(work())
