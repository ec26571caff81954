"""The buttons above the files of a job: what is done to them, which of them are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from explorer.gui.parts.buttons import tool_button
from explorer.gui.transfers.file_verbs import FILE_VERBS
from explorer.gui.transfers.job_files import FileFilter
from explorer.transfer.model import JobSnapshot

_SIDE = 6
_SPACING = 2
_BETWEEN = 8


class FileBar(QWidget):
    """Where it is narrow (`fit`), the buttons of the verbs go first, since the menu of a file has
    the same; then one button with a menu stands for the filters."""

    kind_chosen = Signal(object)
    """A `FileFilter`."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filters: dict[FileFilter, QToolButton] = {}
        self._verbs = [self._verb_button(actions[verb.name], verb.icon_name) for verb in FILE_VERBS]
        self.chosen = QToolButton()
        """The one button that stands for all filters."""
        self.chosen.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.chosen.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.chosen.setMenu(QMenu(self.chosen))
        self.chosen.menu().aboutToShow.connect(self._fill_menu)
        group = QButtonGroup(self)
        for kind in FileFilter:
            self._filters[kind] = button = QToolButton()
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _=False, kind=kind: self.kind_chosen.emit(kind))
            button.toggled.connect(self._name_chosen)
            group.addButton(button)
        bar = QHBoxLayout(self)
        bar.setContentsMargins(_SIDE, 2, _SIDE, 2)
        bar.setSpacing(_SPACING)
        for button in self._verbs:
            bar.addWidget(button)
        bar.addSpacing(_BETWEEN)
        for button in (*self._filters.values(), self.chosen):
            bar.addWidget(button)
        self.choose(FileFilter.ALL)
        self.show_counts(None)

    def _verb_button(self, action: QAction, icon_name: str) -> QToolButton:
        button = tool_button(icon_name, action.text())
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        return button

    def button(self, kind: FileFilter) -> QToolButton:
        return self._filters[kind]

    def choose(self, kind: FileFilter) -> None:
        """Show that this one is chosen; nobody is told."""
        self._filters[kind].setChecked(True)

    def show_counts(self, job: JobSnapshot | None) -> None:
        """How many files of each kind there are, as far as the job says."""
        for kind, button in self._filters.items():
            count = kind.count(job) if job else None
            button.setText(f"{kind.value}  {count:,}" if count else kind.value)
            button.setAccessibleName(f"Show files: {button.text()}")
        self._name_chosen()

    def fit(self, room: int) -> None:
        """There are `room` pixels for it."""
        filters = list(self._filters.values())
        has_filters = _width(filters) <= room
        has_verbs = _width([*self._verbs, *filters]) + _BETWEEN <= room
        for button in self._verbs:
            button.setVisible(has_verbs)
        for button in filters:
            button.setVisible(has_filters)
        self.chosen.setVisible(not has_filters)

    def _name_chosen(self) -> None:
        for button in self._filters.values():
            if button.isChecked():
                self.chosen.setText(button.text())
                self.chosen.setAccessibleName(button.accessibleName())

    def _fill_menu(self) -> None:
        menu = self.chosen.menu()
        menu.clear()
        for button in self._filters.values():
            action = menu.addAction(button.text())
            action.setCheckable(True)
            action.setChecked(button.isChecked())
            action.triggered.connect(button.click)


def _width(buttons: Sequence[QToolButton]) -> int:
    """What these take side by side."""
    return 2 * _SIDE + sum(button.sizeHint().width() + _SPACING for button in buttons)
