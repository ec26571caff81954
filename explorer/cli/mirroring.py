"""Doing what `quayside mirror` asks for: ends found, a plan shown, carried out, summed up."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from explorer.base.errors import InputError
from explorer.base.redact import redact
from explorer.base.units import format_bytes, format_duration
from explorer.cli import options, transfer_options
from explorer.cli.ask import confirm
from explorer.cli.cluster_options import cluster_of
from explorer.cli.copying import Connecting
from explorer.cli.exits import Exit
from explorer.cli.follow import follow
from explorer.cli.output import Output, failure_line
from explorer.cli.session import service_of
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.connection_url import is_url_like
from explorer.transfer.files import translating
from explorer.transfer.model import JobSnapshot
from explorer.workflows.mirror import Mirror, Plan, Result, failed_in, mirroring
from explorer.workflows.mirror_compare import parse_limit
from explorer.workflows.mirror_model import Deed, Limit, Wish
from explorer.workflows.mirror_sides import End

MOST_SHOWN = 10


class Unsummed(Output):
    """For the job inside a run, whose own last line is not that of the run."""

    def result(self, text: str) -> None:
        pass


async def carry(args: argparse.Namespace, out: Output) -> int:
    """Mirror as the arguments say; the exit code."""
    source_is_local, target_is_local = which_are_local(*args.words)
    limit = parse_limit(args.max_delete) if args.max_delete else Limit()
    begun = time.monotonic()
    async with service_of(args, with_transfers=True) as service:
        if args.concurrency is not None:
            service.set_concurrency(args.concurrency)
        wish = Wish(
            delete=args.delete,
            by_checksum=args.checksum,
            limit=limit,
            options=replace(
                transfer_options.job_options(args, service.settings), on=cluster_of(args)
            ),
        )
        connecting = Connecting(service, args, out)
        source = await end_of(service, connecting, args.words[0], is_local=source_is_local)
        target = await end_of(service, connecting, args.words[1], is_local=target_is_local)
        async with mirroring(service, source, target, wish) as mirror:
            code = await _finish_last(mirror, out) if not args.dry_run else 0
            if code == Exit.INTERRUPTED:
                return code
            return await _mirror(mirror, args, out, begun)


def which_are_local(source: str, target: str) -> tuple[bool, bool]:
    """Whether FROM and TO are folders of this computer. Raises InputError where both are."""
    found = is_local(source), is_local(target)
    if all(found):
        raise InputError(
            f"'{redact(source)}' and '{redact(target)}' are both folders of this computer.",
            cure="For a container write az://NAME.",
        )
    return found


def is_local(word: str) -> bool:
    """By how it is written, or since it is there. A bare word is a container otherwise."""
    if is_url_like(word):
        return False
    if word in (".", "..", "~") or word.startswith(("/", "./", "../", "~/", os.sep)):
        return True
    return Path(word).is_absolute() or Path(word).is_dir()


def local_folder(word: str) -> Path:
    """A typed folder, absolute, the same however it was typed; links are left alone."""
    return Path(os.path.normpath(options.absolute(word)))


async def end_of(service: Service, connecting: Connecting, word: str, *, is_local: bool) -> End:
    """One side. Raises InputError."""
    if is_local:
        return local_folder(word)
    connection = await connecting.to(word)
    container, path = service.locate(connection.id, word)
    if not container:
        raise InputError("The address names no container.", cure="Write CONTAINER or a URL.")
    path = path.strip("/")
    return Location(connection.id, container, f"{path}/" if path else "")


async def _finish_last(mirror: Mirror, out: Output) -> int:
    """Let the job of a run that was cut off come to its end; the exit code."""
    job = mirror.unfinished()
    if job is None:
        return 0
    out.note(f"Going on with job {job.id} of a run that was cut off.")
    await mirror.service.resume(job.id)
    return await follow(mirror.service, job.id, _inside(out), is_continued=True)


def _inside(out: Output) -> Output:
    return Unsummed(out.stdout, out.stderr, is_quiet=out.is_quiet, is_json=out.is_json)


async def _mirror(mirror: Mirror, args: argparse.Namespace, out: Output, begun: float) -> int:
    read = 0

    def told(count: int) -> None:
        nonlocal read
        read += count
        out.passing(f"{read:,} files looked at")

    async with mirror.plan(told) as plan:
        out.passing("")
        for note in plan.notes:
            out.note(f"quayside: {note}")
        _tell_problems(plan, out)
        if args.dry_run:
            return _rehearse(mirror, plan, out)
        mirror.check(plan)
        if not _is_agreed(mirror, plan, args, out):
            out.note("Nothing was changed.")
            return Exit.OK
        code, jobs = await _move(mirror, plan, out)
        if code == Exit.INTERRUPTED:
            return code
        result = await mirror.finish(plan, jobs)
        for name, failure in result.failures:
            out.error(failure_line(f"deleting {name}", failure))
        if result.not_deleted:
            out.error(
                f"{plan.counts.files[Deed.DELETE]:,} files were not deleted, since "
                f"{result.not_deleted}."
            )
        await _copy_manifest(result, args)
        _sum_up(mirror, plan, jobs, result, time.monotonic() - begun, out)
        has_failed = plan.problems or plan.counts.refused or result.failures
        return code or (Exit.SOME_FAILED if has_failed or result.not_deleted else Exit.OK)


async def _move(mirror: Mirror, plan: Plan, out: Output) -> tuple[int, list[JobSnapshot]]:
    """The worst exit code of the jobs that move everything, and how each of them ended."""
    code, jobs = int(Exit.OK), []
    async with aclosing(mirror.parts(plan)) as parts:
        async for request in parts:
            job_id = await mirror.submit(request)
            its_code = await follow(mirror.service, job_id, _inside(out))
            code = code or its_code
            job = next(job for job in mirror.service.jobs() if job.id == job_id)
            jobs.append(job)
            await mirror.forget(job)
            if its_code == Exit.INTERRUPTED or not job.state.is_final:
                return its_code, jobs
    return code, jobs


def _tell_problems(plan: Plan, out: Output) -> None:
    for problem in plan.problems:
        out.error(failure_line("reading", problem))
    for step in plan.steps.read(Deed.REFUSE):
        out.error(f"not mirrored: {step.name}: {step.reason}")


def _rehearse(mirror: Mirror, plan: Plan, out: Output) -> int:
    """Say what would be done. The exit code is that of what would be refused."""
    for step in plan.steps.read():
        if out.is_json:
            out.data(
                {
                    "event": "step",
                    "deed": step.deed,
                    "name": step.name,
                    "size": step.size_bytes,
                    "reason": step.reason,
                }
            )
        elif step.deed is not Deed.REFUSE:
            out.result(f"{step.deed.value:<7}  {step.name}  ({step.reason})")
    if out.is_json:
        out.data({"event": "plan", **_counted(plan)})
    else:
        out.note(f"Would do: {planned(plan)}. Nothing was changed.")
    mirror.check(plan)
    return Exit.SOME_FAILED if plan.problems or plan.counts.refused else Exit.OK


def planned(plan: Plan) -> str:
    """`3 to add (1.2 MiB), 1 to update (3 B), 2 to delete, 120 the same`."""
    files, size = plan.counts.files, plan.counts.bytes
    parts = [
        f"{files[Deed.ADD]:,} to add ({format_bytes(size[Deed.ADD])})",
        f"{files[Deed.UPDATE]:,} to update ({format_bytes(size[Deed.UPDATE])})",
        f"{files[Deed.DELETE]:,} to delete ({format_bytes(size[Deed.DELETE])})",
        f"{files[Deed.SAME]:,} the same",
    ]
    if files[Deed.EXTRA]:
        parts.append(f"{files[Deed.EXTRA]:,} only at the target")
    if files[Deed.REFUSE]:
        parts.append(f"{files[Deed.REFUSE]:,} that cannot be mirrored")
    return ", ".join(parts)


def _counted(plan: Plan) -> dict[str, int]:
    files, size = plan.counts.files, plan.counts.bytes
    return {
        "add": files[Deed.ADD],
        "update": files[Deed.UPDATE],
        "delete": files[Deed.DELETE],
        "same": files[Deed.SAME],
        "extra": files[Deed.EXTRA],
        "refused": files[Deed.REFUSE],
        "bytes": size[Deed.ADD] + size[Deed.UPDATE],
    }


def _is_agreed(mirror: Mirror, plan: Plan, args: argparse.Namespace, out: Output) -> bool:
    """Whether to go on. Only deletions are asked about, and only where somebody can answer:
    elsewhere the limit has spoken."""
    if not plan.counts.files[Deed.DELETE] or args.yes or not out.can_ask:
        return True
    out.note(f"{planned(plan)[:1].upper()}{planned(plan)[1:]}.")
    count = plan.counts.files[Deed.DELETE]
    deletions = count + plan.counts.folders[Deed.DELETE]
    for step in islice(plan.steps.read(Deed.DELETE), MOST_SHOWN):
        out.note(f"  delete {step.name}")
    if deletions > MOST_SHOWN:
        out.note(f"  and {deletions - MOST_SHOWN:,} more (--dry-run lists them)")
    return confirm(out, f"Go on, and delete {count:,} files at {mirror.pair.target}?")


async def _copy_manifest(result: Result, args: argparse.Namespace) -> None:
    """To the file that was asked for, whole or not at all. Raises LocalError."""
    if not args.manifest or result.manifest is None:
        return
    target = options.absolute(args.manifest)
    source = result.manifest

    def copy() -> None:
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        with translating(os.fsencode(target)):
            try:
                shutil.copyfile(source, beside)
                os.replace(beside, target)
            finally:
                beside.unlink(missing_ok=True)

    await asyncio.to_thread(copy)


def _sum_up(
    mirror: Mirror,
    plan: Plan,
    jobs: Sequence[JobSnapshot],
    result: Result,
    elapsed_s: float,
    out: Output,
) -> None:
    """The one line of the run."""
    run_id = result.manifest.stem if result.manifest is not None else ""
    failed = len(plan.problems) + plan.counts.refused + len(result.failures)
    failed += failed_in(jobs)
    if out.is_json:
        out.data(
            {
                "event": "mirror",
                **_counted(plan),
                "deleted": result.deleted,
                "failed": failed,
                "run": run_id,
                "elapsed_s": round(elapsed_s, 3),
            }
        )
        return
    if out.is_quiet:
        return
    same = f"{plan.counts.files[Deed.SAME]:,}"
    if plan.is_nothing:
        out.result(f"Nothing to do: {same} files are the same. Run {run_id}.")
        return
    moved = format_bytes(sum(job.bytes_done for job in jobs))
    out.result(
        f"Mirrored to {mirror.pair.target}: {plan.counts.files[Deed.ADD]:,} added, "
        f"{plan.counts.files[Deed.UPDATE]:,} updated, {result.deleted:,} deleted, {same} the same, "
        f"{failed:,} failed; {moved} in {format_duration(elapsed_s)}. Run {run_id}."
    )
