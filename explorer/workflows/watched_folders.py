"""Which folders the window watches: what a person chose for each, kept from one run to the next.

One JSON file beside what each watch has uploaded (`watch_state`), changed under a lock, so that
two windows do not lose each other's. No secret is in it. Blocking.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

from explorer.base.errors import LocalError
from explorer.base.paths import locked, write_private
from explorer.base.records import dataclass
from explorer.service.model import Location

VERSION: Final = 1
SETTLE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class WatchWish:
    """What a person chose. `folder` is absolute; the patterns are those of transfer/filters."""

    folder: str
    target: Location
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    use_ignore_files: bool = False
    settle_s: float = SETTLE_S
    goes_on: bool = False
    """Whether it goes on by itself when Quayside starts."""

    @property
    def pair(self) -> tuple[str, Location]:
        """What makes it one watch and not another."""
        return self.folder, self.target


def load(data_dir: Path) -> tuple[WatchWish, ...]:
    """All that are kept, in their order; none where the file is missing or is no list of them.
    Raises LocalError where it cannot be read."""
    path = _path(data_dir)
    try:
        return read(path.read_bytes())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _refused(path, error) from error


def put(data_dir: Path, wish: WatchWish) -> None:
    """Keep it, in place of what was kept of its pair. Raises LocalError."""
    _change(data_dir, wish, is_kept=True)


def drop(data_dir: Path, wish: WatchWish) -> None:
    """Forget it; what was uploaded stays known, should it be watched again. Raises LocalError."""
    _change(data_dir, wish, is_kept=False)


def _change(data_dir: Path, wish: WatchWish, *, is_kept: bool) -> None:
    path = _path(data_dir)
    try:
        with locked(path.with_suffix(".lock")):
            wishes = {one.pair: one for one in load(data_dir)}
            if is_kept:
                wishes[wish.pair] = wish
            else:
                wishes.pop(wish.pair, None)
            write_private(path, render(tuple(wishes.values())))
    except OSError as error:
        raise _refused(path, error) from error


def render(wishes: tuple[WatchWish, ...]) -> bytes:
    """As they are written. Pure."""
    folders = [
        {
            "folder": wish.folder,
            "connection": wish.target.connection_id,
            "container": wish.target.container,
            "path": wish.target.path,
            "include": list(wish.include),
            "exclude": list(wish.exclude),
            "ignore_files": wish.use_ignore_files,
            "settle_s": wish.settle_s,
            "goes_on": wish.goes_on,
        }
        for wish in wishes
    ]
    return json.dumps({"version": VERSION, "folders": folders}, indent=1).encode()


def read(data: bytes) -> tuple[WatchWish, ...]:
    """From what was written; entries that make no sense are left out. Pure."""
    try:
        document = json.loads(data)
    except ValueError:
        return ()
    if not isinstance(document, dict) or document.get("version") != VERSION:
        return ()
    folders = document.get("folders")
    found = map(_wish, folders) if isinstance(folders, list) else ()
    return tuple(wish for wish in found if wish is not None)


def _wish(entry: Any) -> WatchWish | None:
    try:
        folder, connection = entry["folder"], entry["connection"]
        container, path = entry["container"], entry["path"]
        settle_s = float(entry["settle_s"])
        patterns = [tuple(map(str, entry[name])) for name in ("include", "exclude")]
        switches = [entry[name] is True for name in ("ignore_files", "goes_on")]
    except (KeyError, TypeError, ValueError):
        return None
    texts = (folder, connection, container, path)
    if not all(isinstance(text, str) for text in texts) or not (connection and container):
        return None
    if not Path(folder).is_absolute() or not (math.isfinite(settle_s) and settle_s >= 0):
        return None
    if path and not path.endswith("/"):
        return None
    target = Location(connection, container, path)
    return WatchWish(folder, target, patterns[0], patterns[1], switches[0], settle_s, switches[1])


def _path(data_dir: Path) -> Path:
    return data_dir / "watched" / "folders.json"


def _refused(path: Path, error: OSError) -> LocalError:
    return LocalError(
        f"The watched folders cannot be kept: {error.strerror}.",
        path=str(path),
        cure="Free some space, or name another data folder.",
    )
