"""Choosing a place of the storage: a tree of folders, the path beside it. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QTreeView, QWidget

from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.tree_model import LOCATION_ROLE, TreeModel
from explorer.gui.browse.words import path_text
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import plain_label
from explorer.gui.parts.views import dress_tree
from explorer.gui.sheet import Sheet
from explorer.service.model import Location
from explorer.service.naming import check_folder_name

Judge = Callable[[Location], tuple[str, str]]
"""Of a place: why it cannot be chosen (empty where it can), and what is said where it can."""


def place_of(text: str, near: Location) -> Location:
    """`/container/a/b`, as typed, in the account of `near`."""
    parts = [part for part in text.strip().split("/") if part]
    path = "/".join(parts[1:])
    container = parts[0] if parts else ""
    return Location(near.connection_id, container, f"{path}/" if path else "")


class PlaceSheet(Sheet):
    """`target` is the place that was chosen. Shows the window's own tree, as far as it is
    known, and lists on as it is opened."""

    new_folder_requested = Signal(object)
    """Make a folder in this Location and `show_place` it."""

    def __init__(
        self,
        headline: str,
        go: str,
        start: Location,
        tree: TreeModel,
        judge: Judge,
        parent: QWidget | None = None,
        *,
        name: str,
    ) -> None:
        super().__init__(headline, parent, width=520)
        self._model = tree
        self._judge = judge
        self.target = start
        self.tree = QTreeView()
        dress_tree(self.tree, "Folders")
        self.tree.setProperty("bare", False)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setModel(tree)
        self.tree.setMinimumHeight(260)
        self.line = line_field(name, placeholder="/container/folder/")
        caption = plain_label("&Folder")
        caption.setBuddy(self.line)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(caption)
        row.addWidget(self.line, 1)
        self.problem = plain_label("", muted=True, wrap=True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing() * 2)
        self.body.addWidget(self.tree, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.problem)
        self.folder_button = self.add_button("&New folder…", icon_name="new-folder", at_left=True)
        self.folder_button.clicked.connect(lambda: self.new_folder_requested.emit(self.target))
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button(go, rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self.accept)
        self.tree.expanded.connect(self._expanded)
        self.tree.selectionModel().currentChanged.connect(self._walked)
        self.line.textEdited.connect(self._typed)
        self.show_place(start)
        self.tree.setFocus()

    def show_place(self, place: Location) -> None:
        """Choose this place, and open the tree down to it."""
        index = self._model.ensure(place)
        if index.isValid():
            self.tree.expand(index)
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
        self._choose(place)

    def _expanded(self, index: QModelIndex) -> None:
        location = index.data(LOCATION_ROLE)
        if isinstance(location, Location):
            self._model.want(location)

    def _walked(self, index: QModelIndex) -> None:
        location = index.data(LOCATION_ROLE) if index.isValid() else None
        if isinstance(location, Location):
            self._choose(location)

    def _typed(self, text: str) -> None:
        self._choose(place_of(text, self.target), is_typed=True)

    def _choose(self, place: Location, *, is_typed: bool = False) -> None:
        self.target = place
        if not is_typed:
            self.line.setText(path_text(place))
        problem, words = self._judge(place)
        self.problem.setText(problem or words)
        mark_invalid(self.line, bool(problem) and is_typed)
        self.go_button.setEnabled(not problem)
        self.folder_button.setEnabled(bool(place.container))


async def make_folder(sheet: PlaceSheet, bridge: Bridge, place: Location) -> None:
    """Ask for the name of a new folder in `place`, make it, and choose it. Raises what making
    it raises."""
    made = await ask.text_done(
        sheet,
        "New folder",
        "&Name",
        lambda name: bridge.call(lambda service: service.create_folder(place, name)),
        go="&Create",
        check=lambda name: check_folder_name(place.path, name),
    )
    if made:
        sheet.show_place(place.child(made))
