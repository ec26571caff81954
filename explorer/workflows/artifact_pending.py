"""Which jobs send an artifact that is to be confirmed at their end, kept through restarts.

A small file for each job, of this user alone. Blocking.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from explorer.base.errors import LocalError
from explorer.base.paths import write_private
from explorer.base.records import dataclass
from explorer.service.model import Location

FOLDER: Final = "artifacts"


@dataclass(frozen=True, slots=True)
class Pending:
    """What a job sends: the files of `path`, with that hash of their content."""

    job_id: int
    path: str
    container: Location
    name: str
    version: str
    content_hash: str


def keep(data_dir: Path, pending: Pending) -> None:
    """Raises LocalError."""
    container = pending.container
    document = {
        "path": pending.path,
        "connection": container.connection_id,
        "container": container.container,
        "name": pending.name,
        "version": pending.version,
        "hash": pending.content_hash,
    }
    try:
        write_private(_file(data_dir, pending.job_id), json.dumps(document).encode())
    except OSError as error:
        raise LocalError(
            f"What the transfer sends cannot be noted: {error.strerror}.",
            path=str(data_dir),
            cure="Is there room on the disk?",
        ) from error


def kept(data_dir: Path) -> Iterator[Pending]:
    """All of them; what cannot be read is left out."""
    for path in sorted((data_dir / FOLDER).glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
            yield Pending(
                int(path.stem),
                str(document["path"]),
                Location(str(document["connection"]), str(document["container"])),
                str(document["name"]),
                str(document["version"]),
                str(document["hash"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue


def drop(data_dir: Path, job_id: int) -> None:
    """It is confirmed, or given up."""
    _file(data_dir, job_id).unlink(missing_ok=True)


def _file(data_dir: Path, job_id: int) -> Path:
    return data_dir / FOLDER / f"{job_id}.json"
