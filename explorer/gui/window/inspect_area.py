"""What leads from a menu to the inspector: its pages that fit what is meant."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.gui.inspect.access_page import AccessPage
from explorer.gui.inspect.labels_page import LabelsPage
from explorer.gui.inspect.properties_page import PropertiesPage
from explorer.gui.inspect.selection import Selection
from explorer.gui.inspect.versions_page import VersionsPage
from explorer.gui.window.inspecting import Inspecting
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject


class InspectArea:
    """See `Area`. Preview and properties of rows have keys, and stand in the menu as actions."""

    def __init__(self, inspecting: Inspecting) -> None:
        self._inspecting = inspecting

    def offers(self, subject: Subject) -> Sequence[Offer]:
        if subject.blob is not None:
            return (
                self._offer(subject, "Edit metadata and ta&gs", LabelsPage.key, "tag"),
                self._offer(subject, "Versions and snapshots", VersionsPage.key, "history"),
                self._offer(subject, "Access", AccessPage.key, "shield"),
            )
        if subject.is_account or subject.place is None:
            return ()
        found = []
        if self._is_directory(subject):
            found.append(self._offer(subject, "Edit metadata", LabelsPage.key, "tag"))
        found.append(self._offer(subject, "Access", AccessPage.key, "shield"))
        if not subject.rows:
            found.append(self._offer(subject, "Prope&rties", PropertiesPage.key, "info"))
        return tuple(found)

    def offers_deleted(self, subject: Subject) -> Sequence[Offer]:
        if subject.blob is None:
            return ()
        return (self._offer(subject, "Versions and snapshots", VersionsPage.key, "history"),)

    @staticmethod
    def _is_directory(subject: Subject) -> bool:
        """A folder that has metadata of its own."""
        return Selection(subject, folders=len(subject.rows)).is_directory

    def _offer(self, subject: Subject, text: str, key: str, icon_name: str) -> Offer:
        return Offer(
            text,
            lambda: self._inspecting.inspect(subject, key),
            icon_name,
            self._inspecting.refusal(subject, key),
        )
