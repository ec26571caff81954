"""`quayside mkdir`: a container, or an empty folder in one."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.service.model import Location
from explorer.storage.control_model import PublicAccess
from explorer.storage.labels import split_pair

NAME = "mkdir"
EXAMPLE = "quayside mkdir training/runs/8"
PUBLIC = {"none": PublicAccess.NOBODY, "blob": PublicAccess.BLOBS, "container": PublicAccess.ALL}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="CONTAINER, or CONTAINER/FOLDER")
    parser.add_argument(
        "--public-access", choices=tuple(PUBLIC), help="of a container: who may read it"
    )
    parser.add_argument(
        "--metadata",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="of a container; may be repeated",
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        if not container:
            raise InputError("The target names no container.", cure="Write CONTAINER/FOLDER.")
        if path and (args.public_access or args.metadata):
            raise InputError(
                "--public-access and --metadata are of a container.", cure="Name it alone."
            )
        if path:
            head, slash, name = path.rstrip("/").rpartition("/")
            parent = Location(connection.id, container, head + slash)
            made = await service.create_folder(parent, name)
        else:
            made = await service.administration.create_container(
                connection.id,
                container,
                public=PUBLIC[args.public_access or "none"],
                metadata=dict(split_pair(text, "metadata") for text in args.metadata),
            )
    kind = "folder" if made.path else "container"
    if out.is_json:
        out.data({"made": kind, "container": made.container, "path": made.path})
    else:
        out.note(f"Made the {kind} {made.container}/{made.path}".rstrip("/") + ".")
    return 0
