"""`quayside retry`: try the failed files of a transfer again."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.follow import follow
from explorer.cli.one_job import job_of
from explorer.cli.output import Output
from explorer.cli.session import credentials_for, service_of

NAME = "retry"
SUMMARY = "try the failed files of a transfer again"
EXAMPLE = "quayside retry 12"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", type=int, metavar="JOB")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=True) as service:
        job = job_of(service, args.job)
        if not job.files_failed and job.failure is None:
            raise InputError(
                f"Nothing of job {job.id} has failed.", cure="See `quayside jobs` for its state."
            )
        await credentials_for(service, args, out, job)
        await service.retry(job.id)
        return await follow(service, job.id, out)
