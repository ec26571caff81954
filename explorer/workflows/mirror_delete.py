"""The last part of a mirror: what is only at the target goes, if it is still what was seen."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from explorer.base.cancel import current_token
from explorer.base.errors import ConflictError, LocalError, NotAuthorizedError, QuaysideError
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.transfer.encoding import failure_of
from explorer.transfer.folders import Folder
from explorer.transfer.model import Failure
from explorer.transfer.work import share
from explorer.workflows.mirror_model import Deed, Step
from explorer.workflows.mirror_sides import End, local_mark
from explorer.workflows.mirror_steps import Steps

AT_ONCE: Final = 8
BATCH: Final = 2_000
Failures = list[tuple[str, Failure]]


async def delete(
    service: Service, target: End, steps: Steps, folders: Collection[str]
) -> tuple[int, Failures]:
    """How many files went, and what did not, by name. `folders` stay, however empty."""
    doomed = steps.read(Deed.DELETE)
    if isinstance(target, Path):
        return await service.syncing.run(delete_local, target, doomed, folders)
    try:
        return await _delete_remote(service, target, doomed)
    finally:
        service.syncing.changed(target)


async def _delete_remote(
    service: Service, target: Location, doomed: Iterator[Step]
) -> tuple[int, Failures]:
    gone = 0
    folders: list[Step] = []
    failures: Failures = []

    async def one(step: Step) -> None:
        nonlocal gone
        if step.target is None:
            return
        try:
            await service.syncing.delete_seen(target, step.target.real, step.target.mark)
        except NotAuthorizedError as error:
            if not gone:
                raise  # none of them may be
            failures.append((step.name, failure_of(error)))
        except QuaysideError as error:
            failures.append((step.name, failure_of(error)))
        else:
            gone += 1

    def some() -> list[Step]:
        return list(islice(doomed, BATCH))

    while steps := await service.syncing.run(some):
        folders += [step for step in steps if step.name.endswith("/")]
        await share([step for step in steps if not step.name.endswith("/")], AT_ONCE, one)
    for step in _deepest_first(folders):
        if step.target is None:
            continue
        try:
            await service.syncing.delete_empty(target, step.target.real, step.target.mark)
        except ConflictError:
            pass  # something was put into it
        except QuaysideError as error:
            failures.append((step.name, failure_of(error)))
    return gone, failures


def _deepest_first(folders: Iterable[Step]) -> list[Step]:
    return sorted(folders, key=lambda step: -step.name.count("/"))


def delete_local(
    root: Path, steps: Iterable[Step], folders: Collection[str]
) -> tuple[int, Failures]:
    """The same for files of this computer; folders that are empty then go too. Blocking."""
    gone = 0
    failures: Failures = []
    token = current_token()
    left: set[str] = set()
    for step in steps:
        if token is not None:
            token.raise_if_cancelled()
        if step.target is None:
            continue
        real = step.target.real
        if step.name.endswith("/"):
            left.add(real)
            continue
        try:
            gone += _remove(root, real, step.target.mark)
        except LocalError as error:
            failures.append((step.name, failure_of(error)))
        else:
            left.add(real.rpartition("/")[0])
    _remove_empty(root, left, {name.rstrip("/") for name in folders})
    return gone, failures


def _remove(root: Path, real: str, mark: str) -> bool:
    """Whether it went; False where it was gone. Raises LocalError where it has changed."""
    *parts, name = (os.fsencode(part) for part in real.split("/"))
    with Folder.open(os.fsencode(root), tuple(parts)) as folder:
        found = folder.find(name)
        if found is None:
            return False
        is_seen = stat.S_ISREG(found.st_mode) and mark == local_mark(
            found.st_size, found.st_mtime_ns
        )
        if not is_seen:
            raise LocalError(
                f"{root / real} was changed meanwhile, and stays.",
                path=str(root / real),
                cure="Mirror again.",
            )
        folder.remove(name)
    return True


def _remove_empty(root: Path, left: set[str], kept: set[str]) -> None:
    """Remove these folders, and those above them, while they are empty."""
    for real in sorted(left, key=lambda path: -path.count("/")):
        path = real
        while path and path not in kept:
            with contextlib.suppress(OSError):
                os.rmdir(root / path)
                path = path.rpartition("/")[0]
                continue
            break
