"""`quayside connect`: connections tested, saved, listed, shown and removed."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import time
from typing import Any

from explorer.base.errors import InputError
from explorer.base.settings import Settings
from explorer.base.units import format_duration, iso_time
from explorer.cli import options, taking_along
from explorer.cli.output import Output
from explorer.cli.session import read_text, saved_connection, service_of
from explorer.cli.targets import Given, choose
from explorer.service.model import Connection, ProbeReport
from explorer.service.service import Service
from explorer.storage.azure.client import StoreOptions
from explorer.storage.azure.fetched import fetch_text, is_address
from explorer.storage.connection import ConnectionSpec
from explorer.storage.marks import COLOURS

NAME = "connect"
EXAMPLE = "quayside connect work < connection-string.txt"
DESCRIPTION = (
    "connect NAME reads a connection string, SAS URL or account and key from standard input "
    "(without echo on a terminal), tests it and saves it; its secret goes to the keyring. "
    "connect NAME --account ACCOUNT --auth az saves a sign-in instead, which has no secret. "
    "connect test [NAME] tests and keeps nothing. connect list; connect show NAME; connect remove "
    "NAME. connect set NAME --hierarchical yes|no|auto says whether the account's folders are "
    "real (Data Lake Gen2) where that cannot be found out, or is found out wrongly; --read-only "
    "yes lets nothing be changed through it. connect export FILE [NAME...] writes saved "
    "connections to a new file, without secrets, or encrypted under a passphrase that is asked "
    "for; connect import FILE adds them beside what is here. A name that is one of these words: "
    "connect save NAME. No secret is ever printed."
)
WORDS = ("list", "show", "remove", "test", "set", "save")
_CHOICES = {"yes": True, "no": False, "auto": None}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="[list|show|remove|test|set|save|export|import] [NAME]"
    )
    parser.add_argument(
        "--hierarchical",
        choices=tuple(_CHOICES),
        default="",
        help="set: whether folders are real; auto asks the service",
    )
    parser.add_argument(
        "--read-only", choices=("yes", "no"), help="set: whether nothing may be changed through it"
    )
    parser.add_argument("--colour", metavar="NAME", help=f"set: {', '.join(COLOURS)}, or ''")
    parser.add_argument("--group", metavar="TEXT", help="set: the heading it stands under, or ''")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="URL|FILE",
        default="",
        help="save and test: read what would be pasted from an https address, such as OpenPAI's "
        "/storages/blobs?type=blob, or from a file",
    )
    parser.add_argument(
        "--with-secrets",
        action="store_true",
        help="export and import: secrets too, under a passphrase that is asked for "
        "(or is the first line of standard input)",
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


def parse_words(words: list[str]) -> tuple[str, str]:
    """(what to do, name) of the words. Raises InputError. Pure."""
    action, rest = (words[0], words[1:]) if words and words[0] in WORDS else ("save", words)
    if len(rest) > 1:
        raise InputError("These are too many words.", cure="A name with spaces needs quotes.")
    name = rest[0] if rest else ""
    if action in ("show", "remove", "set") and not name:
        raise InputError(f"It is not said which connection to {action}.", cure="Add its name.")
    if action == "list" and name:
        raise InputError("list takes no name.", cure=f"Write: quayside connect show {name}")
    return action, name


async def run(args: argparse.Namespace, out: Output) -> int:
    if args.words[:1] and args.words[0] in taking_along.WORDS:
        async with service_of(args) as service:
            return await taking_along.take(service, args, out)
    action, name = parse_words(args.words)
    _check_options(action, args)
    async with service_of(args) as service:
        if args.source:
            args.connection_string = await asyncio.to_thread(
                _text_from, args.source, service.settings
            )
        if action == "list":
            _list(service, out)
        elif action == "show":
            _show(await saved_connection(service, name, needs_secret=False), out)
        elif action == "remove":
            found = await saved_connection(service, name, needs_secret=False)
            await service.remove_connection(found.id)
            out.note(f"Removed '{found.name}' and its secret.")
        elif action == "set":
            found = await saved_connection(service, name, needs_secret=False)
            _show(await _set(service, found, args), out)
        elif action == "test" and name:
            found = await saved_connection(service, name)
            _report(await service.probe_connection(found.id), out)
        elif action == "test":
            _report(await service.probe(_pasted(args)), out)
        else:
            await _save(service, _pasted(args), name, out)
    return 0


def _check_options(action: str, args: argparse.Namespace) -> None:
    """What is set goes with `set`, secrets go with files. Raises InputError."""
    is_given = [args.hierarchical or None, args.read_only, args.colour, args.group]
    is_any = any(one is not None for one in is_given)
    if (action == "set") != is_any:
        raise InputError(
            "It is not said what to set." if action == "set" else "These options go with set.",
            cure="Write: quayside connect set NAME --hierarchical yes|no|auto, --read-only yes|no, "
            "--colour NAME or --group TEXT",
        )
    if args.source and (action not in ("save", "test") or args.connection_string):
        raise InputError(
            "--from goes with save and test, and without --connection-string.",
            cure="Write: quayside connect NAME --from URL",
        )
    if args.with_secrets:
        raise InputError("--with-secrets goes with export and import.")


async def _set(service: Service, found: Connection, args: argparse.Namespace) -> Connection:
    if args.hierarchical:
        found = await service.set_hierarchical(found.id, _CHOICES[args.hierarchical])
    if args.read_only is not None:
        found = await service.marks.set_read_only(found.id, args.read_only == "yes")
    if args.colour is not None:
        found = await service.marks.set_colour(found.id, args.colour)
    if args.group is not None:
        found = await service.marks.set_group(found.id, args.group)
    return found


def _pasted(args: argparse.Namespace) -> ConnectionSpec:
    """What is to be saved: the options say it, else standard input."""
    given = options.given(args)
    if not given.auth and not given.account:
        text = args.connection_string
        if not text and sys.stdin is not None and sys.stdin.isatty():
            text = getpass.getpass("Connection string, SAS URL, or account and key: ")
        source = "--from" if args.source else given.source
        given = Given(connection_string=text or "-", allow_http=args.allow_http, source=source)
    spec = choose("", given, {}, read_text).spec
    if spec is None:
        raise InputError("There is nothing to save.", cure="Paste a connection string.")
    return spec


def _text_from(source: str, settings: Settings) -> str:
    if not is_address(source):
        return read_text(f"@{source}")
    return fetch_text(source, StoreOptions(proxy=settings.proxy, ca_file=settings.ca_file))


async def _save(service: Service, spec: ConnectionSpec, name: str, out: Output) -> None:
    probe = await service.probe(spec)
    connection = await service.connect(spec, name=name, save=True, probe=probe)
    if out.is_json:
        out.data(_data(connection))
        return
    out.result(f"Saved '{connection.name}': {probe.summary}")
    for warning in (*probe.warnings, *([connection.notice] if connection.notice else [])):
        out.note(f"Note: {warning}")


def _report(probe: ProbeReport, out: Output) -> None:
    if out.is_json:
        out.data({"probe": probe})
        return
    out.result(probe.summary)
    for claim in probe.claims:
        reason = f"  {claim.reason}" if claim.reason else ""
        out.result(f"  {claim.ability.value:<18} {claim.verdict.value}{reason}")
    for warning in probe.warnings:
        out.note(f"Note: {warning}")


def _list(service: Service, out: Output) -> None:
    connections = service.connections()
    for connection in connections:
        if out.is_json:
            out.data(_data(connection))
        else:
            out.result(
                f"{connection.name}  {connection.endpoint}  {connection.credential_kind}"
                f"{', read-only' if connection.is_read_only else ''}{_expiry(connection)}"
            )
    if not connections:
        out.note("No connections are saved. Save one with: quayside connect NAME")


def _show(connection: Connection, out: Output) -> None:
    if out.is_json:
        out.data(_data(connection))
        return
    for key, value in _data(connection).items():
        if value not in ("", None, {}):
            out.result(f"{key}: {value}")


def _expiry(connection: Connection) -> str:
    if connection.expires_s is None:
        return ""
    left_s = connection.expires_s - time.time()
    return f", expires in {format_duration(left_s)}" if left_s > 0 else ", expired"


def _data(connection: Connection) -> dict[str, Any]:
    return {
        "name": connection.name,
        "id": connection.id,
        "account": connection.account,
        "endpoint": connection.endpoint,
        "container": connection.root.container,
        "credential": connection.credential_kind,
        "expires": iso_time(connection.expires_s or 0),
        "hierarchical": connection.is_hierarchical,
        "hierarchical_set": connection.is_namespace_set,
        "secret": connection.secret_home.value,
        "read_only": connection.is_read_only,
        "colour": connection.colour,
        "group": connection.group,
        "notice": connection.notice,
    }
