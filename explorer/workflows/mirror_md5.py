"""MD5s of both sides, where a mirror was asked to look at the bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from explorer.base.errors import QuaysideError
from explorer.service.service import Service
from explorer.transfer.hashing import md5_at
from explorer.transfer.work import share
from explorer.workflows.mirror_compare import checked
from explorer.workflows.mirror_model import Deed, Entry, Step
from explorer.workflows.mirror_sides import End

AT_ONCE: Final = 4


async def settle(service: Service, source: End, target: End, steps: Sequence[Step]) -> list[Step]:
    """The steps, those that wait for MD5s decided; what cannot be read is refused. A blob whose
    MD5 the service does not know is read."""
    settled = list(steps)

    async def look(place: int) -> None:
        step = settled[place]
        if step.source is None or step.target is None:
            return
        try:
            mine = await md5_of(service, source, step.source)
            theirs = await md5_of(service, target, step.target)
        except QuaysideError as error:
            settled[place] = step._replace(deed=Deed.REFUSE, reason=error.message)
            return
        settled[place] = checked(
            step._replace(
                source=step.source._replace(md5=mine), target=step.target._replace(md5=theirs)
            ),
            mine,
            theirs,
        )

    waiting = [place for place, step in enumerate(settled) if step.deed is Deed.CHECK]
    await share(waiting, AT_ONCE, look)
    return settled


async def md5_of(service: Service, end: End, entry: Entry) -> bytes:
    """Of one file. Raises LocalError, StorageError, NetworkError."""
    if entry.md5 is not None:
        return entry.md5
    if isinstance(end, Path):
        return await service.syncing.run(md5_at, os.fsencode(os.path.join(end, entry.real)))
    return await service.syncing.md5(end, entry.real)
