"""Names of containers and blobs in URLs: the path each one is asked for by.

Pure. Every segment is percent-encoded as UTF-8, and only `/` stays, so `%`, `+`,
`?`, `#` and empty segments arrive as they are. What no URL can carry is refused
before anything is sent:

- `.` and `..` as a segment, which every HTTP stack may resolve to another blob;
- `\\`, which the service silently turns into `/`;
- lone surrogates, which UTF-8 cannot hold.
"""

from __future__ import annotations

import string
from functools import lru_cache
from urllib.parse import quote

from explorer.base.errors import UnsafeNameError
from explorer.base.patterns import regex

MAX_NAME = 1024
_PLAIN = string.ascii_letters + string.digits + "_.-~/"
"""What stands for itself."""
_DOTS = regex(r"(?:^|/)\.\.?(?:/|$)")


@lru_cache(64)
def container_path(container: str) -> str:
    """`/container`, encoded."""
    if not container or "/" in container or "\\" in container or container in (".", ".."):
        raise UnsafeNameError(
            f"{container!r} is not the name of a container.",
            cure="A container's name has 3 to 63 small letters, digits and single hyphens.",
        )
    return "/" + quoted(container)


def blob_path(container: str, name: str) -> str:
    """`/container/name`, encoded. Raises UnsafeNameError."""
    path = f"{container_path(container)}/{name}"
    is_plain = not name.strip(_PLAIN) and "/." not in path
    if is_plain and 0 < len(name) <= MAX_NAME:
        return path
    if not name:
        raise UnsafeNameError("A blob without a name cannot be asked for.")
    if len(name) > MAX_NAME:
        raise UnsafeNameError(
            f"The name {name[:40]!r}… has {len(name)} characters; the service keeps {MAX_NAME}.",
            cure="Shorten the name or the folders it is in.",
        )
    if _DOTS.search(name):
        raise UnsafeNameError(
            f"The name {name!r} has a part that is only dots, which means another place in a URL.",
            cure="Rename it.",
        )
    if "\\" in name:
        raise UnsafeNameError(
            f"The name {name!r} has a backslash, which the service would turn into a slash.",
            cure="Rename it.",
        )
    return f"{container_path(container)}/{quoted(name)}"


def directory_path(container: str, path: str) -> str:
    """`/container/path` of a file or directory, encoded; `/container/` is the root.

    Raises UnsafeNameError, also for empty segments: real directories have names.
    """
    if not path:
        return f"{container_path(container)}/"
    if path.startswith("/") or path.endswith("/") or "//" in path:
        raise UnsafeNameError(
            f"The path {path!r} has an empty part, and real folders have names.",
            cure="Take out the slashes that are too many.",
        )
    return blob_path(container, path)


def quoted(text: str, safe: str = "/~") -> str:
    """Percent-encoded as UTF-8. Raises UnsafeNameError for what UTF-8 cannot hold."""
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise UnsafeNameError(
            f"The name {text!r} is not valid Unicode, and the service keeps nothing else.",
            cure="Rename it.",
        ) from None
