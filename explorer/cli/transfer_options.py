"""Arguments of the commands that move files, and what they become."""

from __future__ import annotations

import argparse

from explorer.base.errors import InputError
from explorer.base.settings import Settings
from explorer.base.units import parse_rate, parse_size
from explorer.transfer.model import ConflictPolicy, JobOptions, Links

CONFLICT_WORDS = ("ask", *(policy.value for policy in ConflictPolicy))


def add_transfer_options(parser: argparse.ArgumentParser) -> None:
    """How files are moved."""
    group = parser.add_argument_group("transfer")
    group.add_argument(
        "--on-conflict",
        choices=CONFLICT_WORDS,
        metavar="|".join(CONFLICT_WORDS),
        help="what happens to a target that exists (default: ask in a terminal, fail otherwise)",
    )
    group.add_argument(
        "--include",
        action="append",
        default=[],
        metavar="GLOB",
        help="only files that match, such as '*.csv' or 'logs/**'; may be repeated",
    )
    group.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out files and folders that match; wins over --include; may be repeated",
    )
    group.add_argument(
        "--ignore-files", action="store_true", help="leave out what .amlignore, else .gitignore say"
    )
    group.add_argument("--limit", metavar="RATE", help="bytes a second, such as 20M")
    group.add_argument(
        "--concurrency",
        metavar="N",
        type=int,
        help="requests at the same time; 0 finds out by itself how many are of use, as it does "
        "where neither this nor the setting says a number",
    )
    group.add_argument(
        "--block-size", metavar="SIZE", help="such as 8M; chosen by itself if absent"
    )
    group.add_argument(
        "--md5",
        action=argparse.BooleanOptionalAction,
        help="store, or check, the MD5 of whole files",
    )
    group.add_argument(
        "--preserve-mtime",
        action=argparse.BooleanOptionalAction,
        help="keep the time of the last change",
    )
    links = group.add_mutually_exclusive_group()
    links.add_argument(
        "--follow-symlinks",
        action="store_const",
        dest="links",
        const=Links.FOLLOW,
        help="upload what a symbolic link leads to, each folder once",
    )
    links.add_argument(
        "--skip-symlinks",
        action="store_const",
        dest="links",
        const=Links.SKIP,
        help="leave symbolic links out",
    )
    group.add_argument("--dry-run", action="store_true", help="say what would be done")


def job_options(args: argparse.Namespace, settings: Settings) -> JobOptions:
    """Options of a job; what was not said is as the settings have it. Raises InputError."""
    if args.concurrency is not None and not 0 <= args.concurrency <= 256:
        raise InputError(f"--concurrency {args.concurrency} is not from 1 to 256, or 0.")
    word = args.on_conflict or ConflictPolicy.FAIL.value
    return JobOptions(
        conflicts=ConflictPolicy(word) if word != "ask" else ConflictPolicy.FAIL,
        with_md5=settings.with_md5 if args.md5 is None else args.md5,
        preserve_mtime=(
            settings.preserve_mtime if args.preserve_mtime is None else args.preserve_mtime
        ),
        links=args.links or (Links.FOLLOW if settings.follow_symlinks else Links.SKIP),
        include=tuple(args.include),
        exclude=tuple(args.exclude),
        use_ignore_files=args.ignore_files or settings.use_ignore_files,
        block_size_bytes=(
            parse_size(args.block_size) if args.block_size else settings.block_size_bytes
        ),
        limit_bytes_per_s=parse_rate(args.limit) if args.limit else 0,
    )
