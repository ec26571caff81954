"""The CORS rules of an account: a row of fields for each, checked as they are typed.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from explorer.gui.account.settings_words import parts
from explorer.gui.parts.buttons import push_button, tool_button
from explorer.gui.parts.fields import line_field, number_field
from explorer.gui.parts.texts import explain, plain_label
from explorer.storage.control_model import MAX_CORS_RULES, CorsRule

HEADERS = ("Origins", "Methods", "Allowed headers", "Exposed headers", "Max age")
LONGEST_S = (1 << 31) - 1
_STRETCH = (6, 4, 4, 4, 0)


class CorsRow(QObject):
    """The fields of one rule; lists are typed with commas."""

    changed = Signal()
    remove_requested = Signal()

    def __init__(self, number: int, rule: CorsRule, parent: QObject | None = None) -> None:
        super().__init__(parent)
        texts = (rule.origins, rule.methods, rule.allowed_headers, rule.exposed_headers)
        hints = ("https://app.example", "GET, PUT", "*", "*")
        self.lines = tuple(
            line_field(f"{title} of rule {number}", ", ".join(text), placeholder=hint)
            for title, text, hint in zip(HEADERS, texts, hints, strict=False)
        )
        self.age: QSpinBox = number_field(f"Max age of rule {number}", 0, LONGEST_S, suffix=" s")
        self.age.setMaximumWidth(self.age.fontMetrics().horizontalAdvance("0") * 16)
        self.age.setValue(rule.max_age_s)
        self.remove = tool_button("close", f"Remove rule {number}")
        for line in self.lines:
            line.textChanged.connect(self.changed)
        self.age.valueChanged.connect(self.changed)
        self.remove.clicked.connect(self.remove_requested)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        return (*self.lines, self.age, self.remove)

    def rule(self) -> CorsRule:
        """What is typed, unchecked but for the case of methods."""
        origins, methods, allowed, exposed = (parts(line.text()) for line in self.lines)
        return CorsRule(
            origins, tuple(one.upper() for one in methods), allowed, exposed, self.age.value()
        )


class CorsTable(QWidget):
    """Up to five rows and a button for one more."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[CorsRow] = []
        self._grid = QGridLayout()
        for column, title in enumerate(HEADERS):
            self._grid.addWidget(plain_label(title, muted=True), 0, column)
            self._grid.setColumnStretch(column, _STRETCH[column])
        self.add_button = push_button("A&dd rule", icon_name="plus")
        self.add_button.clicked.connect(self._add)
        below = QHBoxLayout()
        below.addWidget(self.add_button)
        below.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._grid)
        outer.addLayout(below)

    def rules(self) -> tuple[CorsRule, ...]:
        return tuple(row.rule() for row in self.rows)

    def show_rules(self, rules: Sequence[CorsRule]) -> None:
        """These in place of what is there."""
        for row in self.rows:
            for widget in row.widgets:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
            row.deleteLater()
        self.rows = []
        for rule in rules:
            self._put(rule)
        self._tell()

    def _put(self, rule: CorsRule) -> CorsRow:
        number = len(self.rows) + 1
        row = CorsRow(number, rule, self)
        before: QWidget = self.rows[-1].remove if self.rows else self.add_button
        for column, widget in enumerate(row.widgets):
            self._grid.addWidget(widget, number, column)
            widget.show()  # at once, since the focus goes there next
            if self.rows or column:
                QWidget.setTabOrder(before, widget)
            before = widget
        QWidget.setTabOrder(before, self.add_button)
        row.changed.connect(self._tell)
        row.remove_requested.connect(lambda: self._remove(row))
        self.rows.append(row)
        return row

    def _add(self) -> None:
        row = self._put(CorsRule((), ()))
        self._tell()
        row.lines[0].setFocus()

    def _remove(self, row: CorsRow) -> None:
        self.show_rules([one.rule() for one in self.rows if one is not row])
        (self.rows[0].lines[0] if self.rows else self.add_button).setFocus()

    def _tell(self) -> None:
        is_full = len(self.rows) >= MAX_CORS_RULES
        self.add_button.setEnabled(not is_full)
        explain(
            self.add_button, f"An account has at most {MAX_CORS_RULES} rules." if is_full else ""
        )
        self.changed.emit()
