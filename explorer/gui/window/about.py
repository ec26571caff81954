"""What this is, which version, under which licence."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QWidget

import explorer
from explorer.gui.icons import APP_ICON
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet


class AboutSheet(Sheet):
    """A few lines that a report of a fault should have."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Quayside", parent, icon_name=APP_ICON)
        lines = (
            f"Version {explorer.__version__}",
            "An explorer for Azure Blob Storage and Data Lake Gen2. MIT licence.",
            f"Python {platform.python_version()}, Qt {qVersion()}, PySide {PySide6.__version__}",
        )
        for line in lines:
            self.body.addWidget(plain_label(line, wrap=True))
        close = self.add_button("Close", rank=Rank.PRIMARY)
        close.clicked.connect(self.accept)
