"""The metadata of a real directory, read and replaced. Coroutines of the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.base.errors import ConflictError, PreconditionFailedError
from explorer.gui.bridge import Bridge
from explorer.gui.inspect.labels import Labels
from explorer.service.folders import FOLDER_MARK
from explorer.service.model import Location
from explorer.storage.model import BlobRef

CHANGED = "The directory has changed since it was shown; nothing was saved."


async def read(bridge: Bridge, place: Location, name: str) -> tuple[Labels, str]:
    """Its metadata without the mark that it is a directory, and its ETag."""
    found = await bridge.call(lambda it: it.properties(place, name))
    pairs = found.headers.metadata.items()
    own = {key: value for key, value in pairs if key.lower() not in FOLDER_MARK}
    return Labels(metadata=own), found.etag


async def save(
    bridge: Bridge, place: Location, name: str, metadata: Mapping[str, str], etag: str
) -> None:
    """Replace its metadata while it is the one of that ETag; its mark stays. Raises
    ConflictError where it is another one by now."""
    found = await bridge.call(lambda it: it.properties(place, name))
    marks = {key: it for key, it in found.headers.metadata.items() if key.lower() in FOLDER_MARK}
    ref = BlobRef(place.container, place.path + name)
    wanted = {**marks, **metadata}
    at = place.connection_id
    try:
        await bridge.call(lambda it: it.upkeep.set_metadata(at, ref, wanted, etag=etag))
    except PreconditionFailedError as error:
        raise ConflictError(CHANGED, cure="Read it again, and edit what is there now.") from error
