"""Who vouches for a SAS: the account's key, a stored policy, or the sign-in of a person."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from explorer.gui.parts.choices import ChoiceField
from explorer.service.sharing import SignedBy
from explorer.storage.sas import SasKind
from explorer.storage.sas_delegation import NO_ACCOUNT

Ways = tuple[tuple[SignedBy, str], ...]
"""Every way, with why the connection cannot sign so."""
BY_KEY: Ways = (
    (SignedBy.KEY, ""),
    (SignedBy.POLICY, ""),
    (SignedBy.DELEGATION, "User delegation takes an Entra sign-in."),
)
_NO_POLICY = "There are no stored policies for the whole account."
_WORDS = {
    SignedBy.KEY: "Account key",
    SignedBy.POLICY: "Stored policy, by the account key",
    SignedBy.DELEGATION: "User delegation, by your sign-in",
}


class SigningField(QWidget):
    """`changed` whenever another way, or another policy, is chosen. GUI thread only."""

    changed = Signal()

    def __init__(self, ways: Ways, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways = ways
        self.by = ChoiceField("Signed by", [(_WORDS[by], by, why) for by, why in ways])
        self.policy = QComboBox()
        self.policy.setEditable(True)
        self.policy.setAccessibleName("Stored policy")
        if (line := self.policy.lineEdit()) is not None:
            line.setPlaceholderText("name of the policy")
        self.policy.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.by)
        column.addWidget(self.policy)
        self.setFocusProxy(self.by)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that a caption may lead here
        self.by.currentIndexChanged.connect(self._show)
        self.policy.editTextChanged.connect(self.changed)

    @property
    def way(self) -> SignedBy | None:
        """What is chosen; None where there is no way at all."""
        chosen = self.by.value
        return chosen if isinstance(chosen, SignedBy) else None

    @property
    def problem(self) -> str:
        """Why nothing can be chosen, or what is still to be said; empty where all is well."""
        if self.way is None:
            return self.by.refusal(SignedBy.DELEGATION)
        is_unnamed = self.way is SignedBy.POLICY and not self.policy_name
        return "It is not said which stored policy." if is_unnamed else ""

    @property
    def policy_name(self) -> str:
        """The stored policy; empty where another way is chosen."""
        return self.policy.currentText().strip() if self.way is SignedBy.POLICY else ""

    def show_kind(self, kind: SasKind) -> None:
        """Some ways are none for the whole account."""
        is_account = kind is SasKind.ACCOUNT
        refused = {SignedBy.POLICY: _NO_POLICY, SignedBy.DELEGATION: NO_ACCOUNT}
        self.by.refuse(
            {by: why or (refused.get(by, "") if is_account else "") for by, why in self._ways}
        )
        self._show()

    def show_policies(self, names: tuple[str, ...]) -> None:
        """Those that the container has, to be chosen from."""
        typed = self.policy.currentText()
        self.policy.clear()
        self.policy.addItems(["", *names])
        self.policy.setEditText(typed)

    def _show(self) -> None:
        self.policy.setVisible(self.way is SignedBy.POLICY)
        self.changed.emit()
