"""`quayside artifact`: folders uploaded once, as AzureML keeps them, and fetched again."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.base.units import format_bytes
from explorer.cli import options, transfer_options
from explorer.cli.commands import download
from explorer.cli.follow import follow
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.workflows import artifact
from explorer.workflows.artifact import Prepared, Registered

NAME = "artifact"
EXAMPLE = "quayside artifact upload ./model --name resnet azureml-blobstore"
DESCRIPTION = (
    "artifact upload PATH CONTAINER --name N puts a file or folder where azure-ai-ml would, under "
    "the hash of its content: what is there already, whoever put it, is not sent again. "
    ".amlignore, else .gitignore, in the folder leaves files out. artifact download TARGET DEST "
    "fetches all below a path."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("upload", "download"), help="which way")
    parser.add_argument("first", metavar="PATH|TARGET", help="what is uploaded, or downloaded")
    parser.add_argument("second", metavar="CONTAINER|DEST", help="where to")
    parser.add_argument("--name", metavar="N", default="", help="upload: the artifact's name")
    parser.add_argument(
        "--version", metavar="V", default="", help="upload: its version; a fresh one if absent"
    )
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if args.action == "download":
        args.target, args.dest = args.first, args.second
        args.version_id = args.snapshot = ""
        return await download.run(args, out)
    if not args.name:
        raise InputError("The artifact has no name.", cure="Add --name NAME.")
    artifact.check_label("name", args.name)
    if args.version:
        artifact.check_label("version", args.version)
    async with service_of(args, with_transfers=True) as service:
        connection = await connect(service, args, out, args.second)
        container, path = service.locate(connection.id, args.second)
        where = Location(connection.id, container, path)
        prepared = await artifact.prepare(options.absolute(args.first), where)
        out.note(
            f"{len(prepared.source.files):,} files, {format_bytes(prepared.source.size_bytes)}, "
            f"content {prepared.content_hash[:12]}…"
        )
        return await _upload(service, prepared, args, out)


async def _upload(
    service: Service, prepared: Prepared, args: argparse.Namespace, out: Output
) -> int:
    if found := await artifact.find(service, prepared):
        _tell(found, out)
        return 0
    if args.dry_run:
        out.note(f"Would be uploaded to {prepared.path}.")
        return 0
    job_options = transfer_options.job_options(args, service.settings)
    job_id = await service.submit(artifact.request_for(service, prepared, job_options))
    code = await follow(service, job_id, out)
    if code:
        out.note("It is not confirmed yet: once all is uploaded, give the same command again.")
        return code
    job = await service.wait(job_id)
    _tell(await artifact.confirm(service, prepared, job, args.name, args.version), out)
    return 0


def _tell(found: Registered, out: Output) -> None:
    if out.is_json:
        out.data(
            {
                "event": "artifact",
                "path": found.path,
                "name": found.name,
                "version": found.version,
                "hash": found.content_hash,
                "was_there": found.was_there,
            }
        )
        return
    how = "There already, nothing was sent" if found.was_there else "Uploaded and confirmed"
    out.note(f"{how}: {found.name}, version {found.version}.")
    out.result(found.path)
