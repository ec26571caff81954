"""What a SAS shall allow, filled in by a person: the fields and the wish they make."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDateTime, QEvent, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from explorer.base.records import dataclass
from explorer.gui.icons import icon
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.reading import reads_from_left
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.share.letters import LettersBox
from explorer.gui.share.signing import BY_KEY, SigningField, Ways
from explorer.service.sharing import SignedBy
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import AnswerHeaders, SasWish, least_types, least_wish

QUICK = (("1 hour", timedelta(hours=1)), ("1 day", timedelta(days=1)), ("7 days", timedelta(7)))
CUSTOM = "Times of my choice"
BY_POLICY = "The stored policy says it."
FORMAT = "yyyy-MM-dd HH:mm"
_TYPES = {"s": "The account", "c": "Containers", "o": "Blobs"}
_ANSWERS = {
    "content_type": "Content type",
    "content_disposition": "Content disposition",
    "content_encoding": "Content encoding",
    "content_language": "Content language",
    "cache_control": "Cache control",
}


@dataclass(frozen=True, slots=True)
class Shareable:
    """One thing a SAS can be made for. `words` stand in the list to choose from."""

    kind: SasKind
    words: str
    container: str = ""
    path: str = ""
    permissions: str = "r"


class SasForm(QWidget):
    """`changed` whenever the wish may be another one. GUI thread only."""

    changed = Signal()

    def __init__(
        self,
        choices: tuple[Shareable, ...],
        *,
        is_https: bool,
        refusal: str = "",
        ways: Ways = BY_KEY,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.choices = choices
        self._is_https = is_https
        self.target = QComboBox()
        self.target.setAccessibleName("For")
        for choice in choices:
            self.target.addItem(choice.words)
        self.signing = SigningField(ways)
        self.letters = LettersBox(refusal)
        self.types = {letter: QCheckBox(word) for letter, word in _TYPES.items()}
        self.valid = QComboBox()
        self.valid.setAccessibleName("Valid for")
        for words, length in QUICK:
            self.valid.addItem(words, length)
        self.valid.addItem(CUSTOM)
        self.starts = _time_field("From")
        self.expires = _time_field("Until")
        self.https_box = QCheckBox("Over https only")
        self.https_box.setChecked(is_https)
        self.more_button = push_button("Mo&re", Rank.FLAT, icon_name="chevron-right")
        self.more_button.setCheckable(True)
        self.ip = line_field("Only from", placeholder="203.0.113.7 or 203.0.113.0-203.0.113.255")
        self.answers = {
            name: line_field(f"Answered {words.lower()}", placeholder="that of the blob")
            for name, words in _ANSWERS.items()
        }
        self._lay_out()
        self._wire()
        self._show_target()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self._caption("&For", self.target), self.target)
        form.addRow(self._caption("Si&gned by", self.signing.by), self.signing)
        self._types_row = QWidget()
        kinds = QHBoxLayout(self._types_row)
        kinds.setContentsMargins(0, 0, 0, 0)
        for letter, box in self.types.items():
            box.setAccessibleName(f"Reaches: {_TYPES[letter].lower()}")
            kinds.addWidget(box)
        kinds.addStretch()
        self._types_caption = plain_label("Reaches")
        form.addRow(self._types_caption, self._types_row)
        form.addRow(self._caption("&Allows", self.letters.boxes["r"]), self.letters)
        form.addRow(self._caption("&Valid for", self.valid), self.valid)
        self._times = QWidget()
        times = QHBoxLayout(self._times)
        times.setContentsMargins(0, 0, 0, 0)
        times.addWidget(self.starts)
        times.addWidget(self._caption("&until", self.expires))
        times.addWidget(self.expires)
        times.addStretch()
        self._times_caption = self._caption("Fr&om", self.starts)
        form.addRow(self._times_caption, self._times)
        form.addRow("", self.https_box)
        self.more = QWidget()
        below = QFormLayout(self.more)
        below.setContentsMargins(0, 0, 0, 0)
        below.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        below.addRow(self._caption("Only from addre&sses", self.ip), self.ip)
        self._answers_title = plain_label("Headers that a reader is answered", muted=True)
        below.addRow(self._answers_title)
        self._answer_captions = {}
        for name, field in self.answers.items():
            self._answer_captions[name] = self._caption(_ANSWERS[name], field)
            below.addRow(self._answer_captions[name], field)
        self.more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(form)
        row = QHBoxLayout()
        row.addWidget(self.more_button)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self.more)
        column.addStretch()

    @staticmethod
    def _caption(text: str, field: QWidget) -> QWidget:
        label = plain_label(text)
        label.setBuddy(field)
        return label

    def _wire(self) -> None:
        self.target.currentIndexChanged.connect(self._show_target)
        self.valid.currentIndexChanged.connect(self._show_times)
        self.more_button.toggled.connect(self._show_more)
        self.signing.changed.connect(self._signing_changed)
        self.letters.changed.connect(self.changed)
        self.ip.textChanged.connect(self.changed)
        for box in (self.https_box, *self.types.values()):
            box.toggled.connect(self.changed)
        for when in (self.starts, self.expires):
            when.dateTimeChanged.connect(self.changed)
        for field in self.answers.values():
            field.textChanged.connect(self.changed)

    # -- following --------------------------------------------------------------------

    @property
    def choice(self) -> Shareable:
        """What it is for."""
        return self.choices[self.target.currentIndex()]

    def _show_target(self) -> None:
        choice = self.choice
        is_account = choice.kind is SasKind.ACCOUNT
        self.letters.show_kind(choice.kind, choice.permissions)
        for letter, box in self.types.items():
            box.setChecked(letter in least_types(choice.permissions))
        for widget in (self._types_row, self._types_caption):
            widget.setVisible(is_account)
        self._answers_title.setVisible(not is_account)
        for name, field in self.answers.items():
            field.setVisible(not is_account)
            self._answer_captions[name].setVisible(not is_account)
        self.signing.show_kind(choice.kind)
        self._show_times()

    def _show_times(self) -> None:
        is_custom = self.valid.currentText() == CUSTOM
        if not is_custom:
            now = QDateTime.currentDateTime()
            length: timedelta = self.valid.currentData()
            self.starts.setDateTime(now)
            self.expires.setDateTime(now.addSecs(int(length.total_seconds())))
        self._times.setVisible(is_custom)
        self._times_caption.setVisible(is_custom)
        self.changed.emit()

    def _show_more(self, is_open: bool) -> None:
        self.more.setVisible(is_open)
        self.more_button.setIcon(icon("chevron-down" if is_open else "chevron-right"))
        self.changed.emit()

    def _signing_changed(self) -> None:
        by_policy = self.signing.way is SignedBy.POLICY
        for widget in (self.letters, self.valid, self.starts, self.expires):
            widget.setEnabled(not by_policy)
            explain(widget, BY_POLICY if by_policy else "")
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    # -- the wish ------------------------------------------------------------------------

    def wish(self, now: datetime) -> SasWish:
        """What is filled in, unchecked; `now` is aware. Quick times count from `now`."""
        choice = self.choice
        wish = least_wish(
            choice.kind, now, container=choice.container, path=choice.path, is_https=self._is_https
        )
        policy = self.signing.policy_name
        wish = replace(
            wish,
            permissions=self.letters.letters,
            is_https_only=self.https_box.isChecked(),
            ip=self.ip.text().strip(),
            policy=policy,
            answers=AnswerHeaders(**{n: f.text().strip() for n, f in self.answers.items()}),
        )
        if choice.kind is SasKind.ACCOUNT:
            kinds = "".join(letter for letter, box in self.types.items() if box.isChecked())
            wish = replace(wish, resource_types=kinds, answers=AnswerHeaders())
        if self.signing.way is SignedBy.POLICY:
            return replace(wish, permissions="", starts=None, expires=None)
        if self.valid.currentText() == CUSTOM:
            return replace(wish, starts=_moment(self.starts), expires=_moment(self.expires))
        length: timedelta = self.valid.currentData()
        return replace(wish, expires=now + length)


def _time_field(name: str) -> QDateTimeEdit:
    field = QDateTimeEdit(QDateTime.currentDateTime())
    field.setCalendarPopup(True)
    field.setDisplayFormat(FORMAT)
    field.setAccessibleName(name)
    reads_from_left(field)
    return field


def _moment(field: QDateTimeEdit) -> datetime:
    return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), UTC)
