"""Fields for settings, one for each kind of value; all speak of values, none of widgets.

GUI thread only. `changed` comes when a person has finished a change; what cannot be read as a
value is told by `problem` while it is typed.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from explorer.base import settings
from explorer.base.errors import InputError
from explorer.base.settings import Unit
from explorer.base.units import parse_rate, parse_size
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.fields import line_field, mark_invalid, number_field

FIELD_WIDTH = 230
_STEPS = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))


class Editor(QWidget):
    """One field. `set_value` is silent."""

    changed = Signal(object)
    """A value that may be set."""
    problem_changed = Signal(str)
    """What is wrong with what stands there now; empty where nothing is."""

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self.field = field
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(field, 1)
        self.setFixedWidth(FIELD_WIDTH)
        self.setFocusProxy(field)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that a caption may lead here

    def set_value(self, value: Any) -> None:
        raise NotImplementedError


class SwitchEditor(Editor):
    """Yes or no."""

    def __init__(self, name: str) -> None:
        self._box = QCheckBox()
        self._box.setAccessibleName(settings.about(name).title)
        super().__init__(self._box)
        self._box.clicked.connect(lambda is_on: self.changed.emit(bool(is_on)))

    def set_value(self, value: Any) -> None:
        self._box.setChecked(bool(value))


class ChoiceEditor(Editor):
    """One of an enum's values."""

    def __init__(self, name: str, kind: type[Enum]) -> None:
        self._choices = list(kind)
        self._combo = QComboBox()
        self._combo.setAccessibleName(settings.about(name).title)
        self._combo.addItems([choice.value.capitalize() for choice in self._choices])
        super().__init__(self._combo)
        self._combo.activated.connect(lambda at: self.changed.emit(self._choices[at]))

    def set_value(self, value: Any) -> None:
        self._combo.setCurrentIndex(self._choices.index(value))


class NumberEditor(Editor):
    """A whole number between two bounds."""

    def __init__(self, name: str) -> None:
        about = settings.about(name)
        self._spin: QSpinBox = number_field(about.title, about.least, about.most)
        self._spin.setKeyboardTracking(False)
        self._spin.setSpecialValueText(about.zero)
        super().__init__(self._spin)
        self._spin.valueChanged.connect(lambda value: self.changed.emit(value))

    def set_value(self, value: Any) -> None:
        with QSignalBlocker(self._spin):
            self._spin.setValue(int(value))


class TextEditor(Editor):
    """Text, or a number of bytes as people write it; taken over when it is left or Enter."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._unit = settings.about(name).unit
        self._value: Any = settings.default(name)
        self.line: QLineEdit = line_field(settings.about(name).title, placeholder=self._hint())
        super().__init__(self.line)
        self.line.textEdited.connect(lambda _: self._look())
        self.line.editingFinished.connect(self._finished)

    def _hint(self) -> str:
        return {Unit.BYTES: "Chosen by itself", Unit.RATE: "No limit"}.get(self._unit, "")

    def set_value(self, value: Any) -> None:
        self._value = value
        self.line.setText(self._text(value))
        self._tell("")

    def _text(self, value: Any) -> str:
        if self._unit in (Unit.BYTES, Unit.RATE):
            return bytes_text(int(value)) + ("/s" if value and self._unit is Unit.RATE else "")
        return str(value)

    def _read(self) -> Any:
        """Raises InputError."""
        text = self.line.text().strip()
        if self._unit is Unit.BYTES:
            return parse_size(text) if text else 0
        if self._unit is Unit.RATE:
            return parse_rate(text) if text else 0
        return text

    def _look(self) -> Any:
        """The value that stands there, or None with the reason told."""
        try:
            value = self._read()
        except InputError as error:
            self._tell(str(error))
            return None
        problem = settings.wrong(self._name, value)
        self._tell(problem)
        return None if problem else value

    def _tell(self, problem: str) -> None:
        mark_invalid(self.line, bool(problem))
        self.problem_changed.emit(problem)

    def _finished(self) -> None:
        value = self._look()
        if value is not None and value != self._value:
            self._value = value
            self.changed.emit(value)


class FileEditor(TextEditor):
    """A path, typed or chosen."""

    choose_requested = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        choose = push_button("C&hoose…")
        choose.setAccessibleName(f"Choose {settings.about(name).title}")
        choose.clicked.connect(self.choose_requested)
        row = self.layout()
        if row is not None:
            row.addWidget(choose)

    def take(self, path: str) -> None:
        """A person chose this one."""
        self.line.setText(path)
        self._finished()


def editor_for(name: str) -> Editor:
    """The field that fits the setting `name`."""
    kind = type(settings.default(name))
    if kind is bool:
        return SwitchEditor(name)
    if issubclass(kind, Enum):
        return ChoiceEditor(name, kind)
    about = settings.about(name)
    if kind is int and about.unit is Unit.NONE:
        return NumberEditor(name)
    return FileEditor(name) if about.unit is Unit.FILE else TextEditor(name)


def bytes_text(size_bytes: int) -> str:
    """`8 MiB`: exact, in the largest unit that divides it; empty for 0. Pure."""
    if not size_bytes:
        return ""
    for word, step in _STEPS:
        if size_bytes % step == 0:
            return f"{size_bytes // step} {word}"
    return f"{size_bytes} B"
