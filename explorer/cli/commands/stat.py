"""`quayside stat`: everything the service tells about one blob, folder or container."""

from __future__ import annotations

import argparse
import contextlib
from typing import Any

from explorer.base.errors import InputError, NotAuthorizedError, NotFoundError
from explorer.base.units import format_bytes, iso_time
from explorer.cli import options
from explorer.cli.output import Output
from explorer.cli.session import service_of, state_of
from explorer.service.model import Location
from explorer.service.service import Service
from explorer.storage.model import BlobProperties

NAME = "stat"
EXAMPLE = "quayside stat training/runs/7/model.bin --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help=options.TARGET_HELP)
    options.add_state_options(parser)
    options.add_connection_options(parser)
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    async with service_of(args) as service:
        location, name, snapshot, version_id = await state_of(service, args, out, args.target)
        if snapshot or version_id:
            found = await service.properties(
                location, name, snapshot=snapshot, version_id=version_id
            )
            data = await _blob_data(service, location, found)
        else:
            data = await look(service, location, name)
    show(data, out)
    return 0


def show(data: dict[str, Any], out: Output) -> None:
    """Everything that is not empty, a line each; all of it as JSON."""
    if out.is_json:
        out.data(data)
        return
    width = max(len(key) for key in data)
    for key, value in data.items():
        if value in ("", {}, None):
            continue
        if isinstance(value, dict):
            value = ", ".join(f"{name}={text}" for name, text in value.items())
        elif key == "size":
            value = f"{value} ({format_bytes(value)})"
        out.result(f"{key + ':':<{width + 1}} {value}")


async def look(service: Service, location: Location, name: str) -> dict[str, Any]:
    """All that the service tells of that blob, folder or container. Raises NotFoundError."""
    if not location.container:
        raise InputError("An account has no properties of its own.", cure="Name a container.")
    if not name and not location.path:
        container = await service.container_properties(location)
        return {
            "type": "container",
            "name": container.name,
            "modified": iso_time(container.last_modified_s),
            "etag": container.etag,
            "public_access": container.public_access or "private",
            "lease": container.lease_state,
            "metadata": dict(container.metadata),
        }
    if name:
        try:
            found = await service.properties(location, name)
        except NotFoundError as error:
            if error.code == "ContainerNotFound" or not await service.is_folder(
                location.child(name)
            ):
                raise
        else:
            return await _blob_data(service, location, found)
    folder = location.child(name) if name else location
    if not name and (real := await _real_folder(service, location)) is not None:
        return await _blob_data(service, location, real)
    if not await service.is_folder(folder):
        raise NotFoundError(f"There is no folder '{folder.path}' in '{folder.container}'.")
    return {"type": "folder", "name": folder.path, "container": folder.container}


async def _real_folder(service: Service, folder: Location) -> BlobProperties | None:
    """What the service tells of a folder that is no mere prefix or marker; None where it is."""
    try:
        found = await service.properties(folder.parent, folder.name)
    except (NotFoundError, NotAuthorizedError):
        return None
    return found if found.is_directory and found.owner else None


async def _blob_data(service: Service, location: Location, found: BlobProperties) -> dict[str, Any]:
    headers = found.headers
    tags: dict[str, str] | int | str = found.tag_count or ""
    if found.tag_count:
        with contextlib.suppress(NotAuthorizedError):  # then their number has to do
            tags = await service.management.tags(location, found.ref)
    return {
        "type": "folder" if found.is_directory else "blob",
        "name": found.ref.name,
        "container": found.ref.container,
        "size": found.size_bytes,
        "modified": iso_time(found.last_modified_s),
        "created": iso_time(found.created_s),
        "etag": found.etag,
        "content_type": headers.content_type,
        "content_encoding": headers.content_encoding,
        "content_language": headers.content_language,
        "content_disposition": headers.content_disposition,
        "cache_control": headers.cache_control,
        "md5": headers.content_md5.hex() if headers.content_md5 else "",
        "blob_type": found.blob_type.value,
        "tier": headers.tier,
        "archive_status": found.archive_status,
        "lease": found.lease_state,
        "copy_status": found.copy_status,
        "copy_progress": found.copy_progress if found.copy_status else "",
        "copy_source": found.copy_source,
        "version": found.version_id,
        "is_current": found.is_current_version if found.version_id else "",
        "snapshot": found.ref.snapshot,
        "tags": tags,
        "owner": found.owner,
        "group": found.group,
        "permissions": found.permissions,
        "metadata": dict(headers.metadata),
    }
