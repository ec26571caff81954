"""`quayside props`: properties of one blob or of many, shown and changed."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from explorer.base.errors import InputError, NotFoundError
from explorer.cli import options
from explorer.cli.commands import stat
from explorer.cli.commands.mkdir import PUBLIC
from explorer.cli.output import Output, error_line
from explorer.cli.session import place_of, service_of
from explorer.service.change_plan import HEADERS, ChangePlan, PropertyWish, checked_wish
from explorer.service.management import Applying
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.control_model import TIERS, ContainerAccess, Rehydration
from explorer.storage.labels import merged, split_pair
from explorer.storage.model import BlobRef

NAME = "props"
EXAMPLE = "quayside props set training/runs/7 -r --tier cool --tag project=a --dry-run"
DESCRIPTION = (
    "props get TARGET shows everything there is to know, like stat. props set TARGET changes what "
    "the options say and leaves the rest: of one blob, of all blobs below a folder or in a "
    "container with -r, or (metadata and --public-access only) of CONTAINER itself, or (metadata "
    "only) of a directory of Data Lake Gen2. --dry-run "
    "shows each blob before and after. Headers and metadata are changed only while a blob is the "
    "one that was looked at; folder markers are left alone. An empty header is taken away."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("get", "set"), help="show, or change")
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument(
        "-r", "--recursive", action="store_true", help="all blobs of a folder or container"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would change")
    change = parser.add_argument_group("what to change")
    for name, title in HEADERS.items():
        change.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", help=f"the {title}")
    for word in ("metadata", "tag"):
        change.add_argument(
            f"--{word}", metavar="NAME=VALUE", action="append", default=[], help=f"set this {word}"
        )
        change.add_argument(
            f"--remove-{word}", metavar="NAME", action="append", default=[], help=f"remove {word}"
        )
    change.add_argument("--tier", metavar="TIER", default="", help=", ".join(TIERS))
    change.add_argument(
        "--rehydrate",
        choices=[one.value.lower() for one in Rehydration],
        default="standard",
        help="how soon an archived blob comes back",
    )
    change.add_argument(
        "--public-access", choices=tuple(PUBLIC), help="of a container: who may read it"
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    wish = wish_of(args)
    if args.action == "get" and (wish != PropertyWish(priority=wish.priority) or args.dry_run):
        raise InputError("props get changes nothing.", cure="Write: quayside props set TARGET ...")
    async with service_of(args) as service:
        location, name = await place_of(service, args, out, args.target)
        if args.action == "get":
            stat.show(await stat.look(service, location, name), out)
            return 0
        is_container = not name and not location.path
        if is_container and not args.recursive:
            return await _container(service, location, args, wish, out)
        if args.public_access:
            raise InputError("--public-access is of a container.", cure="Name the container alone.")
        checked_wish(wish)
        if not args.recursive and await _is_real_directory(service, location, name):
            return await _directory(service, location, name, args, wish, out)
        where, names = await _meant(service, location, name, is_recursive=args.recursive)
        plan = await _planned(service, where, names, wish, out)
        if args.dry_run:
            return _preview(plan, out)
        return await _apply(service, where, plan, out)


def wish_of(args: argparse.Namespace) -> PropertyWish:
    """What the options say. Raises InputError for a pair that is none. Pure."""
    headers = {name: getattr(args, name) for name in HEADERS}
    return PropertyWish(
        **headers,
        metadata=_pairs(args.metadata, "metadata"),
        removed_metadata=tuple(args.remove_metadata),
        tags=_pairs(args.tag, "tag"),
        removed_tags=tuple(args.remove_tag),
        tier=args.tier,
        priority=Rehydration(args.rehydrate.title()),
    )


def _pairs(texts: Sequence[str], what: str) -> dict[str, str]:
    return dict(split_pair(text, what) for text in texts)


async def _meant(
    service: Service, location: Location, name: str, *, is_recursive: bool
) -> tuple[Location, tuple[str, ...]]:
    """Where, and the names there; with -r a folder of that name is meant first."""
    if not location.container:
        raise InputError("An account has no properties of its own.", cure="Name a container.")
    if not name:
        if not is_recursive:
            raise InputError("This is a folder.", cure="Add -r to change all blobs in it.")
        return location, ("",)
    if is_recursive and await service.is_folder(location.child(name)):
        return location, (f"{name}/",)
    try:
        is_folder = (await service.properties(location, name)).is_directory
    except NotFoundError as error:
        if error.code == "ContainerNotFound" or not await service.is_folder(location.child(name)):
            raise
        is_folder = True
    if is_folder:
        raise InputError(f"'{name}' is a folder.", cure="Add -r to change all blobs in it.")
    return location, (name,)


async def _planned(
    service: Service, location: Location, names: tuple[str, ...], wish: PropertyWish, out: Output
) -> ChangePlan:
    plan = ChangePlan(wish)
    async for step in service.management.plan_changes(location, names, wish):
        plan = step.plan or plan
    if len(plan.left) == 1 and not plan.changes and not plan.unchanged and plan.left[0].error:
        raise plan.left[0].error
    for left in plan.left:
        out.note(f"Left as it is: {left.name}: {left.reason}")
    return plan


def _preview(plan: ChangePlan, out: Output) -> int:
    for change in plan.changes:
        if out.is_json:
            out.data({"name": change.ref.name, "changes": change.differences})
            continue
        out.result(change.ref.name)
        for one in change.differences:
            out.result(f"  {one.name}: {one.before or '-'} -> {one.after or '-'}")
    out.note(f"{plan.summary[:1].upper()}{plan.summary[1:]}.")
    return 0


async def _apply(service: Service, location: Location, plan: ChangePlan, out: Output) -> int:
    last = Applying(len(plan.changes))
    async for step in service.management.apply(location, plan):
        last = step
    if last.failed == 1 and last.total == 1:
        raise last.failures[0][1]
    for name, error in last.failures:
        out.error(error_line(f"changing {name}", error))
    unreadable = sum(one.error is not None for one in plan.left)
    if out.is_json:
        out.data({"changed": last.done, "unchanged": plan.unchanged, "failed": last.failed})
    else:
        words = [f"Changed {last.done}"]
        words += [f"{plan.unchanged} as wished already"] if plan.unchanged else []
        words += [f"{last.waiting} coming back from the archive"] if last.waiting else []
        words += [f"{last.failed} failed"] if last.failed else []
        out.note(", ".join(words) + ".")
    return 1 if last.failed or unreadable else 0


async def _is_real_directory(service: Service, location: Location, name: str) -> bool:
    """Of an account where directories are more than a part of names."""
    if not name or not await service.has_directories(location.connection_id):
        return False
    return (await service.properties(location, name)).is_directory


async def _directory(
    service: Service,
    location: Location,
    name: str,
    args: argparse.Namespace,
    wish: PropertyWish,
    out: Output,
) -> int:
    """The metadata of a directory itself, while it is the one that was looked at."""
    if wish.touches_headers or wish.touches_tags or wish.tier:
        raise InputError("A directory has metadata only.", cure="Add -r to change the blobs in it.")
    found = await service.properties(location, name)
    before = found.headers.metadata
    after = merged(before, wish.metadata, wish.removed_metadata)
    if args.dry_run:
        _preview_metadata(before, after, out)
        return 0
    ref = BlobRef(location.container, location.path + name)
    await service.upkeep.set_metadata(location.connection_id, ref, after, etag=found.etag)
    out.note(f"Changed the directory '{name}'.")
    return 0


async def _container(
    service: Service, location: Location, args: argparse.Namespace, wish: PropertyWish, out: Output
) -> int:
    """A container's own metadata and access."""
    if wish.touches_headers or wish.touches_tags or wish.tier:
        raise InputError(
            "A container has metadata and public access only.",
            cure="Add -r to change the blobs in it.",
        )
    if not wish.touches_metadata and args.public_access is None:
        raise InputError("Nothing is to be changed.", cure="Say what shall be different.")
    before = await service.container_properties(location)
    metadata = merged(before.metadata, wish.metadata, wish.removed_metadata)
    if args.dry_run:
        _preview_container(before.metadata, metadata, args, before.public_access, out)
        return 0
    if metadata != dict(before.metadata):
        await service.administration.set_container_metadata(location, metadata)
    if args.public_access is not None:
        access = await service.administration.container_access(location)
        new = ContainerAccess(PUBLIC[args.public_access], access.policies)
        await service.administration.set_container_access(location, new)
    out.note(f"Changed the container '{location.container}'.")
    return 0


def _preview_container(
    before: Mapping[str, str],
    after: Mapping[str, str],
    args: argparse.Namespace,
    public: str,
    out: Output,
) -> None:
    _preview_metadata(before, after, out)
    if args.public_access is not None and args.public_access != (public or "none"):
        out.result(f"  public access: {public or 'none'} -> {args.public_access}")


def _preview_metadata(before: Mapping[str, str], after: Mapping[str, str], out: Output) -> None:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            old, new = before.get(name, "-"), after.get(name, "-")
            out.result(f"  metadata {name}: {old} -> {new}")
