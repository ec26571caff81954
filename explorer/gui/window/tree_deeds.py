"""What the tree's menus can have done."""

from __future__ import annotations

from collections.abc import Callable

from explorer.base.records import dataclass
from explorer.service.model import Connection, Location

OnPlace = Callable[[Location], None]
OnConnection = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class TreeDeeds:
    """Each returns at once; what takes time becomes a task of the window."""

    connect: Callable[[], None]
    local_storage: Callable[[], None]
    open: OnPlace
    open_in_tab: OnPlace
    refresh: OnPlace
    upload_files: OnPlace
    upload_folder: OnPlace
    download: OnPlace
    new_folder: OnPlace
    new_container: OnPlace
    delete: OnPlace
    edit: OnConnection
    rename: OnConnection
    replace: OnConnection
    remove: OnConnection
