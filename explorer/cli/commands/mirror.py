"""`quayside mirror`: one folder made like another, moving only what differs."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.cli import cluster_options, mirroring, options, transfer_options
from explorer.cli.mirror_runs import show_difference, show_runs
from explorer.cli.output import Output

NAME = "mirror"
EXAMPLE = "quayside mirror 'https://ACCOUNT.blob.core.windows.net/CONTAINER?SAS' ./data"
DESCRIPTION = (
    "From a folder of this computer to storage, back, or from storage to storage. A folder of "
    "this computer begins with / or ./, or is there already; az://NAME is always a container. A "
    "file is moved where it is missing, or differs: by ETag since the last run, else by size and "
    "time, or by MD5 with --checksum. With --delete, what is only at the target is deleted last: "
    "never after a listing or a file failed, never what changed meanwhile, and never more than "
    "--max-delete allows. Each run that changes something leaves a manifest: --runs lists them, "
    "--diff compares two, `quayside verify` checks a place against one."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="FROM TO", help="a local folder, or: " + options.TARGET_HELP
    )
    group = parser.add_argument_group("mirroring")
    group.add_argument("--delete", action="store_true", help="delete at TO what FROM does not have")
    group.add_argument(
        "--max-delete",
        metavar="N|P%",
        help="do nothing where more than N files, or P%% of those at TO, would be deleted "
        "(default: 50%%)",
    )
    group.add_argument(
        "--checksum", action="store_true", help="compare the bytes, by MD5, not times and ETags"
    )
    group.add_argument(
        "--yes", "-y", action="store_true", help="do not ask before deleting (on a terminal)"
    )
    group.add_argument(
        "--manifest", metavar="FILE", default="", help="write the manifest to FILE as well"
    )
    group.add_argument("--runs", action="store_true", help="list the runs that left a manifest")
    group.add_argument(
        "--diff",
        nargs=2,
        metavar=("RUN", "RUN"),
        help="what was added, changed and removed between two runs, or manifest files",
    )
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    cluster_options.add_cluster_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    if args.runs or args.diff:
        if args.words or (args.runs and args.diff):
            raise InputError("--runs and --diff stand alone.", cure="Leave FROM and TO out.")
        return show_runs(args, out) if args.runs else show_difference(args, out)
    if len(args.words) != 2:
        raise InputError("FROM and TO are needed.", cure=f"For example: {EXAMPLE}")
    if args.on_conflict is not None:
        raise InputError(
            "A mirror has no conflicts: TO becomes like FROM.", cure="Leave --on-conflict out."
        )
    return await mirroring.carry(args, out)
