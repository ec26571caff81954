"""Fields to type into, each with the name a screen reader calls it."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from explorer.gui.icons import icon


def line_field(
    name: str, text: str = "", *, placeholder: str = "", icon_name: str = ""
) -> QLineEdit:
    """A line of text; `icon_name` puts an icon at its start (a filter, a search)."""
    field = QLineEdit(text)
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    if icon_name:
        sign = QAction(icon(icon_name), name, field)
        field.addAction(sign, QLineEdit.ActionPosition.LeadingPosition)
    return field


def filter_field(name: str, *, placeholder: str = "") -> QLineEdit:
    """A line that narrows what is shown beside it, with a button that empties it."""
    field = line_field(name, placeholder=placeholder, icon_name="filter")
    field.setClearButtonEnabled(True)
    return field


def number_field(name: str, minimum: int, maximum: int, *, suffix: str = "") -> QSpinBox:
    """A whole number between two bounds, both included."""
    field = QSpinBox()
    field.setAccessibleName(name)
    field.setRange(minimum, maximum)
    field.setSuffix(suffix)
    # Style sheets cannot move the text inside a spin box.
    field.lineEdit().setTextMargins(5, 0, 0, 0)
    return field


def mark_invalid(field: QWidget, is_invalid: bool) -> None:
    """Colour the edge of `field`; the words that say what is wrong stand beside it."""
    field.setProperty("invalid", is_invalid)
    field.style().unpolish(field)
    field.style().polish(field)
