"""How far the export of a listing is, with a way to stop it. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from explorer.base.shown import shown
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.texts import ElidedLabel, plain_label
from explorer.gui.sheet import Sheet
from explorer.service.listing_export import ExportCount


class ExportSheet(Sheet):
    """Rejected to stop; nothing is left of the file then."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__("Export listing", parent)
        self.busy = BusyIndicator("Exporting")
        self.figures = plain_label("0 rows so far…")
        self.body.addWidget(ElidedLabel(shown(str(path))))
        self.body.addWidget(self.figures)
        self._left.addWidget(self.busy)
        self.stop_button = self.add_button("&Stop")
        self.stop_button.clicked.connect(self.reject)
        self.close_button = self.add_button("Close", rank=Rank.PRIMARY)
        self.close_button.clicked.connect(self.accept)
        self.close_button.hide()
        self.busy.start()

    def tell(self, count: ExportCount) -> None:
        """How far it is, or that it is done."""
        rows = f"{count.rows:,} row{'' if count.rows == 1 else 's'}"
        self.figures.setText(f"{rows} written." if count.is_complete else f"{rows} so far…")
        if count.is_complete:
            self.busy.stop()
            self.stop_button.hide()
            self.close_button.show()
            self.close_button.setFocus()
