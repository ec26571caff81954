"""What a request would do, file by file, without doing any of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from explorer.transfer.conflict_search import find_conflicts
from explorer.transfer.conflicts import Verdict, judge
from explorer.transfer.expand import entries
from explorer.transfer.model import Request, UploadRequest
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
    """Steps in the order in which the source is walked. Keeps the conflicts in memory."""
    options = request.options
    verdicts: dict[str, tuple[Verdict, str]] = {}
    async for conflict in find_conflicts(work, request):
        policy = options.decisions.get(conflict.name, options.conflicts)
        verdicts[conflict.name] = judge(policy, conflict.source, conflict.target)
    async for batch in entries(work, request):
        for entry in batch:
            yield _step(request, entry, verdicts)


def _step(request: Request, entry: NewTransfer, verdicts: dict[str, tuple[Verdict, str]]) -> Step:
    local = os.fsdecode(entry.local)
    if isinstance(request, UploadRequest):
        source, target = local, entry.remote
        name = entry.remote.removeprefix(request.target.prefix)
    else:
        source, target, name = entry.remote, os.path.join(request.destination, local), local
    if entry.kind is Kind.REFUSED:
        reason = entry.failure.message if entry.failure is not None else ""
        return Step(source, target, 0, Verdict.FAIL.value, reason)
    if entry.state is TransferState.SKIPPED:
        return Step(source, target, entry.size_bytes, Verdict.SKIP.value, entry.note)
    if entry.kind is Kind.FOLDER:
        return Step(source, target, 0, MAKE_FOLDER)
    verdict, reason = verdicts.get(name, (None, entry.note))
    return Step(
        source, target, entry.size_bytes, TRANSFER if verdict is None else verdict.value, reason
    )
