"""The window as a program: start, run, end. `run` is what the commands call.

The window is shown first; only then is the service imported and started, in threads of
its own, so that neither the SDK nor the disk is waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import explorer
from explorer.base import priority
from explorer.base.errors import LocalError, QuaysideError
from explorer.base.log import set_up_logging
from explorer.base.paths import data_dir, make_private_dir
from explorer.base.settings import Settings, ThemeChoice, load_settings
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui import errors, picture
from explorer.gui.bridge import Bridge
from explorer.gui.connect.local_storage import LocalStorage
from explorer.gui.desktop.room import DesktopRoom
from explorer.gui.gcguard import GcGuard
from explorer.gui.icons import app_icon
from explorer.gui.parts.clipboard_end import leave_clipboard
from explorer.gui.sinks import Sinks
from explorer.gui.theme import Theme
from explorer.gui.watch.area import quiet_of
from explorer.gui.window import memory as window_memory
from explorer.gui.window.closing import Leaving, Tray, ask_how
from explorer.gui.window.elsewhere import Elsewhere
from explorer.gui.window.main_window import MainWindow
from explorer.service.events import SettingsChanged
from explorer.storage import crc64

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.0005
"""How long another thread may keep the interpreter from the window; 5 ms, Python's own,
adds up to late frames when a listing is parsed while a table is painted."""

PICTURE_SIZE = (1280, 800)


def run(argv: Sequence[str]) -> int:
    """Show the window until it is closed; the exit code. `argv` is without the program."""
    options = _options(argv)
    folder = data_dir()
    undo_logging = set_up_logging(folder, "window")
    old_interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = application()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    guard = GcGuard()
    guard.start()
    try:
        return int(loop.run_until_complete(_live(folder, options)))
    finally:
        leave_clipboard()
        guard.stop()
        loop.close()
        asyncio.set_event_loop(None)
        sys.setswitchinterval(old_interval)
        undo_logging()


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="quayside-gui", description=explorer.__doc__)
    parser.add_argument(
        "target",
        nargs="?",
        default="",
        help="a URL to show: of a saved connection its folder, of any other the connect dialog",
    )
    parser.add_argument(
        "--picture", metavar="FILE", help="save a picture of the window as PNG, and end"
    )
    return parser.parse_args(list(argv))


def application() -> QApplication:
    """The one QApplication, with its names and icon."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication([sys.argv[0]])
    app.setApplicationName("quayside")
    app.setApplicationDisplayName("Quayside")
    app.setApplicationVersion(explorer.__version__)
    app.setOrganizationName("quayside")
    QGuiApplication.setDesktopFileName("quayside")
    app.setWindowIcon(app_icon())
    # Closing the last dialog while the window sits in the tray must not end the program.
    app.setQuitOnLastWindowClosed(False)
    return app


async def _live(folder: Path, options: argparse.Namespace) -> int:
    program = Program(folder)
    try:
        if options.picture:
            return await program.take_picture(options.target, Path(options.picture))
        return await program.run(options.target)
    finally:
        await program.aclose()


class Program:
    """Everything the window needs, in the order it is made and unmade."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("there is no application")
        self._theme = Theme(app)
        self._sinks = Sinks(asyncio.get_running_loop(), self._tell)
        self.bridge = Bridge()
        self._scope = TaskScope(self._sinks.heard)
        self._workers = Workers("window", 2)
        self._local_storage = LocalStorage()
        self._leave = asyncio.Event()
        self._is_asking = False
        self._told: set[str] = set()
        self.window = MainWindow(
            self.bridge,
            self._scope,
            self._workers,
            self._local_storage,
            window_memory.load(folder),
        )
        with suppress(LocalError):  # the service says what is wrong with the file
            self._show_theme(load_settings(folder).settings.theme)
        self._sinks.install()
        priority.start_by(asyncio.get_running_loop().call_soon_threadsafe)
        self.window.close_requested.connect(self._close_requested)
        self.window.memory_changed.connect(self._save)
        self.window.theme_chosen.connect(self._theme_chosen)
        self.bridge.events.on(SettingsChanged, lambda it: self._show_theme(it.settings.theme))
        self._tray = Tray(self.window)
        self._tray.show_requested.connect(self._come_back)
        self._tray.quit_requested.connect(self._close_requested)
        self._desktop = DesktopRoom(
            self.bridge, self._scope, self._workers, self.window, self._tray.say
        )
        self._desktop.be_quiet_of(quiet_of(self.window.areas))
        self._desktop.notification.clicked.connect(self._come_back)

    async def run(self, target: str) -> int:
        """Until the person leaves."""
        self.window.show()
        # Let it be painted before anything else is imported.
        await asyncio.sleep(0)
        self._spawn(self._start_service(target), "start the service")
        await self._leave.wait()
        return 0

    async def take_picture(self, target: str, path: Path) -> int:
        """Show the place and save what is seen; 1 where that was not possible."""
        self.window.resize(*PICTURE_SIZE)
        self.window.show()
        try:
            await self._start_service(target)
            await picture.take(self.window, path)
        except QuaysideError as error:
            log.error("no picture was taken", exc_info=error)
            return 1
        return 0

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self._scope.spawn(work, name=name)

    async def _start_service(self, target: str) -> None:
        try:
            module = await self._workers.run(import_module, "explorer.service.host")
            await self._workers.run(make_private_dir, self._folder)
            await self.bridge.attach(module.ServiceHost(self._folder, adopt_jobs=True))
        except (QuaysideError, OSError) as error:
            errors.show(self.window, error)
            return
        settings: Settings = await self.bridge.get(lambda service: service.settings)
        self._spawn(self._workers.run(crc64.load), "load what uploads need")
        self._show_theme(settings.theme)
        Elsewhere(self.bridge, self._scope, self._folder, self.window)
        asking = self._scope.spawn(self._ask_keyring(), name="ask the keyring")
        await self.window.start(
            restore_tabs=settings.restore_session and not target, secrets=asking
        )
        if target:
            await self.window.going.go_to(self.window.pane, target)

    async def _ask_keyring(self) -> None:
        await self.bridge.call(lambda service: service.load_secrets())

    def _tell(self, error: BaseException) -> None:
        """What nobody expected: once for each kind of it."""
        words = errors.describe(error)
        if words.details in self._told:
            return
        self._told.add(words.details)
        self.window.tell(error)

    # -- the look ---------------------------------------------------------------

    def _show_theme(self, choice: ThemeChoice) -> None:
        self._theme.choose(choice)
        self.window.themes.show_choice(choice)

    def _theme_chosen(self, choice: ThemeChoice) -> None:
        self._show_theme(choice)  # at once, not when it has been kept
        self.window.deeds.do(
            self.bridge.call(lambda service: service.update_settings(theme=choice.value)),
            "keep the theme",
        )

    # -- leaving ----------------------------------------------------------------

    def _save(self) -> None:
        self._spawn(self._save_memory(), "save the window's state")

    async def _save_memory(self) -> None:
        data = self.window.remember()
        await self._workers.run(window_memory.save, self._folder, data)

    def _close_requested(self) -> None:
        if not self._is_asking:
            self._is_asking = True
            self._spawn(self._close(), "close")

    async def _close(self) -> None:
        try:
            leaving = await self._how_to_leave()
            if leaving is Leaving.STAY:
                return
            if leaving is Leaving.TRAY:
                self._tray.show()
                self.window.hide()
                return
            if leaving is Leaving.CANCEL:
                await self._cancel_transfers()
            await self._save_memory()
            await self._workers.run(self.window.operations.opened.tidy)
            self._leave.set()
        finally:
            self._is_asking = False

    async def _how_to_leave(self) -> Leaving:
        if not self.window.transfers.busy():
            return Leaving.PAUSE
        settings: Settings = await self.bridge.get(lambda service: service.settings)
        if not settings.confirm_quit:
            return Leaving.PAUSE
        self._come_back()
        return await ask_how(self.window, has_tray=Tray.is_available())

    async def _cancel_transfers(self) -> None:
        """Those that were asked about; what was paused before stays so."""
        for job in self.window.transfers.busy():
            job_id = job.id
            await self.bridge.call(lambda service, job_id=job_id: service.cancel(job_id))  # type: ignore[misc]

    def _come_back(self) -> None:
        self._tray.hide()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    async def aclose(self) -> None:
        """Hide at once, then end every task, the service, the threads, the window."""
        self.window.hide()
        self._tray.hide()
        self.bridge.hush()
        self._desktop.close()
        await self._scope.aclose()
        try:
            await self.bridge.detach()
        except Exception as error:
            log.error("the service did not end well", exc_info=error)
        await self._workers.run(self._local_storage.stop)
        self._workers.close()
        priority.start_by(None)
        self._sinks.remove()
        self.window.may_close = True
        self.window.close()
        self.window.deleteLater()
        await asyncio.sleep(0)
