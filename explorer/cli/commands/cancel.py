"""`quayside cancel`: give a transfer up, some of its files, or all; finished files stay."""

from __future__ import annotations

import argparse

from explorer.cli.one_job import add_arguments, bring_to_rest
from explorer.cli.output import Output
from explorer.service.service import Service
from explorer.transfer.job_control import JobControl
from explorer.transfer.state import JobState, TransferState

NAME = "cancel"
EXAMPLE = "quayside cancel 12 --file 'logs/*'"

__all__ = ["EXAMPLE", "NAME", "add_arguments", "run"]


async def run(args: argparse.Namespace, out: Output) -> int:
    return await bring_to_rest(
        args,
        out,
        Service.cancel,
        JobControl.cancel_all,
        lambda service, job_id, ids: service.file_control.cancel(job_id, ids),
        (JobState.CANCELLED, TransferState.CANCELLED),
        f"Cancelled job {args.job}.",
    )
