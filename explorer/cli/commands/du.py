"""`quayside du`: how many blobs and bytes are in each folder."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator

from explorer.base.units import format_bytes
from explorer.cli import cluster_options, options
from explorer.cli.cluster_options import cluster_of
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.service.tally import Share, Statistics

NAME = "du"
EXAMPLE = "quayside du training/runs --depth 1"
DESCRIPTION = (
    "Counts everything below TARGET and prints size, number of blobs and folder, for folders down "
    "to --depth. Without TARGET it counts all containers of the account. Snapshots, versions and "
    "deleted blobs are not counted."
)
KEYS = ("tier", "type", "ending", "age")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", default="", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument(
        "--depth", type=_depth, default=0, metavar="N", help="folders so deep are told apart"
    )
    parser.add_argument("--by", choices=KEYS, help="told apart by this instead of by folder")
    parser.add_argument("--exact", action="store_true", help="bytes as plain numbers")
    cluster_options.add_cluster_options(parser)
    options.add_connection_options(parser)
    options.add_common_options(parser)


def _depth(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no number of levels")
    return int(text)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        folder = path if not path or path.endswith("/") else f"{path}/"
        counted = Statistics()
        where = Location(connection.id, container, folder)
        async for counted in _counting(service, where, cluster_of(args)):
            out.passing(f"{counted.blobs:,} blobs, {format_bytes(counted.size_bytes)} so far")
        out.passing("")
        top = f"{container}/{folder}" if container else ""
        for label, share in rows_of(counted, args.by, args.depth):
            _print(f"{top}{label}" if not args.by else label, share, args, out)
    return 0


def _counting(service: Service, where: Location, on: str) -> AsyncIterator[Statistics]:
    if not on:
        return service.statistics.count(where)
    from explorer.cluster.counting import count_on  # late: seldom wanted

    return count_on(service, where, on)


def rows_of(counted: Statistics, by: str | None, depth: int) -> list[tuple[str, Share]]:
    """What is printed, in its order; folders with their whole below them. Pure."""
    if by is not None:
        shares = {
            "tier": counted.by_tier,
            "type": counted.by_type,
            "ending": counted.by_ending,
            "age": counted.by_age,
        }[by]
        return list(shares.items())
    rows = [
        (path, share)
        for path, share in counted.by_folder.items()
        if path and path.count("/") <= depth
    ]
    return [*rows, ("", Share(counted.blobs, counted.size_bytes))]


def _print(label: str, share: Share, args: argparse.Namespace, out: Output) -> None:
    if out.is_json:
        key = args.by or "folder"
        out.data({key: label, "blobs": share.blobs, "size_bytes": share.size_bytes})
        return
    size = f"{share.size_bytes}" if args.exact else format_bytes(share.size_bytes)
    out.result(f"{size:>12}  {share.blobs:>10,}  {label or 'all containers'}")
