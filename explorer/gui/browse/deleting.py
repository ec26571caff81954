"""The confirmation of a deletion: what goes, how much that is, counted while one looks.

For a container its name has to be typed. GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.base.units import format_bytes, format_exact_bytes
from explorer.gui.browse.rows import Row
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.parts.busy import BusyIndicator
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.sheet import Sheet
from explorer.service.model import DeleteCount

SHOWN_NAMES = 200
WORD = "delete"

Counts = Callable[[], AsyncGenerator[DeleteCount, None]]


def headline(rows: list[Row]) -> str:
    """`Delete 'a.csv'?`, `Delete 3 folders and 12 files?`"""
    if len(rows) == 1:
        return f"Delete '{rows[0].name}'?"
    folders = sum(row.is_folder for row in rows)
    files = len(rows) - folders
    parts = []
    if folders:
        parts.append(f"{folders:,} folder{'' if folders == 1 else 's'}")
    if files:
        parts.append(f"{files:,} file{'' if files == 1 else 's'}")
    return f"Delete {' and '.join(parts)}?"


class DeleteSheet(Sheet):
    """Accepted when the person wants it gone. `count` walks the folders, if there are any; with
    more than `typed_above` files a word has to be typed, and else the count is waited for."""

    def __init__(
        self,
        rows: list[Row],
        place: str,
        count: Counts | None,
        scope: TaskScope,
        parent: QWidget | None = None,
        *,
        typed_name: str = "",
        typed_above: int = 1000,
    ) -> None:
        super().__init__(headline(rows), parent, icon_name="delete", tone=Tone.BAD, width=480)
        self._wanted = typed_name
        self._typed_above = typed_above
        self._is_counted = False
        self._blobs = sum(not row.is_folder for row in rows)
        self._bytes = sum(row.size_bytes for row in rows if not row.is_folder)
        self._task: asyncio.Task[None] | None = None
        self.body.addWidget(plain_label(f"From {shown(place)}", muted=True, wrap=True))
        if len(rows) > 1:
            self.body.addWidget(self._names(rows))
        self.busy = BusyIndicator("Counting")
        self.total = plain_label("", wrap=True)
        self.body.addWidget(self.total)
        self.body.addWidget(
            plain_label(
                "This cannot be undone from here, unless the account keeps deleted blobs.",
                muted=True,
                wrap=True,
            )
        )
        self.caption = plain_label("", wrap=True)
        self.line = QLineEdit()
        self.line.textChanged.connect(lambda _: self._look())
        for widget in (self.caption, self.line):
            self.body.addWidget(widget)
            widget.hide()
        if typed_name:
            self._ask(f"Type the container's name, {typed_name}, to delete it:", typed_name)
            self.line.setAccessibleName("Name of the container")
        self._left.addWidget(self.busy)
        cancel = self.add_button("Cancel")
        cancel.clicked.connect(self.reject)
        self.go_button = self.add_button("&Delete", rank=Rank.DANGER)
        self.go_button.clicked.connect(self.accept)
        self._tell(DeleteCount(is_complete=count is None))
        if count is not None:
            self.busy.start()
            self._task = scope.spawn(self._count(count), name="count what would be deleted")
        (self.line if typed_name else cancel).setFocus()

    def _names(self, rows: list[Row]) -> QListWidget:
        names = QListWidget()
        names.setAccessibleName("What will be deleted")
        names.addItems(
            [shown(row.name) + ("/" if row.is_folder else "") for row in rows[:SHOWN_NAMES]]
        )
        if len(rows) > SHOWN_NAMES:
            names.addItem(f"… and {len(rows) - SHOWN_NAMES:,} more")
        names.setMaximumHeight(150)
        return names

    def _ask(self, caption: str, wanted: str) -> None:
        """Nothing is deleted before `wanted` is typed."""
        self._wanted = wanted
        self.caption.setText(caption)
        self.caption.show()
        self.line.setAccessibleName(caption)
        self.line.show()
        self.line.setFocus()

    def _look(self) -> None:
        is_typed = bool(self._wanted) and self.line.text().strip() == self._wanted
        self.go_button.setEnabled(is_typed if self._wanted else self._is_counted)

    async def _count(self, count: Counts) -> None:
        try:
            async with aclosing(count()) as counts:
                async for so_far in counts:
                    self._tell(so_far)
        except Exception as error:
            self.total.setText(f"It could not be counted: {describe(error).line}")
            if not self._wanted:
                self._ask(f"Nobody knows how much it is. Type {WORD} to go on:", WORD)
                self._look()
        finally:
            self._task = None
            self.busy.stop()

    def _tell(self, count: DeleteCount) -> None:
        blobs, size_bytes = self._blobs + count.blobs, self._bytes + count.size_bytes
        text = f"{blobs:,} file{'' if blobs == 1 else 's'}, {format_bytes(size_bytes)}"
        self.total.setText(text if count.is_complete else f"{text} so far…")
        explain(self.total, format_exact_bytes(size_bytes))
        self._is_counted = count.is_complete
        if blobs > self._typed_above and not self._wanted:
            self._ask(f"More than {self._typed_above:,} files. Type {WORD} to go on:", WORD)
        self._look()

    def done(self, code: int) -> None:
        if self._task is not None:
            self._task.cancel()
        super().done(code)
