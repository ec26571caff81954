"""Arguments that several commands share, and what they become."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.base.errors import InputError
from explorer.base.settings import Settings
from explorer.base.units import parse_rate, parse_size
from explorer.cli.targets import Given
from explorer.transfer.model import ConflictPolicy, JobOptions, Links

CONFLICT_WORDS = ("ask", *(policy.value for policy in ConflictPolicy))


def add_connection_options(parser: argparse.ArgumentParser) -> None:
    """Where the credentials come from."""
    group = parser.add_argument_group(
        "credentials",
        "The first that is there: these options, a TARGET that is a URL with a SAS, "
        "AZURE_STORAGE_CONNECTION_STRING, STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT with "
        "AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN.",
    )
    group.add_argument("--connection", metavar="NAME", default="", help="a saved connection")
    group.add_argument(
        "--connection-string",
        metavar="TEXT|-|@FILE",
        default="",
        help="a connection string; - reads standard input, @FILE a file, "
        "so that it is in no list of processes",
    )
    group.add_argument(
        "--allow-http", action="store_true", help="agree to plain http to another machine"
    )


def add_common_options(parser: argparse.ArgumentParser, *, with_json: bool = True) -> None:
    """What every command takes."""
    group = parser.add_argument_group("general")
    if with_json:
        group.add_argument("--json", action="store_true", help="one JSON object a line")
    group.add_argument("--quiet", "-q", action="store_true", help="results and errors only")
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        default="",
        help="where settings, connections and the transfer queue are (also QUAYSIDE_DATA_DIR)",
    )


def add_transfer_options(parser: argparse.ArgumentParser) -> None:
    """How files are moved."""
    group = parser.add_argument_group("transfer")
    group.add_argument(
        "--on-conflict",
        choices=CONFLICT_WORDS,
        metavar="|".join(CONFLICT_WORDS),
        help="what happens to a target that exists (default: ask in a terminal, fail otherwise)",
    )
    group.add_argument("--include", action="append", default=[], metavar="GLOB")
    group.add_argument("--exclude", action="append", default=[], metavar="GLOB")
    group.add_argument(
        "--ignore-files", action="store_true", help="leave out what .amlignore, else .gitignore say"
    )
    group.add_argument("--limit", metavar="RATE", help="bytes a second, such as 20M")
    group.add_argument("--concurrency", metavar="N", type=int, help="requests at the same time")
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
    links.add_argument("--follow-symlinks", action="store_const", dest="links", const=Links.FOLLOW)
    links.add_argument("--skip-symlinks", action="store_const", dest="links", const=Links.SKIP)
    group.add_argument("--dry-run", action="store_true", help="say what would be done")


def given(args: argparse.Namespace) -> Given:
    return Given(args.connection, args.connection_string, args.allow_http)


def job_options(args: argparse.Namespace, settings: Settings) -> JobOptions:
    """Options of a job; what was not said is as the settings have it. Raises InputError."""
    if args.concurrency is not None and not 1 <= args.concurrency <= 256:
        raise InputError(f"--concurrency {args.concurrency} is not from 1 to 256.")
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


def absolute(path: str) -> Path:
    """A typed path, absolute, `~` spelled out, links left alone."""
    return Path(path).expanduser().absolute()
