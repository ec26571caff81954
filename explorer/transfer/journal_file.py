"""The queue's file itself: opened, brought up to date, checked, and salvaged where damaged.

The only module that imports sqlite3. Everything here blocks; the journal's thread calls it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from explorer.base.errors import DiskFullError, JournalError, LocalPermissionError, QuaysideError
from explorer.transfer.encoding import request_from_text
from explorer.transfer.schema import MIGRATIONS, TABLES
from explorer.transfer.state import JobState, TransferState
from explorer.transfer.wal import look_at_wal

log = logging.getLogger(__name__)

Connection = sqlite3.Connection

BUSY_S: Final = 30.0
"""How long a writer waits for another process."""


def open_checked(path: Path, is_alone: Callable[[], bool]) -> tuple[Connection, str]:
    """Open and check; set a damaged file aside and keep what can be read of it."""
    is_emptied = not _make_private(path) and path.stat().st_size == 0 and is_alone()
    db: Connection | None = None
    try:
        if is_emptied:
            raise sqlite3.DatabaseError("the file is empty")
        log_before = look_at_wal(_log_of(path))
        db = _connect(path)
        taken = fold(db)
        # Another process may have begun the log anew meanwhile: then it was whole.
        lacks_some = log_before is not None and (
            log_before.lacks(taken) and look_at_wal(_log_of(path)) == log_before
        )
        _upgrade(db)
        if problems := _problems(db):
            raise sqlite3.DatabaseError(problems)
        return db, _without_the_last(db) if lacks_some else ""
    except (sqlite3.Error, UnicodeDecodeError) as error:  # a damaged schema is quoted raw
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        damages = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
        if code not in damages:
            raise translated(error) from error
        if not is_alone():
            raise JournalError(
                f"The transfer queue's file {path} is damaged, and another Quayside has it open.",
                cure="Close the other one and start again.",
            ) from error
    return _begin_again(path)


def fold(db: Connection) -> int:
    """Move what is in the log into the file itself, where damage is noticed and much can be
    read in spite of it. Not inside a transaction. Returns how many frames the log has."""
    _, frames, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(frames)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _without_the_last(db: Connection) -> str:
    """The newest changes cannot be read: what is known may be older than what was done."""
    db.execute("UPDATE jobs SET is_expanding=1 WHERE finished_s IS NULL")
    return (
        "The transfer queue's newest changes were damaged on the disk and are lost. "
        "Look through the transfers: what is missing has to be started again, and what was "
        "finished last may be there once more."
    )


def _make_private(path: Path) -> bool:
    """See to it that the file is there and only ours; true if it is new. SQLite gives the
    WAL and its index the permissions of the main file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if os.name == "posix":
            path.chmod(0o600)
        return False
    return True


def _connect(path: Path) -> Connection:
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA foreign_keys=ON")
    db.execute("PRAGMA secure_delete=OFF")
    return db


def _upgrade(db: Connection) -> None:
    newest = len(MIGRATIONS)
    if _version(db) == newest:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)
        if version > newest:
            raise JournalError(
                f"The transfer queue was written by a newer Quayside (version {version}, "
                f"this one knows {newest}).",
                cure="Start the newer Quayside, or use another data folder.",
            )
        for script in MIGRATIONS[version:]:
            for statement in script:
                db.execute(statement)
        db.execute(f"PRAGMA user_version={newest}")
        db.execute("COMMIT")
        fold(db)
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.close()
        raise


def _version(db: Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _problems(db: Connection) -> str:
    """What `quick_check` finds, and jobs that are not what was written; empty when all is well."""
    rows = [str(row[0]) for row in db.execute("PRAGMA quick_check(3)")]
    if rows != ["ok"]:
        return "; ".join(rows)
    if _schema(db) != _schema_as_written():
        return "the tables are not those that were made"
    if db.execute(f"SELECT 1 FROM transfers WHERE {_LOST} LIMIT 1").fetchone():  # noqa: S608
        return "a transfer is in no state there is"
    return "".join(f"job {job_id} cannot be read; " for job_id in _unreadable(db))


_LOST: Final = f"state NOT IN ({', '.join(repr(state.value) for state in TransferState)})"
"""Transfers with flipped bits, which an index tells."""


def _schema(db: Connection) -> list[tuple[str, str]]:
    return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def _schema_as_written() -> list[tuple[str, str]]:
    db = sqlite3.connect(":memory:")
    try:
        for script in MIGRATIONS:
            for statement in script:
                db.execute(statement)
        return _schema(db)
    finally:
        db.close()


def _unreadable(db: Connection) -> list[int]:
    """Jobs with flipped bits, which no check of SQLite's sees."""
    found = []
    rows = db.execute("SELECT id, CAST(request AS BLOB), CAST(state AS BLOB) FROM jobs")
    for job_id, request, state in rows:
        try:
            request_from_text(bytes(request).decode("ascii"))
            JobState(bytes(state).decode("ascii"))
        except (ValueError, TypeError, JournalError):
            found.append(int(job_id))
    return found


def _begin_again(path: Path) -> tuple[Connection, str]:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.replace(f"{path}{ending}", f"{aside}{ending}")
    _make_private(path)
    db = _connect(path)
    _upgrade(db)
    kept = _salvage(aside, db)
    jobs = kept.get("jobs", 0)
    return db, (
        f"The transfer queue's file was damaged. It was set aside as {aside.name}, and "
        f"{jobs} {'job' if jobs == 1 else 'jobs'} could be read from it and kept. "
        "Look through the transfers: what is missing has to be started again."
    )


def _salvage(aside: Path, into: Connection) -> dict[str, int]:
    """Copy each row that can be read, from both ends of each table."""
    kept: dict[str, int] = {}
    _fill_up(aside)
    try:
        old = _connect(aside)
    except (sqlite3.Error, UnicodeDecodeError):
        return kept
    into.execute("PRAGMA foreign_keys=OFF")
    into.execute("BEGIN IMMEDIATE")
    try:
        for table in TABLES:
            for order in ("ASC", "DESC"):
                _copy_readable(old, into, table, order)
            kept[table] = int(into.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        for job_id in _unreadable(into):
            into.execute("DELETE FROM jobs WHERE id=?", (job_id,))
        into.execute("DELETE FROM transfers WHERE job_id NOT IN (SELECT id FROM jobs)")
        into.execute(f"DELETE FROM transfers WHERE {_LOST}")  # noqa: S608
        for table in ("progress", "blocks", "wishes"):
            into.execute(
                f"DELETE FROM {table} WHERE transfer_id NOT IN (SELECT id FROM transfers)"  # noqa: S608
            )
        # Rows may be missing: the source is walked again, and what is known stays as it is.
        into.execute("UPDATE jobs SET is_expanding=1 WHERE finished_s IS NULL")
        into.execute("COMMIT")
    finally:
        old.close()
        into.execute("PRAGMA foreign_keys=ON")
    return kept


def _fill_up(aside: Path) -> None:
    """SQLite reads nothing of a file that is shorter than its header says: add what is
    missing as zeros. See 'Database File Format', 1.3."""
    with open(aside, "r+b") as file:
        header = file.read(100)
        if len(header) < 100 or not header.startswith(b"SQLite format 3"):
            return
        page = int.from_bytes(header[16:18], "big")
        size = int.from_bytes(header[28:32], "big") * (65536 if page == 1 else page)
        if size > file.seek(0, os.SEEK_END):
            file.truncate(size)


def _copy_readable(old: Connection, into: Connection, table: str, order: str) -> None:
    columns = [row[1] for row in into.execute(f"PRAGMA table_info({table})")]
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    with suppress(sqlite3.Error, UnicodeDecodeError):
        rows = old.execute(f"SELECT {names} FROM {table} ORDER BY 1 {order}")  # noqa: S608
        for row in rows:
            with suppress(sqlite3.Error):
                into.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608


def close(db: Connection) -> None:
    """Fold the log into the file, if that is possible now, and close it."""
    with suppress(sqlite3.Error):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def is_busy(error: Exception) -> bool:
    """Whether another process has kept the file locked for `BUSY_S`."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def translated(error: Exception) -> Exception:
    """A fault of SQLite as an error that a person can act on."""
    if isinstance(error, QuaysideError) or not isinstance(error, sqlite3.Error):
        return error
    code = _code(error)
    told: QuaysideError
    if code == sqlite3.SQLITE_FULL:
        told = DiskFullError(
            "The transfer queue could not be written: the disk is full.",
            cure="Free some space; the transfers go on by themselves.",
        )
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        told = LocalPermissionError(
            "The transfer queue's file cannot be opened or written.",
            cure="Check the permissions of Quayside's data folder, or choose another.",
        )
    elif is_busy(error):
        told = JournalError(
            "Another Quayside has kept the transfer queue locked for too long.",
            cure="Wait for it, or close it, and try again.",
        )
    elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
        told = JournalError(
            "The transfer queue's file is damaged.",
            cure="Close every Quayside and start it again: the file is set aside "
            "and what can be read is kept.",
        )
    else:
        told = JournalError(f"The transfer queue failed ({type(error).__name__}: {error}).")
    told.__cause__ = error
    return told
