"""The tables of the queue's file, version by version.

A job is one request, a transfer one file of it. `progress` and `blocks` hold what
an unfinished transfer needs to go on, and are emptied when it ends, so the file
stays small. There is no secret in any of them.
"""

from __future__ import annotations

from typing import Final

TABLES: Final = ("jobs", "transfers", "progress", "blocks", "wishes")
"""Parents before children."""

_FIRST: Final = (
    """CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        request TEXT NOT NULL,
        title TEXT NOT NULL,
        state TEXT NOT NULL,
        priority INTEGER NOT NULL,
        is_expanding INTEGER NOT NULL,
        owner TEXT,
        wish TEXT NOT NULL DEFAULT '',
        added_s REAL NOT NULL,
        finished_s REAL,
        failure TEXT,
        tally TEXT
    )""",
    """CREATE TABLE transfers (
        id INTEGER PRIMARY KEY,
        job_id INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        kind INTEGER NOT NULL,
        source_key BLOB NOT NULL,
        target_key BLOB NOT NULL,
        is_active INTEGER NOT NULL DEFAULT 0,
        local BLOB NOT NULL,
        remote TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        etag TEXT NOT NULL DEFAULT '',
        md5 BLOB,
        attempt INTEGER NOT NULL DEFAULT 0,
        failure TEXT,
        note TEXT NOT NULL DEFAULT ''
    )""",
    # A walk that is repeated after a crash finds each source once.
    "CREATE UNIQUE INDEX one_per_source ON transfers(job_id, source_key)",
    # Two transfers never write to one place at the same time, in whatever process.
    "CREATE UNIQUE INDEX one_per_target ON transfers(target_key) WHERE is_active",
    "CREATE INDEX by_state ON transfers(job_id, state, id)",
    """CREATE TABLE progress (
        transfer_id INTEGER PRIMARY KEY REFERENCES transfers(id) ON DELETE CASCADE,
        upload_id BLOB,
        chunk_bytes INTEGER NOT NULL DEFAULT 0,
        done BLOB,
        etag TEXT NOT NULL DEFAULT '',
        fingerprint TEXT NOT NULL DEFAULT '',
        is_committing INTEGER NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE blocks (
        transfer_id INTEGER NOT NULL REFERENCES transfers(id) ON DELETE CASCADE,
        idx INTEGER NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (transfer_id, idx)
    ) WITHOUT ROWID""",
)

_COPIES: Final[tuple[str, ...]] = ()
"""Jobs may be copies: the tables stay, and a Quayside that knows no copies is told by the
number that this file is too new, instead of taking such a job for damage."""

_SINGLE_FILES: Final = (
    # Paused says from here on that a person holds this one file back.
    "UPDATE transfers SET state='queued' WHERE state='paused'",
    "ALTER TABLE transfers ADD COLUMN rank INTEGER NOT NULL DEFAULT 0",
    # Those few that were put before all others; the rest goes by its number.
    "CREATE INDEX by_rank ON transfers(job_id, rank, id) WHERE rank<0",
    # What a process asks of the one that runs the job.
    """CREATE TABLE wishes (
        transfer_id INTEGER PRIMARY KEY REFERENCES transfers(id) ON DELETE CASCADE,
        wish TEXT NOT NULL
    )""",
)

_BOTH_KEPT: Final = (
    # The name of a target before it got another, since both are kept; in the system's bytes,
    # or UTF-8.
    "ALTER TABLE transfers ADD COLUMN original BLOB NOT NULL DEFAULT x''",
)

_ARCHIVES: Final[tuple[str, ...]] = ()
"""Uploads may be archives: as with copies, an older Quayside is told that it knows them not."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    _FIRST,
    _COPIES,
    _SINGLE_FILES,
    _BOTH_KEPT,
    _ARCHIVES,
)
"""The statements that lead from version n to n + 1; the file's `user_version` counts them."""
