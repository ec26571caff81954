"""Who may read a container without a key or a SAS. GUI thread only."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from explorer.base.tasks import TaskScope
from explorer.gui.account.access_words import PUBLIC_WARNINGS, PUBLIC_WORDS
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Location
from explorer.storage.control_model import ContainerAccess, PublicAccess


class PublicAccessSheet(WorkSheet):
    """Looks at once; stored policies stay as they are."""

    def __init__(
        self, bridge: Bridge, scope: TaskScope, place: Location, parent: QWidget | None
    ) -> None:
        super().__init__(
            f"Public access to {place.container}", scope, parent, icon_name="unlock", width=500
        )
        self._bridge = bridge
        self._place = place
        self._seen: ContainerAccess | None = None
        self.choices: dict[PublicAccess, QRadioButton] = {}
        self._group = QButtonGroup(self)
        for public, words in PUBLIC_WORDS.items():
            button = QRadioButton(words)
            button.setAccessibleName(words)
            button.toggled.connect(self.show_state)
            self._group.addButton(button)
            self.choices[public] = button
            self.body.addWidget(button)
        self.again_button = self.add_button("&Look again", icon_name="refresh", at_left=True)
        self.again_button.clicked.connect(self.look)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.apply_button = self.add_button("&Apply", rank=Rank.PRIMARY)
        self.apply_button.clicked.connect(lambda: self.begin(self._apply(), "set public access"))
        self.show_state()

    def look(self) -> None:
        """Ask how it is now; what was chosen goes."""
        self.begin(self._look(), "look at public access")

    @property
    def chosen(self) -> PublicAccess:
        found = (public for public, button in self.choices.items() if button.isChecked())
        return next(found, PublicAccess.NOBODY)

    async def _look(self) -> None:
        seen = await self._bridge.call(lambda it: it.administration.container_access(self._place))
        self._seen = seen
        self.notice.hide()
        self.choices[seen.public].setChecked(True)
        self.choices[seen.public].setFocus()

    async def _apply(self) -> None:
        seen = self._seen
        if seen is None:
            return
        wish = replace(seen, public=self.chosen)
        await self._bridge.call(
            lambda it: it.administration.set_container_access(self._place, wish, seen=seen)
        )
        self.accept()

    def show_state(self) -> None:
        seen = self._seen
        for button in self.choices.values():
            button.setEnabled(seen is not None)
        is_other = seen is not None and self.chosen is not seen.public
        self.apply_button.setEnabled(is_other and not self.is_busy)
        self.again_button.setEnabled(not self.is_busy)
        is_refused = self.notice.tone() is Tone.BAD and not self.notice.isHidden()
        if seen is not None and not self.is_busy and not is_refused:
            warning = PUBLIC_WARNINGS[self.chosen]
            if warning:
                self.notice.tell(warning, Tone.WARN, closable=False)
            else:
                self.notice.hide()
            self.fit()
