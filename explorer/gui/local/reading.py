"""Folders of this computer as pages of a listing, read in worker threads a piece at a time."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import AsyncGenerator, Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from explorer.base.workers import Workers
from explorer.storage.model import Blob, BlobType, Page, Prefix
from explorer.transfer.files import translated

PIECE = 1_000
"""Entries read at one go; each costs a `stat`."""


class Entries(Protocol):
    """What `os.scandir` gives."""

    def __iter__(self) -> Iterator[os.DirEntry[str]]: ...

    def close(self) -> None: ...


async def pages(workers: Workers, folder: Path) -> AsyncGenerator[Page, None]:
    """The entries of a folder: folders as prefixes, files as blobs without what only a storage
    knows. Links are followed. Raises LocalError."""
    entries = await workers.run(_begin, folder)
    try:
        while (page := await workers.run(_take, entries, folder)) is not None:
            yield page
    finally:
        entries.close()


def _begin(folder: Path) -> Entries:
    try:
        return os.scandir(folder)
    except OSError as error:
        raise translated(error, os.fsencode(folder)) from error


def _take(entries: Entries, folder: Path) -> Page | None:
    """The next piece; None at the end."""
    prefixes, blobs = [], []
    try:
        for entry in islice(entries, PIECE):
            if _is_folder(entry):
                prefixes.append(Prefix(f"{entry.name}/"))
            else:
                blobs.append(_file(entry))
    except OSError as error:
        raise translated(error, os.fsencode(folder)) from error
    return Page(tuple(prefixes), tuple(blobs), "more") if prefixes or blobs else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(entry: os.DirEntry[str]) -> Blob:
    """What can be told of it; a link to nothing is an empty file of long ago."""
    try:
        told = entry.stat()
        size_bytes, modified_s = told.st_size, int(told.st_mtime)
    except OSError:
        size_bytes, modified_s = 0, 0
    content_type = mimetypes.guess_type(entry.name)[0] or ""
    return Blob(
        entry.name,
        size_bytes,
        modified_s,
        "",
        content_type,
        None,
        BlobType.BLOCK,
        "",
        "",
        0,
        None,
        False,
    )


def find(text: str, above: Path) -> tuple[Path, str]:
    """The folder that was typed, and the name of a file in it to be selected. `~` is the home,
    what does not begin at the root is below `above`. Blocking. Raises LocalError."""
    path = Path(os.path.normpath(above / os.path.expanduser(text.strip())))
    try:
        is_folder = path.is_dir()
        path.lstat()
    except OSError as error:
        raise translated(error, os.fsencode(path)) from error
    return (path, "") if is_folder else (path.parent, path.name)
