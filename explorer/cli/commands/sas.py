"""`quayside sas`: a SAS made, least by default; `sas test`: any SAS tried out by itself."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import UTC, datetime

from explorer.base.errors import InputError, NotFoundError
from explorer.base.units import iso_time, parse_age
from explorer.cli import options
from explorer.cli.exits import Exit
from explorer.cli.output import Output
from explorer.cli.session import connect, read_text, service_of
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.service.sharing import SasTest, Shared, SignedBy
from explorer.storage.model import BlobRef
from explorer.storage.sas_wish import AnswerHeaders, SasWish, least_types

NAME = "sas"
EXAMPLE = "quayside sas training/runs/7/model.bin --expires 8h --qr"
DESCRIPTION = (
    "TARGET is a blob, CONTAINER for all of a container, CONTAINER/FOLDER/ in an account with a "
    "hierarchical namespace, or / for the account. Made with the account's key, which is asked of "
    "nobody else: nothing is sent; or with a sign-in (--auth az --by delegation), which asks the "
    "service for a key of at most 7 days. Without options it reads (/ is listed too), "
    "over https only, for one hour. "
    "sas test URL (or - for standard input) connects with that SAS and nothing else and tells "
    "what it can do and what not, each no with its reason; it writes nothing, and ends with 3 "
    "where the SAS can do nothing at present."
)


_WAYS = {
    "key": SignedBy.KEY,
    "policy": SignedBy.POLICY,
    "delegation": SignedBy.DELEGATION,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="TARGET | test URL|-")
    wish = parser.add_argument_group("what it allows")
    wish.add_argument("--permissions", metavar="LETTERS", help="like r or rl; default: r; rl for /")
    wish.add_argument("--expires", metavar="AGE|TIME", help="like 8h, 7d, 2026-05-01T18:00Z")
    wish.add_argument("--start", metavar="AGE|TIME", help="default: 15min, that is so much back")
    wish.add_argument("--https-only", action="store_true", help="the default; refuse plain http")
    wish.add_argument("--ip", metavar="ADDRESS[-ADDRESS]", default="", help="only from there")
    wish.add_argument("--policy", metavar="NAME", default="", help="by a stored policy")
    wish.add_argument(
        "--by",
        choices=tuple(_WAYS),
        default="",
        help="who vouches for it: key, policy (with --policy NAME) or delegation (a sign-in); "
        "default: what the connection has",
    )
    wish.add_argument("--snapshot", metavar="TIME", default="", help="for this snapshot")
    wish.add_argument("--version-id", metavar="ID", default="", help="for this version")
    wish.add_argument("--services", metavar="LETTERS", default="", help="account SAS; default: b")
    wish.add_argument(
        "--resource-types",
        metavar="LETTERS",
        default="",
        help="account SAS: of s, c, o; default: o, with l also c, and s where nothing is changed",
    )
    wish.add_argument("--content-type", metavar="TYPE", default="", help="answered to a reader")
    wish.add_argument(
        "--content-disposition", metavar="TEXT", default="", help="answered to a reader"
    )
    shape = parser.add_argument_group("what is printed")
    shape.add_argument("--token", action="store_true", help="the SAS alone, not the URL")
    shape.add_argument("--qr", action="store_true", help="the URL as a QR code too")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if len(args.words) == 2 and args.words[0] == "test":
        text = read_text("-") if args.words[1] == "-" else args.words[1]
        async with service_of(args) as service:
            found = await service.sharing.test_sas(text, is_http_allowed=args.allow_http)
        _tell(found, out)
        return Exit.NOT_AUTHORISED if found.bar else Exit.OK
    if len(args.words) > 1:
        raise InputError("These are too many words.", cure="Name one target, or: sas test URL.")
    async with service_of(args) as service:
        connection_id, wish = await _least(service, args, out, args.words[0])
        by = _WAYS[args.by] if args.by else None
        shared = await service.sharing.make(connection_id, _wished(wish, args), by)
    for warning in shared.warnings:
        out.note(f"Note: {warning}")
    _show(shared, args, out)
    return 0


async def _least(
    service: Service, args: argparse.Namespace, out: Output, target: str
) -> tuple[str, SasWish]:
    """The connection, and the least wish for what the target is."""
    connection = await connect(service, args, out, "" if target == "/" else target)
    container, path = service.locate(connection.id, "" if target == "/" else target)
    sharing = service.sharing
    if args.snapshot or args.version_id:
        ref = BlobRef(container, path, args.snapshot, args.version_id)
        return connection.id, sharing.least(Location(connection.id, container), ref=ref)
    head, slash, name = path.rpartition("/")
    location = Location(connection.id, container, head + slash)
    if name and await _is_folder(service, location, name):
        location, name = location.child(name), ""
    return connection.id, sharing.least(location, name)


async def _is_folder(service: Service, location: Location, name: str) -> bool:
    """Whether a folder is meant; a blob that is not there yet may be meant to be made."""
    try:
        return (await service.properties(location, name)).is_directory
    except NotFoundError as error:
        if error.code == "ContainerNotFound":
            raise
        return await service.is_folder(location.child(name))


def _wished(wish: SasWish, args: argparse.Namespace) -> SasWish:
    """The wish with what the options say. Raises InputError."""
    now_s = time.time()
    if (args.by == "policy") != bool(args.policy) and args.by:
        raise InputError(
            "--policy NAME goes with --by policy, and with no other.",
            cure="Name the policy, or leave one of them out.",
        )
    if args.policy:  # what it holds must not be said twice
        wish = replace(wish, policy=args.policy, permissions="", starts=None, expires=None)
    if args.permissions is not None:
        wish = replace(wish, permissions=args.permissions)
    if args.expires:
        wish = replace(wish, expires=moment(args.expires, now_s, ahead=1))
    if args.start:
        wish = replace(wish, starts=moment(args.start, now_s, ahead=-1))
    if args.https_only and args.allow_http:
        raise InputError("Both --https-only and --allow-http are given.", cure="Leave one out.")
    if args.https_only or args.allow_http:
        wish = replace(wish, is_https_only=args.https_only)
    return replace(
        wish,
        ip=args.ip,
        services=args.services or wish.services,
        resource_types=args.resource_types or least_types(wish.permissions),
        answers=AnswerHeaders(
            content_type=args.content_type, content_disposition=args.content_disposition
        ),
    )


def moment(text: str, now_s: float, *, ahead: int) -> datetime:
    """A length of time from now (`ahead` 1) or back (-1), or a moment in ISO 8601, local
    unless it names a zone. Raises InputError. Pure."""
    try:
        return datetime.fromtimestamp(now_s + ahead * parse_age(text), UTC)
    except InputError:
        pass
    except (OverflowError, ValueError, OSError):
        raise InputError(f"'{text}' is too long a time.") from None
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"'{text}' is neither a length of time nor a moment.",
            cure="Write it like 8h, 7d, 2026-05-01 or 2026-05-01T18:00Z.",
        ) from None


def _show(shared: Shared, args: argparse.Namespace, out: Output) -> None:
    wish = shared.wish
    if out.is_json:
        out.data(
            {
                "url": shared.url,
                "token": shared.token,
                "connection_string": shared.connection_string,
                "kind": wish.kind.value,
                "permissions": wish.permissions,
                "starts": iso_time(wish.starts.timestamp() if wish.starts else 0),
                "expires": iso_time(wish.expires.timestamp() if wish.expires else 0),
                "https_only": wish.is_https_only,
                "warnings": shared.warnings,
            }
        )
    else:
        out.result(shared.token if args.token else shared.url)
    if args.qr:
        import segno  # late: a library of its own

        segno.make(shared.url, micro=False).terminal(out=out.stdout, compact=True)


def _tell(test: SasTest, out: Output) -> None:
    report = test.report
    if out.is_json:
        out.data({"sas": test})
        return
    out.result(f"{test.kind.value} SAS for {test.place}: {report.summary}")
    for claim in report.claims:
        reason = f"  {claim.reason}" if claim.reason else ""
        out.result(f"  {claim.ability.value:<18} {claim.verdict.value}{reason}")
    times = {"starts": test.starts_s, "expires": test.expires_s}
    for word, seconds in times.items():
        if seconds is not None:
            out.result(f"  {word:<18} {iso_time(seconds)}")
    for word, text in {
        "permissions": test.permissions,
        "services": test.services,
        "resource types": test.resource_types,
        "only from": test.ip_range,
        "stored policy": test.policy,
        "protocol": "https only" if test.is_https_only else "https and http",
    }.items():
        if text:
            out.result(f"  {word:<18} {text}")
    if test.bar:
        out.note(f"At present it can do nothing: {test.bar}")
    for warning in report.warnings:
        out.note(f"Note: {warning}")
