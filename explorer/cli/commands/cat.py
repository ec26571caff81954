"""`quayside cat`: a blob's bytes to standard output, all, some, or as they are written."""

from __future__ import annotations

import argparse
import re
import shlex
from contextlib import suppress

from explorer.base.errors import InputError, NotAuthorizedError, NotFoundError
from explorer.cli import options
from explorer.cli.lines import first_lines, start_of_last_lines
from explorer.cli.output import Output
from explorer.cli.session import service_of, state_of
from explorer.service.model import Location
from explorer.service.service import Service

NAME = "cat"
EXAMPLE = "quayside cat training/runs/7/train.log --tail 20 --follow"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--range",
        metavar="A-B",
        default="",
        help="from byte A to byte B, both included; A- is the rest, -N the last N bytes",
    )
    part.add_argument("--head", metavar="N", type=_count, help="the first N lines only")
    part.add_argument("--tail", metavar="N", type=_count, help="the last N lines only")
    parser.add_argument(
        "--follow",
        action="store_true",
        help="go on with what is written to the blob later, until interrupted",
    )
    options.add_state_options(parser)
    options.add_connection_options(parser)
    options.add_common_options(parser, with_json=False)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of lines")
    return int(text)


def parse_range(text: str) -> tuple[int | None, int | None]:
    """(first, last) byte; (None, n) for the last n. Raises InputError. As in RFC 9110, 14.1.2."""
    hit = re.fullmatch(r"(\d*)-(\d*)", text.strip())
    if hit is None or not any(hit.groups()):
        raise InputError(f"'{text}' is no range of bytes.", cure="Write 0-99, 100- or -100.")
    first, last = (int(part) if part else None for part in hit.groups())
    if first is not None and last is not None and last < first:
        raise InputError(f"The range '{text}' ends before it begins.")
    return first, last


def _is_a_folder(location: Location, name: str) -> InputError:
    where = f"{location.container}/{location.path}{name}".rstrip("/")
    return InputError(
        f"'{where}' is a folder or container, not a blob.",
        cure=f"Name one blob; `quayside ls {shlex.quote(where)}` shows what is in it.",
    )


async def run(args: argparse.Namespace, out: Output) -> int:
    first, last = parse_range(args.range) if args.range else (0, None)
    if args.follow and (last is not None or args.head is not None):
        raise InputError(
            "--follow goes on after the end of the blob.", cure="Use it with --tail N or alone."
        )
    async with service_of(args) as service:
        location, name, snapshot, version_id = await state_of(service, args, out, args.target)
        if not name:
            raise _is_a_folder(location, name)
        if args.follow and (snapshot or version_id):
            raise InputError("A snapshot or version does not grow.", cure="Follow the blob itself.")
        which = {"snapshot": snapshot, "version_id": version_id}
        try:
            ranges = await service.ranges.open(location, name, **which)
        except NotFoundError:
            with suppress(NotAuthorizedError):
                if not (snapshot or version_id) and not await service.is_blob(location, name):
                    raise _is_a_folder(location, name) from None
            raise
        if args.head is not None:
            async for piece in first_lines(service, ranges, args.head):
                out.stdout.buffer.write(piece)
        elif args.follow:
            start = first or 0
            if args.tail is not None:
                start = await start_of_last_lines(service, ranges, args.tail)
            await follow(service, out, location, name, start)
        else:
            if args.tail is not None:
                first = await start_of_last_lines(service, ranges, args.tail)
            elif first is None:
                first, last = max(0, ranges.size_bytes - (last or 0)), None
            length = None if last is None else last - first + 1
            async for piece in service.read(location, name, first, length, **which):
                out.stdout.buffer.write(piece)
    out.flush()
    return 0


async def follow(service: Service, out: Output, location: Location, name: str, start: int) -> None:
    """Until interrupted, or whoever reads has gone."""
    async for grown in service.ranges.follow(location, name, start):
        if grown.is_anew:
            out.note("quayside: the blob was written anew; it follows from its beginning")
        out.stdout.buffer.write(grown.data)
        out.flush()
