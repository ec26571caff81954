"""A new SAS or key for a connection that is there: its tabs and transfers go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from explorer.base.tasks import TaskScope
from explorer.gui import errors
from explorer.gui.browse.tree_words import expiry_text
from explorer.gui.connect.masking import masked
from explorer.gui.connect.paste_box import PasteBox
from explorer.gui.connect.recognised import RecognisedCard
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import Connection
from explorer.storage.connection import SIGN_IN, Recognition, RecognitionState, recognise

AGAIN = (
    "A sign-in has nothing to be replaced: sign in again (with Azure CLI: az login), then resume "
    "what waits. To reach the storage another way, go on here."
)
Replace = Callable[[str, str], Awaitable[Connection]]


class ReplaceDialog(Sheet):
    """Tested before it is taken; accepted when the new credential works."""

    def __init__(
        self,
        connection: Connection,
        replace: Replace,
        scope: TaskScope,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"New access for {connection.name}", parent, icon_name="key", width=560)
        self._connection = connection
        self._replace = replace
        self._scope = scope
        self._recognition = Recognition(RecognitionState.EMPTY)
        self._is_busy = False
        self._task: asyncio.Task[None] | None = None
        self.connection: Connection | None = None
        ends = expiry_text(connection)
        lead = f"Now: {connection.credential_kind}" + (f". {ends}." if ends else ".")
        self.body.addWidget(plain_label(lead, muted=True, wrap=True))
        if connection.credential_kind.startswith(SIGN_IN):
            self.body.addWidget(plain_label(AGAIN, wrap=True))
        self.body.addWidget(
            plain_label(
                f"Paste a SAS, a SAS URL, a key or a connection string for {connection.account}. "
                "Open tabs stay open and waiting transfers go on.",
                wrap=True,
            )
        )
        self.box = PasteBox()
        self.box.setAccessibleName("New SAS, key or connection string")
        self.box.text_changed.connect(self._look)
        self.box.mask_wanted.connect(self._mask)
        self.card = RecognisedCard()
        self.card.hide()
        self.notice = NoticeBar()
        self.busy = BusyIndicator("Testing the new credential")
        for widget in (self.box, self.card, self.notice):
            self.body.addWidget(widget)
        self._left.addWidget(self.busy)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Replace", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self._go)
        self.go_button.setEnabled(False)
        self.box.setFocus()

    def _look(self, text: str) -> None:
        self._recognition = recognise(text, datetime.now(UTC))
        found = self._recognition.candidates
        if found:
            self.card.tell(self._recognition, found[0])
        else:
            # A bare key says nothing by itself; what the service makes of it counts.
            self.card.hide()
        self.notice.hide()
        self._enable()
        self.fit()

    def _mask(self) -> None:
        found = self._recognition.candidates
        text = self.box.text().strip()
        if found:
            self.box.show_masked(masked(text, found))
        elif masked(text, ()) != text:
            self.box.show_masked(masked(text, ()))
        elif len(text) > 60 and not any(letter.isspace() for letter in text):
            self.box.show_masked("•" * 24)

    def _enable(self) -> None:
        self.go_button.setEnabled(bool(self.box.text().strip()) and not self._is_busy)

    def _go(self) -> None:
        if self._task is None:
            self._task = self._scope.spawn(self._run(), name="replace a credential")

    async def _run(self) -> None:
        self._set_busy(True)
        try:
            self.connection = await self._replace(self._connection.id, self.box.text())
            self._task = None  # it has come to its end; closing has nothing to call off
            self.accept()
        except Exception as error:
            errors.tell(self.notice, error)
            self.fit()
        finally:
            self._task = None
            self._set_busy(False)
            self.box.setFocus()  # while it was busy the focus had to go elsewhere

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.box.setEnabled(not is_busy)
        if is_busy:
            self.busy.start()
        else:
            self.busy.stop()
        self._enable()

    def done(self, code: int) -> None:
        if self._task is not None:
            self._task.cancel()
        self.box.blockSignals(True)
        self.box.set_text("")
        self.box.blockSignals(False)
        super().done(code)
