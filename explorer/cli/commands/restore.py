"""`quayside restore`: bring back what is deleted, or what was there at a time."""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator
from typing import TypeVar

from explorer.base.errors import InputError, NotFoundError
from explorer.base.units import format_bytes, iso_time, parse_moment
from explorer.cli import options
from explorer.cli.ask import confirm
from explorer.cli.output import Output, error_line
from explorer.cli.session import service_of, state_of
from explorer.service.history import etag_now
from explorer.service.model import Location
from explorer.service.restore_plan import Deed, RestorePlan
from explorer.service.restoring import RestoreCount
from explorer.service.service import Service

T = TypeVar("T")

NAME = "restore"
EXAMPLE = "quayside restore training/runs/7 --to 2h --dry-run"
DESCRIPTION = (
    "CONTAINER/BLOB or CONTAINER/FOLDER brings back what is deleted there; a deleted CONTAINER "
    "comes back whole. A URL with ?versionid= or ?snapshot=, or the option of that name, puts "
    "that state over the blob. With --to, everything becomes what it was at that time, as far as "
    "the account kept it; what was made since stays, unless --delete is given. Nothing is "
    "overwritten that has changed since it was looked at."
)
_DONE = {
    Deed.PROMOTE: "restore",
    Deed.UNDELETE: "undelete",
    Deed.DELETE: "delete",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument(
        "--to", metavar="AGE|DATE", default="", help="as it was then: 2h, 7d, 2026-05-01T08:00"
    )
    parser.add_argument(
        "--delete", action="store_true", help="with --to: delete what was made since"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    options.add_state_options(parser)
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if args.delete and not args.to:
        raise InputError("--delete is for --to only.", cure="Say to which time.")
    async with service_of(args) as service:
        location, name, snapshot, version_id = await state_of(service, args, out, args.target)
        if not location.container:
            raise InputError("The target names no container.", cure="Write CONTAINER or a URL.")
        if snapshot or version_id:
            if args.to:
                raise InputError("A version and a time are both given.", cure="Give one.")
            return await _promote(service, location, name, snapshot or version_id, args, out)
        if args.to:
            when_s = parse_moment(args.to, time.time())
            where, names = await _names(service, location, name)
            plan = await _last(service.history.plan_to(where, when_s, names))
            return await _carry_out(service, where, names, plan, args, out)
        if not name and not location.path and await _container(service, location, args, out):
            return 0
        where, names = await _names(service, location, name)
        plan = await _last(service.history.plan_back(where, names))
        return await _carry_out(service, where, names, plan, args, out)


async def _names(
    service: Service, location: Location, name: str
) -> tuple[Location, tuple[str, ...]]:
    """What the target stands for: a blob of which something is kept, or else a folder."""
    if not name:
        return location, ("",)
    if await service.history.states(location, name):
        return location, (name,)
    return location, (f"{name}/",)


async def _promote(
    service: Service,
    location: Location,
    name: str,
    mark: str,
    args: argparse.Namespace,
    out: Output,
) -> int:
    states = await service.history.states(location, name)
    found = next((state for state in states if state.mark == mark), None)
    if found is None:
        raise NotFoundError(
            f"'{name}' has no version or snapshot {mark}.",
            cure="See `quayside ls --versions --snapshots`.",
            status=404,
        )
    if found.is_current:
        out.note("That version is the current one already.")
        return 0
    if args.dry_run:
        out.result(f"would restore {found.name} to {mark}")
        return 0
    if found.is_deleted:
        await service.history.undelete(location, name)
        states = await service.history.states(location, name)
        found = next(state for state in states if state.mark == mark)
    await service.history.promote(location, found, etag_now=etag_now(states))
    if out.is_json:
        out.data({"done": 1, "failed": 0, "size": found.blob.size_bytes})
    else:
        out.note(f"Restored {found.name} to {mark}.")
    return 0


async def _container(
    service: Service, location: Location, args: argparse.Namespace, out: Output
) -> bool:
    """Whether it was a deleted container: the latest of its name comes back."""
    try:
        await service.container_properties(location)
    except NotFoundError:
        pass
    else:
        return False
    latest = await service.history.latest_deleted(location.connection_id, location.container)
    if args.dry_run:
        out.result(f"would restore the container {latest.name} of {iso_time(latest.deleted_s)}")
        return True
    await service.history.restore_container(location.connection_id, latest)
    if out.is_json:
        out.data({"restored_container": latest.name})
    else:
        out.note(f"Restored the container '{latest.name}'.")
    return True


async def _carry_out(
    service: Service,
    where: Location,
    names: tuple[str, ...],
    plan: RestorePlan,
    args: argparse.Namespace,
    out: Output,
) -> int:
    if plan.is_empty and not plan.unchanged and not plan.lost_count:
        raise NotFoundError(
            f"There is nothing at {where.container}/{where.path}{names[0]}, and nothing is kept.",
            cure="Look one level higher with `quayside ls --deleted`.",
            status=404,
        )
    _tell_lost(plan, out)
    if not plan.restored and not (args.delete and plan.deleted):
        if out.is_json:
            out.data({"done": 0, "failed": 0, "size": 0})
        out.note("There is nothing to restore.")
        return 0
    if args.dry_run:
        _tell_steps(plan, args, out)
        return 0
    if not args.yes and (args.to or args.delete):
        if not out.can_ask:
            raise InputError(
                f"This would {_summary(plan, args)}.", cure="Add --yes to do it without asking."
            )
        if not confirm(out, f"{_summary(plan, args).capitalize()}?"):
            out.note("Nothing was changed.")
            return 0
    applied = service.history.apply(where, plan, with_deletions=args.delete)
    return _tell_end(await _last(applied), out)


def _summary(plan: RestorePlan, args: argparse.Namespace) -> str:
    """`restore 3 blobs (1.2 MB) and delete 1`. Pure."""
    noun = "blob" if plan.restored == 1 else "blobs"
    text = f"restore {plan.restored} {noun} ({format_bytes(plan.size_bytes)})"
    if plan.unsure:
        text += f", {plan.unsure} of them deleted at an unknown time"
    if args.delete and plan.deleted:
        text += f" and delete {plan.deleted} made since"
    return text


def _tell_lost(plan: RestorePlan, out: Output) -> None:
    if not plan.lost_count:
        return
    some = ", ".join(plan.lost[:3]) + (", ..." if plan.lost_count > 3 else "")
    out.note(f"Nothing is kept of what {plan.lost_count} changed since: {some}. They are left.")


def _tell_steps(plan: RestorePlan, args: argparse.Namespace, out: Output) -> None:
    for step in plan.steps:
        if step.deed is Deed.DELETE and not args.delete:
            continue
        mark = step.source.mark if step.source is not None else ""
        if out.is_json:
            out.data(
                {
                    "event": "step",
                    "deed": _DONE[step.deed],
                    "name": step.name,
                    "size": step.size_bytes,
                    "mark": mark,
                    "is_unsure": step.is_unsure,
                }
            )
        else:
            words = [mark] if mark else []
            words += ["deleted at an unknown time"] if step.is_unsure else []
            said = f"  ({', '.join(words)})" if words else ""
            out.result(f"{_DONE[step.deed]:<8}  {step.name}{said}")
    out.note(f"Would {_summary(plan, args)}. Nothing was changed.")


def _tell_end(count: RestoreCount, out: Output) -> int:
    for name, error in count.failures:
        out.error(error_line(f"restoring {name}", error))
    if out.is_json:
        out.data({"done": count.done, "failed": count.failed, "size": count.size_bytes})
    else:
        failed = f", {count.failed} failed" if count.failed else ""
        out.note(f"Restored {count.done}, {format_bytes(count.size_bytes)}{failed}.")
    return 1 if count.failed else 0


async def _last(items: AsyncIterator[T]) -> T:
    """What it comes to in the end; plans and counts have at least one item."""
    return [item async for item in items][-1]
