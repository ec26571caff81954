"""What a request would do, file by file, without doing any of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from explorer.base.errors import LocalError
from explorer.base.records import dataclass
from explorer.transfer.conflict_search import Search
from explorer.transfer.conflicts import Verdict, judge, needs_md5
from explorer.transfer.expand import entries
from explorer.transfer.hashing import md5_at
from explorer.transfer.model import Conflict, CopyRequest, Request, UploadRequest
from explorer.transfer.rows import Kind, NewTransfer
from explorer.transfer.state import TransferState
from explorer.transfer.work import Work

TRANSFER: Final = "transfer"
MAKE_FOLDER: Final = "make folder"


@dataclass(frozen=True, slots=True)
class Step:
    """One file. `outcome` is `transfer`, `make folder`, or what a conflict comes to
    (`overwrite`, `skip`, `rename`, `fail`); `reason` says why where it is left out."""

    source: str
    target: str
    size_bytes: int
    outcome: str
    reason: str = ""


async def rehearse(work: Work, request: Request) -> AsyncIterator[Step]:
    """Steps in the order in which the source is walked. Keeps no more than one batch."""
    search = Search(work, request)
    async for batch in entries(work, request):
        conflicts = {conflict.name: conflict for conflict in await search.among(batch)}
        for entry in batch:
            yield await _step(work, request, entry, conflicts)


async def _step(
    work: Work, request: Request, entry: NewTransfer, conflicts: dict[str, Conflict]
) -> Step:
    local = os.fsdecode(entry.local)
    if isinstance(request, UploadRequest):
        source, target = local, entry.remote
        name, path = entry.remote.removeprefix(request.target.prefix), local
    elif isinstance(request, CopyRequest):
        source, target = entry.local.decode("utf-8", "surrogatepass"), entry.remote
        name, path = entry.remote.removeprefix(request.target.prefix), ""
    else:
        source, target = entry.remote, os.path.join(request.destination, local)
        name, path = local, target
    if entry.kind is Kind.REFUSED:
        reason = entry.failure.message if entry.failure is not None else ""
        return Step(source, target, 0, Verdict.FAIL.value, reason)
    if entry.state is TransferState.SKIPPED:
        return Step(source, target, entry.size_bytes, Verdict.SKIP.value, entry.note)
    if entry.kind is Kind.FOLDER:
        return Step(source, target, 0, MAKE_FOLDER)
    if name not in conflicts:
        return Step(source, target, entry.size_bytes, TRANSFER, entry.note)
    verdict, reason = await _judged(work, conflicts[name], path)
    return Step(source, target, entry.size_bytes, verdict.value, reason)


async def _judged(work: Work, conflict: Conflict, path: str) -> tuple[Verdict, str]:
    """As the transfer itself will judge it; `path` is the local side, empty where there is
    none (a copy reads what has no MD5 only when it comes to it)."""
    policy = work.policy_for(conflict.name)
    source, target = conflict.source, conflict.target
    if path and needs_md5(policy, source, target):
        try:
            md5 = await work.run(md5_at, os.fsencode(path))
        except LocalError as error:
            return Verdict.FAIL, error.message
        if source.md5 is None:
            source = replace(source, md5=md5)
        else:
            target = replace(target, md5=md5)
    return judge(policy, source, target)
