"""`quayside rm`: a blob, a folder with all below it, or a whole container."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator

from explorer.base.errors import InputError, NotFoundError
from explorer.base.units import format_bytes
from explorer.cli import options
from explorer.cli.ask import confirm
from explorer.cli.output import Output, error_line
from explorer.cli.session import place_of, service_of
from explorer.service.model import DeleteCount, Location
from explorer.service.service import Service

NAME = "rm"
EXAMPLE = "quayside rm training/runs/7 -r"
DESCRIPTION = (
    "CONTAINER/BLOB deletes one blob. With -r, CONTAINER/FOLDER deletes the folder and all below "
    "it, CONTAINER/ (with the slash) empties the container, and CONTAINER deletes the container "
    "itself. What -r deletes is counted and confirmed first; --yes answers."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument("-r", "--recursive", action="store_true", help="folders and containers")
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="say what would be deleted")
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args) as service:
        location, name = await place_of(service, args, out, args.target)
        if not location.container:
            raise InputError("An account cannot be deleted here.", cure="Name a container.")
        has_slash = args.target.partition("?")[0].endswith("/")
        is_top = not name and not location.path
        if is_top and not has_slash:
            return await _container(service, location, args, out)
        if args.recursive and not args.dry_run:
            service.ask_ahead(location.connection_id)
        if name and await _is_blob(service, location, name, is_recursive=args.recursive):
            if args.dry_run:
                out.result(f"would delete {location.container}/{location.path}{name}")
                return 0
            return await _delete(service, location, name, out)
        folder = location.child(name) if name else location
        label = f"{folder.container}/{folder.path}"
        if not args.recursive:
            raise InputError(f"{label} is a folder.", cure="Add -r to delete all that is in it.")
        where, named = (folder, "") if is_top else (folder.parent, f"{folder.name}/")
        is_agreed = args.yes and not args.dry_run
        if is_agreed:  # nobody reads a count
            is_there = bool(name) or is_top or await service.is_folder(folder)
        else:
            count = await _count(service, where, named)
            is_there = count.blobs > 0 or is_top or await service.is_folder(folder)
        if not is_there:
            raise NotFoundError(f"There is nothing at {label}.", status=404)
        if not is_agreed and not _agreed(args, out, f"{_counted(count)} in {label}"):
            return 0
        return await _delete(service, where, named, out)


async def _is_blob(service: Service, location: Location, name: str, *, is_recursive: bool) -> bool:
    """Whether the blob is meant; with -r a folder of that name is meant first."""
    if is_recursive:
        return not await service.is_folder(location.child(name))
    return await service.is_blob(location, name)


async def _container(
    service: Service, location: Location, args: argparse.Namespace, out: Output
) -> int:
    if not args.recursive:
        raise InputError(
            f"'{location.container}' is a container.",
            cure="Add -r to delete it with all that is in it.",
        )
    count = await _count(service, location, "")
    if _agreed(args, out, f"the container '{location.container}' with {_counted(count)}"):
        await service.delete_container(location)
        out.note(f"Deleted the container '{location.container}'.")
    return 0


def _agreed(args: argparse.Namespace, out: Output, what: str) -> bool:
    """Whether to go on; asks where somebody can answer, and refuses where nobody can."""
    if args.dry_run:
        out.result(f"would delete {what}")
        return False
    if args.yes:
        return True
    if not out.can_ask:
        raise InputError(f"This would delete {what}.", cure="Add --yes to do it without asking.")
    if confirm(out, f"Delete {what}?"):
        return True
    out.note("Nothing was deleted.")
    return False


async def _count(service: Service, location: Location, name: str) -> DeleteCount:
    return await _last(service.count_for_delete(location, (name,)))


async def _last(counts: AsyncIterator[DeleteCount]) -> DeleteCount:
    """What it comes to in the end."""
    last = DeleteCount()
    async for count in counts:
        last = count
    return last


def _counted(count: DeleteCount) -> str:
    noun = "blob" if count.blobs == 1 else "blobs"
    return f"{count.blobs} {noun} ({format_bytes(count.size_bytes)})"


async def _delete(service: Service, location: Location, name: str, out: Output) -> int:
    count = await _last(service.delete(location, (name,)))
    if count.failed == 1 and not count.blobs:
        raise count.failures[0][1]
    for failed, error in count.failures:
        out.error(error_line(f"deleting {failed}", error))
    if out.is_json:
        out.data({"deleted": count.blobs, "failed": count.failed})
    else:
        failed_too = f", {count.failed} failed" if count.failed else ""
        out.note(f"Deleted {count.blobs}{failed_too}.")
    return 1 if count.failed else 0
