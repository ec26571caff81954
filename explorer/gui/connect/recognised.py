"""What a pasted text turned out to be: account, permissions as chips, until when, warnings."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.gui.colours import Tone
from explorer.gui.parts.chip import Chip
from explorer.gui.parts.texts import ElidedLabel, plain_label
from explorer.gui.parts.tone_icon import ToneIcon
from explorer.gui.theme import scaled
from explorer.storage.access import Access, Action, Verdict, expiry_text
from explorer.storage.connection import (
    ConnectionSpec,
    NeedsCredential,
    PastedKind,
    Recognition,
    RecognitionState,
    SharedKey,
)

_SHOWN = (
    (Action.LIST_BLOBS, "list"),
    (Action.READ, "read"),
    (Action.CREATE, "add"),
    (Action.WRITE, "overwrite"),
    (Action.DELETE, "delete"),
    (Action.LIST_CONTAINERS, "list containers"),
)
_LOOKS = {
    Verdict.YES: (Tone.OK, "check"),
    Verdict.NO: (Tone.NEUTRAL, "minus"),
    Verdict.UNKNOWN: (Tone.INFO, "question"),
}
_VERDICT_WORDS = {
    Verdict.YES: "allowed",
    Verdict.NO: "not allowed",
    Verdict.UNKNOWN: "to be tried",
}


def badges(access: Access) -> list[tuple[str, Tone, str, str]]:
    """Text, tone, icon and hint of a chip for each permission."""
    found = []
    for action, word in _SHOWN:
        claim = access[action]
        tone, icon_name = _LOOKS[claim.verdict]
        hint = claim.reason or f"{word[:1].upper()}{word[1:]}: {_VERDICT_WORDS[claim.verdict]}"
        found.append((word, tone, icon_name, hint))
    return found


def target_text(spec: ConnectionSpec) -> str:
    """Where it leads: host and path, without a credential."""
    host = spec.blob_endpoint.partition("://")[2] or spec.account
    parts = [host, spec.start.container, spec.start.path]
    return "/".join(part.strip("/") for part in parts if part)


def until_text(access: Access, now: datetime) -> str:
    """How long it lasts, with the moment in local time; empty where it never ends."""
    if access.expires is None:
        return "Expiry unknown: a stored policy decides" if access.is_expiry_unknown else ""
    words = expiry_text(access.expires, now)
    local = access.expires.astimezone()
    return f"{words[:1].upper()}{words[1:]} ({local:%d %b %Y, %H:%M})"


class RecognisedCard(QFrame):
    """Tells about one candidate, or why there is none. Changes as the person types."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recognised")
        self.setProperty("card", True)
        self._icon = ToneIcon("question", Tone.NEUTRAL, 22)
        self._title = plain_label("", wrap=True)
        self._title.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        self._target = ElidedLabel("")
        self._until = plain_label("", muted=True)
        self._chip_row = QHBoxLayout()
        self._chip_row.setSpacing(6)
        self._chips: list[Chip] = []
        self._warnings = plain_label("", wrap=True)
        self._warnings.setProperty("tone", "warn")
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self._title)
        right.addWidget(self._target)
        right.addLayout(self._chip_row)
        right.addWidget(self._until)
        right.addWidget(self._warnings)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)
        self._chip_row.addStretch(1)

    def title(self) -> str:
        return self._title.text()

    def chip_texts(self) -> list[str]:
        return [chip.text() for chip in self._chips]

    def warnings(self) -> str:
        return self._warnings.text()

    def tell(self, recognition: Recognition, chosen: ConnectionSpec | None) -> None:
        """Show the chosen candidate, or what is still wrong."""
        if chosen is not None:
            self._tell_spec(chosen)
            return
        error = recognition.error
        if recognition.state is RecognitionState.REFUSED and error is not None:
            self._tell_words(error.message, error.cure, "error", Tone.BAD)
        elif recognition.state is RecognitionState.INCOMPLETE and error is not None:
            self._tell_words(error.message, error.cure, "info", Tone.NEUTRAL)
        else:
            self._tell_words("", "", "info", Tone.NEUTRAL)

    def _tell_words(self, message: str, cure: str, icon_name: str, tone: Tone) -> None:
        self.setVisible(bool(message))
        self._icon.set_state(icon_name, tone)
        self._title.setText(message)
        self._target.setVisible(False)
        self._set_chips([])
        self._until.setText(cure)
        self._until.setVisible(bool(cure))
        self._until.setWordWrap(True)
        self._warnings.setVisible(False)
        self.setAccessibleName(f"{message} {cure}".strip())

    def _tell_spec(self, spec: ConnectionSpec) -> None:
        now = datetime.now(UTC)
        access = spec.access(now)
        self.setVisible(True)
        is_bare_sas = spec.kind is PastedKind.SAS_TOKEN
        kind = spec.credential_kind if is_bare_sas else spec.kind.value
        title = f"{kind[:1].upper()}{kind[1:]}"
        if not isinstance(spec.credential, NeedsCredential) and spec.credential_kind not in kind:
            title += f" with {spec.credential_kind}" if spec.secret else f", {spec.credential_kind}"
        if spec.account:
            title += f" for {spec.account}"
        self._title.setText(title)
        self._icon.set_state(self._icon_name(spec, access), Tone.NEUTRAL)
        self._target.set_text(target_text(spec))
        self._target.setVisible(bool(spec.blob_endpoint))
        if isinstance(spec.credential, NeedsCredential):
            self._set_chips([])
        elif isinstance(spec.credential, SharedKey):
            self._set_chips([("everything", Tone.OK, "check", "An account key allows everything.")])
        else:
            self._set_chips(badges(access))
        until = until_text(access, now)
        self._until.setText(until)
        self._until.setVisible(bool(until))
        warnings = [*access.warnings, *(w for w in spec.warnings if w not in access.warnings)]
        self._warnings.setText("\n".join(warnings))
        self._warnings.setVisible(bool(warnings))
        self.setAccessibleName(" ".join([title, until, *warnings]))

    @staticmethod
    def _icon_name(spec: ConnectionSpec, access: Access) -> str:
        if access.is_expired:
            return "expired"
        if spec.is_emulator:
            return "account-emulator"
        return "container" if spec.scope.container else "account"

    def _set_chips(self, chips: list[tuple[str, Tone, str, str]]) -> None:
        for old in self._chips:
            self._chip_row.removeWidget(old)
            old.deleteLater()
        self._chips = []
        for at, (text, tone, icon_name, hint) in enumerate(chips):
            chip = Chip(text, tone, self, icon_name=icon_name, hint=hint)
            self._chip_row.insertWidget(at, chip)
            self._chips.append(chip)
