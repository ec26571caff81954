"""The permissions of a SAS as checkboxes with words. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from explorer.gui.parts.texts import explain
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import LETTERS, PERMISSIONS, SasWish, changing_letters

COLUMNS = 3
_NOT_OF_BLOBS = {SasKind.ACCOUNT: "pu"}
"""Letters that an account SAS has for queues and tables."""


def letters_of(kind: SasKind) -> str:
    """What there is to be chosen for blobs, in the service's order."""
    return "".join(one for one in PERMISSIONS[kind] if one not in _NOT_OF_BLOBS.get(kind, ""))


class LettersBox(QWidget):
    """`refusal` is why nothing may be chosen that changes anything; empty where it may."""

    changed = Signal()

    def __init__(self, refusal: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refusal = refusal
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        for letter, word in LETTERS.items():
            box = QCheckBox(f"{word[:1].upper()}{word[1:]}")
            box.setAccessibleName(f"Permission: {word}")
            box.toggled.connect(self.changed)
            self.boxes[letter] = box
        self._shown = ""

    def show_kind(self, kind: SasKind, chosen: str) -> None:
        """Offer what there is for such a SAS, with `chosen` checked and nothing else."""
        self._shown = letters_of(kind)
        grid = self.layout()
        if not isinstance(grid, QGridLayout):
            return
        for box in self.boxes.values():
            grid.removeWidget(box)
            box.setParent(self)
            box.hide()
        before: QWidget | None = None
        for at, letter in enumerate(self._shown):
            box = self.boxes[letter]
            grid.addWidget(box, at // COLUMNS, at % COLUMNS)
            box.setChecked(letter in chosen)
            is_change = bool(changing_letters(SasWish(kind, permissions=letter)))
            refusal = self._refusal if is_change else ""
            box.setEnabled(not refusal)
            explain(box, refusal or f"'{letter}' in the SAS")
            box.show()
            if before is not None:
                self.setTabOrder(before, box)
            before = box

    @property
    def letters(self) -> str:
        """Those that are chosen."""
        return "".join(one for one in self._shown if self.boxes[one].isChecked())
