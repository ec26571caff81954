"""Blobs that were written while a folder is shown: a row each, and no new listing.

GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.filler import STEP
from explorer.gui.browse.listing_model import ListingModel
from explorer.service.events import BlobArrived
from explorer.service.model import Location
from explorer.storage.model import Blob, Prefix

ONE_BY_ONE = 50
"""More rows than that are put at the end and sorted as a whole."""


class Arrivals(QObject):
    """Collects what came until the listing is whole, then puts it in."""

    changed = Signal()

    def __init__(self, model: ListingModel, arranger: Arranger, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._arranger = arranger
        self._path = ""
        self._is_flat = False
        self._blobs: dict[str, Blob] = {}
        self._folders: set[str] = set()
        self._is_listed = False

    def reset(self, place: Location, *, is_flat: bool) -> None:
        """Another place is shown, and listed anew; flat is with everything below."""
        self._path = place.path
        self._is_flat = is_flat
        self._is_listed = False
        self._blobs = {}
        self._folders = set()

    def hold(self) -> None:
        """The place is listed once more: what comes now may be missing from that listing."""
        self._is_listed = False

    def listed(self, is_whole: bool) -> None:
        """The listing has ended."""
        self._is_listed = is_whole
        if is_whole:
            self.settle()

    def arrived(self, place: Location, event: BlobArrived) -> bool:
        """Take note; whether it concerns this place and there was nothing to settle before."""
        folder = event.folder
        if not place.container or (folder.connection_id, folder.container) != (
            place.connection_id,
            place.container,
        ):
            return False
        if not folder.path.startswith(place.path):
            return False
        was_empty = not self._blobs and not self._folders
        if folder.path == place.path or self._is_flat:
            if event.blob.is_directory:
                self._folders.add(event.blob.name[len(place.path) :].rstrip("/"))
            else:
                self._blobs[event.blob.name[len(place.path) :]] = event.blob
        else:
            self._folders.add(folder.path[len(place.path) :].partition("/")[0])
        return was_empty

    def settle(self) -> None:
        """Put in what has come, unless the listing is still under way."""
        if not self._is_listed or not (self._blobs or self._folders):
            return
        blobs, folders = self._blobs, self._folders
        self._blobs, self._folders = {}, set()
        rows = self._model.rows
        for name, number in rows.find(blobs, is_folder=False).items():
            rows.replace_blob(number, blobs.pop(name))
            self._model.refreshed(number)
        for name, number in rows.find(folders, is_folder=True).items():
            folders.discard(name)
            if rows.is_deleted(number):
                rows.revive(number)
                self._model.refreshed(number)
        fresh_folders = [Prefix(f"{self._path}{name}/") for name in sorted(folders)]
        fresh_blobs = list(blobs.values())
        if len(fresh_folders) + len(fresh_blobs) <= ONE_BY_ONE and self._model.is_ordered:
            self._put_in(fresh_folders, fresh_blobs)
        else:
            self._append(fresh_folders, fresh_blobs)
        self.changed.emit()

    def _put_in(self, folders: list[Prefix], blobs: list[Blob]) -> None:
        rows = self._model.rows
        for folder in folders:
            rows.add_prefixes([folder])
            self._model.put_in(len(rows) - 1)
        for blob in blobs:
            rows.add_blobs([blob])
            self._model.put_in(len(rows) - 1)

    def _append(self, folders: list[Prefix], blobs: list[Blob]) -> None:
        rows = self._model.rows
        for start in range(0, len(folders), STEP):
            rows.add_prefixes(folders[start : start + STEP])
            self._model.show_new()
        for start in range(0, len(blobs), STEP):
            rows.add_blobs(blobs[start : start + STEP])
            self._model.show_new()
        self._arranger.appended()
