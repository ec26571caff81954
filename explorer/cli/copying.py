"""What `copy` and `move` share: two places, perhaps of two accounts, and the job between."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from dataclasses import field

from explorer.base.errors import InputError, NotFoundError
from explorer.base.records import dataclass
from explorer.cli import options, transfer_options
from explorer.cli.output import Output
from explorer.cli.session import read_text, saved_connection, service_of
from explorer.cli.submit import carry_out
from explorer.cli.targets import Chosen, Given, choose
from explorer.service.model import Connection, Location
from explorer.service.service import Service
from explorer.storage.connection import SasToken, parse
from explorer.storage.connection_url import is_url_like
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import TransferState

MOST_NOTES = 10
RULES = (
    "A blob becomes the blob TO, or TO/<its name> where TO ends with a slash or is a container or "
    "folder. A folder or container becomes TO/<path below it>; a folder keeps its name where TO "
    "ends with a slash: TO/<its name>/. The service copies by itself; where it cannot read the "
    "source, the bytes come through this computer, and only they count for --limit. Each of FROM "
    "and TO may bring its own SAS; a container that is missing is made."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="FROM", help=options.TARGET_HELP)
    parser.add_argument("target", metavar="TO", help="the same")
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    options.add_common_options(parser)


@dataclass
class Connecting:
    """Connects both ends; what is read from standard input is read once."""

    service: Service
    args: argparse.Namespace
    out: Output
    known: list[tuple[Chosen, Connection]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    async def to(self, target: str) -> Connection:
        """The connection for one end: its own SAS, or what options and environment say."""
        given = options.given(self.args)
        if brings_sas(target):
            given = Given(allow_http=given.allow_http)
        chosen = choose(target, given, os.environ, self._read)
        for known, connection in self.known:
            if known == chosen:
                return connection
        if chosen.note:
            self.out.note(f"quayside: {chosen.note}")
        if chosen.spec is not None:
            connection = await self.service.session_connection(chosen.spec)
        else:
            connection = await saved_connection(self.service, chosen.saved_name)
        self.known.append((chosen, connection))
        return connection

    def _read(self, source: str) -> str:
        if source not in self.texts:
            self.texts[source] = read_text(source)
        return self.texts[source]


def brings_sas(target: str) -> bool:
    """Whether it is an address with a SAS of its own. Pure."""
    return is_url_like(target) and isinstance(parse(target).credential, SasToken)


async def carry(args: argparse.Namespace, out: Output, *, is_move: bool) -> int:
    """Do what the command says; the exit code."""
    async with service_of(args, with_transfers=True) as service:
        connecting = Connecting(service, args, out)
        from_here = await connecting.to(args.source)
        location, name = _split(service, from_here, args.source)
        to_there = await connecting.to(args.target)
        there, new_name = _split(service, to_there, args.target)
        if not location.container or not there.container:
            raise InputError(
                "Both FROM and TO name a container.", cure="Write CONTAINER/PATH or a URL."
            )
        if not name and location.path:  # written with a slash at its end
            location, name = location.parent, location.name
            is_blob = False
        else:
            is_blob = bool(name) and await service.is_blob(location, name)
        if new_name and is_blob and await _is_folder(service, there.child(new_name)):
            there, new_name = there.child(new_name), ""
        if not new_name and name and not is_blob and args.target.partition("?")[0][-1:] != "/":
            location, name = location.child(name), ""  # its contents, into the container
        request = service.copies.request(
            location,
            (name if is_blob or not name else f"{name}/",),
            there,
            new_name=new_name,
            is_move=is_move,
            options=transfer_options.job_options(args, service.settings),
            make_container=True,
        )
        may_replace = request.options.conflicts is not ConflictPolicy.FAIL
        is_step = is_move and bool(name) and not may_replace and not args.dry_run
        if is_step and await service.copies.is_one_step(location, there):
            await service.copies.move(
                location, (name if is_blob else f"{name}/",), there, new_name=new_name
            )
            out.note(f"Moved {name} in one step.")
            return 0
        code = await carry_out(service, request, args, out)
        if not args.dry_run:
            await _tell_notes(service, out)
        return code


async def _tell_notes(service: Service, out: Output) -> None:
    """What a person should know of the files that were copied, each thing once."""
    newest = max(job.id for job in service.jobs())
    told: Counter[str] = Counter()
    offset = 0
    done = frozenset({TransferState.DONE})
    while page := await service.transfers(newest, offset=offset, states=done):
        told.update(transfer.note for transfer in page if transfer.note)
        offset += len(page)
    for note, count in told.most_common(MOST_NOTES):
        out.note(f"{count} {'file' if count == 1 else 'files'}: {note}")


def _split(service: Service, connection: Connection, target: str) -> tuple[Location, str]:
    """(folder, name): the name is what follows the last slash."""
    container, path = service.locate(connection.id, target)
    head, slash, name = path.rpartition("/")
    return Location(connection.id, container, head + slash), name


async def _is_folder(service: Service, location: Location) -> bool:
    try:
        return await service.is_folder(location)
    except NotFoundError:  # its container will be made
        return False
