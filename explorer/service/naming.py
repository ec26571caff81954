"""What may be called a container or a folder; pure, with the reason where it may not.

Source: Microsoft's page 'Naming and referencing containers, blobs, and metadata'.
"""

from __future__ import annotations

import re

from explorer.base.errors import InputError

MAX_BLOB_NAME = 1024
SPECIAL_CONTAINERS = frozenset({"$root", "$web", "$logs", "$blobchangefeed"})


def check_container_name(name: str) -> None:
    """Raises InputError with the rule that is broken."""
    if name in SPECIAL_CONTAINERS:
        return
    if not 3 <= len(name) <= 63:
        problem = "it needs 3 to 63 characters"
    elif re.search(r"[^a-z0-9-]", name):
        problem = "only small letters a-z, digits and hyphens are allowed"
    elif "--" in name or name.startswith("-") or name.endswith("-"):
        problem = "hyphens stand alone, between letters or digits"
    else:
        return
    raise InputError(
        f"'{name}' cannot be the name of a container: {problem}.",
        cure="Choose a name like training-runs.",
    )


def check_folder_name(path: str, name: str, *, what: str = "folder") -> None:
    """One new part `name` below `path`, of a folder or of `what`. Raises InputError with the
    rule that is broken."""
    if not name or name.isspace():
        problem = "it is empty"
    elif "/" in name or "\\" in name:
        problem = "it holds a slash"
    elif name in (".", ".."):
        problem = "dots alone mean another folder"
    elif name.endswith("."):
        problem = "it ends with a dot, which the service drops"
    elif any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in name):
        problem = "it holds a control character"
    elif len(path) + len(name) >= MAX_BLOB_NAME:
        problem = f"with its folder it has more than {MAX_BLOB_NAME} characters"
    else:
        return
    raise InputError(
        f"'{name}' cannot be the name of a {what}: {problem}.", cure="Choose another name."
    )
