"""What a run left, file by file: looked up where it moved something, carried on elsewhere."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from explorer.base.errors import NotFoundError
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import BlobProperties, as_listed
from explorer.transfer.filters import Filter
from explorer.transfer.work import share
from explorer.workflows.mirror_compare import Peek, is_as_moved
from explorer.workflows.mirror_model import Counts, Deed, Entry, Record, Step
from explorer.workflows.mirror_sides import End, local_mark, read_remote, remote_entry
from explorer.workflows.mirror_sort import Sorter
from explorer.workflows.mirror_steps import Steps

BATCH: Final = 2_000
FEW: Final = 256
"""Up to so many blobs are asked for one by one; beyond that, a listing costs less."""
AT_ONCE: Final = 8


class Planned(Protocol):
    """What of a plan matters here."""

    begun_ns: int
    counts: Counts
    steps: Steps


def record_of(
    source: Entry, target: Entry, known: Record | None, target_is_remote: bool, version_id: str = ""
) -> Record:
    """A file that is the same on both sides; what only the last run knew of it goes on. Pure."""
    etag = target.mark if target_is_remote else source.mark
    md5 = source.md5 or target.md5
    is_known = known is not None and (known.source_mark, known.target_mark) == (
        source.mark,
        target.mark,
    )
    if known is not None and is_known:
        md5 = md5 or known.md5
        version_id = version_id or known.version_id
    return Record(
        source.name,
        source.size_bytes,
        etag,
        md5,
        version_id,
        source.mtime_ns,
        source.mark,
        target.mark,
    )


async def records_moved(
    service: Service, source: End, target: End, plan: Planned, folder: Path
) -> AsyncGenerator[list[Record], None]:
    """Records of what was added and updated, in order and in batches; without those that are not
    at the target as they were moved. Temporary files are in `folder`. Raises what a listing
    raises."""
    count = plan.counts.files[Deed.ADD] + plan.counts.files[Deed.UPDATE]
    if not count:
        return
    run = service.syncing.run
    steps = plan.steps.read(Deed.ADD, Deed.UPDATE)
    with contextlib.ExitStack() as stack:
        listed: Peek[Entry] | None = None
        if isinstance(target, Location) and count > FEW:
            sorter = stack.enter_context(Sorter(folder))
            await read_remote(service, target, Filter(), sorter.add, lambda count: None)
            listed = await run(Peek, sorter.in_order())
        versions = _Versions(service, source, target)
        while moved := await run(_some, steps):
            names = [entry.name for entry in moved]
            if isinstance(target, Path):
                there = await run(_local_states, target, names)
            elif listed is not None:
                there = await run(_found_in, listed, names)
            else:
                there = await _states(service, target, names)
            ids = await versions.of(moved, there)
            yield [
                record_of(entry, now, None, isinstance(target, Location), ids.get(entry.name, ""))
                for entry in moved
                if (now := there.get(entry.name)) is not None
                and is_as_moved(entry, now, plan.begun_ns)
            ]


def _some(steps: Iterator[Step]) -> list[Entry]:
    """The next files."""
    files = (step.source for step in steps if step.source is not None)
    return list(islice((entry for entry in files if not entry.is_folder), BATCH))


def _found_in(listed: Peek[Entry], names: Sequence[str]) -> dict[str, Entry]:
    """Of a listing in order, those of these names, which are in order too."""
    found = {}
    for name in names:
        entry = listed.at(name)
        if entry is not None:
            found[name] = entry
    return found


def _local_states(target: Path, names: Sequence[str]) -> dict[str, Entry]:
    from explorer.transfer.expand import RULES
    from explorer.transfer.names import encode

    found = {}
    for name in names:
        real = "/".join(encode(part, RULES) for part in name.split("/"))
        try:
            state = os.lstat(target / real)
        except OSError:
            continue
        if stat.S_ISREG(state.st_mode):
            mark = local_mark(state.st_size, state.st_mtime_ns)
            # Where times are not preserved, it is that of the writing.
            found[name] = Entry(
                name, state.st_size, state.st_mtime_ns, mark, real=real, is_time_kept=False
            )
    return found


async def _asked(
    service: Service, location: Location, names: Sequence[str]
) -> dict[str, BlobProperties]:
    found = {}

    async def look(name: str) -> None:
        try:
            found[name] = await service.properties(location, name)
        except NotFoundError:
            return

    await share(names, AT_ONCE, look)
    return found


async def _states(service: Service, location: Location, names: Sequence[str]) -> dict[str, Entry]:
    everything = Filter()
    entries = {}
    for name, found in (await _asked(service, location, names)).items():
        entry = remote_entry(as_listed(found), location.path, everything)
        if entry is not None:
            entries[name] = entry
    return entries


class _Versions:
    """Version ids of the remote side, where the account keeps versions: the first blob says so."""

    def __init__(self, service: Service, source: End, target: End) -> None:
        self._service = service
        self._is_of_target = isinstance(target, Location)
        self._end = target if isinstance(target, Location) else source
        self._is_kept: bool | None = None

    async def of(self, moved: Sequence[Entry], there: Mapping[str, Entry]) -> dict[str, str]:
        """By name."""
        if isinstance(self._end, Path):
            return {}
        marks = {entry.name: entry.mark for entry in moved}
        if self._is_of_target:
            marks = {name: entry.mark for name, entry in there.items()}
        if not marks:
            return {}
        if self._is_kept is None:
            first = await _asked(self._service, self._end, list(marks)[:1])
            self._is_kept = any(found.version_id for found in first.values())
        if not self._is_kept:
            return {}
        asked = await _asked(self._service, self._end, list(marks))
        return {
            name: found.version_id for name, found in asked.items() if found.etag == marks[name]
        }
