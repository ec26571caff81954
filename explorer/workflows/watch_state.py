"""What a watched folder has uploaded, kept so that a restart does not send it again.

One file a pair of folder and target, as JSON Lines that only grow, and are written anew, short,
at each start. Blocking.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from explorer.base.errors import ConflictError, LocalError
from explorer.base.paths import locked_at_once, make_private_dir, open_private, write_private
from explorer.workflows.settling import Print


class WatchState:
    """Of one process at a time; made by `opened`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.uploaded, self.left = _load(path)
        """What was uploaded, and what a person took out of the queue, as they were then."""
        _compact(path, self.uploaded, self.left)
        descriptor = open_private(path, os.O_WRONLY | os.O_APPEND)
        self._file: IO[str] = os.fdopen(descriptor, "a", encoding="utf-8")

    def add(self, prints: Mapping[str, Print], *, left: Mapping[str, Print] | None = None) -> None:
        """These are uploaded, or `left` out; durable when this returns. Raises LocalError."""
        try:
            self._file.writelines(_lines(prints, left or {}))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _refused(self._path, error) from error

    def begin(self, job_id: int, batch: Mapping[str, Print]) -> None:
        """This job moves these files; after a crash the next start goes on with it."""
        document = {"job": job_id, "files": {name: list(one) for name, one in batch.items()}}
        try:
            write_private(self._job_path, json.dumps(document).encode())
        except OSError as error:
            raise _refused(self._job_path, error) from error

    def end(self) -> None:
        """No job is under way any more."""
        self._job_path.unlink(missing_ok=True)

    def begun(self) -> tuple[int, dict[str, Print]] | None:
        """The job that was under way when the last process ended, and its files."""
        try:
            document = json.loads(self._job_path.read_bytes())
            files = {str(name): Print(*map(int, one)) for name, one in document["files"].items()}
            return int(document["job"]), files
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    @property
    def _job_path(self) -> Path:
        return self._path.with_suffix(".job")

    def close(self) -> None:
        self._file.close()


@contextmanager
def opened(data_dir: Path, folder: str, target: str) -> Iterator[WatchState]:
    """The state of that pair, locked. Raises ConflictError while another process watches it,
    LocalError where it cannot be read or written."""
    key = hashlib.sha256(f"{folder}\0{target}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
    place = data_dir / "watched"
    try:
        make_private_dir(place)
        with locked_at_once(place / f"{key}.lock") as is_ours:
            if not is_ours:
                raise ConflictError(
                    "Another Quayside watches this folder for this target.",
                    cure="End that one first, or watch another folder.",
                )
            state = WatchState(place / f"{key}.jsonl")
            try:
                yield state
            finally:
                state.close()
    except OSError as error:
        raise _refused(place, error) from error


_LEFT = "left"
"""The fourth word of a line; an older Quayside passes over such lines."""


def _load(path: Path) -> tuple[dict[str, Print], dict[str, Print]]:
    """Lines that a crash cut short are left out: their files are sent again."""
    uploaded: dict[str, Print] = {}
    left: dict[str, Print] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    name, size_bytes, mtime_ns, *word = json.loads(line)
                    one = Print(int(size_bytes), int(mtime_ns))
                    (left if word == [_LEFT] else uploaded)[str(name)] = one
                except (ValueError, TypeError):
                    continue
                if not word:
                    left.pop(str(name), None)
    except FileNotFoundError:
        pass
    return uploaded, left


def _lines(uploaded: Mapping[str, Print], left: Mapping[str, Print]) -> Iterator[str]:
    for name, one in uploaded.items():
        yield json.dumps([name, *one], ensure_ascii=True) + "\n"
    for name, one in left.items():
        yield json.dumps([name, *one, _LEFT], ensure_ascii=True) + "\n"


def _compact(path: Path, uploaded: Mapping[str, Print], left: Mapping[str, Print]) -> None:
    write_private(path, "".join(_lines(uploaded, left)).encode())


def _refused(path: Path, error: OSError) -> LocalError:
    return LocalError(
        f"What was uploaded cannot be kept: {error.strerror}.",
        path=str(path),
        cure="Free some space, or name another data folder.",
    )
