"""`quayside copy`: blobs, folders and containers, copied by the service itself."""

from __future__ import annotations

import argparse

from explorer.cli import copying
from explorer.cli.output import Output

NAME = "copy"
EXAMPLE = "quayside copy training/runs/7 archive/runs/7"
DESCRIPTION = copying.RULES

add_arguments = copying.add_arguments


async def run(args: argparse.Namespace, out: Output) -> int:
    return await copying.carry(args, out, is_move=False)
