"""Where a tab has been: back and forward. Pure."""

from __future__ import annotations

from typing import Generic, TypeVar

from explorer.service.model import Location

P = TypeVar("P")
KEPT = 100


class Trail(Generic[P]):
    """Places in the order they were gone to; going on from the middle forgets what came after."""

    def __init__(self) -> None:
        self._places: list[P] = []
        self._at = -1

    @property
    def current(self) -> P | None:
        return self._places[self._at] if self._at >= 0 else None

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at < len(self._places) - 1

    def go(self, place: P) -> None:
        """A new place; the same one again changes nothing."""
        if place == self.current:
            return
        self._places[self._at + 1 :] = [place]
        del self._places[:-KEPT]
        self._at = len(self._places) - 1

    def back(self) -> P | None:
        """One step back; None at the beginning."""
        if not self.can_go_back:
            return None
        self._at -= 1
        return self.current

    def forward(self) -> P | None:
        """One step forward; None at the end."""
        if not self.can_go_forward:
            return None
        self._at += 1
        return self.current


class History(Trail[Location]):
    """Of places in the storage."""

    def forget(self, connection_id: str) -> None:
        """Drop every place of a connection that is gone."""
        current = self.current
        self._places = [place for place in self._places if place.connection_id != connection_id]
        self._at = self._places.index(current) if current in self._places else len(self._places) - 1
