"""`quayside move`: a copy whose sources are deleted once it is verified."""

from __future__ import annotations

import argparse

from explorer.cli import copying
from explorer.cli.output import Output

NAME = "move"
EXAMPLE = "quayside move training/runs/7 training/archive/"
DESCRIPTION = (
    f"{copying.RULES} Each source is deleted once its copy is verified, and only while it is "
    "still what was copied. A source that was skipped stays, and so does an emptied container."
)

add_arguments = copying.add_arguments


async def run(args: argparse.Namespace, out: Output) -> int:
    return await copying.carry(args, out, is_move=True)
