"""Every statement on the table of transfers.

Functions take the journal's connection first and run on its thread, inside the
transaction that `Journal.do` or `Journal.post` opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from explorer.base.errors import JournalError
from explorer.transfer import progress_table
from explorer.transfer.conflicts import EXISTS
from explorer.transfer.encoding import failure_from_text, failure_to_text
from explorer.transfer.journal_file import Connection
from explorer.transfer.model import Failure
from explorer.transfer.rows import Kind, NewTransfer, Tally, TransferRow
from explorer.transfer.state import ACTIVE, FINAL, TransferState

T = TypeVar("T")

_TRANSFER: Final = (
    "id, job_id, state, kind, target_key, local, remote, size_bytes, mtime_ns, etag, md5,"
    " attempt, failure, note, original"
)


def one(db: Connection, job_id: int, transfer_id: int) -> TransferRow | None:
    """One transfer of a job; None where that job has none of that id."""
    row = db.execute(
        f"SELECT {_TRANSFER} FROM transfers WHERE id=? AND job_id=?",  # noqa: S608
        (transfer_id, job_id),
    ).fetchone()
    return None if row is None else _transfer(row)


def _transfer(row: Sequence[Any]) -> TransferRow:
    try:
        state, kind = TransferState(row[2]), Kind(row[3])
    except ValueError:
        raise JournalError(
            "A file of the transfer queue cannot be read.", cure="Start its job again."
        ) from None
    return TransferRow(
        row[0],
        row[1],
        state,
        kind,
        row[4],
        row[5],
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        row[11],
        failure_from_text(row[12]),
        row[13],
        row[14],
    )


_WAS_THERE: Final = json.dumps({"title": EXISTS}, separators=(",", ":")).removesuffix("}")
"""How a failure begins in the table."""
_AT_ONCE: Final = 64
"""Rows of one statement, which may have 999 values. A statement a row gives the interpreter
away each time, and waits until the workers let it have it back."""


def _cut(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def add(db: Connection, job_id: int, found: Sequence[NewTransfer]) -> Tally:
    """Add what a walk found; what is known already stays as it is. Returns what is new."""
    added = Tally()
    for some in _cut(found):
        (newest,) = db.execute("SELECT coalesce(max(id), 0) FROM transfers").fetchone()
        values: list[object] = []
        for new in some:
            values += (
                job_id,
                new.state.value,
                int(new.kind),
                new.source_key,
                new.target_key,
                new.local,
                new.remote,
                new.size_bytes,
                new.mtime_ns,
                new.etag,
                new.md5,
                failure_to_text(new.failure),
                new.note,
            )
        row = f"({_marks(13)})"
        cursor = db.execute(
            "INSERT OR IGNORE INTO transfers (job_id, state, kind, source_key, target_key, local,"  # noqa: S608
            " remote, size_bytes, mtime_ns, etag, md5, failure, note)"
            f" VALUES {', '.join([row] * len(some))}",
            values,
        )
        if cursor.rowcount == len(some):
            for new in some:
                added.add(new.state, new.size_bytes, folders=new.kind is Kind.FOLDER)
            continue
        for state, size_bytes, kind in db.execute(
            "SELECT state, size_bytes, kind FROM transfers WHERE id>?", (newest,)
        ):
            added.add(TransferState(state), size_bytes, folders=kind == Kind.FOLDER)
    return added


def take(db: Connection, job_id: int, limit: int) -> tuple[list[TransferRow], int]:
    """Make up to `limit` waiting transfers active, in order; returns them as they were, and
    how many stay behind because another transfer writes to the same place just now."""
    queued = TransferState.QUEUED.value
    found = f"SELECT {_TRANSFER} FROM transfers WHERE job_id=? AND state=?"  # noqa: S608
    rows = db.execute(
        f"{found} AND rank<0 ORDER BY rank, id LIMIT ?", (job_id, queued, limit)
    ).fetchall()
    if len(rows) < limit:
        rows += db.execute(
            f"{found} AND rank>=0 ORDER BY id LIMIT ?", (job_id, queued, limit - len(rows))
        ).fetchall()
    return _take(db, rows)


def take_these(db: Connection, job_id: int, ids: Iterable[int]) -> list[TransferRow]:
    """Make these active, in this order, as far as they wait and their place is free."""
    rows = [
        row
        for each in ids
        for row in db.execute(
            f"SELECT {_TRANSFER} FROM transfers WHERE id=? AND job_id=? AND state=?",  # noqa: S608
            (each, job_id, TransferState.QUEUED.value),
        )
    ]
    return _take(db, rows)[0]


def _take(db: Connection, rows: Sequence[Any]) -> tuple[list[TransferRow], int]:
    taken: list[TransferRow] = []
    for some in _cut(rows):
        ids = [row[0] for row in some]
        changed = db.execute(
            "UPDATE OR IGNORE transfers SET state=?, is_active=1, attempt=attempt+1"  # noqa: S608
            f" WHERE id IN ({_marks(len(ids))})",
            (TransferState.PREPARING.value, *ids),
        )
        if changed.rowcount < len(some):
            theirs = db.execute(
                f"SELECT id FROM transfers WHERE id IN ({_marks(len(ids))}) AND is_active=0",  # noqa: S608
                ids,
            ).fetchall()
            behind = {row[0] for row in theirs}
            some = [row for row in some if row[0] not in behind]
        taken += [_transfer(row) for row in some]
    return taken, len(rows) - len(taken)


def requeue(db: Connection, job_id: int, states: Iterable[TransferState]) -> None:
    """Transfers in these states wait for their turn again. For what was left since something was
    there, the next attempt is the first: nothing there can be of ours."""
    states = tuple(states)
    if TransferState.FAILED in states:
        db.execute(
            "UPDATE transfers SET attempt=0 WHERE job_id=? AND state=? AND substr(failure, 1, ?)=?",
            (job_id, TransferState.FAILED.value, len(_WAS_THERE), _WAS_THERE),
        )
    db.executemany(
        "UPDATE transfers SET state=?, is_active=0, failure=NULL WHERE job_id=? AND state=?",
        [(TransferState.QUEUED.value, job_id, state.value) for state in states],
    )


def put_back(db: Connection, transfer_id: int, state: TransferState) -> None:
    """Nobody works on this transfer any more; its progress stays."""
    db.execute("UPDATE transfers SET state=?, is_active=0 WHERE id=?", (state.value, transfer_id))


def finish(
    db: Connection,
    transfer_id: int,
    state: TransferState,
    *,
    size_bytes: int | None = None,
    failure: Failure | None = None,
    note: str | None = None,
    keeps_progress: bool = False,
) -> None:
    """A transfer is at its end. A failed one may keep its progress for a retry."""
    db.execute(
        "UPDATE transfers SET state=?, is_active=0, failure=?, note=coalesce(?, note),"
        " size_bytes=coalesce(?, size_bytes) WHERE id=?",
        (state.value, failure_to_text(failure), note, size_bytes, transfer_id),
    )
    if not keeps_progress:
        progress_table.clear(db, transfer_id)


def finish_well(db: Connection, transfer_ids: Sequence[int]) -> None:
    """These are done, and nothing about them is other than it was known."""
    for some in _cut(transfer_ids):
        marks = _marks(len(some))
        db.execute(
            "UPDATE transfers SET state=?, is_active=0, failure=NULL"  # noqa: S608
            f" WHERE id IN ({marks})",
            (TransferState.DONE.value, *some),
        )
        progress_table.clear(db, *some)


def cancel_rest(db: Connection, job_id: int) -> None:
    """Everything of the job that is not at its end is cancelled. What is still known of
    temporary files is kept: they could not be removed."""
    ends = [state.value for state in FINAL]
    marks = ", ".join("?" * len(ends))
    for table in ("blocks", "progress"):
        db.execute(
            f"DELETE FROM {table} WHERE transfer_id IN (SELECT id FROM transfers"  # noqa: S608
            f" WHERE job_id=? AND state NOT IN ({marks}))"
            + (" AND fingerprint NOT LIKE 'lake %'" if table == "progress" else ""),
            (job_id, *ends),
        )
    db.execute(
        f"UPDATE transfers SET state=?, is_active=0 WHERE job_id=? AND state NOT IN ({marks})",  # noqa: S608
        (TransferState.CANCELLED.value, job_id, *ends),
    )


def some(
    db: Connection,
    job_id: int,
    offset: int,
    limit: int,
    states: frozenset[TransferState] | None,
) -> list[TransferRow]:
    """A slice of a job's transfers, in the order they were found."""
    chosen = [] if states is None else sorted(state.value for state in states)
    where = f" AND state IN ({', '.join('?' * len(chosen))})" if states is not None else ""
    return [
        _transfer(row)
        for row in db.execute(
            f"SELECT {_TRANSFER} FROM transfers WHERE job_id=?{where}"  # noqa: S608
            " ORDER BY id LIMIT ? OFFSET ?",
            (job_id, *chosen, limit, offset),
        )
    ]


def folders_done(db: Connection, job_id: int) -> list[TransferRow]:
    """The folders of a job that came to a good end."""
    rows = db.execute(
        f"SELECT {_TRANSFER} FROM transfers WHERE job_id=? AND state=? AND kind=?",  # noqa: S608
        (job_id, TransferState.DONE.value, int(Kind.FOLDER)),
    )
    return [_transfer(row) for row in rows]


def set_found(db: Connection, row: TransferRow) -> None:
    """The source is not what the walk saw: keep what it is now."""
    db.execute(
        "UPDATE transfers SET size_bytes=?, mtime_ns=?, etag=?, md5=? WHERE id=?",
        (row.size_bytes, row.mtime_ns, row.etag, row.md5, row.id),
    )


def set_target(
    db: Connection,
    transfer_id: int,
    *,
    note: str,
    original: bytes,
    remote: str | None = None,
    local: bytes | None = None,
) -> None:
    """Both are kept: this one gets another name than the `original`."""
    db.execute(
        "UPDATE transfers SET remote=coalesce(?, remote), local=coalesce(?, local), note=?,"
        " original=? WHERE id=?",
        (remote, local, note, original, transfer_id),
    )


def halves(db: Connection, job_id: int) -> list[tuple[int, bytes]]:
    """Ids and local paths of transfers that began and did not come to a good end: they may
    have left a part."""
    return db.execute(
        "SELECT id, local FROM transfers WHERE job_id=? AND attempt>0 AND state NOT IN (?, ?)",
        (job_id, TransferState.DONE.value, TransferState.SKIPPED.value),
    ).fetchall()


def forget_refused(db: Connection, job_id: int) -> bool:
    """Drop what the walk could not take, to walk again; says whether there was any."""
    gone = db.execute(
        "DELETE FROM transfers WHERE job_id=? AND kind=? AND state=?",
        (job_id, int(Kind.REFUSED), TransferState.FAILED.value),
    )
    if gone.rowcount:
        db.execute("UPDATE jobs SET is_expanding=1 WHERE id=?", (job_id,))
    return gone.rowcount > 0


def leave(db: Connection, job_id: int, not_begun: Sequence[int]) -> None:
    """Nobody works on this job any more. `not_begun` were taken, and that is all; whatever
    else is still active was cut off between being taken and being put back."""
    db.executemany(
        "UPDATE transfers SET attempt=attempt-1 WHERE id=?", [(each,) for each in not_begun]
    )
    requeue(db, job_id, ACTIVE)
