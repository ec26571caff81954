"""`quayside cancel`: give a transfer up; finished files stay."""

from __future__ import annotations

import argparse

from explorer.cli.one_job import add_arguments, bring_to_rest
from explorer.cli.output import Output
from explorer.service.service import Service
from explorer.transfer.state import JobState

NAME = "cancel"
SUMMARY = "give a transfer up; finished files stay"
EXAMPLE = "quayside cancel 12"

__all__ = ["EXAMPLE", "NAME", "SUMMARY", "add_arguments", "run"]


async def run(args: argparse.Namespace, out: Output) -> int:
    said = f"Cancelled job {args.job}."
    return await bring_to_rest(args, out, Service.cancel, JobState.CANCELLED, said)
