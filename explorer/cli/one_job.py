"""One job by its number, some of its files, or all jobs: found, and brought where asked."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence

from explorer.base.errors import InputError, JournalError
from explorer.cli import options
from explorer.cli.exits import Exit
from explorer.cli.output import Output, failure_line
from explorer.cli.session import service_of
from explorer.service.service import Service
from explorer.transfer.job_control import JobControl, Refused
from explorer.transfer.model import JobSnapshot, TransferSnapshot
from explorer.transfer.state import JobState, TransferState

ANSWER_S = 20.0
LOOK_S = 0.1
ACTIONS = {
    TransferState.PAUSED: "Paused",
    TransferState.CANCELLED: "Cancelled",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What pause and cancel take."""
    parser.add_argument("job", nargs="?", type=int, metavar="JOB")
    add_file_option(parser)
    parser.add_argument("--all", action="store_true", help="every job that is not finished")
    options.add_common_options(parser)


def add_file_option(parser: argparse.ArgumentParser) -> None:
    """`--file NAME...`"""
    parser.add_argument(
        "--file",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="only these files of the job: names as `quayside jobs JOB` shows them, below the "
        "job's folder, or on this machine; * and ? stand for others",
    )


def check_words(args: argparse.Namespace) -> None:
    """One job, or all: not both, not neither. Raises InputError."""
    if args.all and (args.job is not None or args.file):
        raise InputError("--all is for every job: leave JOB and --file out.")
    if not args.all and args.job is None:
        raise InputError("Which job?", cure="Give its number, or --all. See `quayside jobs`.")


def job_of(service: Service, job_id: int) -> JobSnapshot:
    """The job of that number. Raises InputError."""
    for job in service.jobs():
        if job.id == job_id:
            return job
    raise InputError(f"There is no job {job_id}.", cure="See `quayside jobs`.")


async def bring_to_rest(
    args: argparse.Namespace,
    out: Output,
    ask: Callable[[Service, int], Awaitable[None]],
    ask_all: Callable[[JobControl], Awaitable[tuple[Refused, ...]]],
    ask_files: Callable[[Service, int, list[int]], Awaitable[None]],
    wanted: tuple[JobState, TransferState],
    said: str,
) -> int:
    """Ask for it, wait until it is so, and say so; the exit code."""
    check_words(args)
    async with service_of(args, with_transfers=True, with_crew=False) as service:
        if args.all:
            return await _all_to_rest(service, out, ask_all, wanted[0])
        job = job_of(service, args.job)
        if job.state.is_final:
            raise InputError(f"Job {job.id} is {job.state.value} already.")
        if args.file:
            return await _files_to_rest(service, job, args.file, out, ask_files, wanted[1])
        await ask(service, job.id)
        job = await _at_rest(service, job.id)
    if out.is_json:
        out.data({"job": job})
    elif job.state is wanted[0]:
        out.note(said)
    else:
        out.note(f"Job {job.id} is {job.state.value}: its end came first.")
    return Exit.OK


async def _all_to_rest(
    service: Service,
    out: Output,
    ask_all: Callable[[JobControl], Awaitable[tuple[Refused, ...]]],
    wanted: JobState,
) -> int:
    open_ones = [job.id for job in service.jobs() if not job.state.is_final]
    refused = await ask_all(service.job_control)
    told = {each.job_id for each in refused}
    for each in refused:
        out.error(failure_line(f"job {each.job_id}", each.failure))
    count = 0
    for job_id in open_ones:
        if job_id in told:
            continue
        try:
            job = await _at_rest(service, job_id)
        except JournalError as error:
            out.error(f"job {job_id}: {error}")
            told.add(job_id)
            continue
        count += job.state is wanted
        if out.is_json:
            out.data({"job": job})
    if not out.is_json:
        out.note(
            f"{count} of {len(open_ones)} jobs {'is' if count == 1 else 'are'} {wanted.value}."
        )
    return Exit.SOME_FAILED if told else Exit.OK


async def _files_to_rest(
    service: Service,
    job: JobSnapshot,
    names: Sequence[str],
    out: Output,
    ask: Callable[[Service, int, list[int]], Awaitable[None]],
    wanted: TransferState,
) -> int:
    ids = await ids_of(service, job.id, names)
    await ask(service, job.id, ids)
    files = await files_when(
        service, job.id, ids, lambda file: file.state is wanted or file.state.is_final
    )
    tell_files(out, job, files)
    if not out.is_json:
        count = sum(file.state is wanted for file in files)
        rest = len(files) - count
        ended = f"; the end of {rest} came first" if rest else ""
        out.note(f"{ACTIONS[wanted]} {count} of {len(files)} files of job {job.id}{ended}.")
    return Exit.OK


async def ids_of(service: Service, job_id: int, names: Sequence[str]) -> list[int]:
    """Ids of the files of these names. Raises InputError."""
    return [file.id for file in await service.file_control.find(job_id, names)]


async def files_when(
    service: Service, job_id: int, ids: list[int], claim: Callable[[TransferSnapshot], bool]
) -> tuple[TransferSnapshot, ...]:
    """These files, as soon as the claim is true of each: another Quayside that runs the job
    looks for what is asked once a second. Raises JournalError where it does not answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            while True:
                files = await service.file_control.get(job_id, ids)
                if all(map(claim, files)):
                    return files
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise _no_answer(job_id) from None


def tell_files(out: Output, job: JobSnapshot, files: Sequence[TransferSnapshot]) -> None:
    """Each of them as an object, with --json."""
    if out.is_json:
        for file in files:
            out.data({"transfer": file})


async def _at_rest(service: Service, job_id: int) -> JobSnapshot:
    """Another Quayside that runs the job is asked through the queue, and looks there once a
    second. Raises JournalError where it does not answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await service.wait(job_id)
    except TimeoutError:
        raise _no_answer(job_id) from None


def _no_answer(job_id: int) -> JournalError:
    return JournalError(
        f"The Quayside that runs job {job_id} has not answered yet.",
        cure="It does what was asked when it can. See `quayside jobs`.",
    )
