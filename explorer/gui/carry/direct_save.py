"""Saving by drag and drop: the words of the X Direct Save protocol (XDS), version 0. Pure.

The program that is dragged from puts a file name into a property of its window; a file manager
that something is dropped on puts the whole URL in its place, then asks for the data. The answer
is one letter. (https://www.freedesktop.org/wiki/Specifications/XDS/)
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from explorer.gui.carry.parcel import Parcel

MIME: Final = "XdndDirectSave0"
"""Name of the property and of the kind of data that is asked for."""
MAX_NAME: Final = 200
NO_NAME: Final = "download"


class Answer(Enum):
    """What the other program is told."""

    SAVED = b"S"
    """It is seen to: nothing is left to do for the other program."""
    ERROR = b"E"
    """It cannot be put there, and the other program need not try another way."""
    NOTHING = b""
    """Nothing was dropped yet; some programs ask while the mouse is only above them."""


def name_of(parcel: Parcel) -> str:
    """The one name the protocol has room for. Of several things it is the first: what counts is
    the folder it is put into."""
    name = parcel.names[0].rstrip("/").rpartition("/")[2][:MAX_NAME]
    return NO_NAME if name in ("", ".", "..") else name


def property_of(name: str) -> bytes:
    """As it stands in the property, in UTF-8."""
    return name.replace("\0", "").encode("utf-8", "replace") or NO_NAME.encode()


def folder_in(found: bytes, own_hosts: frozenset[str]) -> Path | None:
    """The folder to save into, of the URL that was put in place of the name; None where it is no
    folder of this computer."""
    url = found.rstrip(b"\0").strip()
    try:
        parts = urlsplit(url.decode("ascii"))
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme != "file" or host not in own_hosts | {"", "localhost"}:
        return None
    path = unquote_to_bytes(parts.path)
    if not path.startswith(b"/") or b"\0" in path:
        return None
    return Path(os.fsdecode(os.path.dirname(path.rstrip(b"/"))))


def place_of(found: bytes) -> str:
    """The folder of a URL as a person reads it."""
    return unquote_to_bytes(found.rstrip(b"\0")).decode("utf-8", "replace").rpartition("/")[0]


def is_url(found: bytes) -> bool:
    """Whether the name was replaced: a name has no colon and two slashes in it."""
    return b"://" in found
