"""The manifest of a run of a mirror: what is the same on both sides, as JSON Lines.

The first line is the run: `quayside` (`mirror`), `version` of the format, `from` and `to`
without credentials, `started` and `finished` (RFC 3339, UTC) and its counts. Each line after
it is one file, in the order of the names (by code points): `name`, `size`, `etag` of the blob
(of the target, where both sides are remote), `md5` (hexadecimal) and `version_id` where known,
`time` of the last change, and `source` and `target`, what tells a later change on either side:
an ETag, or the size and time of a local file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.transfer import stamps
from explorer.workflows.mirror_model import Record

KIND: Final = "mirror"
VERSION: Final = 1
MOST_LINE: Final = 64 * 1024
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as its manifest begins. `source` and `target` are a local path or an address."""

    source: str
    target: str
    started: str
    finished: str
    counts: dict[str, int] = field(default_factory=dict)
    """`files`, `bytes`, `added`, `updated`, `deleted`, `failed`."""


def run_line(run: Run) -> str:
    """The first line."""
    return _dump(
        {
            "quayside": KIND,
            "version": VERSION,
            "from": run.source,
            "to": run.target,
            "started": run.started,
            "finished": run.finished,
            **run.counts,
        }
    )


def record_line(record: Record) -> str:
    """One file's line."""
    return _dump(
        {
            "name": record.name,
            "size": record.size_bytes,
            "etag": record.etag,
            "md5": None if record.md5 is None else record.md5.hex(),
            "version_id": record.version_id,
            "time": stamps.to_text(record.mtime_ns),
            "source": record.source_mark,
            "target": record.target_mark,
        }
    )


def _dump(value: dict[str, Any]) -> str:
    # ASCII: a local name may hold what is no text.
    return json.dumps(value) + "\n"


def read_run(line: str) -> Run:
    """The first line read. Raises InputError."""
    value = _object(line, 1)
    if value.get("quayside") != KIND:
        raise InputError("This is no manifest of a mirror.", cure="See `quayside mirror --runs`.")
    if value.get("version") != VERSION:
        raise InputError(
            "This manifest was written by a newer Quayside.", cure="Use that one to read it."
        )
    texts = [value.get(key) for key in ("from", "to", "started", "finished")]
    if not all(isinstance(text, str) for text in texts):
        raise _damaged(1)
    known = {"quayside", "version", "from", "to", "started", "finished"}
    counts = {
        key: number for key, number in value.items() if key not in known and isinstance(number, int)
    }
    source, target, started, finished = map(str, texts)
    return Run(source, target, started, finished, counts)


def read_record(line: str, number: int) -> Record:
    """A line of a file read. Raises InputError, which names the line."""
    value = _object(line, number)
    name, size, md5, time = (value.get(key) for key in ("name", "size", "md5", "time"))
    marks = [value.get(key, "") for key in ("etag", "version_id", "source", "target")]
    mtime_ns = stamps.from_text(time) if isinstance(time, str) else None
    is_md5 = md5 is None or (isinstance(md5, str) and _MD5.fullmatch(md5) is not None)
    is_right = (
        isinstance(name, str)
        and name != ""
        and isinstance(size, int)
        and size >= 0
        and mtime_ns is not None
        and is_md5
        and all(isinstance(mark, str) for mark in marks)
    )
    if not is_right or mtime_ns is None or not isinstance(size, int):
        raise _damaged(number)
    etag, version_id, source, target = map(str, marks)
    return Record(
        str(name),
        size,
        etag,
        bytes.fromhex(md5) if isinstance(md5, str) else None,
        version_id,
        mtime_ns,
        source,
        target,
    )


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        raise _damaged(number) from None
    if not isinstance(value, dict):
        raise _damaged(number)
    return value


def _damaged(number: int) -> InputError:
    return InputError(
        f"Line {number} of the manifest is not as Quayside writes it.",
        cure="Was it edited, or cut off? Use the manifest of another run.",
    )


class Manifest:
    """One that is read: the run at once, the records as they are asked for. A context manager;
    blocking."""

    def __init__(self, path: Path) -> None:
        try:
            self._file: IO[str] = path.open(encoding="ascii", errors="replace")
        except OSError as error:
            raise InputError(
                f"The manifest '{shown(str(path))}' cannot be read: {error.strerror}.",
                cure="See `quayside mirror --runs`.",
            ) from error
        try:
            self.run = read_run(self._file.readline(MOST_LINE))
        except InputError:
            self._file.close()
            raise

    def records(self) -> Iterator[Record]:
        """In the order of the file. Raises InputError where a line is damaged, or out of order."""
        number, before = 1, ""
        while line := self._file.readline(MOST_LINE):
            number += 1
            record = read_record(line, number)
            if record.name <= before:
                raise _damaged(number)
            before = record.name
            yield record

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class Change(Enum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Difference(NamedTuple):
    """One file that is not the same in two manifests."""

    change: Change
    name: str
    before: Record | None
    after: Record | None


def differences(before: Iterable[Record], after: Iterable[Record]) -> Iterator[Difference]:
    """From one manifest to another, in the order of the names. Pure."""
    older, newer = iter(before), iter(after)
    old, new = next(older, None), next(newer, None)
    while True:
        if old is not None and (new is None or old.name < new.name):
            yield Difference(Change.REMOVED, old.name, old, None)
            old = next(older, None)
        elif new is not None and (old is None or new.name < old.name):
            yield Difference(Change.ADDED, new.name, None, new)
            new = next(newer, None)
        elif old is not None and new is not None:
            if is_changed(old, new):
                yield Difference(Change.CHANGED, new.name, old, new)
            old, new = next(older, None), next(newer, None)
        else:
            return


def is_changed(old: Record, new: Record) -> bool:
    """Whether it is another content: by size and MD5, or else by ETag."""
    if old.size_bytes != new.size_bytes:
        return True
    if old.md5 is not None and new.md5 is not None:
        return old.md5 != new.md5
    return old.etag != new.etag
