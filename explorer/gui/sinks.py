"""Where errors end that nobody caught: in the log, redacted, and once before the person.

Four doors: tasks of the loop, slots, other threads, and Qt's own messages. Two background
tasks that fail in the same way at once are told once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from explorer.base.log import install_hooks, install_loop_handler

log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Sinks:
    """Installed for the life of the window; `remove` puts the former ones back.

    `tell` is called on the GUI thread with errors a person should hear of.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, tell: Callable[[BaseException], None]
    ) -> None:
        self._loop = loop
        self._tell = tell
        self._undo = ExitStack()

    def install(self) -> None:
        """Open the doors."""
        install_loop_handler(self._loop, self._tell)
        self._undo.callback(self._loop.set_exception_handler, None)
        self._undo.callback(install_hooks(self._from_any_thread))
        self._undo.callback(qInstallMessageHandler, qInstallMessageHandler(_from_qt))

    def remove(self) -> None:
        """Close them."""
        self._undo.close()

    def heard(self, where: str, error: BaseException) -> None:
        """An error of a background task of the GUI thread; the sink of its TaskScope."""
        log.error("%s failed", where, exc_info=error)
        self._tell(error)

    def _from_any_thread(self, error: BaseException) -> None:
        if threading.current_thread() is threading.main_thread():
            self._tell(error)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, error)


def _from_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
