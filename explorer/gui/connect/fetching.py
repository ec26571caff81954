"""The offer to fetch connections from a web address that was pasted. GUI thread only.

Nothing is asked of anybody before a person presses the button.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.base.errors import InputError
from explorer.base.settings import Settings
from explorer.base.shown import shown
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.texts import explain, plain_label
from explorer.storage.connection import address_to_fetch, recognise

HINT = (
    "Asks for the text at this address, as a browser would without a log-in, and looks for "
    "connection strings in it. The address may be that of OpenPAI's /storages/blobs?type=blob."
)


def fetched(address: str, settings: Settings) -> str:
    """The text at `address`, in which there is a connection. Blocks; in a worker thread.

    Raises what `fetch_text` raises, and InputError where there is no connection in it.
    """
    from explorer.storage.azure.client import StoreOptions
    from explorer.storage.azure.fetched import fetch_text

    options = StoreOptions(proxy=settings.proxy, ca_file=settings.ca_file)
    text = fetch_text(address, options)
    if not recognise(text, datetime.now(UTC)).candidates:
        raise InputError(
            f"There is no connection in what {host_of(address)} answers.",
            cure="Open the address in a browser: it may want a log-in first. Then paste what it "
            "shows.",
        )
    return text


def host_of(address: str) -> str:
    """The host alone: what comes behind it may be secret. Pure."""
    return urlsplit(address).hostname or ""


class FetchRow(QWidget):
    """Shown while the text in the box is an address that may answer with connections."""

    fetch_requested = Signal(str)
    """The address, once the button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        self.button = push_button("&Fetch connections from this address", icon_name="download")
        explain(self.button, HINT)
        self.button.clicked.connect(lambda: self.fetch_requested.emit(self._address))
        self.host = plain_label(muted=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.button)
        row.addWidget(self.host, 1)
        self.hide()

    def look(self, text: str) -> None:
        """Offer it where the text is such an address."""
        self._address = address_to_fetch(text)
        self.host.setText(f"Asks {shown(host_of(self._address))}" if self._address else "")
        self.setVisible(bool(self._address))
