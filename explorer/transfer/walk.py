"""Walking a local source, streamed: files, empty folders, and what could not be taken.

Blocking generators, advanced from a worker thread. One folder is read at a time, so
memory does not grow with the number of files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from explorer.base.errors import LocalError
from explorer.base.records import dataclass
from explorer.transfer.files import shown, translated, translating
from explorer.transfer.filters import IGNORE_FILES, Filter, IgnoreFile
from explorer.transfer.model import JobOptions, Links


@dataclass(frozen=True, slots=True)
class Found:
    """One thing below the source. `relative` is its path below it, with `/`, and empty for
    the source itself."""

    path: bytes
    relative: str
    size_bytes: int = 0
    mtime_ns: int = 0
    is_folder: bool = False
    """An empty folder."""
    skipped: str = ""
    """Why it is left out."""
    error: LocalError | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    path: bytes
    relative: str
    above: tuple[tuple[int, int], ...]
    """Device and inode of the folders on the way, against loops of links."""


def chosen_below(root: bytes, options: JobOptions) -> Filter:
    """Which files of the folder belong to the job; reads its ignore file, where one counts.
    Raises LocalError and InputError."""
    ignore = _ignore_file(root) if options.use_ignore_files else None
    return Filter.make(options.include, options.exclude, ignore)


def _ignore_file(root: bytes) -> IgnoreFile | None:
    """The ignore file in the root of a folder, if there is one."""
    for name in IGNORE_FILES:
        path = os.path.join(root, name.encode())
        if os.path.isfile(path):
            with translating(path), open(path, "rb") as file:
                return IgnoreFile.read(name, file.read())
    return None


def walk(source: bytes, links: Links, chosen: Filter) -> Iterator[Found]:
    """Everything at or below `source`, folder by folder."""
    try:
        found = os.stat(source)
    except OSError as error:
        yield Found(source, "", error=translated(error, source))
        return
    if not stat.S_ISDIR(found.st_mode):
        yield _file(source, "", found)
        return
    waiting = [_Folder(source, "", ((found.st_dev, found.st_ino),))]
    while waiting:
        yield from _walk_one(waiting.pop(), links, chosen, waiting)


def _walk_one(
    folder: _Folder, links: Links, chosen: Filter, waiting: list[_Folder]
) -> Iterator[Found]:
    below: list[_Folder] = []
    is_empty = True
    try:
        with os.scandir(folder.path) as entries:
            for entry in entries:
                is_empty = False
                yield from _take(entry, folder, links, chosen, below)
    except OSError as error:
        yield Found(folder.path, folder.relative, error=translated(error, folder.path))
        return
    if is_empty and (not folder.relative or chosen.keeps_empty(folder.relative)):
        yield Found(folder.path, folder.relative, is_folder=True)
    waiting.extend(reversed(below))


def _take(
    entry: os.DirEntry[bytes],
    folder: _Folder,
    links: Links,
    chosen: Filter,
    below: list[_Folder],
) -> Iterator[Found]:
    name = os.fsdecode(entry.name)
    relative = f"{folder.relative}/{name}" if folder.relative else name
    is_link = entry.is_symlink()
    if is_link and links is Links.SKIP:
        return
    try:
        # A link to nowhere is reported, like a file that vanished.
        found = entry.stat(follow_symlinks=True)
    except OSError as error:
        if chosen.allows(relative):
            yield Found(entry.path, relative, error=translated(error, entry.path))
        return
    if not stat.S_ISDIR(found.st_mode):
        if chosen.allows(relative):
            yield _file(entry.path, relative, found)
        return
    if not chosen.allows(relative, is_dir=True):
        return
    mark = (found.st_dev, found.st_ino)
    if is_link and mark in folder.above:
        why = f"{shown(entry.path)} leads back to a folder above it."
        yield Found(entry.path, relative, skipped=why)
        return
    below.append(_Folder(entry.path, relative, (*folder.above, mark)))


def _file(path: bytes, relative: str, found: os.stat_result) -> Found:
    if not stat.S_ISREG(found.st_mode):
        return Found(path, relative, skipped=f"{shown(path)} is no regular file.")
    return Found(path, relative, found.st_size, found.st_mtime_ns)
