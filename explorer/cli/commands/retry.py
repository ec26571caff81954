"""`quayside retry`: try the failed files of a transfer again."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.exits import Exit
from explorer.cli.follow import follow
from explorer.cli.one_job import add_file_option, ids_of, job_of
from explorer.cli.output import Output
from explorer.cli.session import credentials_for, service_of
from explorer.transfer.model import ConflictPolicy

NAME = "retry"
EXAMPLE = "quayside retry 12 --on-conflict overwrite"
DESCRIPTION = (
    "Try the failed files of a transfer again. With --file these alone, and those that were "
    "cancelled one by one as well."
)
RULES = tuple(policy.value for policy in ConflictPolicy)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", type=int, metavar="JOB")
    add_file_option(parser)
    parser.add_argument(
        "--on-conflict",
        choices=RULES,
        metavar="|".join(RULES),
        help="from now on, what happens to a target that exists",
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=True) as service:
        job = job_of(service, args.job)
        rule = ConflictPolicy(args.on_conflict) if args.on_conflict else None
        if args.file:
            ids = await ids_of(service, job.id, args.file)
            if job.is_ours:
                await credentials_for(service, args, out, job)
            await service.file_control.retry(job.id, ids, rule)
            if not job_of(service, job.id).is_ours:
                out.note(f"The files are tried again by the Quayside that runs job {job.id}.")
                return Exit.OK
            return await follow(service, job.id, out, is_continued=True)
        if not job.files_failed and job.failure is None:
            raise InputError(
                f"Nothing of job {job.id} has failed.", cure="See `quayside jobs` for its state."
            )
        await credentials_for(service, args, out, job)
        await service.retry(job.id, rule)
        return await follow(service, job.id, out, is_continued=True)
