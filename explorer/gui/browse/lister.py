"""The listing of one tab at a time: begins, fills or replaces, ends, hears what changed.

GUI thread only. Only the latest listing counts; an older one is cancelled.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.browse.arranger import Arranger
from explorer.gui.browse.arrivals import Arrivals
from explorer.gui.browse.filler import Filler, Pages
from explorer.gui.browse.gone import with_deleted_blobs, with_deleted_containers
from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.rows import RowKind, Rows
from explorer.service.events import BlobArrived
from explorer.service.model import Location


class Lister(QObject):
    """Fills one model with one place."""

    began = Signal(bool)
    """Whether quietly: what is shown stays until the new listing is whole."""
    progressed = Signal()
    found = Signal(object)
    """The Location exists: something of it has come, or its container was listed to the end."""
    adopting = Signal()
    adopted = Signal()
    """Around the moment when other rows take the place of those shown."""
    failed = Signal(object)
    deleted_failed = Signal(object)
    """What is there was listed, and what is deleted could not be: the error."""
    ended = Signal()
    listed = Signal(object, list)
    """A Location was listed to its end, and the names of its folders (or containers)."""
    rows_changed = Signal()

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        model: ListingModel,
        arranger: Arranger,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._scope = scope
        self._model = model
        self._arranger = arranger
        self._filler = Filler(model, arranger, self)
        self._arrivals = Arrivals(model, arranger, self)
        self._task: asyncio.Task[None] | None = None
        self._place: Location | None = None
        self._only = ""
        self._is_flat = False
        self._is_stale = False
        self._is_found = False
        self.with_deleted = False
        """What is deleted is listed, too, from the next listing on."""
        self.is_listed = False
        """What is shown is the whole of the place, as it was not long ago."""
        self._filler.progressed.connect(self._progressed)
        self._arrivals.changed.connect(self.rows_changed)
        arranger.arranged.connect(self.rows_changed)

    @property
    def is_listing(self) -> bool:
        return self._task is not None

    def stop(self) -> None:
        """No further pages; what has come stays."""
        if self._task is not None:
            self._task.cancel()

    def drop(self) -> None:
        """End whatever is under way, and hear no more of it."""
        self.stop()
        self._task = None

    def show_nothing(self, place: Location) -> None:
        """The place cannot be listed at all."""
        self.drop()
        self._start(place)
        self._model.start(Rows(place.path))

    def _start(self, place: Location) -> None:
        self._place = place
        self.is_listed = self._is_found = False
        self._arrivals.reset(place, is_flat=self._is_flat)

    def list(self, place: Location, *, only: str = "", is_flat: bool = False) -> None:
        """List a place; again, and quietly, if it is shown already. With `only` its one blob
        of that name: what is shown where listing is not allowed. Flat is everything below."""
        self.drop()
        if self._scope.is_closed:  # the window is going
            return
        self._is_stale = False
        is_same = (place, only, is_flat) == (self._place, self._only, self._is_flat)
        is_quiet = self.is_listed and is_same
        self._only, self._is_flat = only, is_flat
        if is_quiet:
            self._arrivals.hold()
        else:
            self._start(place)
        self._task = self._scope.spawn(self._run(place, is_quiet=is_quiet), name="list a folder")
        self.began.emit(is_quiet)

    def list_again(self) -> None:
        """Something came or went: list once more, when what is under way has ended."""
        if self._task is not None:
            self._is_stale = True
        elif self._place is not None:
            self.list(self._place, only=self._only, is_flat=self._is_flat)

    def forget(self) -> None:
        """What is shown is no longer to be trusted as whole: another place comes."""
        self.is_listed = False

    def arrived(self, event: BlobArrived) -> None:
        """A blob was written somewhere: here, or in a folder below that may be new."""
        if self._place is not None and self._arrivals.arrived(self._place, event):
            QTimer.singleShot(0, self, self._arrivals.settle)

    def _pages(self, place: Location) -> Pages:
        if only := self._only:
            return self._bridge.stream(lambda service: service.list_blob(place, only))
        if place.container:
            is_flat = self._is_flat
            folder = self._bridge.stream(
                lambda service: service.list_folder(place, recursive=is_flat)
            )
            if not self.with_deleted:
                return folder
            return with_deleted_blobs(
                folder, self._bridge, place, recursive=is_flat, failed=self.deleted_failed.emit
            )
        at = place.connection_id
        account = self._bridge.stream(lambda service: service.list_containers(at))
        if not self.with_deleted:
            return account
        return with_deleted_containers(account, self._bridge, at, failed=self.deleted_failed.emit)

    async def _run(self, place: Location, *, is_quiet: bool) -> None:
        own = asyncio.current_task()
        try:
            if is_quiet:
                rows, order = await self._filler.collect(place.path, self._pages(place))
                self.adopting.emit()
                self._arranger.adopt(rows, order)
                self.adopted.emit()
            else:
                await self._filler.fill(place.path, self._pages(place))
            self.is_listed = True
        except Exception as error:
            self.failed.emit(error)
        finally:
            if self._task is own:
                self._task = None
                self._end(place)

    def _end(self, place: Location) -> None:
        self._arrivals.listed(self.is_listed)
        self.ended.emit()
        if not self.is_listed:
            return
        if not place.path:
            self._tell_found()
        rows = self._model.rows
        if not self._is_flat:
            kinds = rows.kinds
            folders = [
                name
                for at, name in enumerate(rows.names)
                if kinds[at] != RowKind.BLOB and not rows.is_deleted(at)
            ]
            self.listed.emit(place, folders)
        if self._is_stale:
            self.list(place, only=self._only, is_flat=self._is_flat)

    def _progressed(self, count: int) -> None:
        if count:
            self._tell_found()
        self.progressed.emit()

    def _tell_found(self) -> None:
        if not self._is_found and self._place is not None:
            self._is_found = True
            self.found.emit(self._place)
