"""The panel at the left of the window: favourite places, and the tree below them."""

from __future__ import annotations

from explorer.gui.bridge import Bridge
from explorer.gui.browse.tree_controller import TreeController
from explorer.gui.browse.tree_view import TreeView
from explorer.gui.connect.favourites import BesideTree, FavouritesPanel
from explorer.gui.parts.room import stretched
from explorer.gui.window.deeds import Deeds

LEAST_WIDTH = 120


def make_left_panel(
    bridge: Bridge, tree: TreeView, controller: TreeController, deeds: Deeds
) -> BesideTree:
    """Favourites open in place, as rows of the tree do."""
    favourites = FavouritesPanel(bridge, deeds.do, controller.connection)
    favourites.open_requested.connect(deeds.open_here)
    favourites.open_in_tab_requested.connect(deeds.open_in_tab)
    controller.connection_changed.connect(lambda _: favourites.look())
    controller.connection_removed.connect(lambda _: favourites.look())
    panel = BesideTree(favourites, tree)
    panel.setMinimumWidth(stretched(LEAST_WIDTH, panel.fontMetrics()))
    return panel
