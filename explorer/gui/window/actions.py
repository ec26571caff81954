"""Everything that can be chosen in the window: names, keys, icons, and why something is greyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.base.records import dataclass
from explorer.gui.browse import rules
from explorer.gui.browse.rules import Place
from explorer.gui.carry import plan
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip


class Act(Enum):
    """What can be done."""

    CONNECT = auto()
    LOCAL_STORAGE = auto()
    IMPORT_CONNECTIONS = auto()
    EXPORT_CONNECTIONS = auto()
    QUIT = auto()
    NEW_TAB = auto()
    CLOSE_TAB = auto()
    BACK = auto()
    FORWARD = auto()
    UP = auto()
    REFRESH = auto()
    EDIT_PATH = auto()
    EDIT_FILTER = auto()
    SEARCH = auto()
    OPEN = auto()
    UPLOAD_FILES = auto()
    UPLOAD_FOLDER = auto()
    DOWNLOAD = auto()
    SAVE_AS = auto()
    CUT = auto()
    COPY = auto()
    PASTE = auto()
    DUPLICATE = auto()
    COPY_PATH = auto()
    SELECT_ALL = auto()
    RENAME = auto()
    MOVE_TO = auto()
    NEW_FOLDER = auto()
    NEW_CONTAINER = auto()
    DELETE = auto()
    NEXT_PANEL = auto()
    TWO_PANES = auto()
    LOCAL_PANE = auto()
    OTHER_PANE = auto()
    COMPARE = auto()
    COMPARE_MD5 = auto()
    SELECT_LACKING = auto()
    SELECT_ONLY_HERE = auto()
    SELECT_NEWER = auto()
    SELECT_DIFFERENT = auto()
    COPY_ACROSS = auto()
    MOVE_ACROSS = auto()
    PEEK = auto()
    PROPERTIES = auto()
    SHOW_DELETED = auto()
    RESTORE_DELETED = auto()
    COMMANDS = auto()
    SETTINGS = auto()
    HELP = auto()
    HELP_INDEX = auto()
    ABOUT = auto()


NOTHING: Mapping[Act, str] = {}


def _always(_place: Place) -> str:
    return ""


def _with_place(place: Place) -> str:
    return "" if place.location is not None else rules.NO_CONNECTION


def _with_selection(place: Place) -> str:
    return "" if place.selected else rules.NO_SELECTION


@dataclass(frozen=True, slots=True)
class Spec:
    """An action: its text with mnemonic, icon, keys, and what may be in its way."""

    text: str
    icon_name: str = ""
    keys: tuple[str, ...] = ()
    refusal: Callable[[Place], str] = _always
    short: str = ""
    """For the tool bar."""
    is_switch: bool = False
    """It is on or off, and its action checked while it is on."""


SPECS: dict[Act, Spec] = {
    Act.CONNECT: Spec("&Connect…", "link", ("Ctrl+N",), short="Connect"),
    Act.LOCAL_STORAGE: Spec("Explore &local storage", "local-storage"),
    Act.QUIT: Spec("&Quit", "", ("Ctrl+Q",)),
    Act.NEW_TAB: Spec("New &tab", "plus", ("Ctrl+T",)),
    Act.IMPORT_CONNECTIONS: Spec("&Import connections…", "download"),
    Act.EXPORT_CONNECTIONS: Spec("&Export connections…", "upload"),
    Act.CLOSE_TAB: Spec("&Close tab", "close", ("Ctrl+W",)),
    Act.BACK: Spec("&Back", "back", ("Alt+Left",)),
    Act.FORWARD: Spec("&Forward", "forward", ("Alt+Right",)),
    Act.UP: Spec("&Up", "up", ("Alt+Up", "Backspace")),
    Act.REFRESH: Spec("&Refresh", "refresh", ("F5",), _with_place),
    Act.EDIT_PATH: Spec("Go to &path", "link", ("Ctrl+L",)),
    Act.EDIT_FILTER: Spec("&Filter", "filter", ("Ctrl+F",), _with_place),
    Act.SEARCH: Spec("&Search everything below", "search", ("Ctrl+Shift+F",), rules.search),
    Act.OPEN: Spec("&Open", "open-external", ("Ctrl+O",), rules.open_one),
    Act.UPLOAD_FILES: Spec("&Upload files…", "upload", ("Ctrl+U",), rules.upload, short="Upload"),
    Act.UPLOAD_FOLDER: Spec("Upload f&older…", "folder", ("Ctrl+Shift+U",), rules.upload),
    Act.DOWNLOAD: Spec("&Download…", "download", ("Ctrl+D",), rules.download, short="Download"),
    Act.SAVE_AS: Spec("&Save as…", "download", ("Ctrl+S",), rules.save_as),
    Act.CUT: Spec("Cu&t", "cut", ("Ctrl+X",), plan.cut),
    Act.COPY: Spec("&Copy", "copy", ("Ctrl+C",), plan.copy),
    Act.PASTE: Spec("&Paste", "paste", ("Ctrl+V",), plan.paste),
    Act.DUPLICATE: Spec("D&uplicate", "copy", (), plan.duplicate),
    Act.COPY_PATH: Spec("Copy pat&h", "copy", ("Ctrl+Shift+C",), _with_selection),
    Act.SELECT_ALL: Spec("Select &all", "", ("Ctrl+A",), _with_place),
    Act.RENAME: Spec("Rena&me…", "rename", ("F2",), rules.rename),
    Act.MOVE_TO: Spec("Mo&ve to…", "folder-open", ("Ctrl+Shift+M",), rules.move_to),
    Act.NEW_FOLDER: Spec(
        "&New folder…", "new-folder", ("Ctrl+Shift+N",), rules.new_folder, short="New folder"
    ),
    Act.NEW_CONTAINER: Spec(
        "C&reate container…", "new-container", (), rules.new_container, short="New container"
    ),
    Act.DELETE: Spec("De&lete…", "delete", ("Del",), rules.delete, short="Delete"),
    Act.NEXT_PANEL: Spec("Next &panel", "", ("F6",)),
    Act.TWO_PANES: Spec("&Two panes", "split", ("F3",), _with_place),
    Act.LOCAL_PANE: Spec("&Local folder beside", "home", ("Shift+F3",), _with_place),
    Act.OTHER_PANE: Spec("&Other pane", "", ("Ctrl+F6",)),
    Act.COMPARE: Spec("Co&mpare the panes", "", ("Ctrl+Shift+E",)),
    Act.COMPARE_MD5: Spec("Compare &by MD5", "", ("Ctrl+Shift+H",)),
    Act.SELECT_LACKING: Spec("Select what the other pane &lacks", "", ("Ctrl+Shift+L",)),
    Act.SELECT_ONLY_HERE: Spec("Select what is &only here"),
    Act.SELECT_NEWER: Spec("Select what is &newer here"),
    Act.SELECT_DIFFERENT: Spec("Select what is &different"),
    Act.COPY_ACROSS: Spec("Copy to the ot&her pane", "forward", ("Ctrl+F5",)),
    Act.MOVE_ACROSS: Spec("Mo&ve to the other pane", "", ("Ctrl+Shift+F5",)),
    Act.PEEK: Spec("Pre&view", "eye", ("Space",), _with_place),
    Act.PROPERTIES: Spec("Prope&rties", "info", ("Alt+Return",), _with_place),
    Act.SHOW_DELETED: Spec(
        "Show &deleted", "delete", ("Ctrl+H",), rules.show_deleted, is_switch=True
    ),
    Act.RESTORE_DELETED: Spec("R&estore deleted…", "undo", ("Ctrl+Shift+D",), _with_place),
    Act.COMMANDS: Spec("All &commands…", "terminal", ("Ctrl+K",)),
    Act.SETTINGS: Spec("&Settings…", "settings", ("Ctrl+,",)),
    Act.HELP: Spec("&Help for what is in front", "question", ("F1",)),
    Act.HELP_INDEX: Spec("&Contents and search", "search"),
    Act.ABOUT: Spec("&About Quayside", "info"),
}

# These keys mean something else inside a text field: there they are left to it.
_IN_LISTING_ONLY = {
    Act.CUT,
    Act.COPY,
    Act.PASTE,
    Act.SELECT_ALL,
    Act.DELETE,
    Act.COPY_PATH,
    Act.PEEK,
    Act.RENAME,
}


class Actions(QObject):
    """One QAction for each; enabled by `update`, with the reason in the tool tip where not."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions: dict[Act, QAction] = {}
        for act, spec in SPECS.items():
            action = QAction(spec.text, window)
            action.setCheckable(spec.is_switch)
            action.setIconVisibleInMenu(not spec.is_switch)  # its place is the mark's
            if spec.icon_name:
                action.setIcon(icon(spec.icon_name))
            if spec.short:
                action.setIconText(spec.short)
            action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._actions[act] = action
            if act not in _IN_LISTING_ONLY:
                window.addAction(action)
        self.update(Place(None, None))

    def __getitem__(self, act: Act) -> QAction:
        return self._actions[act]

    def add_to_listing(self, widget: QWidget) -> None:
        """Give the listing the keys that a text field wants for itself."""
        for act in _IN_LISTING_ONLY:
            action = self._actions[act]
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            widget.addAction(action)
        widget.addAction(self._actions[Act.UP])

    def update(self, place: Place, also: Mapping[Act, str] = NOTHING) -> None:
        """Enable what may be done at `place`; say why the rest may not. `also` are reasons that
        do not come from the place, and hold instead of those that do."""
        for act, spec in SPECS.items():
            reason = also[act] if act in also else spec.refusal(place)
            action = self._actions[act]
            name = spec.text.replace("&", "").rstrip("…")
            keys = f" ({spec.keys[0]})" if spec.keys else ""
            action.setEnabled(not reason)
            action.setToolTip(tooltip(f"{name}{keys}\n{reason}" if reason else f"{name}{keys}"))
            action.setStatusTip(reason)
