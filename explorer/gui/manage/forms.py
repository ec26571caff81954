"""What is to be different about blobs, filled in by a person: properties, or the tier."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.parts.fields import line_field
from explorer.gui.parts.pairs_table import PairsTable
from explorer.gui.parts.texts import explain, plain_label
from explorer.service.change_plan import ARCHIVE, HEADERS, PropertyWish
from explorer.storage.control_model import TIERS, Rehydration
from explorer.storage.labels import check_metadata, check_tags

TIER_WORDS = {
    "Hot": "Dearest to keep, cheapest to read.",
    "Cool": "For what stays at least 30 days; taken away earlier, the rest of them is paid.",
    "Cold": "For what stays at least 90 days; taken away earlier, the rest of them is paid.",
    ARCHIVE: (
        "For what stays at least 180 days; taken away earlier, the rest of them is paid. It "
        "cannot be read until it is brought back, which takes hours and is paid for by size."
    ),
}
BACK_WORDS = {
    Rehydration.STANDARD: "Standard: up to 15 hours",
    Rehydration.HIGH: "High: often under an hour, for more money",
}


class WishForm(QWidget):
    """Fields that make a `PropertyWish`. `changed` at each edit. GUI thread only."""

    changed = Signal()

    @property
    def problem(self) -> str:
        """What is wrong with what is filled in, where the wish itself cannot tell."""
        return ""

    def wish(self) -> PropertyWish:
        """What is filled in, unchecked."""
        raise NotImplementedError


class HeaderLines(QWidget):
    """The content headers, each with a box that says whether it is changed at all."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[str, QCheckBox] = {}
        self.lines: dict[str, QLineEdit] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setColumnStretch(1, 1)
        for row, (name, title) in enumerate(HEADERS.items()):
            words = f"{title[:1].upper()}{title[1:]}"
            box, line = QCheckBox(words), line_field(words, placeholder="stays as it is")
            box.setAccessibleName(f"Change the {title}")
            box.toggled.connect(lambda is_on, line=line: _show_line(line, is_on))
            box.toggled.connect(self.changed)
            line.textEdited.connect(lambda _, box=box: box.setChecked(True))
            line.textChanged.connect(self.changed)
            grid.addWidget(box, row, 0)
            grid.addWidget(line, row, 1)
            self.boxes[name], self.lines[name] = box, line
        grid.setRowStretch(len(HEADERS), 1)

    @property
    def texts(self) -> dict[str, str | None]:
        """By name; None for those that stay."""
        return {
            name: self.lines[name].text().strip() if box.isChecked() else None
            for name, box in self.boxes.items()
        }


def _show_line(line: QLineEdit, is_on: bool) -> None:
    line.setPlaceholderText("is taken away" if is_on else "stays as it is")
    if not is_on:
        line.clear()


class _Labels(QWidget):
    """Names set, names taken away, or all others taken away."""

    def __init__(self, what: str, check: Callable[..., None], changed: Callable[[], None]) -> None:
        super().__init__()
        self.pairs = PairsTable(f"{what} to set", check)
        self.pairs.changed.connect(changed)
        self.removed = line_field(f"{what} to take away", placeholder="names, with commas between")
        self.removed.textChanged.connect(lambda _: changed())
        self.replaces = QCheckBox("Take away all others")
        self.replaces.setAccessibleName(f"{what}: take away all others")
        self.replaces.toggled.connect(lambda _: changed())
        self.replaces.toggled.connect(self.removed.setDisabled)
        below = QFormLayout()
        below.addRow("Take away", self.removed)
        below.addRow("", self.replaces)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.pairs)
        column.addLayout(below)

    @property
    def removed_names(self) -> tuple[str, ...]:
        if self.replaces.isChecked():
            return ()
        return tuple(name for part in self.removed.text().split(",") if (name := part.strip()))


class PropertiesForm(WishForm):
    """Content headers, metadata and tags. `refusals` (of headers and metadata, of tags) say
    why they cannot be changed; empty where they can."""

    def __init__(self, refusals: tuple[str, str] = ("", ""), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headers = HeaderLines()
        self.headers.changed.connect(self.changed)
        self.metadata = _Labels("Metadata", check_metadata, self.changed.emit)
        self.tags = _Labels("Tags", check_tags, self.changed.emit)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.headers, "&Headers")
        self.tabs.addTab(self.metadata, "&Metadata")
        self.tabs.addTab(self.tags, "&Tags")
        of_blob, of_tags = refusals
        for page, refusal in ((self.headers, of_blob), (self.metadata, of_blob)):
            page.setEnabled(not refusal)
            explain(page, refusal)
        self.tags.setEnabled(not of_tags)
        explain(self.tags, of_tags)
        if of_blob:
            self.tabs.setCurrentWidget(self.tags)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self.setFocusProxy(self.tabs.tabBar())

    @property
    def problem(self) -> str:
        return self.metadata.pairs.problem or self.tags.pairs.problem

    def wish(self) -> PropertyWish:
        header = self.headers.texts
        return PropertyWish(
            content_type=header["content_type"],
            content_encoding=header["content_encoding"],
            content_language=header["content_language"],
            content_disposition=header["content_disposition"],
            cache_control=header["cache_control"],
            metadata=self.metadata.pairs.pairs,
            removed_metadata=self.metadata.removed_names,
            replaces_metadata=self.metadata.replaces.isChecked(),
            tags=self.tags.pairs.pairs,
            removed_tags=self.tags.removed_names,
            replaces_tags=self.tags.replaces.isChecked(),
        )


class TierForm(WishForm):
    """One tier, and how soon what is archived comes back."""

    def __init__(self, tier: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tier = QComboBox()
        self.tier.setAccessibleName("Tier")
        self.tier.addItems(list(TIERS))
        if tier in TIERS:
            self.tier.setCurrentText(tier)
        self.priority = QComboBox()
        self.priority.setAccessibleName("What is archived comes back")
        for one, words in BACK_WORDS.items():
            self.priority.addItem(words, one)
        self.words = plain_label(wrap=True)
        self.words.setMinimumHeight(self.words.fontMetrics().lineSpacing() * 3)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (("&Tier", self.tier), ("Out of the &archive", self.priority)):
            caption = plain_label(text)
            caption.setBuddy(field)
            form.addRow(caption, field)
        form.addRow(self.words)
        self.tier.currentTextChanged.connect(self._show)
        self.priority.currentIndexChanged.connect(self.changed)
        self.setFocusProxy(self.tier)
        self._show()

    def _show(self) -> None:
        tier = self.tier.currentText()
        self.words.setText(TIER_WORDS[tier])
        self.priority.setEnabled(tier != ARCHIVE)
        explain(self.priority, "Nothing comes back by this." if tier == ARCHIVE else "")
        self.changed.emit()

    def wish(self) -> PropertyWish:
        priority: Rehydration = self.priority.currentData()
        return PropertyWish(tier=self.tier.currentText(), priority=priority)
