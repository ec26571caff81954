"""The steps of a plan in a temporary file, so that memory does not grow with them. Blocking."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from explorer.transfer.files import translating
from explorer.workflows.mirror_model import Deed, Entry, Step

CHUNK_BYTES: Final = 256 * 1024


class Steps:
    """Filled by `add`, then read from the beginning as often as wanted, by one thread at a time.
    A context manager that removes its file, which nobody else can see. Raises LocalError."""

    def __init__(self, folder: Path) -> None:
        with translating(os.fsencode(folder)):
            self._file = tempfile.TemporaryFile("w+b", dir=folder)  # noqa: SIM115  # see `__exit__`
        self._end = 0

    def add(self, steps: Iterable[Step]) -> None:
        with translating(b"a temporary file"):
            self._file.seek(self._end)
            self._file.writelines(map(_line, steps))
            self._end = self._file.tell()

    def clear(self) -> None:
        self._end = 0

    def read(self, *deeds: Deed) -> Iterator[Step]:
        """Those of these deeds, or all of them, in the order in which they came."""
        starts = tuple(_start(deed) for deed in deeds or Deed)
        at = 0
        while at < self._end:
            self._file.seek(at)
            lines = self._file.readlines(min(CHUNK_BYTES, self._end - at))
            at = self._file.tell()
            for line in lines:
                if line.startswith(starts):
                    yield _step(line)

    def __enter__(self) -> Steps:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _start(deed: Deed) -> bytes:
    return f'["{deed.value}", '.encode("ascii")


def _line(step: Step) -> bytes:
    sides = [None if entry is None else plain(entry) for entry in (step.source, step.target)]
    return (json.dumps([step.deed.value, step.name, step.reason, *sides]) + "\n").encode("ascii")


def _step(line: bytes) -> Step:
    deed, name, reason, source, target = json.loads(line)
    return Step(
        Deed(deed),
        name,
        reason,
        None if source is None else entry_of(source),
        None if target is None else entry_of(target),
    )


def plain(entry: Entry) -> list[Any]:
    """An entry as JSON has it."""
    return list(entry if entry.md5 is None else entry._replace(md5=entry.md5.hex()))  # type: ignore[arg-type]


def entry_of(value: list[Any]) -> Entry:
    """What `plain` made of an entry."""
    entry = Entry(*value)
    return entry._replace(md5=bytes.fromhex(value[4])) if entry.md5 else entry
