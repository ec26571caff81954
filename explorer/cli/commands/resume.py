"""`quayside resume`: go on with a transfer that was paused or interrupted."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.exits import Exit
from explorer.cli.follow import follow
from explorer.cli.one_job import add_file_option, files_when, ids_of, job_of, tell_files
from explorer.cli.output import Output
from explorer.cli.session import credentials_for, service_of
from explorer.service.service import Service
from explorer.transfer.state import JobState, TransferState

NAME = "resume"
EXAMPLE = "quayside resume 12"
DESCRIPTION = (
    "Files that were paused one by one stay so while others are left; --file lets them go on. "
    "Without JOB all that wait are resumed, one after the other. A transfer that was started with "
    "credentials of its own needs them again, by the same option or variable."
)

RESUMABLE = frozenset(
    {
        JobState.PAUSED,
        JobState.INTERRUPTED,
        JobState.NEEDS_CREDENTIALS,
        JobState.QUEUED,
        JobState.PREPARING,
        JobState.RUNNING,
        JobState.RETRY_WAIT,
    }
)
"""The active ones too: a process that died leaves them so."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", nargs="?", type=int, metavar="JOB")
    add_file_option(parser)
    parser.add_argument("--all", action="store_true", help="every job that waits, as without JOB")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if args.job is None and args.file:
        raise InputError("Of which job are these files?", cure="Give its number before --file.")
    if args.job is not None and args.all:
        raise InputError("--all is for every job: leave JOB out.")
    async with service_of(args, with_transfers=True) as service:
        if args.file:
            return await _resume_files(service, args, out)
        if args.job is None:
            # What another Quayside runs right now needs no help.
            chosen = [job for job in service.jobs() if job.state in RESUMABLE and job.is_ours]
        else:
            chosen = [job_of(service, args.job)]
            if chosen[0].state not in RESUMABLE:
                raise InputError(
                    f"Job {args.job} is {chosen[0].state.value}.",
                    cure=(
                        f"Try its failed files again with: quayside retry {args.job}"
                        if chosen[0].state is JobState.FAILED
                        else "There is nothing left to do."
                    ),
                )
        if not chosen:
            out.note("No transfer waits to be resumed.")
        code = int(Exit.OK)
        for job in chosen:
            await credentials_for(service, args, out, job)
            await service.resume(job.id)
            code = await follow(service, job.id, out, is_continued=True) or code
            if code == Exit.INTERRUPTED:
                break
        return code


async def _resume_files(service: Service, args: argparse.Namespace, out: Output) -> int:
    job = job_of(service, args.job)
    ids = await ids_of(service, job.id, args.file)
    if job.is_ours and not job.state.is_final:
        await credentials_for(service, args, out, job)
    await service.file_control.resume(job.id, ids)
    files = await files_when(
        service, job.id, ids, lambda file: file.state is not TransferState.PAUSED
    )
    tell_files(out, job, files)
    job = job_of(service, job.id)
    if not job.is_ours:
        out.note(f"The files go on in the Quayside that runs job {job.id}.")
        return Exit.OK
    if job.state in (JobState.PAUSED, JobState.INTERRUPTED, JobState.NEEDS_CREDENTIALS):
        out.note(f"The files go on with their job: quayside resume {job.id}")
        return Exit.OK
    return await follow(service, job.id, out, is_continued=True)
