"""`quayside lease`: who alone may change a blob or a container."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.storage.control_model import LEASE_FOREVER_S
from explorer.storage.model import BlobRef

NAME = "lease"
EXAMPLE = "quayside lease acquire training/runs/7/model.bin --seconds 60"
DESCRIPTION = (
    "lease acquire TARGET takes the lease and prints its id: until it ends, only who has the id "
    "changes the blob. lease renew TARGET ID and lease release TARGET ID go on with it, lease "
    "break TARGET ends anybody's."
)
_WITH_ID = ("renew", "release")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("acquire", *_WITH_ID, "break"), help="what to do")
    parser.add_argument("target", metavar="TARGET", help="a blob, or CONTAINER")
    parser.add_argument("lease_id", metavar="ID", nargs="?", default="", help="renew, release")
    parser.add_argument(
        "--seconds", type=int, help="acquire: 15 to 60, for ever without it; break: after 0 to 60"
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if (args.action in _WITH_ID) != bool(args.lease_id):
        raise InputError(
            "The id of the lease is missing." if args.action in _WITH_ID else "No id goes here.",
            cure="Write: quayside lease renew|release TARGET ID",
        )
    if args.action in _WITH_ID and args.seconds is not None:
        raise InputError("--seconds goes with acquire and break.")
    async with service_of(args) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        if not container or path.endswith("/"):
            raise InputError("This is no blob and no container.", cure="Name one of them.")
        ref, upkeep = BlobRef(container, path), service.upkeep
        label = f"{container}/{path}".rstrip("/")
        told: dict[str, object] = {"action": args.action, "target": label}
        if args.action == "acquire":
            seconds = LEASE_FOREVER_S if args.seconds is None else args.seconds
            lease_id = await upkeep.acquire_lease(connection.id, ref, seconds)
            told["lease_id"] = lease_id
            if not out.is_json:
                out.result(lease_id)
        elif args.action == "renew":
            await upkeep.renew_lease(connection.id, ref, args.lease_id)
            out.note(f"Renewed the lease of {label}.")
        elif args.action == "release":
            await upkeep.release_lease(connection.id, ref, args.lease_id)
            out.note(f"Gave back the lease of {label}.")
        else:
            left_s = await upkeep.break_lease(connection.id, ref, args.seconds or 0)
            told["seconds_left"] = left_s
            when = f"ends in {left_s} s" if left_s else "is broken"
            out.note(f"The lease of {label} {when}.")
    if out.is_json:
        out.data(told)
    return 0
