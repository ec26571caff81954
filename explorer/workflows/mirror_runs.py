"""Where runs of mirrors are kept: a folder for each pair of places, with a lock and manifests.

Blocking. In the data folder: `mirrors/<pair>/<run>.jsonl`, `lock`, and `job` while one moves.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from explorer.base.errors import InputError, QuaysideError
from explorer.base.paths import (
    locked_at_once,
    make_private_dir,
    replacing,
    write_private,
)
from explorer.base.records import dataclass
from explorer.transfer.files import translating
from explorer.workflows.manifest import Manifest, Run, run_line

ENDING: Final = ".jsonl"
_ID_LENGTH: Final = len("20261121-065415-1a2b3c")
KEPT_RUNS: Final = 100
"""Manifests of one pair; older ones go."""


class MirrorBusyError(QuaysideError):
    """The same pair is being mirrored by somebody else."""

    title = "It is being mirrored already"


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run whose manifest is kept. `id` is what a person names it by."""

    id: str
    path: Path
    run: Run


class Pair:
    """One source and one target, by their labels."""

    def __init__(self, data_dir: Path, source: str, target: str) -> None:
        digest = hashlib.sha256(f"{source}\0{target}".encode("utf-8", "surrogateescape"))
        self.id = digest.hexdigest()[:12]
        self.folder = data_dir / "mirrors" / self.id
        self.source = source
        self.target = target

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else mirrors this pair meanwhile, however this process ends. Raises
        MirrorBusyError at once."""
        with contextlib.ExitStack() as stack:
            with translating(os.fsencode(self.folder)):
                self._make_folder()
                is_free = stack.enter_context(locked_at_once(self.folder / "lock"))
            if not is_free:
                raise MirrorBusyError(
                    f"Another Quayside mirrors {self.source} to {self.target} right now.",
                    cure="Nothing was done; the next run will do it.",
                )
            yield

    @property
    def job(self) -> int | None:
        """The job of a run that has not come to its end."""
        try:
            return int((self.folder / "job").read_text("ascii"))
        except (OSError, ValueError):
            return None

    def note_job(self, job_id: int | None) -> None:
        """Remember what moves now, for a run after a crash; None when it is at its end."""
        path = self.folder / "job"
        with translating(os.fsencode(path)):
            if job_id is None:
                path.unlink(missing_ok=True)
            else:
                write_private(path, str(job_id).encode("ascii"))

    def last(self) -> Path | None:
        """The manifest of the newest run, if there is one."""
        return max(self.folder.glob(f"*{ENDING}"), key=_order, default=None)

    def name_for(self, started: datetime) -> str:
        """A run's id, `20261121-065415-1a2b3c`: later ones sort later."""
        return f"{started:%Y%m%d-%H%M%S}-{self.id[:6]}"

    def keep(self, run_id: str, run: Run, lines: IO[bytes]) -> Path:
        """Keep a manifest under that id, whole or not at all; what is older than the last
        hundred goes. Raises LocalError."""
        path, number = self.folder / f"{run_id}{ENDING}", 1
        while path.exists():  # two within a second
            number += 1
            path = self.folder / f"{run_id}-{number}{ENDING}"
        write_manifest(path, run, lines)
        with translating(os.fsencode(self.folder)):
            for old in sorted(self.folder.glob(f"*{ENDING}"), key=_order)[:-KEPT_RUNS]:
                old.unlink()
        return path

    def temporary(self) -> IO[bytes]:
        """A file without a name in the folder of the pair."""
        with translating(os.fsencode(self.folder)):
            self._make_folder()
            return tempfile.TemporaryFile("w+b", dir=self.folder)

    def _make_folder(self) -> None:
        # The one above as well: it was left open to others by runs of before.
        make_private_dir(self.folder.parent)
        make_private_dir(self.folder)


def _order(path: Path) -> tuple[str, int]:
    """By time: `20261121-065415-1a2b3c` before `20261121-065415-1a2b3c-2`."""
    stem = path.name.removesuffix(ENDING)
    number = stem[_ID_LENGTH + 1 :]
    return stem[:_ID_LENGTH], int(number) if number.isdecimal() else 1


def write_manifest(path: Path, run: Run, lines: IO[bytes]) -> None:
    """The run's line, then the lines: the whole new file, or what was there before. Raises
    LocalError."""
    with translating(os.fsencode(path)), replacing(path) as stream:
        stream.write(run_line(run).encode("ascii"))
        lines.seek(0)
        shutil.copyfileobj(lines, stream)


def write_lines(stream: IO[bytes], lines: Iterable[str]) -> None:
    """Lines of a manifest. Raises LocalError."""
    with translating(b"a temporary file"):
        stream.writelines(line.encode("ascii") for line in lines)


def runs(data_dir: Path) -> list[KeptRun]:
    """Every run that is kept, the newest first. One that cannot be read is left out."""
    found = []
    for path in sorted((data_dir / "mirrors").glob(f"*/*{ENDING}"), key=_order, reverse=True):
        with contextlib.suppress(InputError), Manifest(path) as manifest:
            found.append(KeptRun(path.name.removesuffix(ENDING), path, manifest.run))
    return found


def find_run(data_dir: Path, name: str) -> Path:
    """The manifest that is meant: a file, a run's id, or the beginning of one. Raises
    InputError."""
    if os.sep in name or name.endswith(ENDING):
        return Path(name).expanduser()
    matching = [
        path for path in (data_dir / "mirrors").glob(f"*/*{ENDING}") if path.name.startswith(name)
    ]
    exact = [path for path in matching if path.name == f"{name}{ENDING}"]
    if len(exact or matching) == 1:
        return (exact or matching)[0]
    if matching:
        raise InputError(f"'{name}' begins the names of {len(matching)} runs.", cure="Write more.")
    raise InputError(f"There is no run '{name}'.", cure="See `quayside mirror --runs`.")
