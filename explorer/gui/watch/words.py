"""What the dialogs of watched folders say. Pure."""

from __future__ import annotations

from pathlib import Path
from time import localtime, strftime

from explorer.base.errors import InputError
from explorer.base.units import parse_age
from explorer.gui.browse.words import path_text
from explorer.gui.watch.desk import Watched, WatchState
from explorer.service.model import Location
from explorer.transfer.filters import Filter
from explorer.transfer.model import Failure
from explorer.workflows.watched_folders import WatchWish

STATES = {
    WatchState.STOPPED: "Stopped",
    WatchState.STARTING: "Looking…",
    WatchState.WATCHING: "Watching",
    WatchState.STOPPING: "Stopping…",
}


def wish_of(
    target: Location,
    folder: str,
    *,
    include: str,
    exclude: str,
    use_ignore_files: bool,
    settle: str,
    goes_on: bool,
) -> WatchWish:
    """What was typed, as a wish: one pattern a line. Raises InputError."""
    text = folder.strip()
    if not text:
        raise InputError("Name a folder of this computer.")
    path = Path(text)
    if path.parts[:1] == ("~",):  # `~name` is a folder of that name
        path = path.expanduser()
    if not path.is_absolute():
        raise InputError("Write the whole path of the folder, from the root on.")
    wish = WatchWish(
        str(path),
        target,
        patterns(include),
        patterns(exclude),
        use_ignore_files,
        parse_age(settle),
        goes_on,
    )
    Filter.make(wish.include, wish.exclude)
    return wish


def patterns(text: str) -> tuple[str, ...]:
    """One a line; empty lines are none."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def target_text(watched: Watched, connection: str) -> str:
    """`work: container/folder`."""
    return f"{connection}: {path_text(watched.wish.target).strip('/')}"


def state_text(watched: Watched) -> str:
    """One or two words; with its reason in `trouble`."""
    if watched.state is WatchState.STOPPED and watched.reason:
        return "Not running"
    if watched.state is WatchState.WATCHING and watched.waiting > len(watched.failures):
        return "Uploading"
    return STATES[watched.state]


def last_text(watched: Watched) -> str:
    """`a.txt, 10:52:07`; a dash where nothing was uploaded since it was started."""
    if not watched.last_name:
        return "–"
    return f"{watched.last_name}, {strftime('%H:%M:%S', localtime(watched.last_s))}"


def failure_text(failure: Failure) -> str:
    """Why, and what to do."""
    return f"{failure.message} {failure.cure}".strip()


def figures(all_watched: tuple[Watched, ...]) -> str:
    """`2 folders, 1 of them watched.`"""
    count = len(all_watched)
    if not count:
        return "No folder is watched."
    running = sum(one.is_running for one in all_watched)
    return f"{count:,} {'folder' if count == 1 else 'folders'}, {running:,} watched now."
