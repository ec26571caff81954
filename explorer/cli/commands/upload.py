"""`quayside upload`: files and folders of this machine into a container."""

from __future__ import annotations

import argparse
import os
import re
from collections import Counter
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

from explorer.base.errors import InputError, LocalNotFoundError
from explorer.base.patterns import regex
from explorer.cli import cluster_options, options, transfer_options
from explorer.cli.output import Output
from explorer.cli.session import connect, service_of, start_transfers
from explorer.cli.submit import carry_out
from explorer.service.model import Location
from explorer.transfer.archive_names import archive_source
from explorer.transfer.files import translating
from explorer.transfer.model import UploadRequest, UploadSource

NAME = "upload"
EXAMPLE = "quayside upload out training runs/7"
DESCRIPTION = (
    "The folder `out` to FOLDER becomes FOLDER/<path below out>, a file FOLDER/<its name>. With "
    "--to and several sources each keeps its name: TARGET/out/<path below out>. A container that "
    "is missing is made. --archive sends a folder as one file, FOLDER/<folder>.tgz, and writes "
    "nothing on this machine; started again, it sends only what is not there yet."
)

_TYPE = regex(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="SOURCE CONTAINER [FOLDER]")
    parser.add_argument(
        "--to", metavar="TARGET", default="", help="where to; then all words are sources"
    )
    parser.add_argument(
        "--content-type",
        metavar="TYPE",
        default="",
        help="such as text/csv, for all of them; guessed from each name if absent",
    )
    parser.add_argument(
        "--archive",
        action="store_true",
        help="each folder as one .tgz under its name, packed while it is sent",
    )
    options.add_connection_options(parser)
    transfer_options.add_transfer_options(parser)
    cluster_options.add_cluster_options(parser)
    options.add_common_options(parser)


def sources_and_target(words: list[str], to: str) -> tuple[list[str], str, str]:
    """(sources, target, folder below it) of the two forms. Raises InputError. Pure."""
    if to:
        return words, to, ""
    if len(words) == 1:
        raise InputError("It is not said where to.", cure="Write: upload SOURCE CONTAINER [FOLDER]")
    if len(words) > 3:
        raise InputError(
            "These are too many words.", cure="For several sources: upload --to TARGET SOURCE..."
        )
    source, target, *folder = words
    return [source], target, folder[0] if folder else ""


def upload_sources(paths: list[Path], *, is_archive: bool = False) -> tuple[UploadSource, ...]:
    """One folder alone gives its contents, everything else its name; an archive is called after
    its folder. Raises LocalError."""
    found: list[UploadSource] = []
    for path in paths:
        with translating(os.fsencode(path)):
            is_missing = not path.exists() and not path.is_symlink()
        if is_missing:
            raise LocalNotFoundError(
                f"There is no file or folder '{path}'.", path=str(path), cure="Check the name."
            )
        if is_archive and path.is_dir():
            found.append(archive_source(path))
            continue
        is_contents = len(paths) == 1 and path.is_dir()
        # `.` and `..` have no name of their own until they are resolved.
        name = "" if is_contents else path.name if path.name != ".." else path.resolve().name
        found.append(UploadSource(str(path), name))
    names = Counter(source.name for source in found)
    twice, times = max(names.items(), key=itemgetter(1))
    if times > 1:
        raise InputError(
            f"Two sources are called '{twice}' and would overwrite each other.",
            cure="Upload them one after the other, to different folders.",
        )
    return tuple(found)


def may_be_many(sources: tuple[UploadSource, ...], *, is_archive: bool) -> bool:
    """Whether more than one blob may come of them."""
    return len(sources) > 1 or (not is_archive and Path(sources[0].path).is_dir())


def checked_type(text: str) -> str:
    """A media type as it was given (RFC 9110, 8.3.1). Raises InputError. Pure."""
    if text and not _TYPE.fullmatch(text):
        raise InputError(
            f"'{text}' is no content type.", cure="Write it like text/csv or application/json."
        )
    return text


async def run(args: argparse.Namespace, out: Output) -> int:
    words, target, below = sources_and_target(args.words, args.to)
    content_type = checked_type(args.content_type)
    sources = upload_sources([options.absolute(word) for word in words], is_archive=args.archive)
    with_crew = may_be_many(sources, is_archive=args.archive)
    async with service_of(
        args, with_transfers=True, with_crew=with_crew, asks_first=True
    ) as service:
        connection = await connect(service, args, out, target)
        container, path = service.locate(connection.id, target)
        if not container:
            raise InputError("The target names no container.", cure="Write CONTAINER or a URL.")
        service.ask_ahead(connection.id)
        await start_transfers(service, args)
        parts = [part.strip("/") for part in (path, below) if part.strip("/")]
        prefix = "".join(f"{part}/" for part in parts)
        request = UploadRequest(
            sources=sources,
            target=service.place(Location(connection.id, container, prefix)),
            options=replace(
                transfer_options.job_options(args, service.settings),
                content_type=content_type,
            ),
            make_container=True,
            is_archive=args.archive,
        )
        return await carry_out(service, request, args, out)
