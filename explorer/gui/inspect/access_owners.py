"""Owner, owning group, the nine letters and the sticky bit, as fields. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QWidget

from explorer.base.errors import InputError
from explorer.gui.inspect.access_draft import Draft
from explorer.gui.inspect.access_words import Names
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import explain, plain_label
from explorer.storage.acl import checked_principal, parse_mode

_MODE_HINT = "Nine letters like rwxr-x---, or digits like 0750"
_STICKY_HINT = "In a folder with the sticky bit only owners rename and delete what is in it."


class OwnersEditor(QWidget):
    """Tells what is typed as soon as it can be; `problem` says why it cannot."""

    owner_typed = Signal(str)
    group_typed = Signal(str)
    mode_typed = Signal(str)
    sticky_ticked = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._names: Names = {}
        self.owner = line_field("Owner", placeholder="Name or object id")
        self.group = line_field("Owning group", placeholder="Name or object id")
        self.mode = line_field("Permissions", placeholder="rwxr-x--- or 0750")
        self.octal = plain_label("", muted=True)
        self.sticky = QCheckBox("Sticky")
        self.sticky.setAccessibleName("Sticky")
        self._problems: dict[QLineEdit, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for at, (text, field) in enumerate(
            (("Owner", self.owner), ("Group", self.group), ("Permissions", self.mode))
        ):
            label = plain_label(text, muted=True)
            label.setBuddy(field)
            problem = plain_label("", muted=True, wrap=True)
            problem.hide()
            self._problems[field] = problem
            grid.addWidget(label, at * 2, 0)
            grid.addWidget(field, at * 2, 1, 1, 1 if field is self.mode else 2)
            grid.addWidget(problem, at * 2 + 1, 1, 1, 2)
        grid.addWidget(self.octal, 4, 2)
        grid.addWidget(self.sticky, 6, 1, 1, 2)
        self.owner.textEdited.connect(lambda text: self._who_typed(self.owner, text))
        self.group.textEdited.connect(lambda text: self._who_typed(self.group, text))
        self.mode.textEdited.connect(self._mode_typed)
        self.sticky.clicked.connect(self.sticky_ticked)

    @property
    def problem(self) -> str:
        """What is wrong with what is typed; empty where nothing is."""
        return next((one.text() for one in self._problems.values() if one.text()), "")

    def forget_typing(self) -> None:
        """What is shown next is shown whole."""
        for field in self._problems:
            self._refuse(field, "")
            field.setModified(False)

    def show_draft(self, draft: Draft, names: Names, *, owner: str, entries: str) -> None:
        """As it is now; `owner` and `entries` are why owners or permissions cannot be set."""
        self._names = names
        self._put(self.owner, names.get(draft.owner, draft.owner))
        self._put(self.group, names.get(draft.group, draft.group))
        self._put(self.mode, draft.mode)
        self.octal.setText(draft.octal)
        self.octal.setAccessibleName(f"Permissions in digits: {draft.octal}")
        self.sticky.setChecked(draft.is_sticky)
        self.sticky.setVisible(draft.is_directory)
        for field, id_, refusal in (
            (self.owner, draft.owner, owner),
            (self.group, draft.group, owner),
            (self.mode, _MODE_HINT, entries),
        ):
            field.setReadOnly(bool(refusal))
            explain(field, refusal or id_)
        self.sticky.setEnabled(not entries)
        explain(self.sticky, entries or _STICKY_HINT)

    def _put(self, field: QLineEdit, text: str) -> None:
        """Not under the fingers of who types."""
        if self._problems[field].text() or (field.hasFocus() and field.isModified()):
            return
        if field.text() != text:
            field.setText(text)
            field.setCursorPosition(0)

    def _refuse(self, field: QLineEdit, problem: str) -> None:
        label = self._problems[field]
        label.setText(problem)
        label.setVisible(bool(problem))
        mark_invalid(field, bool(problem))

    def _who_typed(self, field: QLineEdit, text: str) -> None:
        ids = {name: id_ for id_, name in self._names.items()}
        typed = self.owner_typed if field is self.owner else self.group_typed
        try:
            who = ids.get(text.strip()) or checked_principal(text)
            self._refuse(field, "")
            typed.emit(who)
        except InputError as error:
            self._refuse(field, str(error))
            typed.emit("")

    def _mode_typed(self, text: str) -> None:
        try:
            parse_mode(text)
            self._refuse(self.mode, "")
            self.mode_typed.emit(text)
        except InputError as error:
            self._refuse(self.mode, str(error))
            self.sticky_ticked.emit(self.sticky.isChecked())  # shows the problem
