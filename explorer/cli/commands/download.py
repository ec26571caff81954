"""`quayside download`: a blob to a file, a folder or container to a folder."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from explorer.base.errors import InputError, LocalError
from explorer.cli import cluster_options, options, transfer_options
from explorer.cli.output import Output
from explorer.cli.session import asked_meanwhile, service_of, start_transfers, state_of
from explorer.cli.submit import carry_out
from explorer.service.model import Location
from explorer.transfer.files import translating
from explorer.transfer.model import DownloadRequest, DownloadSource
from explorer.transfer.names import encode, rules_for

NAME = "download"
EXAMPLE = "quayside download training/runs/7 results"
DESCRIPTION = (
    "A blob becomes the file DEST, or DEST/<its name> where DEST is a folder or ends with a slash. "
    "A folder or container becomes DEST/<path below it>. Without DEST everything is named as it "
    "is in storage, in the current folder."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument(
        "dest", nargs="?", default="", metavar="DEST", help="a file or folder on this computer"
    )
    options.add_state_options(parser)
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    cluster_options.add_cluster_options(parser)
    options.add_common_options(parser)


def local_target(dest: str, name: str, *, is_blob: bool) -> tuple[Path, str]:
    """(folder, name in it) a download goes to; an empty name is the folder itself.

    Raises LocalError where a file is in the way of a folder, UnsafeNameError for a name that
    no file can have.
    """
    if dest:
        path = options.absolute(dest)
    else:  # the name is a stranger's
        path = options.absolute(".") / encode(name, rules_for(sys.platform))
    with translating(os.fsencode(path)):
        return _target_at(path, dest, name, is_blob=is_blob)


def _target_at(path: Path, dest: str, name: str, *, is_blob: bool) -> tuple[Path, str]:
    if not is_blob:
        if path.exists() and not path.is_dir():
            raise LocalError(
                f"'{path}' is a file, and a folder is needed there.",
                path=str(path),
                cure="Name another folder.",
            )
        return path, ""
    if dest and (dest.endswith(("/", os.sep)) or path.is_dir()):
        return path, name
    if path.is_dir():
        raise LocalError(
            f"'{path}' is a folder, and the blob would become a file of that name.",
            path=str(path),
            cure="Name the file: quayside download TARGET FILE.",
        )
    return path.parent, path.name if dest else name


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args, with_transfers=True, asks_first=True) as service:
        location, name, snapshot, version_id = await state_of(service, args, out, args.target)
        if not location.container:
            raise InputError("The target names no container.", cure="Write CONTAINER or a URL.")
        service.ask_ahead(location.connection_id)
        is_state = bool(snapshot or version_id)
        is_blob = is_state
        if name and not is_state:
            asked = service.is_blob(location, name, in_haste=True)
            is_blob = await asked_meanwhile(service, args, asked)
        else:
            await start_transfers(service, args)
        if is_blob:
            folder, target = local_target(args.dest, name, is_blob=True)
            source = DownloadSource(
                location.path + name,
                is_prefix=False,
                target=target,
                snapshot=snapshot,
                version_id=version_id,
            )
        else:
            whole = location.child(name) if name else location
            folder, target = local_target(args.dest, whole.name, is_blob=False)
            source = DownloadSource(whole.path, is_prefix=True, target=target)
        request = DownloadRequest(
            sources=(source,),
            source=service.place(Location(location.connection_id, location.container)),
            destination=str(folder),
            options=transfer_options.job_options(args, service.settings),
        )
        return await carry_out(service, request, args, out)
