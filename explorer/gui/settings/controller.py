"""Opens the settings and has each change kept. GUI thread only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from explorer.base import settings
from explorer.base.errors import QuaysideError
from explorer.base.settings import Settings
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.errors import describe
from explorer.gui.settings.editors import FileEditor
from explorer.gui.settings.sheet import SettingsSheet


class SettingsRoom(QObject):
    """One per window."""

    def __init__(self, bridge: Bridge, scope: TaskScope, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._scope = scope
        self._window = window

    async def open(self, find: str = "") -> None:
        """Show the sheet until it is closed; `find` narrows it from the start."""
        now: Settings = await self._bridge.get(lambda service: service.settings)
        sheet = SettingsSheet(now, self._window)
        sheet.change_requested.connect(
            lambda name, value: self._scope.spawn(
                self._change(sheet, name, value), name="change a setting"
            )
        )
        sheet.reset_requested.connect(
            lambda: self._scope.spawn(self._reset(sheet), name="reset the settings")
        )
        for row in sheet.rows.values():
            if isinstance(row.editor, FileEditor):
                editor = row.editor
                editor.choose_requested.connect(
                    lambda editor=editor: self._scope.spawn(
                        self._choose(sheet, editor), name="choose a file"
                    )
                )
        sheet.narrow_to(find)
        await ask.answer(sheet)

    async def _change(self, sheet: SettingsSheet, name: str, value: Any) -> None:
        try:
            now = await self._bridge.call(lambda service: service.update_settings(**{name: value}))
        except QuaysideError as error:
            now = await self._bridge.get(lambda service: service.settings)
            sheet.show_one(name, now)
            sheet.tell_failure(describe(error).line)
            return
        sheet.show_one(name, now)

    async def _reset(self, sheet: SettingsSheet) -> None:
        if not await ask.confirm(
            sheet, "Reset all settings?", "Every setting gets its default back.", go="&Reset"
        ):
            return
        defaults = {name: settings.default(name) for name in settings.NAMES}
        try:
            now = await self._bridge.call(lambda service: service.update_settings(**defaults))
        except QuaysideError as error:
            sheet.tell_failure(describe(error).line)
            return
        sheet.show_settings(now)

    async def _choose(self, sheet: SettingsSheet, editor: FileEditor) -> None:
        if paths := await ask.files_to_open(sheet, "Choose a PEM file"):
            editor.take(str(paths[0]))
