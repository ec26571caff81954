"""What a person changes in a local pane: new folder, rename, delete. GUI thread only; the disk is
touched in worker threads, and errors are told in a dialog or above the listing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import shiboken6

from explorer.base.errors import LocalError
from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.browse.relocating import stem
from explorer.gui.browse.rows import Row
from explorer.gui.colours import Tone
from explorer.gui.local import changes
from explorer.gui.local.pane import LocalPane
from explorer.gui.window.surroundings import Surroundings

Change = Callable[[Path, str], bool | None]
"""Of the name in the folder; False where it cannot be done that way."""


def count_of(names: Sequence[str]) -> str:
    """`'a.csv'`, or `3 items`."""
    return f"'{shown(names[0])}'" if len(names) == 1 else f"{len(names):,} items"


class LocalVerbs:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def new_folder(self, pane: LocalPane) -> None:
        """Ask for a name, and make a folder."""
        self._around.do(self._new_folder(pane, pane.folder), "new local folder")

    def rename(self, pane: LocalPane) -> None:
        """Ask for another name of the one thing that is selected."""
        rows = pane.selection()
        if len(rows) == 1:
            self._around.do(self._rename(pane, pane.folder, rows[0]), "rename a local file")

    def delete(self, pane: LocalPane) -> None:
        """Put what is selected into the trash; what it does not take is asked about again."""
        if names := [row.name for row in pane.selection()]:
            self._around.do(self._delete(pane, pane.folder, names), "delete local files")

    async def _new_folder(self, pane: LocalPane, folder: Path) -> None:
        async def attempt(name: str) -> None:
            await self._around.workers.run(changes.make_folder, folder, name)

        made = await ask.text_done(
            self._around.window,
            "New folder",
            "&Name",
            attempt,
            go="&Create",
            check=changes.check_name,
        )
        if made:
            self._show(pane, folder, made)

    async def _rename(self, pane: LocalPane, folder: Path, row: Row) -> None:
        async def attempt(name: str) -> None:
            if name != row.name:
                await self._around.workers.run(changes.rename, folder, row.name, name)

        name = await ask.text_done(
            self._around.window,
            f"Rename '{shown(row.name)}'",
            "New &name",
            attempt,
            go="&Rename",
            value=row.name,
            selected=len(row.name) if row.is_folder else len(stem(row.name)),
            check=changes.check_name,
        )
        if name and name != row.name:
            self._show(pane, folder, name)

    async def _delete(self, pane: LocalPane, folder: Path, names: list[str]) -> None:
        if not await ask.confirm(
            self._around.window,
            f"Move {count_of(names)} to the trash?",
            f"From {shown(str(folder))}. From the trash it can be brought back.",
            go="Move to &trash",
        ):
            return
        deletion = _Deletion(self._around, pane, folder)
        refused = await deletion.each(names, changes.trash, "Moving to the trash")
        if refused and await ask.confirm(
            self._around.window,
            f"Delete {count_of(refused)} for good?",
            "The trash does not take it: it may be on another disk, or there is none. "
            "Deleted from here it cannot be brought back.",
            go="&Delete for good",
            is_danger=True,
        ):
            await deletion.each(refused, changes.delete, "Deleting")
        deletion.end()

    def _show(self, pane: LocalPane, folder: Path, name: str) -> None:
        if shiboken6.isValid(pane) and pane.folder == folder:
            pane.show_new(name)


class _Deletion:
    """One that runs; told above the listing where it began, with a way to stop it."""

    def __init__(self, around: Surroundings, pane: LocalPane, folder: Path) -> None:
        self._around = around
        self._pane = pane
        self._folder = folder
        self._is_stopped = False
        self._failed: list[tuple[str, LocalError]] = []

    async def each(self, names: Sequence[str], change: Change, doing: str) -> list[str]:
        """One after the other; those that cannot be changed that way."""
        refused = []
        for at, name in enumerate(names):
            if self._is_stopped:
                break
            self._say(f"{doing}… {at:,} of {len(names):,}", Tone.INFO, is_running=True)
            try:
                if await self._around.workers.run(change, self._folder, name) is False:
                    refused.append(name)
            except LocalError as error:
                self._failed.append((name, error))
        return [] if self._is_stopped else refused

    def end(self) -> None:
        """Tell what could not be done, and list again."""
        if not shiboken6.isValid(self._pane):
            return
        self._pane.notice.dismiss()
        if self._failed:
            what, first = count_of([name for name, _ in self._failed]), self._failed[0][1]
            self._say(f"{what} could not be deleted. {first}", Tone.BAD)
        elif self._is_stopped:
            self._say("Stopped. What is listed is still there.", Tone.INFO)
        self._pane.refresh()

    def _say(self, text: str, tone: Tone, *, is_running: bool = False) -> None:
        if not shiboken6.isValid(self._pane):
            return
        if is_running:
            self._pane.notice.say(text, tone, action="Stop", act=self._stop, closable=False)
        else:
            self._pane.notice.say(text, tone)

    def _stop(self) -> None:
        self._is_stopped = True
