"""`quayside resume`: go on with a transfer that was paused or interrupted."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.exits import Exit
from explorer.cli.follow import follow
from explorer.cli.one_job import job_of
from explorer.cli.output import Output
from explorer.cli.session import credentials_for, service_of
from explorer.transfer.state import JobState

NAME = "resume"
SUMMARY = "go on with a paused or interrupted transfer"
EXAMPLE = "quayside resume 12"
DESCRIPTION = (
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
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=True) as service:
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
            code = await follow(service, job.id, out) or code
            if code == Exit.INTERRUPTED:
                break
        return code
