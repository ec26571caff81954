"""`quayside acl`: owner, permissions and access list of a file or folder, shown and changed."""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator
from typing import Any

from explorer.base.errors import InputError
from explorer.base.units import iso_time
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import place_of, service_of
from explorer.service.access_control import AccessCount, AccessEdit
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.acl import AclScope, effective, octal_of, parse_entry, parse_removal
from explorer.storage.directories import AclFailure, PathAccess

NAME = "acl"
EXAMPLE = "quayside acl set datasets/raw --entry user:anna@contoso.com:r-x -r"
DESCRIPTION = (
    "acl get TARGET shows owner, group, permissions and the access list; acl set TARGET changes "
    "what the options say and leaves the rest. TARGET is CONTAINER for its root, or "
    "CONTAINER/PATH. Entries are [default:]user|group|mask|other:[NAME or object id]:rwx. With -r "
    "it is done for the folder and all below it; what fails is listed at the end, exit code 1. "
    "Needs an account with real folders (a hierarchical namespace)."
)

LINE_EVERY_S = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("get", "set"), help="show, or change")
    parser.add_argument("target", metavar="TARGET", help="CONTAINER, or CONTAINER/PATH")
    parser.add_argument(
        "--names", action="store_true", help="get: names in place of object ids, where known"
    )
    change = parser.add_argument_group("what set changes")
    change.add_argument("--owner", metavar="WHO", default="", help="the owning user")
    change.add_argument("--group", metavar="WHO", default="", help="the owning group")
    change.add_argument("--permissions", metavar="MODE", default="", help="like rwxr-x--- or 0750")
    change.add_argument(
        "--entry", metavar="ENTRY", action="append", default=[],
        help="add it, or put it in place of the one about the same; may be repeated",
    )  # fmt: skip
    change.add_argument(
        "--remove", metavar="ENTRY", action="append", default=[],
        help="take it out, like user:anna@contoso.com; may be repeated",
    )  # fmt: skip
    change.add_argument(
        "--recursive", "-r", action="store_true", help="the folder and all that is below it"
    )
    change.add_argument(
        "--retry", metavar="N", type=int, default=0,
        help="with -r: try what failed again, so many times",
    )  # fmt: skip
    options.add_connection_options(parser)
    options.add_common_options(parser)


def edit_of(args: argparse.Namespace) -> AccessEdit:
    """What the options ask for. Raises InputError. Pure."""
    return AccessEdit(
        owner=args.owner,
        group=args.group,
        permissions=args.permissions,
        entries=tuple(parse_entry(text) for text in args.entry),
        removals=tuple(parse_removal(text) for text in args.remove),
    )


async def run(args: argparse.Namespace, out: Output) -> int:
    edit = edit_of(args)
    if args.action == "get" and (not edit.is_empty or args.recursive or args.retry):
        raise InputError("get changes nothing.", cure="Write: quayside acl set TARGET ...")
    if args.action == "set" and edit.is_empty:
        raise InputError(
            "It is not said what to change.",
            cure="Add --entry, --remove, --permissions, --owner or --group.",
        )
    if args.retry < 0 or (args.retry and not args.recursive):
        raise InputError("--retry goes with -r, and is a number.", cure="Write: -r --retry 2")
    async with service_of(args) as service:
        location, name = await place_of(service, args, out, args.target)
        if args.action == "get":
            _show(await service.access.get(location, name, by_name=args.names), out)
        elif args.recursive:
            return await _change_below(service, location, name, edit, args.retry, out)
        else:
            after = await service.access.edit(location, name, edit)
            if out.is_json:
                _show(after, out)
            else:
                out.note("Changed.")
    return 0


def _show(access: PathAccess, out: Output) -> None:
    if out.is_json:
        out.data(access_data(access))
        return
    out.result(f"owner: {access.owner}")
    out.result(f"group: {access.group}")
    out.result(f"permissions: {access.permissions} ({octal_of(access.permissions)})")
    for entry in access.acl:
        comes_to = effective(entry, access.acl)
        note = f"  (the mask leaves {comes_to})" if comes_to != entry.permissions else ""
        out.result(f"{entry}{note}")


def access_data(access: PathAccess) -> dict[str, Any]:
    """For `--json`. Pure."""
    return {
        "owner": access.owner,
        "group": access.group,
        "permissions": access.permissions,
        "acl": [str(entry) for entry in access.acl if entry.scope is AclScope.ACCESS],
        "default_acl": [str(entry) for entry in access.acl if entry.scope is AclScope.DEFAULT],
        "etag": access.etag,
        "modified": iso_time(access.last_modified_s),
    }


async def _change_below(
    service: Service, location: Location, name: str, edit: AccessEdit, retries: int, out: Output
) -> int:
    done = await _followed(service.access.change_below(location, name, edit), out)
    directories, files, failures, failed = (
        done.directories, done.files, done.failures, done.failed,
    )  # fmt: skip
    for _ in range(retries):
        if not failures:
            break
        out.note(f"Trying {len(failures)} again.")
        again = await _followed(service.access.retry(location, edit, failures), out)
        directories, files = directories + again.directories, files + again.files
        failures, failed = again.failures, failed - len(failures) + again.failed
    for failure in failures:
        _tell(failure, out)
    if out.is_json:
        out.data({"directories": directories, "files": files, "failed": failed})
    else:
        failed_too = f", {failed} failed" if failed else ""
        out.note(f"Changed {directories} folders and {files} files{failed_too}.")
    return 1 if failed else 0


def _tell(failure: AclFailure, out: Output) -> None:
    if out.is_json:
        out.data({"failed": failure.path, "reason": failure.reason})
    else:
        out.error(f"{failure.path}: {failure.reason}")


async def _followed(counts: AsyncIterator[AccessCount], out: Output) -> AccessCount:
    """What it comes to in the end; how far it has come is said on the way: on a terminal in
    place, elsewhere as a line every few seconds."""
    last = AccessCount()
    told_s = time.monotonic()
    async for count in counts:
        last = count
        text = f"{count.directories} folders, {count.files} files, {count.failed} failed"
        out.passing(text)
        if not out.stderr.isatty() and time.monotonic() - told_s >= LINE_EVERY_S:
            told_s = time.monotonic()
            out.note(text)
    out.passing("")
    return last
