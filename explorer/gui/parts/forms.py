"""A form of captions and fields, and the row in it that has buttons beside the field."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from explorer.gui.parts.texts import plain_label

GAP = 8


def new_form() -> QFormLayout:
    """Fields as wide as there is room, captions at their left."""
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    return form


def add_field_with_buttons(
    form: QFormLayout, caption: str, field: QWidget, *buttons: QWidget
) -> None:
    """A row whose caption leads to the field, not to the buttons beside it."""
    row = QHBoxLayout()
    row.setSpacing(GAP)
    row.addWidget(field, 1)
    for button in buttons:
        row.addWidget(button)
    label = plain_label(caption)
    label.setBuddy(field)
    form.addRow(label, row)
