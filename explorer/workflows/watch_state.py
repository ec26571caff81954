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
        self.uploaded = _load(path)
        _compact(path, self.uploaded)
        descriptor = open_private(path, os.O_WRONLY | os.O_APPEND)
        self._file: IO[str] = os.fdopen(descriptor, "a", encoding="utf-8")

    def add(self, prints: Mapping[str, Print]) -> None:
        """These are uploaded; durable when this returns. Raises LocalError."""
        try:
            self._file.writelines(
                json.dumps([name, *one], ensure_ascii=True) + "\n" for name, one in prints.items()
            )
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


def _load(path: Path) -> dict[str, Print]:
    """Lines that a crash cut short are left out: their files are sent again."""
    found: dict[str, Print] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    name, size_bytes, mtime_ns = json.loads(line)
                    found[str(name)] = Print(int(size_bytes), int(mtime_ns))
                except (ValueError, TypeError):
                    continue
    except FileNotFoundError:
        pass
    return found


def _compact(path: Path, uploaded: Mapping[str, Print]) -> None:
    lines = (json.dumps([name, *one], ensure_ascii=True) + "\n" for name, one in uploaded.items())
    write_private(path, "".join(lines).encode())


def _refused(path: Path, error: OSError) -> LocalError:
    return LocalError(
        f"What was uploaded cannot be kept: {error.strerror}.",
        path=str(path),
        cure="Free some space, or name another data folder.",
    )
