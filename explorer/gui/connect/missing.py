"""Fields for what a pasted text left open: an account, a container, a key or SAS, a consent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QWidget

from explorer.base.errors import ConnectionTextError
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.texts import plain_label
from explorer.storage.connection import ConnectionSpec, Missing, complete


class MissingForm(QWidget):
    """Shows only the fields that `spec.missing` names; `completed` gives the whole."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: ConnectionSpec | None = None
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.account = self._line("A&ccount", "name, or the account's URL")
        self.container = self._line("C&ontainer", "the container to open")
        self.path = self._line("&Path", "the folder or blob to open")
        self.credential = SecretField(
            "Key or SAS", placeholder="an account key, a SAS or a SAS URL"
        )
        self._form.addRow("&Key or SAS", self.credential)
        self.credential.text_changed.connect(lambda _: self.changed.emit())
        self.consent = QCheckBox("Use plain &http: what is sent can be read on the way")
        self.consent.setAccessibleName("Use plain http: what is sent can be read on the way")
        self.consent.toggled.connect(lambda _: self.changed.emit())
        self._form.addRow(self.consent)
        self.problem = plain_label("", wrap=True)
        self.problem.setProperty("tone", "bad")
        self._form.addRow(self.problem)
        self._fields: dict[Missing, QWidget] = {
            Missing.ACCOUNT: self.account,
            Missing.CONTAINER: self.container,
            Missing.PATH: self.path,
            Missing.CREDENTIAL: self.credential,
            Missing.HTTP_CONSENT: self.consent,
        }
        self.ask(None)

    def _line(self, label: str, placeholder: str) -> QLineEdit:
        line = QLineEdit()
        line.setPlaceholderText(placeholder)
        line.setAccessibleName(label.replace("&", ""))
        line.textChanged.connect(lambda _: self.changed.emit())
        self._form.addRow(label, line)
        return line

    def ask(self, spec: ConnectionSpec | None) -> None:
        """Ask for what `spec` lacks; what was typed already stays."""
        self._spec = spec
        missing = spec.missing if spec is not None else ()
        for item, widget in self._fields.items():
            self._form.setRowVisible(widget, item in missing)
        self._form.setRowVisible(self.problem, False)
        self.setVisible(bool(missing))

    def completed(self) -> ConnectionSpec | None:
        """The connection with the answers in it; None while something is missing or wrong."""
        spec = self._spec
        if spec is None:
            return None
        missing = spec.missing
        try:
            made = complete(
                spec,
                account=self.account.text().strip() if Missing.ACCOUNT in missing else "",
                container=self.container.text().strip() if Missing.CONTAINER in missing else "",
                path=self.path.text().strip() if Missing.PATH in missing else "",
                credential=self.credential.text().strip() if Missing.CREDENTIAL in missing else "",
            )
        except ConnectionTextError as error:
            self._tell(str(error))
            return None
        self._tell("")
        if made.needs_http_consent:
            # An account that was filled in may turn out to be reached over plain http.
            self._form.setRowVisible(self.consent, True)
            if self.consent.isChecked():
                made = made.with_http_allowed()
        return made if made.is_complete else None

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self._form.setRowVisible(self.problem, bool(problem))

    def forget(self) -> None:
        """Empty every field, the secret one with its history."""
        for line in (self.account, self.container, self.path):
            line.clear()
        self.credential.clear()
        self.consent.setChecked(False)
