"""The connect dialog: one box to paste into, what it turned out to be, test, connect.

GUI thread only. A link from outside only fills in the box; nothing is reached before a
person presses Test or Connect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QWidget,
)

from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.gui import errors
from explorer.gui.colours import Tone
from explorer.gui.connect.fetching import FetchRow, host_of
from explorer.gui.connect.masking import masked
from explorer.gui.connect.missing import MissingForm
from explorer.gui.connect.paste_box import PasteBox
from explorer.gui.connect.recognised import RecognisedCard
from explorer.gui.connect.sign_in import home_text
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank, tool_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import Connection, ProbeReport
from explorer.storage.connection import (
    ConnectionSpec,
    EntraSignIn,
    Recognition,
    RecognitionState,
    recognise,
)

MAX_FILE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ConnectCalls:
    """What the dialog has done for it."""

    probe: Callable[[ConnectionSpec], Awaitable[ProbeReport]]
    connect: Callable[[ConnectionSpec, str, bool, ProbeReport | None], Awaitable[Connection]]
    read_file: Callable[[Path], Awaitable[str]]
    fetch: Callable[[str], Awaitable[str]]
    """The text with connections at a web address."""


class ConnectDialog(Sheet):
    """Accepted when `connection` is there."""

    def __init__(
        self,
        calls: ConnectCalls,
        scope: TaskScope,
        parent: QWidget | None = None,
        *,
        text: str = "",
    ) -> None:
        super().__init__("Connect to storage", parent, width=620)
        self._calls = calls
        self._scope = scope
        self._recognition = Recognition(RecognitionState.EMPTY)
        self._named = ""
        self._report: tuple[ConnectionSpec, ProbeReport] | None = None
        self._is_busy = False
        self._task: asyncio.Task[None] | None = None
        self.runs = 0
        """Tests and connects that have ended, one way or the other."""
        self.connection: Connection | None = None
        self._fit_timer = QTimer(self)
        self._fit_timer.setSingleShot(True)
        self._fit_timer.setInterval(0)
        self._fit_timer.timeout.connect(self.fit)
        self._build()
        self.box.text_changed.connect(self._look)
        self.box.mask_wanted.connect(self._mask)
        self.box.file_given.connect(self._take_file)
        self.missing.changed.connect(self._update)
        self.choice.currentRowChanged.connect(self._choose)
        if text:
            self.box.set_text(text)
        self._look(self.box.text())
        self.box.setFocus()

    # -- widgets --------------------------------------------------------------

    def _build(self) -> None:
        self.body.addWidget(
            plain_label(
                "Paste a connection string, a SAS URL, a blob or container URL, an account name "
                "and its key, UseDevelopmentStorage=true, or the address of a page that answers "
                "with connection strings. A file with them can be dropped here. To sign in with "
                "Microsoft Entra ID, paste the address of the account or of a container.",
                muted=True,
                wrap=True,
            )
        )
        self.box = PasteBox()
        self.box.setAccessibleName("Connection string, SAS URL or blob URL")
        self.box.setPlaceholderText("https://account.blob.core.windows.net/container?sv=…&sig=…")
        self.body.addWidget(self.box)
        self.body.addLayout(self._box_row())
        self.fetching = FetchRow()
        self.fetching.fetch_requested.connect(self._fetch)
        self.body.addWidget(self.fetching)
        self.choice = QListWidget()
        self.choice.setAccessibleName("Which of the connections in the text")
        self.choice.setMaximumHeight(96)
        self.body.addWidget(self.choice)
        self.card = RecognisedCard()
        self.body.addWidget(self.card)
        self.missing = MissingForm()
        self.body.addWidget(self.missing)
        self.body.addWidget(self._keeping())
        self.notice = NoticeBar()
        self.body.addWidget(self.notice)
        self.notice.action_requested.connect(self._show_error)
        self.busy = BusyIndicator("Testing the connection")
        self.test_button = self.add_button("&Test", at_left=True)
        self.test_button.clicked.connect(self._test)
        self._left.addSpacing(10)
        self._left.addWidget(self.busy)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.connect_button = self.add_button("&Connect", rank=Rank.PRIMARY)
        self.connect_button.clicked.connect(self._connect)

    def _box_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.paste_button = tool_button("paste", "Paste from the clipboard", with_text=True)
        self.paste_button.setText("&Paste")
        self.paste_button.clicked.connect(self._paste)
        self.reveal_button = tool_button("eye", "Show the secret", with_text=True)
        self.reveal_button.setText("&Show the secret")
        self.reveal_button.setCheckable(True)
        self.reveal_button.toggled.connect(self._reveal)
        self.hint = plain_label("", muted=True)
        row.addWidget(self.paste_button)
        row.addWidget(self.reveal_button)
        row.addStretch(1)
        row.addWidget(self.hint)
        return row

    def _keeping(self) -> QWidget:
        self.keeping = QWidget()
        form = QFormLayout(self.keeping)
        form.setContentsMargins(0, 0, 0, 0)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        form.addRow("&Name", self.name)
        self.keep = QCheckBox("&Remember this connection")
        self.keep.setAccessibleName("Remember this connection")
        self.keep.setChecked(True)
        self.keep.toggled.connect(lambda _: self._tell_home())
        self.home = plain_label("", muted=True, wrap=True)
        form.addRow("", self.keep)
        form.addRow("", self.home)
        return self.keeping

    # -- what was pasted --------------------------------------------------------

    def _look(self, text: str) -> None:
        self.fetching.look(text)
        self._recognition = recognise(text, datetime.now(UTC))
        found = self._recognition.candidates
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems(list(self._recognition.texts) if len(found) > 1 else [])
        self.choice.setCurrentRow(0)
        self.choice.blockSignals(False)
        self.choice.setVisible(len(found) > 1)
        self.hint.setText(f"{len(found)} connections found" if len(found) > 1 else "")
        self.missing.forget()
        self._choose(0)

    def _chosen(self) -> ConnectionSpec | None:
        found = self._recognition.candidates
        if not found:
            return None
        return found[max(0, self.choice.currentRow()) if len(found) > 1 else 0]

    def _choose(self, _row: int) -> None:
        spec = self._chosen()
        self.missing.ask(spec)
        self._update()

    def _spec(self) -> ConnectionSpec | None:
        """What would be connected now: whole, or None."""
        return self.missing.completed()

    def _update(self) -> None:
        chosen, whole = self._chosen(), self._spec()
        self.card.tell(self._recognition, whole or chosen)
        self.keeping.setVisible(chosen is not None)
        if chosen is not None:
            proposed = (whole or chosen).display_name
            if self.name.text() in ("", self._named):
                self.name.setText(proposed)
            self._named = proposed
        if self._report is not None and self._report[0] != whole:
            self._report = None
            self.notice.hide()
        elif self._report is None:
            self.notice.hide()
        self.reveal_button.setVisible(self._has_secret())
        self._tell_home()
        self._enable()
        self._fit_timer.start()

    def _has_secret(self) -> bool:
        text = self.box.text()
        return masked(text, self._recognition.candidates) != text

    def _enable(self) -> None:
        is_ready = self._spec() is not None and not self._is_busy
        self.test_button.setEnabled(is_ready)
        self.connect_button.setEnabled(is_ready)

    def _tell_home(self) -> None:
        spec = self._spec() or self._chosen()
        secret = "key" if spec is not None and spec.sas is None else "SAS"
        if spec is not None and isinstance(spec.credential, EntraSignIn):
            text = home_text(spec.credential)
        elif spec is not None and not spec.secret and spec.is_complete:
            text = "No secret is needed."
        elif spec is not None and spec.is_emulator:
            text = ""
        elif self.keep.isChecked():
            text = (
                f"The {secret} goes into this system's keyring, never into a file. Where there "
                "is no keyring it is kept for this run only."
            )
        else:
            text = f"The {secret} is forgotten when Quayside is closed."
        self.home.setText(text)
        self.home.setVisible(bool(text))

    # -- the box --------------------------------------------------------------------

    def _mask(self) -> None:
        if not self.reveal_button.isChecked():
            self.box.show_masked(masked(self.box.text(), self._recognition.candidates))

    def _reveal(self, is_shown: bool) -> None:
        self.reveal_button.setText("&Hide the secret" if is_shown else "&Show the secret")
        if is_shown:
            self.box.reveal()
        else:
            self._mask()

    def _paste(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        if mime is not None and self.box.canInsertFromMimeData(mime):
            self.box.set_text("")
            self.box.insertFromMimeData(mime)
        self.box.setFocus()

    def _take_file(self, name: str) -> None:
        if self._task is None:
            work = self._read_file(Path(name))
            self._task = self._scope.spawn(work, name="read a pasted file")

    async def _read_file(self, path: Path) -> None:
        try:
            self.box.set_text(await self._calls.read_file(path))
        except Exception as error:
            errors.tell(self.notice, error)
        finally:
            self._task = None

    def _fetch(self, address: str) -> None:
        if self._task is None:
            self._task = self._scope.spawn(self._ask_for(address), name="fetch connections")

    async def _ask_for(self, address: str) -> None:
        self._set_busy(True, f"Asking {host_of(address)}")
        try:
            self.box.set_text(await self._calls.fetch(address))
        except Exception as error:
            self._words = errors.tell(self.notice, error, action="Details")
            self._fit_timer.start()
        self._task = None  # not reached where it was called off: the dialog may be gone by then
        self._set_busy(False)
        self.runs += 1
        self.box.setFocus()

    # -- test and connect -------------------------------------------------------------

    def _test(self) -> None:
        spec = self._spec()
        if spec is not None and self._task is None:
            work = self._run(spec, is_kept=False)
            self._task = self._scope.spawn(work, name="test a connection")

    def _connect(self) -> None:
        spec = self._spec()
        if spec is not None and self._task is None:
            self._task = self._scope.spawn(self._run(spec, is_kept=True), name="connect")

    async def _run(self, spec: ConnectionSpec, *, is_kept: bool) -> None:
        self._set_busy(True)
        try:
            report = self._report[1] if self._report is not None else None
            if not is_kept:
                report = await self._calls.probe(spec)
                self._report = (spec, report)
                self._tell_report(report)
                return
            name = self.name.text().strip()
            self.connection = await self._calls.connect(spec, name, self.keep.isChecked(), report)
            self._task = None  # it has come to its end; closing has nothing to call off
            self.accept()
        except Exception as error:
            words = errors.tell(self.notice, error, action="Details")
            self._words = words
            self._fit_timer.start()
        finally:
            self._task = None
            self._set_busy(False)
            self.runs += 1
            # While it was busy the focus had to go elsewhere.
            (self.connect_button if self._report is not None else self.box).setFocus()

    def _tell_report(self, report: ProbeReport) -> None:
        summary = f"{report.summary[:1].upper()}{report.summary[1:]}."
        tone = Tone.WARN if report.warnings else Tone.OK
        self.notice.tell("\n".join([summary, *report.warnings]), tone, closable=False)
        self._fit_timer.start()

    def _show_error(self) -> None:
        sheet = errors.ErrorSheet(self._words, self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def _set_busy(self, is_busy: bool, what: str = "Asking the service") -> None:
        self._is_busy = is_busy
        self.box.setEnabled(not is_busy)
        self.fetching.setEnabled(not is_busy)
        self.keeping.setEnabled(not is_busy)
        self.missing.setEnabled(not is_busy)
        if is_busy:
            self.busy.start(what)
        else:
            self.busy.stop()
        self._enable()

    def done(self, code: int) -> None:
        """Forget what was pasted, and call off what is under way, whichever way it ended."""
        if self._task is not None:
            self._task.cancel()
        self.box.blockSignals(True)
        self.box.set_text("")
        self.box.blockSignals(False)
        self.missing.forget()
        super().done(code)
