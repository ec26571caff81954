"""Saved connections without their secrets: one versioned, private JSON file.

Functions block (they read, lock and write a file) and are called from a worker thread.
Window and command line may change the file at the same time: every change reads, changes
and writes under a lock.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from explorer.base.errors import DiskFullError, LocalError, LocalPermissionError
from explorer.base.paths import locked, write_private
from explorer.base.records import dataclass
from explorer.storage.saved_connection import SavedConnection, from_json, to_json

FORMAT = "quayside-connections"
VERSION = 1
FILE_NAME = "connections.json"


@dataclass(frozen=True, slots=True)
class AccountList:
    """What is saved, in the user's order; `notices` must be shown where there are any."""

    connections: tuple[SavedConnection, ...] = ()
    notices: tuple[str, ...] = ()
    is_writable: bool = True


class Accounts:
    """The file `connections.json` of a data folder."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE_NAME
        self._lock_path = folder / f"{FILE_NAME}.lock"
        self._clock = clock

    @property
    def path(self) -> Path:
        """Where the list is; it is replaced in one step by whoever changes it."""
        return self._path

    def peek(self) -> tuple[SavedConnection, ...] | None:
        """What is saved at the moment; None where that cannot be read or made sense of as a
        whole. Waits for nobody, mends nothing, and never raises for what is in the file."""
        try:
            entries, version = _entries_of(self._path.read_bytes())
            found = tuple(from_json(entry) for entry in entries)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return found if version <= VERSION else None

    def load(self) -> AccountList:
        """Everything saved. A damaged file is set aside and said so; raises LocalError."""
        with self._held():
            return self._read()

    def add(self, connection: SavedConnection) -> AccountList:
        """Append it, or replace the one of the same id. Raises LocalError."""

        def change(saved: tuple[SavedConnection, ...]) -> tuple[SavedConnection, ...]:
            if any(one.id == connection.id for one in saved):
                return tuple(connection if one.id == connection.id else one for one in saved)
            return (*saved, connection)

        return self._change(change)

    def update(
        self, connection_id: str, change: Callable[[SavedConnection], SavedConnection]
    ) -> AccountList:
        """Change one as it is in the file now; nothing happens where it is gone."""
        return self._change(
            lambda saved: tuple(
                replace(change(one), id=one.id) if one.id == connection_id else one for one in saved
            )
        )

    def remove(self, connection_id: str) -> AccountList:
        """Take one out; nothing happens where it is gone."""
        return self._change(lambda saved: tuple(one for one in saved if one.id != connection_id))

    def _change(
        self, change: Callable[[tuple[SavedConnection, ...]], tuple[SavedConnection, ...]]
    ) -> AccountList:
        with self._held():
            now = self._read()
            if not now.is_writable:
                raise LocalError(
                    "The list of connections is of a newer Quayside and is left as it is.",
                    path=str(self._path),
                    cure="Use the newer Quayside, or another data folder.",
                )
            changed = change(now.connections)
            if changed != now.connections:
                self._write(changed)
            return replace(now, connections=changed)

    def _write(self, connections: tuple[SavedConnection, ...]) -> None:
        document = {
            "format": FORMAT,
            "version": VERSION,
            "connections": [to_json(one) for one in connections],
        }
        text = json.dumps(document, indent=2, ensure_ascii=False)
        write_private(self._path, f"{text}\n".encode("utf-8", "surrogatepass"))

    def _read(self) -> AccountList:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return AccountList()
        try:
            entries, version = _entries_of(data)
        except (ValueError, KeyError, TypeError, RecursionError):
            aside = self._set_aside(data)
            self._path.unlink()
            return AccountList(
                notices=(
                    f"The list of connections was damaged. It is kept as {aside.name}; "
                    "a new one begins. Secrets in the keyring are not touched.",
                )
            )
        if version > VERSION:
            return AccountList(
                notices=("The list of connections is of a newer Quayside and cannot be read.",),
                is_writable=False,
            )
        return self._checked(entries, data)

    def _checked(self, entries: list[object], data: bytes) -> AccountList:
        good: dict[str, SavedConnection] = {}
        for entry in entries:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                one = from_json(entry)
                good.setdefault(one.id, one)
        found = tuple(good.values())
        if len(found) == len(entries):
            return AccountList(found)
        aside = self._set_aside(data)
        self._write(found)
        lost = len(entries) - len(found)
        return AccountList(
            found,
            notices=(
                f"{lost} of {len(entries)} saved connections could not be read. "
                f"The old list is kept as {aside.name}.",
            ),
        )

    def _set_aside(self, data: bytes) -> Path:
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._clock()))
        for number in range(1000):
            tail = f"-{number}" if number else ""
            aside = self._path.with_name(f"{FILE_NAME}.damaged-{moment}{tail}")
            if not aside.exists():
                break
        write_private(aside, data)
        return aside

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        try:
            with locked(self._lock_path):
                yield
        except OSError as error:
            raise _translated(error, self._path) from error


def _entries_of(data: bytes) -> tuple[list[object], int]:
    """What is listed in the file, unread, and its version. Raises ValueError, KeyError,
    TypeError, RecursionError."""
    document = json.loads(data)
    entries, version = document["connections"], document["version"]
    is_ours = document["format"] == FORMAT and isinstance(entries, list)
    if not is_ours or type(version) is not int or version < 1:
        raise ValueError("not a list of connections")
    return entries, version


def _translated(error: OSError, path: Path) -> LocalError:
    where = str(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            "There is no room left to save the connections.",
            path=where,
            cure="Free some space, then try again; what was saved before is still there.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP):
        return LocalPermissionError(
            "The list of connections cannot be opened or written by this user.",
            path=where,
            cure="Check the permissions of the folder, or set QUAYSIDE_DATA_DIR to another one.",
        )
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return LocalError(
        f"The list of connections cannot be used: {reason}.",
        path=where,
        cure="Check the folder, or set QUAYSIDE_DATA_DIR to another one.",
    )


def new_id() -> str:
    """A fresh id for a connection; also the name under which the keyring has its secret."""
    return os.urandom(16).hex()
