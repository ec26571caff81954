"""Every statement on what unfinished transfers need to go on.

Functions take the journal's connection first and run on its thread, inside the
transaction that `Journal.do` or `Journal.post` opened.
"""

from __future__ import annotations

from explorer.transfer.journal_file import Connection
from explorer.transfer.rows import Progress
from explorer.transfer.state import TransferState

_S = TransferState


def get(db: Connection, transfer_id: int) -> Progress | None:
    """What was kept of an unfinished transfer."""
    row = db.execute(
        "SELECT chunk_bytes, upload_id, done, etag, fingerprint, is_committing"
        " FROM progress WHERE transfer_id=?",
        (transfer_id,),
    ).fetchone()
    if row is None:
        return None
    digests = dict(
        db.execute("SELECT idx, digest FROM blocks WHERE transfer_id=?", (transfer_id,)).fetchall()
    )
    return Progress(
        chunk_bytes=row[0],
        upload_id=row[1] or b"",
        done=row[2] or b"",
        etag=row[3],
        fingerprint=row[4],
        is_committing=bool(row[5]),
        digests=digests,
    )


def uploads(db: Connection, job_id: int) -> list[tuple[int, str, bytes, str]]:
    """What a job keeps of unfinished uploads: id, target, upload id and fingerprint."""
    return db.execute(
        "SELECT p.transfer_id, t.remote, p.upload_id, p.fingerprint"
        " FROM progress p JOIN transfers t ON t.id=p.transfer_id"
        " WHERE t.job_id=? AND length(p.upload_id)>0",
        (job_id,),
    ).fetchall()


def start(db: Connection, transfer_id: int, kept: Progress) -> None:
    """Begin anew: forget what was kept, keep this."""
    clear(db, transfer_id)
    db.execute(
        "INSERT INTO progress (transfer_id, chunk_bytes, upload_id, done, etag, fingerprint,"
        " is_committing) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            transfer_id,
            kept.chunk_bytes,
            kept.upload_id,
            kept.done,
            kept.etag,
            kept.fingerprint,
            int(kept.is_committing),
        ),
    )


def clear(db: Connection, *transfer_ids: int) -> None:
    """Forget what was kept of these."""
    marks = ", ".join("?" * len(transfer_ids))
    db.execute(f"DELETE FROM blocks WHERE transfer_id IN ({marks})", transfer_ids)  # noqa: S608
    db.execute(f"DELETE FROM progress WHERE transfer_id IN ({marks})", transfer_ids)  # noqa: S608


def add_block(db: Connection, transfer_id: int, index: int, digest: bytes) -> None:
    """This block, with this content, is (about to be) staged under our id."""
    db.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", (transfer_id, index, digest))


def set_done(db: Connection, transfer_id: int, done: bytes) -> None:
    """These ranges are synced to the disk."""
    db.execute("UPDATE progress SET done=? WHERE transfer_id=?", (done, transfer_id))


def set_committing(db: Connection, transfer_id: int) -> None:
    """The commit is about to be sent: after a crash, look whether it arrived."""
    db.execute("UPDATE progress SET is_committing=1 WHERE transfer_id=?", (transfer_id,))
    db.execute(
        "UPDATE transfers SET state=? WHERE id=?", (TransferState.COMMITTING.value, transfer_id)
    )


def partials(db: Connection, job_id: int) -> dict[int, int]:
    """Durable bytes of a job's unfinished transfers, by their id."""
    told = {}
    rows = db.execute(
        "SELECT p.transfer_id, p.chunk_bytes, p.done, t.size_bytes,"
        " (SELECT count(*) FROM blocks b WHERE b.transfer_id=p.transfer_id)"
        " FROM progress p JOIN transfers t ON t.id=p.transfer_id"
        " WHERE t.job_id=? AND t.state NOT IN (?, ?, ?)",
        (job_id, *(s.value for s in (_S.DONE, _S.SKIPPED, _S.CANCELLED))),
    )
    for transfer_id, chunk_bytes, done, size_bytes, blocks in rows:
        chunks = int.from_bytes(done or b"", "little").bit_count() + blocks
        told[transfer_id] = min(chunks * chunk_bytes, size_bytes)
    return told
