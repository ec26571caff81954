"""Menu bar, tool bar and context menus: which actions stand where."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from explorer.gui.icons import icon
from explorer.gui.window.actions import Act, Actions
from explorer.gui.window.letters import give_letters

_MENUS: tuple[tuple[str, tuple[Act | None, ...]], ...] = (
    (
        "&Connection",
        (
            Act.CONNECT,
            Act.LOCAL_STORAGE,
            None,
            Act.IMPORT_CONNECTIONS,
            Act.EXPORT_CONNECTIONS,
            None,
            Act.NEW_TAB,
            Act.CLOSE_TAB,
            None,
            Act.QUIT,
        ),
    ),
    (
        "&Edit",
        (
            Act.CUT,
            Act.COPY,
            Act.PASTE,
            Act.DUPLICATE,
            Act.COPY_PATH,
            Act.SELECT_ALL,
            None,
            Act.NEW_FOLDER,
            Act.NEW_CONTAINER,
            None,
            Act.RENAME,
            Act.MOVE_TO,
            Act.DELETE,
            None,
            Act.SETTINGS,
        ),
    ),
    (
        "&Transfer",
        (Act.UPLOAD_FILES, Act.UPLOAD_FOLDER, None, Act.DOWNLOAD, Act.SAVE_AS, Act.OPEN),
    ),
    (
        "&Go",
        (
            Act.BACK,
            Act.FORWARD,
            Act.UP,
            Act.REFRESH,
            None,
            Act.EDIT_PATH,
            Act.EDIT_FILTER,
            Act.SEARCH,
            Act.NEXT_PANEL,
        ),
    ),
)
_PANES = (
    Act.TWO_PANES,
    Act.LOCAL_PANE,
    Act.OTHER_PANE,
    Act.COMPARE,
    Act.COMPARE_MD5,
    Act.COPY_ACROSS,
    Act.MOVE_ACROSS,
)
_SELECTING = (
    Act.SELECT_LACKING,
    Act.SELECT_ONLY_HERE,
    Act.SELECT_NEWER,
    Act.SELECT_DIFFERENT,
)
_HELP = (Act.HELP, Act.HELP_INDEX, None, Act.COMMANDS, None, Act.ABOUT)
_ROW_MENU = (
    Act.OPEN,
    Act.PEEK,
    None,
    Act.DOWNLOAD,
    Act.SAVE_AS,
    None,
    Act.CUT,
    Act.COPY,
    Act.DUPLICATE,
    Act.COPY_PATH,
    None,
    Act.RENAME,
    Act.MOVE_TO,
    Act.DELETE,
    None,
    Act.PROPERTIES,
)
_FOLDER_MENU = (
    Act.UPLOAD_FILES,
    Act.UPLOAD_FOLDER,
    Act.PASTE,
    Act.NEW_FOLDER,
    None,
    Act.DOWNLOAD,
    None,
    Act.SELECT_ALL,
    Act.REFRESH,
)
_CONTAINER_MENU = (
    Act.OPEN,
    Act.DOWNLOAD,
    None,
    Act.COPY,
    Act.DUPLICATE,
    Act.COPY_PATH,
    None,
    Act.DELETE,
    None,
    Act.PROPERTIES,
)
_ACCOUNT_MENU = (Act.NEW_CONTAINER, Act.PASTE, None, Act.REFRESH)


def fill(menu: QMenu, acts: tuple[Act | None, ...], actions: Actions) -> None:
    """Put actions into a menu; None is a line between them."""
    menu.setToolTipsVisible(True)
    give_letters(menu)
    for act in acts:
        if act is None:
            menu.addSeparator()
        else:
            menu.addAction(actions[act])


def build_menu_bar(
    window: QMainWindow, actions: Actions, panels: list[QAction], below: list[QMenu]
) -> None:
    """The menus of the window; `panels` switches its docks, `below` goes under View, too."""
    bar = window.menuBar()
    for title, acts in _MENUS:
        fill(bar.addMenu(title), acts, actions)
    view = bar.addMenu("&View")
    fill(
        view, (Act.PEEK, Act.PROPERTIES, None, Act.SHOW_DELETED, Act.RESTORE_DELETED, None), actions
    )
    fill(view, _PANES, actions)
    fill(view.addMenu("Select b&y comparison"), _SELECTING, actions)
    view.addSeparator()
    view.addActions(panels)
    view.addSeparator()
    for menu in below:
        view.addMenu(menu)
    fill(bar.addMenu("&Help"), _HELP, actions)


def build_tool_bar(window: QMainWindow, actions: Actions, panels: list[QAction]) -> QToolBar:
    """The bar at the top: what is done most."""
    bar = QToolBar("Tools")
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setIconSize(QSize(18, 18))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.setAccessibleName("Tools")
    bar.addAction(actions[Act.CONNECT])
    bar.addSeparator()
    bar.addWidget(_upload_button(actions))
    for act in (Act.DOWNLOAD, Act.NEW_FOLDER, Act.DELETE):
        bar.addAction(actions[act])
    filler = QWidget()
    filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(filler)
    bar.addActions(panels)
    for action in bar.actions():
        button = bar.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.iconText() or action.text())
    if (more := bar.findChild(QToolButton, "qt_toolbar_ext_button")) is not None:
        more.setIcon(icon("more"))
        more.setAccessibleName("More")
        more.setToolTip("More")
    window.addToolBar(bar)
    return bar


def _upload_button(actions: Actions) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions[Act.UPLOAD_FILES])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName("Upload")
    menu = QMenu(button)
    fill(menu, (Act.UPLOAD_FILES, Act.UPLOAD_FOLDER), actions)
    button.setMenu(menu)
    return button


def fill_listing_menu(
    menu: QMenu, actions: Actions, *, is_account: bool, has_selection: bool
) -> None:
    """Fill the menu of a right click in the listing, behind what is in it."""
    if not menu.isEmpty():
        menu.addSeparator()
    if has_selection and is_account:
        fill(menu, (*_CONTAINER_MENU, None), actions)
    elif has_selection:
        fill(menu, (*_ROW_MENU, None), actions)
    below = _ACCOUNT_MENU if is_account else _FOLDER_MENU
    fill(menu, below, actions)


def panel_action(text: str, icon_name: str, parent: QWidget) -> QAction:
    """A switch for a dock."""
    action = QAction(icon(icon_name), text, parent)
    action.setCheckable(True)
    action.setIconVisibleInMenu(False)  # its place is the mark's
    return action
