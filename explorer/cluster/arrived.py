"""What of a batch is there already since an earlier attempt brought it: never moved twice."""

from __future__ import annotations

import os
import string
from typing import Final

from explorer.base.errors import LocalError, UnsafeNameError
from explorer.service.service import Service
from explorer.transfer.conflicts import is_different
from explorer.transfer.expand import RULES
from explorer.transfer.folders import PART_ENDING, part_name
from explorer.transfer.hashing import md5_at
from explorer.transfer.model import Conflict, CopyRequest, DownloadRequest, Request, UploadRequest
from explorer.transfer.names import Mapper, to_blob

_HEX: Final = frozenset(string.hexdigits.encode())


def names_of(request: Request) -> dict[str, int]:
    """The number of each source, by its name relative to the target, as conflicts have it. Pure."""
    names: dict[str, int] = {}
    mapper = Mapper(RULES)
    for number in range(len(request.sources)):
        try:
            if isinstance(request, UploadRequest):
                prefix = request.target.prefix
                mapped = to_blob(request.sources[number].name, RULES, prefix=prefix)
                names[mapped.name.removeprefix(prefix)] = number
            elif isinstance(request, DownloadRequest):
                names[mapper.file(request.sources[number].target).name] = number
            else:
                names[request.sources[number].target] = number
        except UnsafeNameError:
            continue
    return names


async def arrived_before(service: Service, request: Request) -> dict[int, int]:
    """Sizes in bytes of those sources, by their number, whose target holds the same bytes."""
    names = names_of(request)
    found: dict[int, int] = {}
    async for conflict in service.find_conflicts(request):
        number = names.get(conflict.name)
        if number is not None and await service.syncing.run(is_same, request, number, conflict):
            found[number] = conflict.source.size_bytes
    return found


def is_same(request: Request, number: int, conflict: Conflict) -> bool:
    """By the MD5 where one side has one, else by size and time. Blocking."""
    source, target = conflict.source, conflict.target
    if source.size_bytes != target.size_bytes:
        return False
    try:
        if isinstance(request, UploadRequest) and target.md5 is not None:
            return md5_at(os.fsencode(request.sources[number].path)) == target.md5
        if isinstance(request, DownloadRequest) and source.md5 is not None:
            path = os.path.join(request.destination, conflict.name)
            return md5_at(os.fsencode(path)) == source.md5
    except LocalError:
        return False
    return not is_different(source, target)


def remove_leftovers(request: Request) -> None:
    """Parts that a worker which died has left beside the targets of a download. Blocking."""
    if isinstance(request, UploadRequest | CopyRequest):
        return
    by_folder: dict[bytes, set[bytes]] = {}
    for relative in names_of(request):
        path = os.path.join(os.fsencode(request.destination), os.fsencode(relative))
        by_folder.setdefault(os.path.dirname(path), set()).add(os.path.basename(path))
    for folder, names in by_folder.items():
        try:
            entries = os.listdir(folder)
        except OSError:
            continue
        for entry in entries:
            if is_part_of_one(entry, names):
                try:
                    os.unlink(os.path.join(folder, entry))
                except OSError:
                    continue


def is_part_of_one(entry: bytes, names: set[bytes]) -> bool:
    """Whether a file's name is that of the half of one of these. Pure."""
    ending = PART_ENDING.encode()
    if not entry.endswith(ending):
        return False
    mark = entry[: -len(ending)].rpartition(b".")[2]
    if not mark or not _HEX.issuperset(mark):
        return False
    return any(part_name(name, mark.decode()) == entry for name in names)
