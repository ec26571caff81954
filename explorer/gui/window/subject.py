"""What an action is about: rows of a folder, or one place itself. Pure."""

from __future__ import annotations

from explorer.base.records import dataclass
from explorer.gui.browse.rows import Row
from explorer.gui.browse.rules import Place
from explorer.service.model import Connection, Location


@dataclass(frozen=True, slots=True)
class Subject:
    """`rows` are of the folder (or account) `location`; without rows, `location` itself is
    meant, as in the tree or on the empty part of a listing."""

    connection: Connection
    location: Location
    rows: tuple[Row, ...] = ()

    @property
    def place(self) -> Location | None:
        """The one account, container or folder that is meant; None for a blob or for several."""
        if not self.rows:
            return self.location
        if len(self.rows) == 1 and self.rows[0].is_folder:
            return self.location.child(self.rows[0].name)
        return None

    @property
    def is_account(self) -> bool:
        """The account itself."""
        return not self.rows and not self.location.container

    @property
    def container(self) -> Location | None:
        """The one container that is meant."""
        place = self.place
        return place if place is not None and place.container and not place.path else None

    @property
    def blob(self) -> Row | None:
        """The one blob that is meant."""
        one = self.rows[0] if len(self.rows) == 1 else None
        return one if one is not None and not one.is_folder else None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the rows relative to `location`, folders with a `/` at their end, as the service's
        operations want them; of a place itself one empty name."""
        if not self.rows:
            return ("",)
        return tuple(f"{row.name}/" if row.is_folder else row.name for row in self.rows)

    @property
    def deleted(self) -> tuple[Row, ...]:
        """Those of the rows that are deleted, and can come back."""
        return tuple(row for row in self.rows if row.is_deleted)

    def as_place(self) -> Place:
        """For the rules that say what is allowed."""
        blobs = sum(not row.is_folder for row in self.rows)
        return Place(
            self.connection,
            self.location,
            len(self.rows) or 1,
            blobs,
            deleted_selected=len(self.deleted),
        )
