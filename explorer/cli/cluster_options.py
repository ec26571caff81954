"""Arguments of the commands whose work a cluster can do."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Where else it may be done."""
    group = parser.add_argument_group("cluster")
    group.add_argument(
        "--on",
        metavar="ADDRESS",
        default="",
        help="let the workers of a Dask cluster do it: dask://HOST:PORT, or dask+tls://HOST:PORT; "
        "paths have to be the same there",
    )
    group.add_argument(
        "--allow-insecure",
        action="store_true",
        help="agree that credentials travel to the workers without TLS, where those have none of "
        "their own",
    )


def cluster_of(args: argparse.Namespace) -> str:
    """The address as it is kept with a job; empty for this machine, and for a command that has no
    such option. Raises InputError."""
    text = getattr(args, "on", "")
    if not text:
        if getattr(args, "allow_insecure", False):
            raise InputError("--allow-insecure is for --on.", cure="Leave it out.")
        return ""
    from explorer.cluster.address import parse_address

    for option in ("archive", "concurrency"):
        if getattr(args, option, None):
            raise InputError(
                f"--{option} and --on do not go together.",
                cure="Leave one of them out: each worker finds out by itself how much it can do."
                if option == "concurrency"
                else "An archive is one stream, made on this machine: leave one of them out.",
            )
    address = parse_address(text)
    return str(address.with_consent() if args.allow_insecure else address)
