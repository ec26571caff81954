"""A SAS that was made: masked, to be copied, shown as a QR code and tried out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import push_button
from explorer.gui.parts.notice import NoticeBar
from explorer.gui.parts.secret import SecretField
from explorer.gui.parts.secret_clip import KEPT_WORDS, secret_clip
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.share.qr import QrView
from explorer.gui.share.words import allows_text
from explorer.service.sharing import Shared

_ROWS = (("&URL", "URL"), ("&Token", "Token"), ("&Connection string", "Connection string"))
_TOO_LONG = "A QR code does not hold so much text."


class SasResult(QWidget):
    """`show_made` fills it, `forget` empties it. GUI thread only."""

    trial_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.made: tuple[Shared, ...] = ()
        self.says = plain_label(wrap=True)
        self.notice = NoticeBar()
        self.fields = {name: SecretField(name) for _, name in _ROWS}
        self.copy_buttons = {name: push_button("Copy", icon_name="copy") for _, name in _ROWS}
        self.copy_all_button = push_button("&Copy all URLs", icon_name="copy")
        self.copy_all_button.clicked.connect(self._copy_all)
        self.qr_button = push_button("Show &QR code", icon_name="eye")
        self.qr_button.setCheckable(True)
        self.qr_button.toggled.connect(self._show_qr)
        self.trial_button = push_button("Te&st this SAS", icon_name="shield")
        self.trial_button.clicked.connect(self.trial_requested)
        explain(self.trial_button, "Connects with it and nothing else, and writes nothing.")
        self.trial = plain_label(wrap=True)
        self.trial.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.trial.setAccessibleName("What the SAS can do")
        self.qr = QrView()
        self._lay_out()
        self.forget()

    def _lay_out(self) -> None:
        self._one = QWidget()
        form = QFormLayout(self._one)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, name in _ROWS:
            field, button = self.fields[name], self.copy_buttons[name]
            field.line.setReadOnly(True)
            button.setAccessibleName(f"Copy the {name if name == 'URL' else name.lower()}")
            button.clicked.connect(lambda _=False, name=name: self._copy(name))
            line = QHBoxLayout()
            line.addWidget(field, 1)
            line.addWidget(button)
            caption = plain_label(words)
            caption.setBuddy(button)
            form.addRow(caption, line)
        buttons = QHBoxLayout()
        for button in (self.copy_all_button, self.trial_button, self.qr_button):
            buttons.addWidget(button)
        buttons.addStretch()
        below = QHBoxLayout()
        below.addWidget(self.trial, 1, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.says)
        column.addWidget(self._one)
        column.addLayout(buttons)
        column.addWidget(self.notice)
        column.addLayout(below)
        column.addStretch()

    def show_made(self, made: tuple[Shared, ...]) -> None:
        """One SAS, or one for each of several blobs."""
        self.forget()
        self.made = made
        first = made[0]
        is_one = len(made) == 1
        self.says.setText(allows_text(first.wish, len(made)))
        self._one.setVisible(is_one)
        self.copy_all_button.setVisible(not is_one)
        self.copy_all_button.setText(f"&Copy all {len(made):,} URLs")
        self.qr_button.setVisible(is_one)
        self.trial_button.setText("Te&st this SAS" if is_one else "Te&st the first")
        if is_one:
            texts = (first.url, first.token, first.connection_string)
            for (_, name), text in zip(_ROWS, texts, strict=True):
                self.fields[name].set_text(text)
                self.fields[name].line.setCursorPosition(0)
        if first.warnings:
            self.notice.tell("\n".join(first.warnings), Tone.WARN, closable=False)

    def forget(self) -> None:
        """Nothing of it stays in a widget."""
        self.made = ()
        self.qr_button.setChecked(False)
        self.qr.forget()
        self.qr.hide()
        self.trial.setText("")
        self.trial.hide()
        self.notice.hide()
        for field in self.fields.values():
            field.clear()

    def show_trial(self, text: str) -> None:
        """What a test found."""
        self.trial.setText(text)
        self.trial.setVisible(bool(text))

    def _show_qr(self, is_wanted: bool) -> None:
        is_drawn = is_wanted and bool(self.made) and self.qr.show_text(self.made[0].url)
        self.qr.setVisible(is_drawn)
        if is_wanted and self.made and not is_drawn:
            self.notice.tell(_TOO_LONG, Tone.INFO)
        if not is_wanted:
            self.qr.forget()
        self.qr_button.setText("Hide &QR code" if is_wanted else "Show &QR code")

    def _copy(self, name: str) -> None:
        secret_clip().put(self.fields[name].text())
        self.notice.tell(f"The {name if name == 'URL' else name.lower()} is copied. {KEPT_WORDS}")

    def _copy_all(self) -> None:
        secret_clip().put("\n".join(one.url for one in self.made))
        self.notice.tell(f"{len(self.made):,} URLs are copied. {KEPT_WORDS}")
