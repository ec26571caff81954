"""`quayside cat`: a blob's bytes to standard output."""

from __future__ import annotations

import argparse
import re

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import service_of, state_of

NAME = "cat"
SUMMARY = "write a blob to standard output"
EXAMPLE = "quayside cat training/runs/7/train.log --range 0-999"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument(
        "--range",
        metavar="A-B",
        default="",
        help="from byte A to byte B, both included; A- is the rest, -N the last N bytes",
    )
    options.add_state_options(parser)
    options.add_connection_options(parser)
    options.add_common_options(parser, with_json=False)


def parse_range(text: str) -> tuple[int | None, int | None]:
    """(first, last) byte; (None, n) for the last n. Raises InputError. As in RFC 9110, 14.1.2."""
    hit = re.fullmatch(r"(\d*)-(\d*)", text.strip())
    if hit is None or not any(hit.groups()):
        raise InputError(f"'{text}' is no range of bytes.", cure="Write 0-99, 100- or -100.")
    first, last = (int(part) if part else None for part in hit.groups())
    if first is not None and last is not None and last < first:
        raise InputError(f"The range '{text}' ends before it begins.")
    return first, last


async def run(args: argparse.Namespace, out: Output) -> int:
    first, last = parse_range(args.range) if args.range else (0, None)
    async with service_of(args) as service:
        location, name, snapshot, version_id = await state_of(service, args, out, args.target)
        which = {"snapshot": snapshot, "version_id": version_id}
        if not name:
            raise InputError("That is a folder or container, not a blob.", cure="Name one blob.")
        if first is None:
            size = (await service.properties(location, name, **which)).size_bytes
            first, last = max(0, size - (last or 0)), None
        length = None if last is None else last - first + 1
        async for piece in service.read(location, name, first, length, **which):
            out.stdout.buffer.write(piece)
    out.flush()
    return 0
