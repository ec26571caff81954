"""`quayside pause`: hold a transfer; what is there stays."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.commands.resume import at_rest, job_of
from explorer.cli.output import Output
from explorer.cli.session import service_of
from explorer.transfer.state import JobState

NAME = "pause"
SUMMARY = "hold a transfer until it is resumed"
EXAMPLE = "quayside pause 12"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", type=int, metavar="JOB")
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=True) as service:
        job = job_of(service, args.job)
        if job.state.is_final:
            raise InputError(f"Job {job.id} is {job.state.value} already.")
        await service.pause(job.id)
        job = await at_rest(service, job.id)
        if out.is_json:
            out.data({"job": job})
        elif job.state is not JobState.PAUSED:
            out.note(f"Job {job.id} is {job.state.value}: its end came first.")
        else:
            out.note(f"Paused job {job.id}. Go on with: quayside resume {job.id}")
    return 0
