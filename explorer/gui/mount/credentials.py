"""Writing the file with the account's key that a mount reads. GUI thread only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QWidget

from explorer.base.records import dataclass
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.workflows.mount import Share


@dataclass(frozen=True, slots=True)
class Keys:
    """How the file is written.

    `own` names the connection whose account key may be taken, empty where it has none. `write`
    gets share, path, the key (None takes that of the connection, which never comes to the window)
    and whether a file in its place is replaced.
    """

    own: str
    exists: Callable[[Path], Awaitable[bool]]
    write: Callable[[Share, Path, str | None, bool], Awaitable[None]]


class CredentialsSheet(WorkSheet):
    """Accepted when the file is there; `path` says where."""

    def __init__(
        self, share: Share, keys: Keys, scope: TaskScope, parent: QWidget | None = None
    ) -> None:
        super().__init__("Write the credentials file", scope, parent, icon_name="key", width=560)
        self._share = share
        self._keys = keys
        self.file = line_field("File", str(Path.home() / f"{share.account}.cred"))
        self.browse_button = push_button("&Browse…", icon_name="folder-open")
        self.browse_button.clicked.connect(
            lambda: self._scope.spawn(self._browse(), name="choose a file")
        )
        self.own = QCheckBox(
            f"Take the key of the &connection '{shown(keys.own).replace('&', '&&')}'"
        )
        self.own.setChecked(bool(keys.own))
        self.own.setVisible(bool(keys.own))
        self.key = SecretField("Account key", placeholder=f"the key of {share.account}")
        self.says = plain_label(
            "Name and key go into this file, for you alone to read. Give it to root afterwards; "
            "the dialog shows the command.",
            muted=True,
            wrap=True,
        )
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.file, 1)
        row.addWidget(self.browse_button)
        caption = plain_label("&File")
        caption.setBuddy(self.file)
        form.addRow(caption, row)
        if keys.own:
            form.addRow("", self.own)
        form.addRow("Account &key", self.key)
        self.body.insertLayout(0, form)
        self.body.insertWidget(1, self.says)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Write", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(lambda: self.begin(self._write(), "write credentials"))
        self.file.textChanged.connect(lambda _: self.show_state())
        self.own.toggled.connect(lambda _: self.show_state())
        self.key.text_changed.connect(lambda _: self.show_state())
        self.show_state()
        (self.file if keys.own else self.key).setFocus()

    @property
    def path(self) -> Path:
        """Where the file is to be, or is."""
        return Path(self.file.text().strip()).expanduser().absolute()

    async def _browse(self) -> None:
        chosen = await ask.file_to_save(self, "Credentials file", self.path.name)
        if chosen is not None:
            self.file.setText(str(chosen))

    async def _write(self) -> None:
        path, keys = self.path, self._keys
        replaces = await keys.exists(path)
        if replaces and not await ask.confirm(
            self,
            f"Replace '{shown(path.name)}'?",
            f"There is such a file in {shown(str(path.parent))} already. What is in it is lost.",
            go="&Replace",
            is_danger=True,
        ):
            return
        key = None if self.own.isChecked() else self.key.text()
        await keys.write(self._share, path, key, replaces)
        self.accept()

    def show_state(self) -> None:
        has_key = self.own.isChecked() or bool(self.key.text().strip())
        has_path = bool(self.file.text().strip())
        self.key.setEnabled(not self.own.isChecked() and not self.is_busy)
        self.file.setEnabled(not self.is_busy)
        self.own.setEnabled(not self.is_busy)
        self.go_button.setEnabled(has_key and has_path and not self.is_busy)
        explain(
            self.go_button,
            "" if has_key and has_path else "Name a file, and paste the account's key.",
        )

    def done(self, code: int) -> None:
        """The key is forgotten, whichever way it ended."""
        super().done(code)
        self.key.clear()
