"""Keeps the cyclic garbage collector on the GUI thread.

A collection in a worker thread would destroy QObjects there, which Qt does not
survive. So the automatic collector is off in the window's process and a timer of
the GUI thread collects instead, the young ones often and everything rarely.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 2000
FULL_EVERY = 30


class GcGuard(QObject):
    """Lives on the GUI thread from start to end; `stop` gives the collector back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turns = 0
        self._was_on = True
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Switch the automatic collector off and collect here from now on.

        What exists already (modules, mostly) is set aside, so that a collection
        does not walk it each time.
        """
        self._was_on = gc.isenabled()
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer.start()

    def _collect(self) -> None:
        self._turns += 1
        gc.collect(2 if self._turns % FULL_EVERY == 0 else 1)

    def stop(self) -> None:
        """Back to how it was, after the last worker thread has ended."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
