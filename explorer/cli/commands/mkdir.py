"""`quayside mkdir`: a container, or an empty folder in one."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.service.model import Location

NAME = "mkdir"
SUMMARY = "make a container, or an empty folder in a container"
EXAMPLE = "quayside mkdir training/runs/8"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="CONTAINER, or CONTAINER/FOLDER")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        if not container:
            raise InputError("The target names no container.", cure="Write CONTAINER/FOLDER.")
        if path:
            head, slash, name = path.rstrip("/").rpartition("/")
            parent = Location(connection.id, container, head + slash)
            made = await service.create_folder(parent, name)
        else:
            made = await service.create_container(connection.id, container)
    kind = "folder" if made.path else "container"
    if out.is_json:
        out.data({"made": kind, "container": made.container, "path": made.path})
    else:
        out.note(f"Made the {kind} {made.container}/{made.path}".rstrip("/") + ".")
    return 0
