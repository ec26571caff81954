"""`quayside pause`: hold a transfer; what is there stays."""

from __future__ import annotations

import argparse

from explorer.cli.one_job import add_arguments, bring_to_rest
from explorer.cli.output import Output
from explorer.service.service import Service
from explorer.transfer.state import JobState

NAME = "pause"
SUMMARY = "hold a transfer until it is resumed"
EXAMPLE = "quayside pause 12"

__all__ = ["EXAMPLE", "NAME", "SUMMARY", "add_arguments", "run"]


async def run(args: argparse.Namespace, out: Output) -> int:
    said = f"Paused job {args.job}. Go on with: quayside resume {args.job}"
    return await bring_to_rest(args, out, Service.pause, JobState.PAUSED, said)
