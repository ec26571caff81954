"""A list to choose from in which some choices are refused, with their reasons. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox

from explorer.gui.parts.texts import explain, tooltip


class ChoiceField(QComboBox):
    """Each choice has words, a value, and why it cannot be chosen (empty: it can)."""

    def __init__(self, name: str, choices: Sequence[tuple[str, Any, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        for words, value, _ in choices:
            self.addItem(words, value)
        self.refuse({value: reason for _, value, reason in choices})

    @property
    def value(self) -> Any:
        """What is chosen; None where nothing can be."""
        return self.currentData()

    def choose(self, value: Any) -> None:
        """Choose that one."""
        at = next((at for at in range(self.count()) if self.itemData(at) == value), -1)
        self.setCurrentIndex(at)

    def refusal(self, value: Any) -> str:
        """Why that one cannot be chosen; empty where it can."""
        return self._refusals.get(value, "")

    def refuse(self, refusals: dict[Any, str]) -> None:
        """Say anew which are refused; what is chosen gives way to the first that is not."""
        self._refusals = {value: reason for value, reason in refusals.items() if reason}
        model = self.model()
        for at in range(self.count()):
            reason = self.refusal(self.itemData(at))
            item = model.item(at) if isinstance(model, QStandardItemModel) else None
            if item is not None:
                item.setEnabled(not reason)
            self.setItemData(at, tooltip(reason), Qt.ItemDataRole.ToolTipRole)
            self.setItemData(at, reason, Qt.ItemDataRole.AccessibleDescriptionRole)
        explain(self, "\n".join(dict.fromkeys(self._refusals.values())))
        usable = [at for at in range(self.count()) if not self.refusal(self.itemData(at))]
        if self.currentIndex() not in usable:
            self.setCurrentIndex(usable[0] if usable else -1)
