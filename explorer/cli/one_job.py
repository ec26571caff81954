"""One job by its number: found, and brought to rest by pause or cancel."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from explorer.base.errors import InputError, JournalError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import service_of
from explorer.service.service import Service
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState

ANSWER_S = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What pause and cancel take."""
    parser.add_argument("job", type=int, metavar="JOB")
    options.add_common_options(parser)


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
    wanted: JobState,
    said: str,
) -> int:
    """Ask for it, wait until it is so, and say so; the exit code."""
    async with service_of(args, with_transfers=True) as service:
        job = job_of(service, args.job)
        if job.state.is_final:
            raise InputError(f"Job {job.id} is {job.state.value} already.")
        await ask(service, job.id)
        job = await _at_rest(service, job.id)
    if out.is_json:
        out.data({"job": job})
    elif job.state is wanted:
        out.note(said)
    else:
        out.note(f"Job {job.id} is {job.state.value}: its end came first.")
    return 0


async def _at_rest(service: Service, job_id: int) -> JobSnapshot:
    """Another Quayside that runs the job is asked through the queue, and looks there once a
    second. Raises JournalError where it does not answer."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await service.wait(job_id)
    except TimeoutError:
        raise JournalError(
            f"The Quayside that runs job {job_id} has not answered yet.",
            cure="It does what was asked when it can. See `quayside jobs`.",
        ) from None
