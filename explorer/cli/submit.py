"""From a request to its end: conflicts asked about, the job queued and followed."""

from __future__ import annotations

import argparse
from dataclasses import replace

from explorer.base.units import format_bytes
from explorer.cli.ask import ask_conflict
from explorer.cli.cluster_options import cluster_of
from explorer.cli.follow import follow
from explorer.cli.output import Output
from explorer.service.service import Service
from explorer.transfer.conflicts import MOST_DECISIONS
from explorer.transfer.model import ConflictPolicy, JobOptions, Request


async def carry_out(
    service: Service, request: Request, args: argparse.Namespace, out: Output
) -> int:
    """Do what a transfer command asks for; returns the exit code."""
    on = cluster_of(args)
    request = replace(request, options=replace(request.options, on=on))
    if args.concurrency is not None:
        service.set_concurrency(args.concurrency)
    if args.dry_run:
        return await rehearse(service, request, out)
    wants_to_ask = args.on_conflict == "ask" or (args.on_conflict is None and out.can_ask)
    if wants_to_ask and out.can_ask:
        request = replace(request, options=await _asked(service, request, out))
    job_id = await service.submit(request)
    return await follow(service, job_id, out)


async def _asked(service: Service, request: Request, out: Output) -> JobOptions:
    """The options with an answer for every conflict there is now; what comes later fails.
    After `MOST_DECISIONS` single answers the next one is for all that follow."""
    decisions: dict[str, ConflictPolicy] = {}
    async for conflict in service.find_conflicts(request):
        is_last = len(decisions) == MOST_DECISIONS
        if is_last:
            out.note(f"You answered for {len(decisions):,} files. This answer is for all the rest.")
        policy, is_for_all = ask_conflict(out, conflict)
        if is_for_all or is_last:
            return replace(request.options, conflicts=policy, decisions=decisions)
        decisions[conflict.name] = policy
    return replace(request.options, decisions=decisions)


async def rehearse(service: Service, request: Request, out: Output) -> int:
    """Say what would be transferred, and touch nothing."""
    files = size_bytes = 0
    async for step in service.rehearse(request):
        if out.is_json:
            out.data({"event": "step", "step": step})
        else:
            reason = f"  ({step.reason})" if step.reason else ""
            out.result(f"{step.outcome:<11}  {step.source} -> {step.target}{reason}")
        if step.outcome not in ("skip", "fail"):
            files += 1
            size_bytes += step.size_bytes
    noun = "file" if files == 1 else "files"
    out.note(f"Would transfer {files} {noun}, {format_bytes(size_bytes)}. Nothing was changed.")
    return 0
