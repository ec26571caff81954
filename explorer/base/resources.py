"""Files that ship with the program: icons, themes, texts.

Read through importlib.resources, so a checkout, a wheel and a bundle behave the
same. Names are paths below resources/, with forward slashes.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import explorer

_PACKAGE = "explorer.resources"


def data(name: str) -> bytes:
    """The bytes of resource `name`, such as `icons/folder.svg`.

    Raises FileNotFoundError where there is none, ValueError for a name that
    would leave the folder.
    """
    return _entry(name).read_bytes()


def text(name: str) -> str:
    """The resource `name` as UTF-8 text; raises as `data` does."""
    return data(name).decode("utf-8")


def names(folder: str, suffix: str = "") -> list[str]:
    """Sorted names of the files directly in `folder` that end in `suffix`."""
    return sorted(
        f"{folder}/{entry.name}"
        for entry in _entry(folder).iterdir()
        if entry.is_file() and entry.name.endswith(suffix)
    )


def _entry(name: str) -> Traversable:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"not a resource name: {name!r}")
    return _root().joinpath(*path.parts)


@cache
def _root() -> Traversable:
    """The package of a wheel or a bundle; in a checkout on the path, the folder beside ours."""
    try:
        return resources.files(_PACKAGE)
    except ModuleNotFoundError:
        return Path(explorer.__file__).parent.parent / "resources"
