"""`quayside watch`: a folder is watched, and what has settled in it is uploaded."""

from __future__ import annotations

import argparse
import asyncio

from explorer.base.errors import InputError
from explorer.base.paths import data_dir
from explorer.base.units import format_bytes, parse_age
from explorer.cli import options, transfer_options
from explorer.cli.follow import stop_signals
from explorer.cli.output import Output, failure_line
from explorer.cli.session import connect, service_of
from explorer.service.model import Location
from explorer.workflows.watch import Happening, Watch, WatchEvent, target_key
from explorer.workflows.watch_state import opened

NAME = "watch"
EXAMPLE = "quayside watch ./out training/live"
DESCRIPTION = (
    "Uploads every file of FOLDER that has not changed for a while, under its path below TARGET, "
    "and each again when it changes. What is deleted here stays there. It goes on after restarts "
    "and outages, without sending twice what is there. Ctrl-C ends it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="a folder on this computer")
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument(
        "--settle", metavar="AGE", default="2s", help="how long a file must rest (default: 2s)"
    )
    parser.add_argument(
        "--once", action="store_true", help="upload what is new and settled, and end"
    )
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    folder = options.absolute(args.folder)
    if not folder.is_dir():
        raise InputError(f"There is no folder '{folder}'.", cure="Check the name.")
    if args.dry_run:
        raise InputError("A watch cannot be rehearsed.", cure="Try: quayside upload --dry-run")
    settle_s = parse_age(args.settle)
    place = options.absolute(args.data_dir) if args.data_dir else data_dir()
    failed: set[str] = set()
    is_left = False
    async with service_of(args, with_transfers=True) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        if not container:
            raise InputError("The target names no container.", cure="Write CONTAINER or a URL.")
        prefix = f"{path.rstrip('/')}/" if path.strip("/") else ""
        target = service.place(Location(connection.id, container, prefix))
        job_options = transfer_options.job_options(args, service.settings)
        with opened(place, str(folder), target_key(target)) as state, stop_signals() as stop:
            watch = Watch(
                service, folder, target, job_options, state, settle_s=settle_s, is_once=args.once
            )
            async for event in watch.run(stop):
                if event.kind is Happening.FAILED:
                    failed.add(event.name)
                elif event.kind is not Happening.FOUND:
                    is_left = is_left or event.kind is Happening.LEFT
                    failed -= {event.name, ""}  # without a name: all of a batch, which goes now
                _tell(event, out, is_once=args.once)
                out.flush()
                await asyncio.sleep(0)
        if stop.is_set():
            out.note("Ended. What was under way goes on at the next start.")
        elif args.once and not failed:
            out.note(f"All that has settled is uploaded{', but what was cancelled' * is_left}.")
    return 1 if failed else 0


def _tell(event: WatchEvent, out: Output, *, is_once: bool) -> None:
    if out.is_json:
        out.data({"event": event.kind.value, "name": event.name, "size": event.size_bytes,
                  "count": event.count, "failure": event.failure})  # fmt: skip
        return
    if event.kind is Happening.FOUND:
        found = f"{event.count:,} {'file is' if event.count == 1 else 'files are'} new or changed."
        out.note(found if is_once else f"Watching; {found} Ctrl-C ends it.")
    elif event.kind is Happening.UPLOADED:
        out.result(f"uploaded  {event.name}  {format_bytes(event.size_bytes)}")
    elif event.kind is Happening.GONE:
        out.note(f"gone here, kept there: {event.name}")
    elif event.kind is Happening.LEFT:
        out.note(f"cancelled, and left until it changes: {event.name}")
    elif event.failure is not None:
        what = event.name or f"{event.count:,} files"
        out.error(failure_line(what, event.failure))
