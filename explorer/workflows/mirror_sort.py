"""Entries put in order with little memory: sorted pieces in temporary files, merged. Blocking.

A listing's order is the service's own affair (it differs between flat and hierarchical
accounts), and a folder is walked in the order of its disk.
"""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import IO, Final

from explorer.base.cancel import current_token
from explorer.workflows.mirror_model import Entry
from explorer.workflows.mirror_steps import entry_of, plain

PIECE: Final = 5_000
"""Entries that are in memory at once."""
WIDTH: Final = 32
"""So many files of a size are merged into one: those that are open at once stay few."""
_LOOK: Final = 1_000


class Sorter:
    """Filled by `add`, then read once by `in_order`; a context manager that removes its files,
    which nobody else can see."""

    def __init__(self, folder: Path, piece: int = PIECE) -> None:
        self._folder = folder
        self._piece = piece
        self._waiting: list[Entry] = []
        self._files: list[tuple[int, IO[str]]] = []
        """Each with how often its entries were merged; older entries first."""
        self.count = 0

    def add(self, entry: Entry) -> None:
        self._waiting.append(entry)
        self.count += 1
        if len(self._waiting) >= self._piece:
            self._spill()

    def _spill(self) -> None:
        self._waiting.sort(key=itemgetter(0))
        level, lines = 0, (json.dumps(plain(entry)) + "\n" for entry in self._waiting)
        self._keep(level, lines)
        self._waiting = []
        while [one for one, _ in self._files[-WIDTH:]] == [level] * WIDTH:
            files = [file for _, file in self._files[-WIDTH:]]
            del self._files[-WIDTH:]
            level += 1
            try:
                self._keep(level, heapq.merge(*map(_lines, files), key=_name))
            finally:
                for file in files:
                    file.close()

    def _keep(self, level: int, lines: Iterable[str]) -> None:
        file = tempfile.TemporaryFile(  # noqa: SIM115  # closed by `close`
            "w+", encoding="ascii", dir=self._folder
        )
        self._files.append((level, file))
        file.writelines(lines)

    def in_order(self) -> Iterator[Entry]:
        """All of them, by name; of one name, those that came first come first."""
        self._waiting.sort(key=itemgetter(0))
        pieces = [map(_entry, _lines(file)) for _, file in self._files]
        token = current_token()
        for number, entry in enumerate(heapq.merge(*pieces, self._waiting, key=itemgetter(0))):
            if token is not None and number % _LOOK == 0:
                token.raise_if_cancelled()
            yield entry

    def close(self) -> None:
        for _, file in self._files:
            file.close()
        self._files = []
        self._waiting = []

    def __enter__(self) -> Sorter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lines(file: IO[str]) -> IO[str]:
    file.seek(0)
    return file


def _name(line: str) -> str:
    return str(json.loads(line)[0])


def _entry(line: str) -> Entry:
    return entry_of(json.loads(line))
