"""Every statement for what a person does to single files of a job.

Functions take the journal's connection first and run on its thread, inside the
transaction that `Journal.do` or `Journal.post` opened.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from explorer.transfer import progress_table, transfer_table
from explorer.transfer.conflicts import EXISTS
from explorer.transfer.journal_file import Connection
from explorer.transfer.rows import Kind, TransferRow
from explorer.transfer.state import TransferState

_S = TransferState
OPEN: Final = frozenset({_S.QUEUED, _S.INTERRUPTED, _S.NEEDS_CREDENTIALS, _S.RETRY_WAIT})
"""States in which a file waits for its turn, or for its job."""
CAN_RETRY: Final = frozenset({_S.FAILED, _S.CANCELLED})


def move(
    db: Connection,
    job_id: int,
    ids: Iterable[int],
    new: TransferState,
    among: Collection[TransferState],
) -> list[TransferRow]:
    """Give those of these files that rest in one of the states `among` a new one; returns
    them as they were. Nobody works on them; a cancelled one keeps no progress."""
    changed = []
    for row in _rows(db, job_id, ids):
        if row.state not in among:
            continue
        was_there = row.failure is not None and row.failure.title == EXISTS
        db.execute(  # see `transfer_table.requeue`
            "UPDATE transfers SET state=?, is_active=0, failure=NULL, attempt=? WHERE id=?",
            (new.value, 0 if was_there else row.attempt, row.id),
        )
        if new is _S.CANCELLED:
            progress_table.clear(db, row.id)
        changed.append(row)
    return changed


def rest_untouched(db: Connection, transfer_id: int) -> None:
    """It was taken, nothing was done for it, and a person holds it back."""
    db.execute(
        "UPDATE transfers SET state=?, is_active=0, attempt=attempt-1 WHERE id=?",
        (_S.PAUSED.value, transfer_id),
    )


def release_all(db: Connection, job_id: int) -> bool:
    """Let the files go on that are held back, if nothing else of the job is left to do; says
    whether there were any."""
    (others,) = db.execute(
        f"SELECT count(*) FROM transfers WHERE job_id=? AND state IN ({_marks(OPEN)})",  # noqa: S608
        (job_id, *_values(OPEN)),
    ).fetchone()
    (is_expanding,) = db.execute("SELECT is_expanding FROM jobs WHERE id=?", (job_id,)).fetchone()
    if others or is_expanding:
        return False
    changed = db.execute(
        "UPDATE transfers SET state=? WHERE job_id=? AND state=?",
        (_S.QUEUED.value, job_id, _S.PAUSED.value),
    )
    return changed.rowcount > 0


def put_first(db: Connection, job_id: int, ids: Sequence[int]) -> None:
    """Put these before all others of the job, in this order."""
    (least,) = db.execute(
        "SELECT coalesce(min(rank), 0) FROM transfers WHERE job_id=? AND rank<0", (job_id,)
    ).fetchone()
    db.executemany(
        "UPDATE transfers SET rank=? WHERE id=? AND job_id=?",
        [(least - len(ids) + at, each, job_id) for at, each in enumerate(ids)],
    )


def look_again(db: Connection, job_id: int, ids: Iterable[int]) -> bool:
    """Forget those of these that the walk could not take, to walk again; says whether there
    was any."""
    refused = [row.id for row in _rows(db, job_id, ids) if row.kind is Kind.REFUSED]
    db.executemany("DELETE FROM transfers WHERE id=?", [(each,) for each in refused])
    if refused:
        db.execute("UPDATE jobs SET is_expanding=1 WHERE id=?", (job_id,))
    return bool(refused)


def these(db: Connection, job_id: int, ids: Iterable[int]) -> list[TransferRow]:
    """The transfers with these ids, as far as the job has them."""
    return _rows(db, job_id, ids)


def named(db: Connection, job_id: int, name: str, prefix: str, most: int) -> list[int]:
    """Ids of the files of that name: in the container or below `prefix`, or on this machine;
    where there is none and it is a pattern (`*`, `?`), of those that match. Up to `most`."""
    local = os.fsencode(name)
    found = db.execute(
        "SELECT id FROM transfers WHERE job_id=? AND (remote IN (?, ?) OR local=?)"
        " ORDER BY id LIMIT ?",
        (job_id, name, prefix + name, local, most),
    ).fetchall()
    if not found and set("*?") & set(name):
        found = db.execute(
            "SELECT id FROM transfers WHERE job_id=? AND (remote GLOB ? OR remote GLOB ?)"
            " ORDER BY id LIMIT ?",
            (job_id, name, prefix + name, most),
        ).fetchall()
    return [row[0] for row in found]


# ------------------------------------------------------------ between processes


def wish(db: Connection, ids: Iterable[int], text: str) -> None:
    """Leave word for the engine that owns the job of these files; the last word counts."""
    db.executemany("INSERT OR REPLACE INTO wishes VALUES (?, ?)", [(each, text) for each in ids])


def take_wishes(db: Connection, owner: str) -> dict[tuple[int, str], list[int]]:
    """What was asked of this engine: ids of files by (job, wish). They are forgotten here."""
    told: dict[tuple[int, str], list[int]] = {}
    for transfer_id, job_id, text in db.execute(
        "SELECT w.transfer_id, t.job_id, w.wish FROM wishes w"
        " JOIN transfers t ON t.id=w.transfer_id JOIN jobs j ON j.id=t.job_id"
        " WHERE j.owner=? ORDER BY w.transfer_id",
        (owner,),
    ).fetchall():
        told.setdefault((job_id, text), []).append(transfer_id)
        db.execute("DELETE FROM wishes WHERE transfer_id=?", (transfer_id,))
    return told


def has_wishes(db: Connection) -> bool:
    """Whether anything is asked of any engine."""
    return db.execute("SELECT 1 FROM wishes LIMIT 1").fetchone() is not None


def _rows(db: Connection, job_id: int, ids: Iterable[int]) -> list[TransferRow]:
    found = (transfer_table.one(db, job_id, each) for each in ids)
    return [row for row in found if row is not None]


def _values(states: Iterable[TransferState]) -> list[str]:
    return [state.value for state in states]


def _marks(states: Collection[TransferState]) -> str:
    return ", ".join("?" * len(states))
