"""Connections exported to a file and imported from one. Dialogs of the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableView,
    QWidget,
)

from explorer.base.errors import InputError, LocalError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.connect.passphrase import strength
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.sheet import Sheet
from explorer.gui.work_sheet import WorkSheet
from explorer.service.exporting import ImportPlan, Incoming, write_export
from explorer.service.model import Connection
from explorer.storage.connection_export import MAX_FILE_BYTES, SHORTEST_PASSPHRASE

FILE_NAME = "quayside-connections.json"


def read_export(path: Path) -> bytes:
    """Raises LocalError, and InputError for what is far too large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise LocalError(
            f"'{path.name}' cannot be read: {error.strerror or type(error).__name__}.",
            path=str(path),
        ) from None
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"'{path.name}' is too large for an export of connections.")
    return data


class ExportSheet(Sheet):
    """Which connections, and whether with their secrets under a passphrase."""

    def __init__(
        self, connections: Sequence[Connection], chosen: str, parent: QWidget | None
    ) -> None:
        super().__init__("Export connections", parent, icon_name="upload", width=500)
        self.list = QListWidget()
        self.list.setAccessibleName("Connections to export")
        for connection in connections:
            item = QListWidgetItem(shown(connection.name))
            item.setData(Qt.ItemDataRole.UserRole, connection.id)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            is_on = chosen in ("", connection.id)
            item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setMaximumHeight(180)
        self.list.setCurrentRow(0)
        self.with_secrets = QCheckBox("With their &secrets, encrypted under a passphrase")
        self.passphrase = SecretField("Passphrase")
        self.again = SecretField("Passphrase again")
        self.hint = plain_label(wrap=True)
        self.hint.setMinimumHeight(self.hint.fontMetrics().lineSpacing() * 2)
        form = QFormLayout()
        form.addRow("&Passphrase", self.passphrase)
        form.addRow("A&gain", self.again)
        self.body.addWidget(self.list)
        self.body.addWidget(self.with_secrets)
        self.body.addLayout(form)
        self.body.addWidget(self.hint)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Choose file…", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self.accept)
        self.list.itemChanged.connect(self._look)
        self.with_secrets.toggled.connect(self._look)
        self.passphrase.text_changed.connect(self._look)
        self.again.text_changed.connect(self._look)
        self._look()

    def chosen(self) -> tuple[str, ...]:
        """Ids of the connections that are checked."""
        items = (self.list.item(row) for row in range(self.list.count()))
        checked = (item for item in items if item.checkState() == Qt.CheckState.Checked)
        return tuple(str(item.data(Qt.ItemDataRole.UserRole)) for item in checked)

    def secret(self) -> str:
        """The passphrase; empty where secrets are left out."""
        return self.passphrase.text() if self.with_secrets.isChecked() else ""

    def _look(self) -> None:
        with_secrets = self.with_secrets.isChecked()
        self.passphrase.setEnabled(with_secrets)
        self.again.setEnabled(with_secrets)
        problem, hint = "", "Secrets are left out: who imports the file pastes their own."
        if with_secrets:
            hint, _ = strength(self.passphrase.text())
            if len(self.passphrase.text()) < SHORTEST_PASSPHRASE:
                problem = hint
            elif self.passphrase.text() != self.again.text():
                is_empty = not self.again.text()
                problem = f"{hint} Type it again." if is_empty else "The two are not the same."
        if not self.chosen():
            problem = "Choose a connection."
        self.hint.setText(problem or hint)
        self.go_button.setEnabled(not problem)
        explain(self.go_button, problem)

    def done(self, code: int) -> None:
        if code == 0:
            self.passphrase.clear()
        self.again.clear()
        super().done(code)


_HEADERS = ("Name", "Address", "Access", "What happens")
"""The address rather than the account: whoever wrote the file may have put a name that is
trusted before a host that is not."""


def what_happens(one: Incoming, *, is_locked: bool) -> str:
    """What importing does with it, in words."""
    if one.reason:
        return f"Left out. {one.reason}"
    words = "New"
    if one.file_name not in ("", one.name):
        words = f"New, beside another '{one.file_name}'"
    if one.is_http:
        words += ", not encrypted (http)"
    if one.has_secret:
        return f"{words}, with its secret"
    return f"{words}; its secret is locked" if is_locked else words


class ImportSheet(WorkSheet):
    """Shows what a file would add; `count` is how many were added. Nothing is overwritten."""

    def __init__(
        self, bridge: Bridge, scope: TaskScope, data: bytes, name: str, parent: QWidget | None
    ) -> None:
        super().__init__(
            f"Import connections from {name}", scope, parent, icon_name="download", width=760
        )
        self._bridge = bridge
        self._data = data
        self._plan: ImportPlan | None = None
        self.count = 0
        self.model = LinesModel(_HEADERS, self)
        self.table = QTableView()
        dress_table(self.table, "Connections in the file")
        self.table.setModel(self.model)
        self.table.setMinimumHeight(180)
        columns = self.table.horizontalHeader()
        columns.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 140), (1, 220), (2, 110)):
            self.table.setColumnWidth(column, width)
        self.passphrase = SecretField("Passphrase of the file")
        self.unlock_button = self.add_button("&Unlock secrets", icon_name="key", at_left=True)
        self.unlock_button.clicked.connect(self.look)
        form = QFormLayout()
        form.addRow("&Passphrase", self.passphrase)
        self.line = plain_label("Reading…", wrap=True)
        self.body.addWidget(self.table)
        self.body.addLayout(form)
        self.body.addWidget(self.line)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Import", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(lambda: self.begin(self._import(), "import connections"))
        self.passphrase.text_changed.connect(lambda _: self.show_state())
        self.show_state()

    def look(self) -> None:
        """See what is in the file, with the passphrase if there is one."""
        self.begin(self._look(), "look into an export")

    async def _look(self) -> None:
        data, passphrase = self._data, self.passphrase.text()
        self._plan = plan = await self._bridge.call(
            lambda it: it.exporting.plan_import(data, passphrase)
        )
        self.notice.hide()
        self.model.show(
            [
                Line(
                    (
                        one.name,
                        one.endpoint.partition("://")[2],
                        one.credential,
                        what_happens(one, is_locked=plan.is_locked),
                    ),
                    "account",
                    what_happens(one, is_locked=plan.is_locked),
                )
                for one in plan.incoming
            ]
        )

    async def _import(self) -> None:
        data = self._data
        passphrase = "" if self._plan is None or self._plan.is_locked else self.passphrase.text()
        done = await self._bridge.call(lambda it: it.exporting.import_file(data, passphrase))
        self.count = len(done.added)
        self.accept()

    def show_state(self) -> None:
        plan = self._plan
        self.unlock_button.setEnabled(
            plan is not None
            and plan.is_locked
            and bool(self.passphrase.text())
            and not self.is_busy
        )
        self.passphrase.setEnabled(plan is None or plan.is_locked)
        if plan is None:
            self.go_button.setEnabled(False)
            return
        fresh = sum(not one.reason for one in plan.incoming)
        noun = "connection" if fresh == 1 else "connections"
        words = f"{fresh} {noun} will be added; {len(plan.incoming) - fresh} left out."
        if plan.is_locked:
            words += " Secrets are locked: give the passphrase, or import without them."
        self.line.setText(words)
        self.go_button.setEnabled(bool(fresh) and not self.is_busy)
        explain(self.go_button, "" if fresh else "Nothing in the file is new.")

    def done(self, code: int) -> None:
        super().done(code)
        self.passphrase.clear()


class TakingAlong:
    """Export and import as the window starts them."""

    def __init__(self, bridge: Bridge, scope: TaskScope, workers: Workers, window: QWidget) -> None:
        self._bridge = bridge
        self._scope = scope
        self._workers = workers
        self._window = window

    async def export(self, chosen: str = "") -> Path | None:
        """Ask which, how and where, and write the file. `chosen` is a connection's id."""
        every = await self._bridge.get(lambda service: service.connections())
        saved = [one for one in every if one.is_saved]
        if not saved:
            raise InputError("No saved connection is to be exported.", cure="Save one first.")
        sheet = ExportSheet(saved, chosen, self._window)
        answer = await ask.finished(sheet, lambda it: (it.chosen(), it.secret()))
        sheet.passphrase.clear()
        if answer is None:
            return None
        ids, secret = answer
        path = await ask.file_to_save(self._window, "Export connections", FILE_NAME)
        if path is None:
            return None
        exported = await self._bridge.call(lambda it: it.exporting.export(ids, secret))
        await self._workers.run(write_export, path, exported.data)
        if exported.without_secret:
            names = ", ".join(exported.without_secret)
            await self._bridge.get(
                lambda it: it.notify(
                    "Exported", f"These secrets were not to be had: {names}.", is_warning=True
                )
            )
        return path

    async def take_in(self) -> int:
        """Ask for a file, show what is in it, and add what is new; how many."""
        paths = await ask.files_to_open(self._window, "Import connections")
        if not paths:
            return 0
        data = await self._workers.run(read_export, paths[0])
        return await self.take_in_data(data, paths[0].name)

    async def take_in_data(self, data: bytes, name: str) -> int:
        sheet = ImportSheet(self._bridge, self._scope, data, name, self._window)
        sheet.look()
        return await ask.finished(sheet, lambda it: it.count) or 0
