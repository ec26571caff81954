"""`quayside url`: a place in the words of other programs, with a SAS where it is asked for."""

from __future__ import annotations

import argparse
from dataclasses import replace

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.service.copy_as import Form, Spot, copy_as
from explorer.service.model import Location
from explorer.storage.sas import SasKind

NAME = "url"
EXAMPLE = "quayside url training/runs/7/model.bin --as azcopy --with-sas"
DESCRIPTION = (
    "TARGET is a blob, CONTAINER/FOLDER/ (with the slash), CONTAINER, or / for the account. "
    "Printed are its path, URL or abfss address, a command of az, AzCopy or rclone, or a snippet "
    "for azure-storage-blob or fsspec, quoted for a POSIX shell. No credential is in it, unless "
    "--with-sas makes one: the least that reads it, for one hour. Of a folder in an account "
    "without a hierarchical namespace that is a SAS for the whole container, and said so."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument(
        "--as",
        dest="form",
        choices=[form.value for form in Form],
        default=Form.URL.value,
        help="default: url",
    )
    parser.add_argument("--with-sas", action="store_true", help="make a SAS and put it in")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    form = Form(args.form)
    if args.with_sas and not form.takes_sas:
        raise InputError(f"There is no place for a SAS in the form '{form.value}'.")
    target = "" if args.target == "/" else args.target
    async with service_of(args) as service:
        connection = await connect(service, args, out, target)
        container, path = service.locate(connection.id, target)
        spot = Spot(
            connection.account, connection.endpoint, container, path, connection.is_emulator
        )
        if args.with_sas:
            copy_as(form, spot)  # what does not fit is told before anything is made
            flat = bool(path.endswith("/") and not connection.is_hierarchical)
            head, slash, name = ("", "", "") if flat else path.rpartition("/")
            wish = service.sharing.least(Location(connection.id, container, head + slash), name)
            if wish.kind is not SasKind.BLOB:
                wish = replace(wish, permissions="rl")
            if flat:
                out.note(f"Note: the SAS reaches the whole container '{container}'.")
            shared = await service.sharing.make(connection.id, wish)
            for warning in shared.warnings:
                out.note(f"Note: {warning}")
            spot = replace(spot, sas=shared.token)
    text = copy_as(form, spot)
    if out.is_json:
        out.data({"form": form.value, "text": text})
    else:
        out.lines(text.split("\n"))
    return 0
