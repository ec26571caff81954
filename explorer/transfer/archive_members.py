"""What of a folder goes into an archive, in the order of its names: one folder is in memory at a
time for each level.

A link that stays within the folder is kept as a link; what another leads to is packed in its
place, unless links are left out. Sockets, pipes, devices and links to nowhere are left out.
Blocking generators.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from enum import Enum

from explorer.base.records import dataclass
from explorer.transfer.files import Fingerprint, translating
from explorer.transfer.filters import Filter
from explorer.transfer.model import Links


class MemberKind(Enum):
    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry. `relative` is its path below the folder, with `/`, empty for the folder itself;
    `state` is its fingerprint as text."""

    path: bytes
    relative: str
    kind: MemberKind
    mode: int
    size_bytes: int
    mtime_ns: int
    state: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that no archive holds."""

    path: bytes


@dataclass(slots=True)
class _Open:
    """A folder on the way down. Its own entry comes with the first thing in it."""

    folder: Member
    above: tuple[tuple[int, int], ...]
    names: Iterator[bytes]
    is_empty: bool
    is_told: bool = False


def members(root: bytes, links: Links, chosen: Filter) -> Iterator[Member | LeftOut]:
    """The folder itself first, then all below it. Raises LocalError where one cannot be read."""
    with translating(root):
        found = os.stat(root)
    way = [_opened(_member(root, "", MemberKind.FOLDER, found), found, ())]
    while way:
        here = way[-1]
        name = next(here.names, None)
        if name is None:
            way.pop()
            relative = here.folder.relative
            is_kept = not relative or (here.is_empty and chosen.keeps_empty(relative))
            if is_kept and not here.is_told:
                yield from _told([*way, here])
            continue
        below = _take(here, name, links, chosen)
        if isinstance(below, _Open):
            way.append(below)
        elif below is not None:
            yield from _told(way)
            yield below


def _told(way: list[_Open]) -> Iterator[Member]:
    for each in way:
        if not each.is_told:
            each.is_told = True
            yield each.folder


def _opened(folder: Member, found: os.stat_result, above: tuple[tuple[int, int], ...]) -> _Open:
    with translating(folder.path):
        names = sorted(os.listdir(folder.path))
    return _Open(folder, (*above, (found.st_dev, found.st_ino)), iter(names), not names)


def _take(
    here: _Open, name: bytes, links: Links, chosen: Filter
) -> Member | LeftOut | _Open | None:
    path = os.path.join(here.folder.path, name)
    text = os.fsdecode(name)
    relative = f"{here.folder.relative}/{text}" if here.folder.relative else text
    with translating(path):
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            if links is Links.SKIP or not chosen.allows(relative):
                return None
            link = os.fsdecode(os.readlink(path))
            if _stays_within(relative, link):
                return _member(path, relative, MemberKind.LINK, found, link)
            if not os.path.exists(path):
                return LeftOut(path)
            found = os.stat(path)
    if stat.S_ISDIR(found.st_mode):
        if not chosen.allows(relative, is_dir=True):
            return None
        if (found.st_dev, found.st_ino) in here.above:
            return LeftOut(path)  # a link that leads back
        return _opened(_member(path, relative, MemberKind.FOLDER, found), found, here.above)
    if not chosen.allows(relative):
        return None
    if not stat.S_ISREG(found.st_mode):
        return LeftOut(path)
    return _member(path, relative, MemberKind.FILE, found)


def _stays_within(relative: str, link: str) -> bool:
    """Whether a link at `relative` leads to something in the same folder. Pure."""
    if link.startswith("/"):
        return False
    led = posixpath.normpath(posixpath.join(posixpath.dirname(relative), link))
    return led != ".." and not led.startswith("../")


def _member(
    path: bytes, relative: str, kind: MemberKind, found: os.stat_result, link: str = ""
) -> Member:
    return Member(
        path,
        relative,
        kind,
        stat.S_IMODE(found.st_mode),
        found.st_size if kind is MemberKind.FILE else 0,
        found.st_mtime_ns,
        Fingerprint.of(found).to_text(),
        link,
    )
