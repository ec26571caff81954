"""Every statement on the table of jobs, and who owns one.

Functions take the journal's connection first and run on its thread, inside the
transaction that `Journal.do` or `Journal.post` opened.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from explorer.base.errors import InputError, JournalError
from explorer.transfer import transfer_table
from explorer.transfer.encoding import (
    failure_from_text,
    failure_to_text,
    request_from_text,
    request_to_text,
)
from explorer.transfer.journal_file import Connection
from explorer.transfer.model import Failure, Request
from explorer.transfer.rows import JobRow, Kind, Tally
from explorer.transfer.state import JobState, TransferState, job_state

log = logging.getLogger(__name__)

KEPT_JOBS: Final = 200
KEPT_S: Final = 30 * 86400.0

_JOB: Final = (
    "id, request, title, state, priority, is_expanding, owner, wish, added_s, finished_s, failure"
)


def _job(row: Sequence[Any]) -> JobRow:
    return JobRow(
        row[0],
        request_from_text(row[1]),
        row[2],
        JobState(row[3]),
        row[4],
        bool(row[5]),
        row[6] or "",
        row[7],
        row[8],
        row[9],
        failure_from_text(row[10]),
    )


def add(db: Connection, request: Request, title: str, owner: str) -> JobRow:
    """Put a job at the end of the queue, owned by the one who adds it."""
    (last,) = db.execute("SELECT max(priority) FROM jobs").fetchone()
    cursor = db.execute(
        "INSERT INTO jobs (request, title, state, priority, is_expanding, owner, added_s)"
        " VALUES (?, ?, ?, ?, 1, ?, ?)",
        (
            request_to_text(request),
            title,
            JobState.QUEUED.value,
            (last or 0) + 1,
            owner,
            time.time(),
        ),
    )
    return get(db, int(cursor.lastrowid or 0))


def get(db: Connection, job_id: int) -> JobRow:
    """One job. Raises InputError where there is none."""
    row = db.execute(f"SELECT {_JOB} FROM jobs WHERE id=?", (job_id,)).fetchone()  # noqa: S608
    if row is None:
        raise unknown(job_id)
    return _job(row)


def unknown(job_id: int) -> InputError:
    """There is no such job, or it was taken out of the list."""
    return InputError(f"There is no job {job_id}.", cure="List the jobs to see their numbers.")


def every(db: Connection) -> list[JobRow]:
    """Every job in the queue's order; those that cannot be read are left out."""
    told = []
    query = f"SELECT {_JOB} FROM jobs ORDER BY priority, id"  # noqa: S608
    for row in db.execute(query).fetchall():
        try:
            told.append(_job(row))
        except JournalError as error:
            log.warning("job %s: %s", row[0], error)
    return told


def tally(db: Connection, job_id: int) -> Tally:
    """Count a job's transfers; a finished job has kept the result."""
    counted = Tally()
    kept = db.execute(
        "SELECT tally FROM jobs WHERE id=? AND finished_s IS NOT NULL", (job_id,)
    ).fetchone()
    if kept is not None and kept[0] is not None:
        with suppress(ValueError, TypeError, AttributeError):  # damaged: counted anew
            return Tally.from_text(kept[0])
    for state, count, size_bytes, folders in db.execute(
        "SELECT state, count(*), sum(size_bytes), sum(kind=?) FROM transfers WHERE job_id=?"
        " GROUP BY state",
        (int(Kind.FOLDER), job_id),
    ):
        counted.add(TransferState(state), size_bytes, count, folders=folders)
    return counted


def set_state(
    db: Connection, job_id: int, state: JobState, *, failure: Failure | None = None
) -> JobRow:
    """Write a job's state. A final one gets its time and its tally; only what waits for its
    turn, or runs, keeps its owner."""
    db.execute("UPDATE jobs SET finished_s=NULL WHERE id=?", (job_id,))
    db.execute(
        "UPDATE jobs SET state=?, failure=?, finished_s=?, tally=?, wish='' WHERE id=?",
        (
            state.value,
            failure_to_text(failure),
            time.time() if state.is_final else None,
            tally(db, job_id).to_text() if state.is_final else None,
            job_id,
        ),
    )
    if state not in (JobState.QUEUED, JobState.RUNNING):
        db.execute("UPDATE jobs SET owner=NULL WHERE id=?", (job_id,))
    return get(db, job_id)


def end(db: Connection, job_id: int) -> JobRow | None:
    """Write the state that the job's transfers come to; None, and nothing, while some of them
    still wait for their turn."""
    counted = tally(db, job_id)
    if counted.files.get(TransferState.QUEUED):
        return None
    return set_state(db, job_id, job_state(counted.files))


def set_queued(db: Connection, job_id: int, states: Iterable[TransferState]) -> JobRow:
    """The job's turn comes again, and that of its transfers in these states."""
    transfer_table.requeue(db, job_id, states)
    return set_state(db, job_id, JobState.QUEUED)


def data_version(db: Connection) -> int:
    """Changes when another process has written to the file."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])


def set_expanded(db: Connection, job_id: int) -> None:
    """The whole source has been walked."""
    db.execute("UPDATE jobs SET is_expanding=0 WHERE id=?", (job_id,))


def set_request(db: Connection, job_id: int, request: Request) -> None:
    """Keep a change of the options."""
    db.execute("UPDATE jobs SET request=? WHERE id=?", (request_to_text(request), job_id))


def wish(db: Connection, job_id: int, text: str) -> None:
    """Leave word for the engine that owns the job."""
    db.execute("UPDATE jobs SET wish=? WHERE id=?", (text, job_id))


def reorder(db: Connection, job_ids: Sequence[int]) -> None:
    """Give the jobs these places in the queue."""
    db.executemany("UPDATE jobs SET priority=? WHERE id=?", list(enumerate(job_ids, 1)))


def remove(db: Connection, job_id: int) -> None:
    """Forget a job and its transfers."""
    db.execute("DELETE FROM jobs WHERE id=?", (job_id,))


def prune(db: Connection) -> list[int]:
    """Forget finished jobs beyond the last 200, or older than 30 days; returns their ids."""
    old = [
        row[0]
        for row in db.execute(
            "SELECT id FROM jobs WHERE finished_s IS NOT NULL AND (finished_s < ? OR id NOT IN"
            " (SELECT id FROM jobs WHERE finished_s IS NOT NULL ORDER BY finished_s DESC LIMIT ?))",
            (time.time() - KEPT_S, KEPT_JOBS),
        )
    ]
    db.executemany("DELETE FROM jobs WHERE id=?", [(job_id,) for job_id in old])
    return old


# ----------------------------------------------------------------- who owns what


def claim(db: Connection, job_id: int, me: str, is_alive: Callable[[str], bool]) -> bool:
    """Make the job ours if nobody alive owns it. Exactly one of many callers succeeds."""
    row = db.execute("SELECT owner FROM jobs WHERE id=?", (job_id,)).fetchone()
    if row is None:
        return False
    owner = row[0] or ""
    if owner == me:
        return True
    if owner and is_alive(owner):
        return False
    if owner:
        _orphan(db, job_id)
    # The transaction holds the write lock: nobody else can be between these lines.
    db.execute("UPDATE jobs SET owner=? WHERE id=?", (me, job_id))
    return True


def release(db: Connection, job_id: int, me: str) -> None:
    """Nothing is to be done for it after all: others may have it."""
    db.execute("UPDATE jobs SET owner=NULL WHERE id=? AND owner=?", (job_id, me))


def reap(db: Connection, is_alive: Callable[[str], bool]) -> list[int]:
    """Take the jobs of dead engines from them, as interrupted; returns their ids."""
    dead = [
        (job_id, owner)
        for job_id, owner in db.execute("SELECT id, owner FROM jobs WHERE owner IS NOT NULL")
        if not is_alive(owner)
    ]
    for job_id, _ in dead:
        _orphan(db, job_id)
    return [job_id for job_id, _ in dead]


def _orphan(db: Connection, job_id: int) -> None:
    moving = (JobState.QUEUED, JobState.PREPARING, JobState.RUNNING, JobState.RETRY_WAIT)
    marks = ", ".join("?" * len(moving))
    db.execute("UPDATE jobs SET owner=NULL, wish='' WHERE id=?", (job_id,))
    db.execute(
        f"UPDATE jobs SET state=? WHERE id=? AND state IN ({marks})",  # noqa: S608
        (JobState.INTERRUPTED.value, job_id, *(state.value for state in moving)),
    )
    db.execute(
        "UPDATE transfers SET state=?, is_active=0 WHERE job_id=? AND is_active",
        (TransferState.INTERRUPTED.value, job_id),
    )
