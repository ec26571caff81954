"""Fields for what a pasted text left open: account, container, key or SAS or sign-in, a consent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QWidget

from explorer.base.errors import ConnectionTextError
from explorer.gui.connect.sign_in import SignInField
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.texts import plain_label
from explorer.storage.connection import ConnectionSpec, Missing, complete, with_sign_in


class MissingForm(QWidget):
    """Shows only the fields that `spec.missing` names, and the choice to sign in where there is
    no credential; `completed` gives the whole."""

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
        self.sign_in = SignInField()
        self._form.addRow("Sign in &with", self.sign_in)
        self.sign_in.currentIndexChanged.connect(lambda _: self._sign_in_changed())
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
        may_sign_in = self.sign_in.ask(spec)
        self._form.setRowVisible(self.sign_in, may_sign_in)
        self._show_credential()
        self.setVisible(bool(missing) or may_sign_in)

    def _show_credential(self) -> None:
        missing = self._spec.missing if self._spec is not None else ()
        is_wanted = Missing.CREDENTIAL in missing and self.sign_in.value is None
        self._form.setRowVisible(self.credential, is_wanted)

    def _sign_in_changed(self) -> None:
        self._show_credential()
        self.changed.emit()

    def completed(self) -> ConnectionSpec | None:
        """The connection with the answers in it; None while something is missing or wrong."""
        spec = self._spec
        if spec is None:
            return None
        missing, source = spec.missing, self.sign_in.value
        secret = self.credential.text().strip() if source is None else ""
        try:
            made = complete(
                spec,
                account=self.account.text().strip() if Missing.ACCOUNT in missing else "",
                container=self.container.text().strip() if Missing.CONTAINER in missing else "",
                path=self.path.text().strip() if Missing.PATH in missing else "",
                credential=secret if Missing.CREDENTIAL in missing else "",
            )
            if source is not None:
                made = with_sign_in(made, source)
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
        self.sign_in.choose(None)
        self.consent.setChecked(False)
