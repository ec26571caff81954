"""`quayside pause`: hold a transfer, some of its files, or all; what is there stays."""

from __future__ import annotations

import argparse

from explorer.cli.one_job import add_arguments, bring_to_rest
from explorer.cli.output import Output
from explorer.service.service import Service
from explorer.transfer.job_control import JobControl
from explorer.transfer.state import JobState, TransferState

NAME = "pause"
EXAMPLE = "quayside pause 12 --file big.bin"

__all__ = ["EXAMPLE", "NAME", "add_arguments", "run"]


async def run(args: argparse.Namespace, out: Output) -> int:
    said = f"Paused job {args.job}. Go on with: quayside resume {args.job}"
    return await bring_to_rest(
        args,
        out,
        Service.pause,
        JobControl.pause_all,
        lambda service, job_id, ids: service.file_control.pause(job_id, ids),
        (JobState.PAUSED, TransferState.PAUSED),
        said,
    )
