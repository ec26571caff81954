"""The status bar: what is listed, what is selected, how fast it goes."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from explorer.base.units import format_bytes, format_exact_bytes, format_rate
from explorer.gui.browse.words import Status
from explorer.gui.parts.texts import explain, plain_label


def count(number: int, noun: str) -> str:
    """`1 folder`, `35,000 items`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def items_text(status: Status, *, has_place: bool) -> str:
    """How much there is, or how far the listing has come."""
    if not has_place:
        return ""
    if status.is_scanning:
        return f"scanning… {count(status.items, 'item')}"
    if status.shown != status.items:
        return f"{status.shown:,} of {count(status.items, 'item')}"
    words = count(status.items, "item")
    return f"{words}, {status.deleted:,} of them deleted" if status.deleted else words


def selection_text(status: Status) -> str:
    """How much is selected; empty for nothing."""
    parts = []
    if status.folders_selected:
        noun = "container" if status.has_containers else "folder"
        parts.append(count(status.folders_selected, noun))
    if status.blobs_selected:
        parts.append(count(status.blobs_selected, "file"))
    if not parts:
        return ""
    text = f"{' and '.join(parts)} selected"
    return f"{text}, {format_bytes(status.bytes_selected)}" if status.blobs_selected else text


class StatusLine(QStatusBar):
    """Three labels; a tool tip has the exact bytes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.items = self._label("Items")
        self.selected = self._label("Selection")
        self.rate = self._label("Transfer rate")
        self.addWidget(self.items)
        self.addWidget(self.selected)
        self.addPermanentWidget(self.rate)

    def _label(self, name: str) -> QLabel:
        label = plain_label("", muted=True)
        label.setAccessibleName(name)
        label.setContentsMargins(8, 0, 8, 0)
        return label

    def tell(self, status: Status, *, has_place: bool) -> None:
        """Show the state of a tab."""
        self.items.setText(items_text(status, has_place=has_place))
        self.selected.setText(selection_text(status))
        has_bytes = bool(status.blobs_selected)
        explain(self.selected, format_exact_bytes(status.bytes_selected) if has_bytes else "")

    def tell_rate(self, bytes_per_s: float) -> None:
        """Show how fast transfers go together; nothing where none runs."""
        self.rate.setText(format_rate(bytes_per_s) if bytes_per_s >= 1 else "")
