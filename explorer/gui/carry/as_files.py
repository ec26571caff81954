"""Files for the clipboard: a few blobs as local files, to be pasted into any other program.

For programs, and systems, that nothing can be dragged to. What is selected is downloaded by the
queue, for all to see, into a private folder of the cache; then the files are on the clipboard.
GUI thread only.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import shiboken6
from PySide6.QtGui import QGuiApplication

from explorer.base.paths import cache_dir, make_private_dir
from explorer.base.units import format_bytes
from explorer.gui.browse import rules
from explorer.gui.browse.drops import files_mime
from explorer.gui.browse.operations import download_sources, job_options
from explorer.gui.colours import Tone
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Location
from explorer.transfer.model import DownloadRequest
from explorer.transfer.state import JobState

MOST_FILES = 500
MOST_BYTES = 1024**3
KEPT_S = 7 * 24 * 3600
"""So long what was downloaded can be pasted; then it is swept away."""
FOLDERS = "Folders are not copied as files: download them."
TOO_MANY = f"More than {MOST_FILES:,} files: download them."
TOO_MUCH = f"More than {format_bytes(MOST_BYTES)}: download it."


def refusal(subject: Subject) -> str:
    """Why what is selected cannot be put onto the clipboard as files; empty where it can. Pure."""
    if any(row.is_folder for row in subject.rows):
        return FOLDERS
    if len(subject.rows) > MOST_FILES:
        return TOO_MANY
    if sum(row.size_bytes for row in subject.rows) > MOST_BYTES:
        return TOO_MUCH
    return rules.download(subject.as_place())


class AsFilesArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        if not subject.rows or not subject.location.container:
            return ()
        return (
            Offer(
                "Copy as f&iles for other programs",
                lambda: self._around.do(self.copy(subject), "copy as files"),
                "copy",
                refusal(subject),
            ),
        )

    async def copy(self, subject: Subject) -> None:
        """Download these rows, then put them onto the clipboard. Raises LocalError."""
        bridge, workers = self._around.bridge, self._around.workers
        pane = self._around.tabs.pane
        at = subject.location
        folder = await workers.run(fresh_folder, cache_dir() / "copied", time.time())
        container = Location(at.connection_id, at.container)
        place = await bridge.get(lambda service: service.place(container))
        options = job_options(await bridge.get(lambda service: service.settings))
        sources = download_sources(at, list(subject.rows))
        job_id = await self._around.starter.start(
            DownloadRequest(sources, place, str(folder), options)
        )
        if job_id is None:
            return
        job = await bridge.call(lambda service: service.wait(job_id))
        if job.state is not JobState.DONE:
            return  # the transfers panel says why
        files = await bridge.call(lambda service: service.transfers(job_id))
        paths = [str(folder / file.local_path) for file in files]
        QGuiApplication.clipboard().setMimeData(files_mime(paths))
        if shiboken6.isValid(pane):
            what = "1 file is" if len(paths) == 1 else f"{len(paths):,} files are"
            pane.notice.say(f"{what} on the clipboard: paste in another program.", Tone.OK)


def fresh_folder(above: Path, now_s: float) -> Path:
    """A private folder of its own in `above`, where what is older than a week is swept away.
    Blocking."""
    made = make_private_dir(above / secrets.token_hex(8))
    for folder in above.iterdir():
        with suppress(OSError):
            if now_s - folder.lstat().st_mtime > KEPT_S:
                shutil.rmtree(folder)
    return made
