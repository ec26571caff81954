"""Which deed each action with a key does."""

from __future__ import annotations

from collections.abc import Callable

from explorer.base.help_pages import INDEX
from explorer.gui.connect.controller import Connecting
from explorer.gui.help.desk import help_desk
from explorer.gui.window.actions import Act, Actions
from explorer.gui.window.deeds import Deeds
from explorer.gui.window.tabs import Tabs

Call = Callable[[], object]


def connect_actions(
    actions: Actions, deeds: Deeds, tabs: Tabs, connecting: Connecting, own: dict[Act, Call]
) -> None:
    """Each action gets its deed; `own` are those that the window itself does."""
    calls: dict[Act, Call] = {
        Act.CONNECT: lambda: connecting.open_dialog(),
        Act.LOCAL_STORAGE: deeds.explore_local_storage,
        Act.IMPORT_CONNECTIONS: lambda: deeds.do(
            connecting.taking_along.take_in(), "import connections"
        ),
        Act.EXPORT_CONNECTIONS: lambda: deeds.do(
            connecting.taking_along.export(), "export connections"
        ),
        Act.NEW_TAB: lambda: tabs.open_tab(),
        Act.CLOSE_TAB: lambda: tabs.close_tab(tabs.currentIndex()),
        Act.BACK: lambda: tabs.front.back(),
        Act.FORWARD: lambda: tabs.front.forward(),
        Act.UP: lambda: tabs.front.up(),
        Act.EDIT_FILTER: lambda: tabs.front.navigation.edit_filter(),
        Act.SEARCH: lambda: tabs.pane.search(),
        Act.OPEN: deeds.open_selected,
        Act.UPLOAD_FILES: deeds.upload_files,
        Act.UPLOAD_FOLDER: deeds.upload_folder,
        Act.DOWNLOAD: deeds.download,
        Act.SAVE_AS: deeds.save_as,
        Act.COPY_PATH: deeds.copy_paths,
        Act.SELECT_ALL: lambda: tabs.pane.view.selectAll(),
        Act.NEW_FOLDER: deeds.new_folder,
        Act.NEW_CONTAINER: deeds.new_container,
        Act.DELETE: deeds.delete,
        Act.HELP: lambda: help_desk().open_about(tabs.window(), _page_of(tabs)),
        Act.HELP_INDEX: lambda: help_desk().open(INDEX),
        Act.ABOUT: deeds.about,
        **own,
    }
    for act in Act:
        actions[act].triggered.connect(lambda _=False, call=calls[act]: call())


def _page_of(tabs: Tabs) -> str:
    """The page of the help about the listing in front."""
    connection = tabs.pane.connection
    return "gen2" if connection is not None and connection.is_hierarchical else INDEX
