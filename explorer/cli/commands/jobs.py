"""`quayside jobs`: the transfer queue that window and command share, and one job's files."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.base.units import format_bytes, format_rate, parse_rate
from explorer.cli import options
from explorer.cli.exits import Exit
from explorer.cli.one_job import add_file_option, ids_of, job_of
from explorer.cli.output import Output, failure_line
from explorer.cli.progress import figures
from explorer.cli.session import service_of
from explorer.service.service import Service
from explorer.transfer.job_control import Refused
from explorer.transfer.model import Direction, Failure, JobSnapshot, TransferSnapshot
from explorer.transfer.state import TransferState

NAME = "jobs"
EXAMPLE = "quayside jobs 12 --state failed"
DESCRIPTION = (
    "With JOB its files are shown, with their states and why they failed or were skipped. --limit "
    "and --first change what is under way, in whatever Quayside it runs."
)
A_PAGE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", nargs="?", type=int, metavar="JOB")
    add_file_option(parser)
    parser.add_argument(
        "--state",
        choices=[state.value for state in TransferState],
        metavar="STATE",
        help="only files in this state, such as failed or skipped",
    )
    deed = parser.add_mutually_exclusive_group()
    deed.add_argument(
        "--clear", action="store_true", help="take finished jobs, or JOB, out of the list"
    )
    deed.add_argument(
        "--limit",
        metavar="RATE",
        help="let JOB move at most so much a second (such as 20M; 0: no limit); without JOB every "
        "open job, and as the setting for all that is to come",
    )
    deed.add_argument(
        "--first", action="store_true", help="put JOB, or the files of it, before all others"
    )
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if args.job is None and (args.first or args.file or args.state):
        raise InputError("Of which job?", cure="Give its number. See `quayside jobs`.")
    rate = parse_rate(args.limit) if args.limit is not None else None
    if rate is not None and rate < 0:
        raise InputError("A limit is not below 0.")
    async with service_of(args, with_transfers=True, with_crew=False) as service:
        if args.job is not None:
            job_of(service, args.job)
        if args.clear:
            return await _clear(service, args.job, out)
        if rate is not None:
            return await _limit(service, args.job, rate, out)
        if args.first:
            return await _first(service, args, out)
        if args.job is not None:
            return await _files(service, args, out)
        jobs = service.jobs()
    for job in jobs:
        _tell(job, out)
    if not jobs:
        out.note("The transfer queue is empty.")
    return Exit.OK


def _tell(job: JobSnapshot, out: Output) -> None:
    if out.is_json:
        out.data({"job": job})
        return
    where = "" if job.is_ours or job.state.is_final else ", in another Quayside"
    limit = f", at most {format_rate(job.limit_bytes_per_s)}" if job.limit_bytes_per_s else ""
    kind = "move" if job.is_move else job.direction.value
    out.result(
        f"{job.id:>4}  {job.state.value:<17} {kind:<8}  {job.title} -> "
        f"{job.destination}  ({figures(job)}{limit}{where})"
    )
    if job.failure is not None:
        out.result(f"      {_reason(job.failure)}")


def _reason(failure: Failure) -> str:
    return " ".join(failure_line("", failure).split())


async def _files(service: Service, args: argparse.Namespace, out: Output) -> int:
    if args.file:
        for file in await service.file_control.find(args.job, args.file):
            if not args.state or file.state.value == args.state:
                _tell_file(file, out)
        return Exit.OK
    if not out.is_json:
        _tell(job_of(service, args.job), out)
    states = frozenset({TransferState(args.state)}) if args.state else None
    offset = 0
    while page := await service.transfers(args.job, offset=offset, limit=A_PAGE, states=states):
        for file in page:
            _tell_file(file, out)
        offset += len(page)
    return Exit.OK


def _tell_file(file: TransferSnapshot, out: Output) -> None:
    if out.is_json:
        out.data({"transfer": file})
        return
    is_download = file.direction is Direction.DOWNLOAD
    name = file.remote_name or (file.local_path if not is_download else "")
    why = _reason(file.failure) if file.failure is not None else file.note
    size = "folder" if file.is_folder else format_bytes(file.size_bytes)
    if 0 < file.bytes_done < file.size_bytes:
        size = f"{format_bytes(file.bytes_done)} of {size}"
    out.result(f"      {file.state.value:<17} {name}  ({size}){f'  {why}' if why else ''}")


async def _clear(service: Service, job_id: int | None, out: Output) -> int:
    before = len(service.jobs())
    refused: tuple[Refused, ...] = ()
    if job_id is not None:
        await service.remove(job_id)
    else:
        refused = await service.job_control.clear(with_failed=True)
    for each in refused:
        out.error(failure_line(f"job {each.job_id}", each.failure))
    count = before - len(service.jobs())
    out.note(f"{count} {'job was' if count == 1 else 'jobs were'} taken out of the list.")
    return Exit.SOME_FAILED if refused else Exit.OK


async def _limit(service: Service, job_id: int | None, rate: int, out: Output) -> int:
    chosen = [job for job in service.jobs() if not job.state.is_final]
    if job_id is not None:
        chosen = [job for job in chosen if job.id == job_id]
        if not chosen:
            raise InputError(f"Job {job_id} is at its end.")
    for job in chosen:
        await service.set_limit(job.id, rate)
    if job_id is None:
        await service.update_settings(limit_bytes_per_s=rate)
    told = f"at most {format_rate(rate)}" if rate else "without a limit"
    who = "1 job moves" if len(chosen) == 1 else f"{len(chosen)} jobs move"
    out.note(f"{who if chosen else 'Transfers to come move'} {told}.")
    return Exit.OK


async def _first(service: Service, args: argparse.Namespace, out: Output) -> int:
    if args.file:
        ids = await ids_of(service, args.job, args.file)
        await service.file_control.put_first(args.job, ids)
        out.note(f"{len(ids)} {'file goes' if len(ids) == 1 else 'files go'} first.")
    else:
        await service.move(args.job, 0)
        out.note(f"Job {args.job} is the next.")
    return Exit.OK
