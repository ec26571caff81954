"""Entries put in order with little memory: sorted pieces in temporary files, merged. Blocking.

A listing's order is the service's own affair (it differs between flat and hierarchical
accounts), and a folder is walked in the order of its disk.
"""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import IO, Final

from explorer.base.cancel import current_token
from explorer.workflows.mirror_model import Entry
from explorer.workflows.mirror_steps import entry_of, plain

PIECE: Final = 5_000
"""Entries that are in memory at once."""
_LOOK: Final = 1_000


class Sorter:
    """Filled by `add`, then read once by `in_order`; a context manager that removes its files,
    which nobody else can see."""

    def __init__(self, folder: Path, piece: int = PIECE) -> None:
        self._folder = folder
        self._piece = piece
        self._waiting: list[Entry] = []
        self._files: list[IO[str]] = []
        self.count = 0

    def add(self, entry: Entry) -> None:
        self._waiting.append(entry)
        self.count += 1
        if len(self._waiting) >= self._piece:
            self._spill()

    def _spill(self) -> None:
        self._waiting.sort(key=itemgetter(0))
        file = tempfile.TemporaryFile(  # noqa: SIM115  # closed by `close`
            "w+", encoding="ascii", dir=self._folder
        )
        self._files.append(file)
        for entry in self._waiting:
            file.write(json.dumps(plain(entry)) + "\n")
        self._waiting = []

    def in_order(self) -> Iterator[Entry]:
        """All of them, by name; of one name, those that came first come first."""
        self._waiting.sort(key=itemgetter(0))
        pieces = [_read(file) for file in self._files]
        token = current_token()
        for number, entry in enumerate(heapq.merge(*pieces, self._waiting, key=itemgetter(0))):
            if token is not None and number % _LOOK == 0:
                token.raise_if_cancelled()
            yield entry

    def close(self) -> None:
        for file in self._files:
            file.close()
        self._files = []
        self._waiting = []

    def __enter__(self) -> Sorter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(file: IO[str]) -> Iterator[Entry]:
    file.seek(0)
    for line in file:
        yield entry_of(json.loads(line))
