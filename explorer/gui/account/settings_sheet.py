"""What an account's blob service is set to, changed after a look at before and after.

GUI thread only.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QTableView, QWidget

from explorer.base.errors import InputError
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.account.container_sheet import refusal
from explorer.gui.account.cors_table import CorsTable
from explorer.gui.account.settings_words import NOT_HERE, changes, days_text
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.fields import line_field, number_field
from explorer.gui.parts.lines_model import Line, LinesModel
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.parts.views import dress_table
from explorer.gui.sheet import Sheet
from explorer.gui.theme import scaled
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Ability, Connection
from explorer.storage.control_model import (
    MAX_KEPT_DAYS,
    ServiceSettings,
    StaticWebsite,
    check_cors,
)

USUAL_DAYS = 7


class AccountSettingsSheet(WorkSheet):
    """Looks at once. Each part is applied by itself, so that one refusal stops no other."""

    def __init__(
        self, bridge: Bridge, scope: TaskScope, connection: Connection, parent: QWidget | None
    ) -> None:
        super().__init__(
            f"Settings of {connection.account}", scope, parent, icon_name="settings", width=780
        )
        self._bridge = bridge
        self._connection = connection
        self._seen: ServiceSettings | None = None
        self.cors = CorsTable()
        self.cors.changed.connect(self.show_state)
        self.website = QCheckBox("Serve &web pages from the container $web")
        self.index = line_field("Index document", placeholder="index.html")
        self.missing = line_field("Page for what is not found", placeholder="404.html")
        self.keep = QCheckBox("&Keep deleted blobs for")
        self.days = number_field("Days that deleted blobs are kept", 1, MAX_KEPT_DAYS)
        self.days.setSuffix(" days")
        self.days.setValue(USUAL_DAYS)
        self.version = plain_label("…")
        self.recordings = plain_label("…", wrap=True)
        self._head("CORS: which web pages a browser lets use the account")
        self.body.addWidget(self.cors)
        self._head("Static website")
        self.body.addWidget(self.website)
        pages = QFormLayout()
        pages.addRow("&Index document", self.index)
        pages.addRow("Page for &not found", self.missing)
        self.body.addLayout(pages)
        self._head("Soft delete and versions")
        row = QHBoxLayout()
        row.addWidget(self.keep)
        row.addWidget(self.days)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(plain_label(NOT_HERE, muted=True, wrap=True))
        told = QFormLayout()
        told.addRow("Default API version", self.version)
        told.addRow("Logs and metrics", self.recordings)
        self.body.addLayout(told)
        self.line = plain_label("Looking…", wrap=True)
        self.body.addWidget(self.line)
        cancel = self.add_button("Close")
        cancel.clicked.connect(self.reject)
        self.apply_button = self.add_button("&Review and apply…", rank=Rank.PRIMARY)
        self.apply_button.clicked.connect(self._review)
        for box in (self.website, self.keep):
            box.toggled.connect(self.show_state)
        for line in (self.index, self.missing):
            line.textChanged.connect(self.show_state)
        self.days.valueChanged.connect(self.show_state)
        self.show_state()

    def _head(self, text: str) -> None:
        label = plain_label(text)
        label.setFont(scaled(self.font(), 1.05, QFont.Weight.DemiBold))
        label.setContentsMargins(0, 6, 0, 0)
        self.body.addWidget(label)

    def look(self) -> None:
        """Ask how it is now."""
        self.begin(self._look(), "look at account settings")

    async def _look(self) -> None:
        at = self._connection.id
        seen = await self._bridge.call(lambda it: it.administration.settings(at))
        self._seen = seen
        self.cors.show_rules(seen.cors)
        self.website.setChecked(seen.website.is_enabled)
        self.index.setText(seen.website.index_document)
        self.missing.setText(seen.website.error_document)
        self.keep.setChecked(seen.kept_days is not None)
        self.days.setValue(seen.kept_days or USUAL_DAYS)
        self.version.setText(seen.default_version or "not set: each request says its own")
        self.recordings.setText(
            "\n".join(
                f"{one.name}: {'on' if one.is_enabled else 'off'}"
                + (f", {one.says}" if one.says else "")
                + (f", kept {days_text(one.kept_days)}" if one.kept_days else "")
                for one in seen.recordings
            )
            or "not told"
        )
        self.fit()

    def wish(self) -> ServiceSettings | None:
        """What is typed; None before anything was seen. Raises InputError."""
        seen = self._seen
        if seen is None:
            return None
        rules = self.cors.rules()
        check_cors(rules)
        site = seen.website
        if self.website.isChecked():
            site = replace(
                site,
                is_enabled=True,
                index_document=self.index.text().strip(),
                error_document=self.missing.text().strip(),
                is_known=True,
            )
        elif site.is_enabled:
            site = StaticWebsite()
        days = self.days.value() if self.keep.isChecked() else None
        return replace(seen, cors=rules, website=site, kept_days=days)

    def _review(self) -> None:
        self.begin(self._apply(), "change account settings")

    async def _apply(self) -> None:
        seen, wish = self._seen, self.wish()
        if seen is None or wish is None:
            return
        review = ReviewSheet(seen, wish, self)
        if await ask.finished(review, lambda _: True) is None:
            return
        self.notice.hide()
        at = self._connection.id
        if seen.cors != wish.cors:
            await self._bridge.call(lambda it: it.administration.set_cors(at, wish.cors))
            self._seen = seen = replace(seen, cors=wish.cors)
        if seen.website != wish.website:
            await self._bridge.call(lambda it: it.administration.set_website(at, wish.website))
            self._seen = seen = replace(seen, website=wish.website)
        if seen.kept_days != wish.kept_days:
            await self._bridge.call(lambda it: it.administration.set_kept_days(at, wish.kept_days))
        await self._look()
        self.notice.tell("The settings are changed. They count within a minute or so.", Tone.OK)

    def show_state(self) -> None:
        reason = refusal(self._connection, Ability.SET_SETTINGS)
        problem, count = "", 0
        try:
            wish = self.wish()
            if wish is not None and self._seen is not None:
                count = len(changes(self._seen, wish))
        except InputError as error:
            problem = str(error)
        if self._seen is not None:
            words = f"{count} {'setting' if count == 1 else 'settings'} will change."
            self.line.setText(reason or problem or (words if count else "Nothing is changed."))
        can = not reason and self._seen is not None
        for widget in (self.cors, self.website, self.keep):
            widget.setEnabled(can)
            explain(widget, reason)
        self.days.setEnabled(can and self.keep.isChecked())
        for line in (self.index, self.missing):
            line.setEnabled(can and self.website.isChecked())
        self.apply_button.setEnabled(can and bool(count) and not problem and not self.is_busy)
        explain(self.apply_button, reason or problem or ("" if count else "Nothing is changed."))


class ReviewSheet(Sheet):
    """Each setting before and after; accepted to apply them."""

    def __init__(
        self, before: ServiceSettings, after: ServiceSettings, parent: QWidget | None
    ) -> None:
        super().__init__("Change these settings?", parent, icon_name="question", width=620)
        self.model = LinesModel(("Setting", "Now", "After"), self)
        found = changes(before, after)
        self.model.show([Line((one.name, one.before, one.after)) for one in found])
        self.table = QTableView()
        dress_table(self.table, "What will change")
        self.table.setModel(self.model)
        self.table.setWordWrap(True)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setColumnWidth(0, 150)
        self.table.setColumnWidth(1, 200)
        self.table.setMinimumHeight(150)
        self.body.addWidget(self.table)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Apply", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(self.accept)
        self.go_button.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.table.resizeRowsToContents()  # now that the columns have their widths
