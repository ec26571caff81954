"""`quayside jobs`: the transfer queue that window and command share."""

from __future__ import annotations

import argparse

from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.progress import figures
from explorer.cli.session import service_of

NAME = "jobs"
SUMMARY = "show the transfer queue"
EXAMPLE = "quayside jobs --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=True) as service:
        jobs = service.jobs()
    for job in jobs:
        if out.is_json:
            out.data({"job": job})
        else:
            where = "" if job.is_ours or job.state.is_final else ", in another Quayside"
            out.result(
                f"{job.id:>4}  {job.state.value:<17} {job.direction.value:<8}  {job.title} -> "
                f"{job.destination}  ({figures(job)}{where})"
            )
    if not jobs:
        out.note("The transfer queue is empty.")
    return 0
