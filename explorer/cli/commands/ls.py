"""`quayside ls`: containers of an account, or what is in a container or folder."""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, NamedTuple

from explorer.base.errors import NotAuthorizedError, NotFoundError
from explorer.base.match import matches_glob
from explorer.base.records import dataclass
from explorer.base.units import format_bytes, iso_time, parse_moment, parse_size
from explorer.cli import options
from explorer.cli.output import Output, as_json
from explorer.cli.session import connect, service_of
from explorer.service.listing_text import (
    CSV_HEADER,
    blob_csv,
    blob_json,
    blobs_csv,
    blobs_json,
    csv_field,
    folder_csv,
    folder_json,
)
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import Blob, BlobProperties, Container, Page

NAME = "ls"
EXAMPLE = "quayside ls training/runs/7 -l --sort size"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", default="", metavar="TARGET", help=options.TARGET_HELP)
    parser.add_argument("-r", "--recursive", action="store_true", help="everything below")
    parser.add_argument("-l", "--long", action="store_true", help="size and time as well")
    parser.add_argument(
        "--sort",
        choices=("name", "size", "modified"),
        help="in this order; without it rows come as the service gives them, at once",
    )
    parser.add_argument("--match", metavar="GLOB", help="only these names")
    parser.add_argument(
        "--newer", metavar="AGE|DATE", help="changed since: 2h, 7d, 2026-05-01 (blobs only)"
    )
    parser.add_argument(
        "--csv", action="store_true", help="every column as CSV, safe to open in a spreadsheet"
    )
    parser.add_argument("--larger", metavar="SIZE", help="at least this: 10M (blobs only)")
    parser.add_argument("--versions", action="store_true", help="earlier versions as well")
    parser.add_argument("--snapshots", action="store_true", help="snapshots as well")
    parser.add_argument(
        "--deleted", action="store_true", help="what is deleted and can come back as well"
    )
    options.add_connection_options(parser)
    options.add_common_options(parser)


class Row(NamedTuple):
    """A container, folder or blob. `name` is in full below the container, `label` as printed.

    A tuple, since a listing makes a million of them; `blob` or else `more` is asked only
    where it is shown.
    """

    kind: str
    name: str
    label: str
    size_bytes: int = 0
    modified_s: int = 0
    more: Callable[[], dict[str, Any]] = dict
    blob: Blob | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are shown. Folders have neither size nor time."""

    match: str = ""
    newer_s: float = 0.0
    larger_bytes: int = 0

    @property
    def is_all(self) -> bool:
        return not (self.match or self.newer_s or self.larger_bytes)

    def holds(self, row: Row) -> bool:
        """Pure. `match` is held against the printed name, a folder's without its slash."""
        if self.match and not matches_glob(self.match, row.label.rstrip("/")):
            return False
        if row.kind == "folder":
            return not (self.newer_s or self.larger_bytes)
        return row.modified_s >= self.newer_s and row.size_bytes >= self.larger_bytes


async def run(args: argparse.Namespace, out: Output) -> int:
    now = time.time()
    wanted = Wanted(
        match=args.match or "",
        newer_s=parse_moment(args.newer, now) if args.newer else 0.0,
        larger_bytes=parse_size(args.larger) if args.larger else 0,
    )
    async with service_of(args) as service:
        connection = await connect(service, args, out, args.target)
        container, path = service.locate(connection.id, args.target)
        if args.versions or args.snapshots or args.deleted:
            from explorer.cli.past import list_past  # late: a plain listing starts faster

            return await list_past(service, Location(connection.id, container), path, args, out)
        folder = path if path.endswith("/") or not path else f"{path}/"
        batches = (
            _blobs(service, Location(connection.id, container, folder), path, args.recursive)
            if container
            else _containers(service, connection.id)
        )
        if args.csv:
            out.result(CSV_HEADER)
        is_whole = wanted.is_all and not args.sort and (args.csv or out.is_json)
        kept: list[Row] = []
        async for batch in batches:
            if is_whole and isinstance(batch, Page):
                _print_page(batch, args, out)
                continue
            rows = _rows_of(batch, folder) if isinstance(batch, Page) else batch
            rows = rows if wanted.is_all else [row for row in rows if wanted.holds(row)]
            if args.sort:
                kept += rows
            else:
                _print(rows, args, out)
        _print(in_order(kept, args.sort), args, out)
    return 0


def in_order(rows: list[Row], key: str | None) -> list[Row]:
    """By name, the largest first, or the newest first; folders stay in front."""
    rows.sort(key=lambda row: row.label)
    if key == "size":
        rows.sort(key=lambda row: -row.size_bytes)
    elif key == "modified":
        rows.sort(key=lambda row: -row.modified_s)
    rows.sort(key=lambda row: row.kind != "folder")
    return rows


def _print(rows: list[Row], args: argparse.Namespace, out: Output) -> None:
    if args.csv:
        out.lines([csv_line(row) for row in rows])
    elif out.is_json:
        out.lines([json_line(row) for row in rows])
    elif args.long:
        for row in rows:
            size = format_bytes(row.size_bytes) if row.kind == "blob" else "-"
            modified = iso_time(row.modified_s) or "-"
            out.result(f"{size:>10}  {modified:<20}  {row.label}")
    else:
        out.lines([row.label for row in rows])
    out.flush()


def _print_page(page: Page, args: argparse.Namespace, out: Output) -> None:
    """A page as it came: what `_print` prints, without a row for each of a million blobs."""
    if args.csv:
        out.lines([*map(folder_csv, page.prefixes)])
        if out.is_terminal:  # where a line feed in a name is no end of a line
            out.lines([*map(blob_csv, page.blobs)])
        else:
            out.whole_lines(blobs_csv(page.blobs))
    else:
        out.lines([*map(folder_json, page.prefixes)])
        out.whole_lines(blobs_json(page.blobs))
    out.flush()


def csv_line(row: Row) -> str:
    """A row as one line of CSV, with the columns of `CSV_HEADER`. Pure."""
    if row.blob is not None:
        return blob_csv(row.blob)
    more = row.more()
    values = {
        **{key: value for key, value in more.items() if isinstance(value, str)},
        "type": row.kind,
        "name": row.name,
        "size": str(row.size_bytes) if row.kind == "blob" else "",
        "modified": iso_time(row.modified_s),
        "metadata": as_json(more["metadata"]) if more.get("metadata") else "",
    }
    return ",".join(csv_field(values.get(column, "")) for column in CSV_HEADER.split(","))


def json_line(row: Row) -> str:
    """A row as one JSON object. Pure."""
    if row.blob is not None:
        return blob_json(row.blob)
    data: dict[str, Any] = {"type": row.kind, "name": row.name}
    if row.kind == "blob":
        data["size"] = row.size_bytes
    if row.modified_s:
        data["modified"] = iso_time(row.modified_s)
    data.update(row.more())
    return as_json(data)


async def _containers(service: Service, connection_id: str) -> AsyncIterator[list[Row]]:
    async for page in service.list_containers(connection_id):
        yield [_container_row(container) for container in page.containers]


def _container_row(container: Container) -> Row:
    def more() -> dict[str, Any]:
        return {"etag": container.etag, "public_access": container.public_access}

    name = container.name
    return Row("container", name, name, modified_s=container.last_modified_s, more=more)


async def _blobs(
    service: Service, location: Location, path: str, is_recursive: bool
) -> AsyncIterator[Page | list[Row]]:
    """What is below `path`, which `location` is as a folder; a blob of that name gives itself."""
    is_empty = True
    try:
        async for page in service.list_folder(location, recursive=is_recursive):
            is_empty = is_empty and not page.prefixes and not page.blobs
            yield page
    except NotAuthorizedError:
        # A SAS of one blob may not list, and still shows that blob.
        if not is_empty or not path or path.endswith("/"):
            raise
        with suppress(NotAuthorizedError, NotFoundError):
            yield [await _one_blob(service, location, path)]
            return
        raise
    if is_empty and path:
        yield await _alone(service, location, path)


async def _one_blob(service: Service, location: Location, path: str) -> Row:
    """The blob `path` itself. Raises NotFoundError, also where it is only a folder's marker."""
    head, slash, name = path.rpartition("/")
    parent = Location(location.connection_id, location.container, head + slash)
    found = await service.properties(parent, name)
    if found.is_directory:
        raise NotFoundError(f"'{path}' is a folder.")
    return _property_row(found, name)


async def _alone(service: Service, location: Location, path: str) -> list[Row]:
    """A listing that is empty: a single blob, an empty folder, or nothing of that name."""
    if not path.endswith("/"):
        try:
            return [await _one_blob(service, location, path)]
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
    if await service.is_folder(location):
        return []
    raise NotFoundError(
        f"There is no blob and no folder '{path}' in '{location.container}'.",
        cure="Look one level higher with `quayside ls`.",
        status=404,
    )


def _rows_of(page: Page, folder: str) -> list[Row]:
    rows = [
        Row("folder", prefix.name, prefix.name.removeprefix(folder)) for prefix in page.prefixes
    ]
    rows += [_blob_row(blob, folder) for blob in page.blobs]
    return rows


def _blob_row(blob: Blob, folder: str) -> Row:
    name, size_bytes, modified_s, *_ = blob
    return Row("blob", name, name.removeprefix(folder), size_bytes, modified_s, dict, blob)


def _property_row(found: BlobProperties, label: str) -> Row:
    headers = found.headers

    def more() -> dict[str, Any]:
        return {
            "content_type": headers.content_type,
            "etag": found.etag,
            "md5": headers.content_md5.hex() if headers.content_md5 else "",
            "blob_type": found.blob_type.value,
            "tier": headers.tier,
            "created": iso_time(found.created_s),
            "metadata": dict(headers.metadata),
        }

    return Row("blob", found.ref.name, label, found.size_bytes, found.last_modified_s, more)
