"""Which state of each blob a download means: its snapshot or version. Pure."""

from __future__ import annotations

from explorer.base.errors import InputError
from explorer.transfer.model import DownloadRequest, Request


def marks_of(request: Request) -> dict[str, tuple[str, str]]:
    """Snapshot and version id by name, of blobs that are not meant as they are now.

    Raises InputError where one blob is asked for in two states, or a folder in one.
    """
    if not isinstance(request, DownloadRequest):
        return {}
    found: dict[str, tuple[str, str]] = {}
    for source in request.sources:
        if source.is_prefix:
            if source.snapshot or source.version_id:
                raise InputError("A folder has no versions.", cure="Restore it to a time instead.")
            continue
        mark = (source.snapshot, source.version_id)
        if found.setdefault(source.name, mark) != mark:
            raise InputError(
                f"Two versions of '{source.name}' cannot be downloaded at once.",
                cure="Download them one after the other.",
            )
    marks = {name: mark for name, mark in found.items() if any(mark)}
    folders = tuple(source.name for source in request.sources if source.is_prefix)
    for name in marks:
        if name.startswith(folders):
            raise InputError(
                f"'{name}' would be downloaded twice: one version, and as it is now.",
                cure="Download its folder by itself.",
            )
    return marks
