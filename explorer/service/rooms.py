"""The service's rooms that are opened when somebody enters: imported and made at first use.

A command that lists or deletes needs none of them, and each costs some milliseconds of
its start. Of the service loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from explorer.service.browse import Browser
from explorer.service.connections import Connections
from explorer.service.events import Event

if TYPE_CHECKING:
    from explorer.service.access_control import AccessControl
    from explorer.service.administration import Administration
    from explorer.service.exporting import Exporting
    from explorer.service.history import History
    from explorer.service.listing_export import ListingExport
    from explorer.service.management import Management
    from explorer.service.operations import Operations
    from explorer.service.ranges import Ranges
    from explorer.service.renaming import Renaming
    from explorer.service.sharing import Sharing
    from explorer.service.statistics import StatisticsDesk
    from explorer.service.syncing import Syncing
    from explorer.service.upkeep import Upkeep


class Rooms:
    """What the service is made of beside its own methods."""

    def __init__(
        self, connections: Connections, browser: Browser, put: Callable[[Event], None]
    ) -> None:
        self._connections = connections
        self._browser = browser
        self._put = put

    @cached_property
    def access(self) -> AccessControl:
        """Owners, permissions and access lists."""
        from explorer.service.access_control import AccessControl

        return AccessControl(self._connections, self._put)

    @cached_property
    def history(self) -> History:
        """Versions, snapshots, what is deleted, and the way back."""
        from explorer.service.history import History

        return History(self._connections, self._put)

    @cached_property
    def operations(self) -> Operations:
        """Containers and folders made, and what is deleted."""
        from explorer.service.operations import Operations

        return Operations(self._connections, self._browser, self._put)

    @cached_property
    def renaming(self) -> Renaming:
        """Renames and moves in one step, where directories are real."""
        from explorer.service.renaming import Renaming

        return Renaming(self._connections, self._put)

    @property
    def exporting(self) -> Exporting:
        """Connections taken along in a file."""
        return self._connections.exporting

    @cached_property
    def ranges(self) -> Ranges:
        """Ranges of blobs, for previews and for following a log."""
        from explorer.service.ranges import Ranges

        return Ranges(self._connections)

    @cached_property
    def sharing(self) -> Sharing:
        """SAS made and tried out."""
        from explorer.service.sharing import Sharing

        return Sharing(self._connections)

    @cached_property
    def statistics(self) -> StatisticsDesk:
        """What is in a folder or container, counted."""
        from explorer.service.statistics import StatisticsDesk

        return StatisticsDesk(self._connections, self._browser)

    @cached_property
    def syncing(self) -> Syncing:
        """Whole listings and deletions of what was seen, for mirrors."""
        from explorer.service.syncing import Syncing

        return Syncing(self._connections, self._browser, self._put)

    @cached_property
    def exports(self) -> ListingExport:
        """Listings written to files."""
        from explorer.service.listing_export import ListingExport

        return ListingExport(self._connections, self._browser)

    @cached_property
    def management(self) -> Management:
        """Properties of one blob and of a thousand."""
        from explorer.service.management import Management

        return Management(self._connections, self._browser, self._put)

    @cached_property
    def upkeep(self) -> Upkeep:
        """Leases, copies stopped, blobs brought back."""
        from explorer.service.upkeep import Upkeep

        return Upkeep(self._connections, self._put)

    @cached_property
    def administration(self) -> Administration:
        """Access, policies and settings of containers and the account."""
        from explorer.service.administration import Administration

        return Administration(self._connections, self._put)
