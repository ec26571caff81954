"""The guard of the garbage collector gives back what it took."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QApplication

from explorer.gui.gcguard import GcGuard


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_is_as_it_was_afterwards(qapp: QApplication, is_on: bool) -> None:
    try:
        if is_on:
            gc.enable()
        guard = GcGuard()
        guard.start()
        assert not gc.isenabled()
        guard.stop()
        assert gc.isenabled() is is_on
    finally:
        gc.disable()  # as it is among these tests
