"""An artifact in storage: what it is, whether it is whole, and where to download it. GUI thread
only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.artifact import words
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.texts import ElidedLabel, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.workflows.artifact_download import Kept


class ArtifactDownloadSheet(WorkSheet):
    """Accepted with a `folder` to download into. Looks by itself."""

    def __init__(
        self,
        place: str,
        look: Callable[[], Awaitable[Kept]],
        scope: TaskScope,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Download artifact", scope, parent, icon_name="download", width=520)
        self._look = look
        self.kept: Kept | None = None
        self.folder: Path | None = None
        self.figures = plain_label("Looking at it…", wrap=True)
        self.figures.setMinimumHeight(self.figures.fontMetrics().lineSpacing() * 2)
        self.body.insertWidget(0, ElidedLabel(place))
        self.body.insertWidget(1, self.figures)
        self.busy = BusyIndicator("Looking at the artifact")
        self._left.addWidget(self.busy)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Download to…", rank=Rank.PRIMARY)
        self.go_button.clicked.connect(
            lambda: self._scope.spawn(self._choose(), name="choose a folder")
        )
        self.begin(self._read(), "look at an artifact")

    async def _read(self) -> None:
        self.kept = await self._look()
        self.figures.setText(words.kept(self.kept))

    async def _choose(self) -> None:
        self.folder = await ask.folder(self, "Download the artifact to")
        if self.folder is not None:
            self.accept()

    def show_state(self) -> None:
        self.busy.start() if self.is_busy else self.busy.stop()
        is_there = self.kept is not None and bool(self.kept.files)
        self.go_button.setEnabled(is_there)
        if is_there and not self.go_button.hasFocus():
            self.go_button.setFocus()
