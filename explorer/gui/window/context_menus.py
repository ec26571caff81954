"""Right clicks in a listing and in the tree. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from explorer.gui.browse.pane import Pane
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.window import menus, offers
from explorer.gui.window.actions import Actions
from explorer.gui.window.deeds import Deeds
from explorer.gui.window.offers import Area
from explorer.gui.window.subject import Subject
from explorer.gui.window.tree_menu import TreeMenu
from explorer.service.model import Location


class ContextMenus:
    """One per window."""

    def __init__(
        self,
        actions: Actions,
        areas: Sequence[Area],
        deeds: Deeds,
        tree: TreeController,
        window: QWidget,
    ) -> None:
        self._actions = actions
        self._areas = areas
        self._deeds = deeds
        self._tree = tree
        self._window = window

    def listing(self, pane: Pane, at: QPoint) -> None:
        """About what is selected, or the place itself; the actions are as they can be done. Of
        what is deleted little can be done but what the rooms offer: it comes first."""
        place = pane.location
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        subject = None
        if pane.connection is not None and place is not None:
            subject = Subject(pane.connection, place, tuple(pane.selection()))
        has_deleted = subject is not None and bool(subject.deleted)
        if subject is not None and has_deleted:
            offers.fill(menu, self._areas, subject)
        menus.fill_listing_menu(
            menu,
            self._actions,
            is_account=place is not None and not place.container,
            has_selection=bool(pane.view.spans()),
        )
        if subject is not None and not has_deleted:
            offers.fill(menu, self._areas, subject)
        menu.popup(at)

    def tree(self, location: Location | None, at: QPoint) -> None:
        """About a connection, container or folder; None is the empty part."""
        known = self._tree.connection(location.connection_id) if location is not None else None
        menu = TreeMenu(self._deeds.for_tree(), known, location, self._window)
        if known is not None and location is not None:
            offers.fill(menu, self._areas, Subject(known, location))
        menu.popup(at)
