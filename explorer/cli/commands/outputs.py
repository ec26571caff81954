"""`quayside outputs`: the runs in a folder, newest first; the latest fetched, its log followed."""

from __future__ import annotations

import argparse
import os

from explorer.base.errors import InputError, NotFoundError
from explorer.base.units import format_bytes, iso_time
from explorer.cli import options, transfer_options
from explorer.cli.commands import cat
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.cli.submit import carry_out
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.transfer.files import translating
from explorer.workflows import outputs
from explorer.workflows.outputs import Outputs, Run

NAME = "outputs"
EXAMPLE = "quayside outputs training/ada --latest ./latest"
DESCRIPTION = (
    "TARGET is a folder of runs: each folder or archive (.tgz, .zip) directly in it is one. They "
    "are listed newest first, with state, time, size and number of files. "
    f"{outputs.RULE} --latest DEST downloads what is below the newest run into the folder DEST; "
    "--follow writes the newest run's log and goes on with what is written to it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--latest", metavar="DEST", default="", help="download the newest run into this folder"
    )
    what.add_argument(
        "--follow",
        action="store_true",
        help="write the newest run's log, and go on with it until interrupted",
    )
    parser.add_argument(
        "--run", metavar="NAME", default="", help="this run instead of the newest one"
    )
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=bool(args.latest)) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        if not container:
            raise InputError("The target names no container.", cure="Write CONTAINER/FOLDER.")
        folder = path if not path or path.endswith("/") else f"{path}/"
        where = Location(connection.id, container, folder)
        found = await _all(service, where, out)
        if not args.latest and not args.follow:
            for one in found.runs:
                if not args.run or one.name.rstrip("/") == args.run.rstrip("/"):
                    _print(one, out)
            return 0
        chosen = _chosen(found, args.run, where)
        if args.follow:
            return await _follow(service, where, chosen, out)
        destination = options.absolute(args.latest)
        with translating(os.fsencode(destination)):
            if destination.exists() and not destination.is_dir():
                raise InputError(f"'{destination}' is a file.", cure="Name a folder.")
        out.note(f"The run is {chosen.name.rstrip('/')} ({chosen.state.value}).")
        wanted = transfer_options.job_options(args, service.settings)
        request = outputs.download_of(service, where, chosen, str(destination), wanted)
        return await carry_out(service, request, args, out)


async def _all(service: Service, where: Location, out: Output) -> Outputs:
    found = Outputs((), is_complete=False)
    async for found in outputs.list_outputs(service, where):
        out.passing(f"{len(found.runs):,} runs so far")
    out.passing("")
    return found


def _chosen(found: Outputs, name: str, where: Location) -> Run:
    """The run of that name, else the newest. Raises NotFoundError."""
    for one in found.runs:
        if not name or one.name.rstrip("/") == name.rstrip("/"):
            return one
    what = f"no run '{name}'" if name else "no run"
    raise NotFoundError(
        f"There is {what} in '{where.container}/{where.path}'.",
        cure="Look with: quayside outputs TARGET",
        status=404,
    )


async def _follow(service: Service, where: Location, chosen: Run, out: Output) -> int:
    if not chosen.log:
        raise NotFoundError(
            f"There is no log in {chosen.name.rstrip('/')}: no *.log, *.out, *.err, stdout or "
            "stderr.",
            cure="Follow another file with: quayside cat TARGET --follow",
            status=404,
        )
    out.note(f"quayside: following {chosen.log}")
    await cat.follow(service, out, where, chosen.log, 0)
    return 0


def _print(one: Run, out: Output) -> None:
    if out.is_json:
        out.data({**_data(one), "modified": iso_time(one.modified_s)})
        return
    when = iso_time(one.modified_s) or "-"
    out.result(
        f"{one.state.value:<8} {when:<20} {format_bytes(one.size_bytes):>10} "
        f"{one.blobs:>8,}  {one.name}"
    )


def _data(one: Run) -> dict[str, object]:
    return {
        "run": one.name.rstrip("/"),
        "is_folder": one.is_folder,
        "state": one.state,
        "size_bytes": one.size_bytes,
        "files": one.blobs,
        "log": one.log,
    }
