"""What a person can do with connections: make, look at, rename, renew, remove.

GUI thread only. Dialogs belong to the window; the service does the work.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from explorer.base.errors import InputError, LocalError, NetworkError
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.connect.dialog import MAX_FILE_BYTES, ConnectCalls, ConnectDialog
from explorer.gui.connect.edit import EditDialog
from explorer.gui.connect.fetching import fetched
from explorer.gui.connect.local_storage import LocalStorage
from explorer.gui.connect.replace import ReplaceDialog
from explorer.gui.connect.taking_along import TakingAlong
from explorer.service.model import Connection, ProbeReport
from explorer.storage.connection import ConnectionSpec, parse

EMULATOR_TEXT = "UseDevelopmentStorage=true"


def read_pasted_file(path: Path) -> str:
    """The text of a small file that was dropped for its connections. Raises our errors."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise LocalError(
            f"'{path.name}' cannot be read: {error.strerror}.", path=str(path)
        ) from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(
            f"'{path.name}' is too large to hold connections.",
            cure="Drop the JSON that the storage API answered, or paste one string.",
        )
    return data.decode("utf-8", "replace")


class Connecting(QObject):
    """One per window."""

    connected = Signal(object)
    """A `Connection` that was just made, to be opened where it starts."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        workers: Workers,
        local_storage: LocalStorage,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._scope = scope
        self._workers = workers
        self._local_storage = local_storage
        self._window = window
        self._dialog: ConnectDialog | None = None
        self.taking_along = TakingAlong(bridge, scope, workers, window)
        """Export and import of connections."""

    # -- new ones -------------------------------------------------------------

    def open_dialog(self, text: str = "") -> None:
        """Ask for a connection, with `text` in the box already; nothing is reached yet."""
        if self._dialog is not None:
            if text:
                self._dialog.box.set_text(text)
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        calls = ConnectCalls(self._probe, self._connect, self._read_file, self._fetch)
        self._dialog = ConnectDialog(calls, self._scope, self._window, text=text)
        self._scope.spawn(self._ask(self._dialog), name="the connect dialog")

    async def _ask(self, dialog: ConnectDialog) -> None:
        try:
            connection = await ask.finished(dialog, lambda it: it.connection)
        finally:
            self._dialog = None
        if connection is not None:
            self.connected.emit(connection)

    async def _probe(self, spec: ConnectionSpec) -> ProbeReport:
        return await self._bridge.call(lambda service: service.probe(spec))

    async def _connect(
        self, spec: ConnectionSpec, name: str, save: bool, report: ProbeReport | None
    ) -> Connection:
        return await self._bridge.call(
            lambda service: service.connect(spec, name=name, save=save, probe=report)
        )

    async def _read_file(self, path: Path) -> str:
        return await self._workers.run(read_pasted_file, path)

    async def _fetch(self, address: str) -> str:
        settings = await self._bridge.get(lambda service: service.settings)
        return await self._workers.run(fetched, address, settings)

    # -- local storage ----------------------------------------------------------

    async def explore_local_storage(self) -> None:
        """Connect to the emulator on its usual port; where none listens, offer to start one."""
        for known in await self._bridge.get(lambda service: service.connections()):
            if known.is_emulator:
                self.connected.emit(known)
                return
        spec = parse(EMULATOR_TEXT)
        try:
            connection = await self._connect(spec, "Local storage", True, None)
        except NetworkError:
            text = await self._start_emulator()
            if text is None:
                return
            connection = await self._connect(parse(text), "Local storage", False, None)
        self.connected.emit(connection)

    async def _start_emulator(self) -> str | None:
        """Its connection string, or None where the person did not want one."""
        wants = await ask.confirm(
            self._window,
            "Start local storage?",
            "No storage emulator listens on this computer. Quayside can start one for as long "
            "as it runs; what you put there stays in its cache folder.",
            go="&Start",
        )
        if not wants:
            return None
        return await self._workers.run(self._local_storage.start)

    # -- those that are there -----------------------------------------------------

    async def edit(self, connection: Connection) -> None:
        """Look at it, rename it, say what kind it is, or go on to a new credential."""
        dialog = EditDialog(connection, self._window)
        answer = await ask.finished(
            dialog, lambda it: (it.name.text().strip(), it.is_hierarchical, it.wants_replacement)
        )
        if answer is None:
            return
        name, is_hierarchical, wants_replacement = answer
        if name != connection.name:
            await self._rename(connection.id, name)
        before = connection.is_hierarchical if connection.is_namespace_set else None
        if is_hierarchical is not before:
            await self._bridge.call(
                lambda service: service.set_hierarchical(connection.id, is_hierarchical)
            )
        if wants_replacement:
            await self.replace(connection)

    async def rename(self, connection: Connection) -> None:
        """Ask for another name."""
        name = await ask.text(
            self._window, "Rename connection", "&Name", go="&Rename", value=connection.name
        )
        if name and name != connection.name:
            await self._rename(connection.id, name)

    async def _rename(self, connection_id: str, name: str) -> None:
        await self._bridge.call(lambda service: service.rename_connection(connection_id, name))

    async def replace(self, connection: Connection) -> None:
        """Ask for a new SAS or key; the connection keeps its id, its tabs and its transfers."""

        async def work(connection_id: str, text: str) -> Connection:
            return await self._bridge.call(
                lambda service: service.replace_credential(connection_id, text)
            )

        dialog = ReplaceDialog(connection, work, self._scope, self._window)
        await ask.finished(dialog, lambda it: it.connection)

    async def remove(self, connection: Connection) -> None:
        """Forget it, after asking."""
        wants = await ask.confirm(
            self._window,
            f"Remove '{connection.name}'?",
            "Quayside forgets the connection and its secret. Nothing in the storage changes.",
            go="&Remove",
            is_danger=True,
        )
        if wants:
            await self._bridge.call(lambda service: service.remove_connection(connection.id))
