"""One connection looked at, renamed, its kind set by hand; leads to a new credential."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QGridLayout, QLineEdit, QWidget

from explorer.gui.browse.tree_words import expiry_text, kind_text
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.chip import Chip
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.texts import ElidedLabel, explain, plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import Connection, SecretHome
from explorer.storage.access import Verdict

_TONES = {Verdict.YES: Tone.OK, Verdict.NO: Tone.NEUTRAL, Verdict.UNKNOWN: Tone.INFO}
_ICONS = {Verdict.YES: "check", Verdict.NO: "minus", Verdict.UNKNOWN: "question"}
CHIPS_IN_A_ROW = 3
_HOMES = {
    SecretHome.NONE_NEEDED: "No secret is needed.",
    SecretHome.KEYRING: "In this system's keyring.",
    SecretHome.THIS_RUN: "In memory, for this run only.",
    SecretHome.MISSING: "Missing. Replace the credential to use the connection again.",
}


class EditDialog(Sheet):
    """`wants_replacement` tells that the person left for a new credential."""

    def __init__(self, connection: Connection, parent: QWidget | None = None) -> None:
        super().__init__("Edit connection", parent, width=520)
        self.wants_replacement = False
        form = QFormLayout()
        self.name = QLineEdit(connection.name)
        self.name.setAccessibleName("Name")
        self.name.selectAll()
        form.addRow("&Name", self.name)
        form.addRow("Address", ElidedLabel(connection.endpoint))
        if connection.root.container:
            form.addRow("Container", ElidedLabel(connection.root.container))
        form.addRow("&Kind", self._kinds(connection))
        form.addRow("Access", plain_label(connection.credential_kind))
        form.addRow("", self._chips(connection))
        if ends := expiry_text(connection):
            form.addRow("", plain_label(ends))
        form.addRow("Secret", plain_label(_HOMES[connection.secret_home], wrap=True))
        self.body.addLayout(form)
        self.notice = NoticeBar()
        self.body.addWidget(self.notice)
        if connection.notice:
            self.notice.tell(connection.notice, Tone.WARN, closable=False)
        replace = self.add_button("&Replace credential…", icon_name="key", at_left=True)
        replace.clicked.connect(self._replace)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save_button = self.add_button("&Save", rank=Rank.PRIMARY)
        self.save_button.clicked.connect(self.accept)
        self.name.textChanged.connect(lambda text: self.save_button.setEnabled(bool(text.strip())))

    def _kinds(self, connection: Connection) -> QComboBox:
        """What the account is, and the choice to know better than what was found."""
        found = "" if connection.is_namespace_set else kind_text(connection)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind")
        self.kind.addItem(f"Automatic: {found}" if found else "Automatic", None)
        self.kind.addItem("Blob: folders are parts of names", False)
        self.kind.addItem("Data Lake Gen2: real folders", True)
        if connection.is_namespace_set:
            self.kind.setCurrentIndex(2 if connection.is_hierarchical else 1)
        explain(self.kind, "Whether folders are real is asked of the service, unless you say so.")
        return self.kind

    @property
    def is_hierarchical(self) -> bool | None:
        """What the person says of the account's folders; None leaves it to the service."""
        chosen: bool | None = self.kind.currentData()
        return chosen

    def _chips(self, connection: Connection) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.setColumnStretch(CHIPS_IN_A_ROW, 1)
        for at, claim in enumerate(connection.claims):
            chip = Chip(
                claim.ability.value,
                _TONES[claim.verdict],
                icon_name=_ICONS[claim.verdict],
                hint=claim.reason or claim.verdict.value,
            )
            grid.addWidget(chip, at // CHIPS_IN_A_ROW, at % CHIPS_IN_A_ROW)
        return holder

    def _replace(self) -> None:
        self.wants_replacement = True
        self.accept()
