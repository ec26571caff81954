"""What a run left, file by file: looked up where it moved something, carried on elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from explorer.base.errors import NotFoundError
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import BlobProperties, as_listed
from explorer.transfer.filters import Filter
from explorer.transfer.work import share
from explorer.workflows.mirror_compare import is_as_moved
from explorer.workflows.mirror_model import Deed, Entry, Record, Step
from explorer.workflows.mirror_sides import End, local_mark, read_remote, remote_entry

FEW: Final = 256
"""Up to so many blobs are asked for one by one; beyond that, a listing costs less."""
AT_ONCE: Final = 8


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


async def record_moved(
    service: Service, source: End, target: End, steps: Sequence[Step], begun_ns: int
) -> list[Record]:
    """Records of what was added and updated, in order; without those that are not at the target
    as they were moved. Raises what a listing raises."""
    moved = [
        step.source
        for step in steps
        if step.source is not None
        and step.deed in (Deed.ADD, Deed.UPDATE)
        and not step.source.is_folder
    ]
    if not moved:
        return []
    if isinstance(target, Path):
        there = await service.syncing.run(_local_states, target, steps)
    elif len(moved) <= FEW:
        there = await _states(service, target, [entry.name for entry in moved])
    else:
        there = await _listed(service, target, {entry.name for entry in moved})
    end = target if isinstance(target, Location) else source
    versions = await _versions(service, end, moved, there, isinstance(target, Location))
    records = []
    for entry in moved:
        now = there.get(entry.name)
        if now is not None and is_as_moved(entry, now, begun_ns):
            version_id = versions.get(entry.name, "")
            is_remote = isinstance(target, Location)
            records.append(record_of(entry, now, None, is_remote, version_id))
    return records


def _local_states(target: Path, steps: Sequence[Step]) -> dict[str, Entry]:
    from explorer.transfer.expand import RULES
    from explorer.transfer.names import encode

    found = {}
    for step in steps:
        if step.deed not in (Deed.ADD, Deed.UPDATE) or step.name.endswith("/"):
            continue
        real = "/".join(encode(part, RULES) for part in step.name.split("/"))
        try:
            state = os.lstat(target / real)
        except OSError:
            continue
        if stat.S_ISREG(state.st_mode):
            mark = local_mark(state.st_size, state.st_mtime_ns)
            # Where times are not preserved, it is that of the writing.
            found[step.name] = Entry(
                step.name, state.st_size, state.st_mtime_ns, mark, real=real, is_time_kept=False
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


async def _listed(service: Service, location: Location, names: set[str]) -> dict[str, Entry]:
    """Of a whole listing, those of these names."""
    found = {}

    def take(entry: Entry) -> None:
        if entry.name in names:
            found[entry.name] = entry

    await read_remote(service, location, Filter(), take, lambda count: None)
    return found


async def _versions(
    service: Service,
    end: End,
    moved: Sequence[Entry],
    there: dict[str, Entry],
    target_is_remote: bool,
) -> dict[str, str]:
    """Version ids of the remote side, where the account keeps versions: the first blob says so."""
    if isinstance(end, Path):
        return {}
    entries = [(entry.name, entry) for entry in moved]
    if target_is_remote:
        entries = list(there.items())
    if not entries:
        return {}
    first = await _asked(service, end, [entries[0][0]])
    if not any(found.version_id for found in first.values()):
        return {}
    marks = {name: entry.mark for name, entry in entries}
    asked = await _asked(service, end, list(marks))
    return {name: found.version_id for name, found in asked.items() if found.etag == marks[name]}
