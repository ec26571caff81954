"""What the inspector is about: a subject, and how much of it there is. Pure."""

from __future__ import annotations

from explorer.base.records import dataclass
from explorer.gui.browse.rows import RowKind
from explorer.gui.browse.words import path_text
from explorer.gui.file_kinds import file_icon_name
from explorer.gui.window.subject import Subject
from explorer.service.model import Location

ROWS = 1000
"""Of a larger selection the subject has only so many rows; the counts are of all."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One subject of the listing in front. Without rows its place itself is meant."""

    subject: Subject
    folders: int = 0
    blobs: int = 0
    size_bytes: int = 0
    snapshot: str = ""
    version_id: str = ""
    """The one blob is meant as it was; both empty: as it is."""

    @property
    def count(self) -> int:
        """How many rows are selected."""
        return self.folders + self.blobs

    @property
    def named(self) -> tuple[Location, str] | None:
        """The folder, and the name in it, of the one blob or folder that is meant; None for
        several, and for containers and accounts."""
        subject = self.subject
        if self.is_many:
            return None
        if subject.rows:
            return (subject.location, subject.rows[0].name) if subject.location.container else None
        place = subject.location
        return (place.parent, place.name) if place.path else None

    @property
    def is_directory(self) -> bool:
        """One folder that is more than a part of names: it has properties of its own."""
        is_real = bool(self.subject.connection.is_hierarchical)
        return is_real and self.subject.blob is None and self.named is not None

    @property
    def is_past(self) -> bool:
        """One version or snapshot, which never changes."""
        return bool(self.version_id or self.snapshot)

    @property
    def is_many(self) -> bool:
        return self.count > 1

    @property
    def title(self) -> str:
        """The name of what is meant."""
        if self.is_many:
            return f"{self.count:,} items"
        if self.count:
            name = self.subject.rows[0].name
            if self.is_past:
                return f"{name} ({'version' if self.version_id else 'snapshot'})"
            return f"{name} (deleted)" if self.subject.rows[0].is_deleted else name
        place = self.subject.location
        return place.name or self.subject.connection.name

    @property
    def path(self) -> str:
        """Where that is."""
        place = path_text(self.subject.location)
        return f"{place}{self.subject.rows[0].name}" if self.count == 1 else place

    @property
    def icon_name(self) -> str:
        if self.is_many:
            return "list"
        if self.count:
            row = self.subject.rows[0]
            if row.kind is RowKind.BLOB:
                return file_icon_name(row.name, row.content_type)
            return "folder" if row.kind is RowKind.FOLDER else "container"
        place = self.subject.location
        return "folder" if place.path else "container" if place.container else "account"
