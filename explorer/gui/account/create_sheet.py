"""A new container: name, who may read it, metadata. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from explorer.base.errors import InputError
from explorer.base.tasks import TaskScope
from explorer.gui.account.access_words import PUBLIC_WARNINGS, PUBLIC_WORDS
from explorer.gui.account.metadata_field import MetadataField
from explorer.gui.bridge import Bridge
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.fields import line_field, mark_invalid
from explorer.gui.parts.texts import plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.service.naming import check_container_name
from explorer.storage.control_model import PublicAccess


class CreateContainerSheet(WorkSheet):
    """Stays open with the reason where the service refuses; `made` is what came to be."""

    def __init__(
        self, bridge: Bridge, scope: TaskScope, connection_id: str, parent: QWidget | None
    ) -> None:
        super().__init__("Create container", scope, parent, icon_name="new-container", width=500)
        self._bridge = bridge
        self._connection_id = connection_id
        self.made: Location | None = None
        self.name = line_field("Name")
        self.problem = plain_label(muted=True, wrap=True)
        self.access = QComboBox()
        self.access.setAccessibleName("Public access")
        for public, words in PUBLIC_WORDS.items():
            self.access.addItem(words, public)
        self.warning = plain_label(wrap=True)
        self.warning.hide()
        self.metadata = MetadataField()
        form = QFormLayout()
        form.addRow("&Name", self.name)
        form.addRow("", self.problem)
        form.addRow("&Access", self.access)
        form.addRow("", self.warning)
        form.addRow("&Metadata", self.metadata)
        self.body.addLayout(form)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.create_button = self.add_button("&Create", rank=Rank.PRIMARY)
        self.create_button.clicked.connect(lambda: self.begin(self._create(), "create container"))
        self.name.textChanged.connect(self.show_state)
        self.access.currentIndexChanged.connect(self._chosen)
        self.metadata.changed.connect(self.show_state)
        self.show_state()
        self.name.setFocus()

    @property
    def public(self) -> PublicAccess:
        found = self.access.currentData()
        return found if isinstance(found, PublicAccess) else PublicAccess.NOBODY

    def _chosen(self) -> None:
        warning = PUBLIC_WARNINGS[self.public]
        self.warning.setText(f"⚠ {warning}" if warning else "")
        self.warning.setVisible(bool(warning))
        self.fit()

    async def _create(self) -> None:
        name, public = self.name.text().strip(), self.public
        metadata = self.metadata.metadata()
        self.notice.hide()
        self.made = await self._bridge.call(
            lambda it: it.administration.create_container(
                self._connection_id, name, public=public, metadata=metadata
            )
        )
        self.accept()

    def show_state(self) -> None:
        name, problem = self.name.text().strip(), ""
        if name:
            try:
                check_container_name(name)
            except InputError as error:
                problem = str(error)
        self.problem.setText(problem)
        mark_invalid(self.name, bool(problem))
        is_good = bool(name) and not problem and not self.metadata.problem
        self.create_button.setEnabled(is_good and not self.is_busy)
