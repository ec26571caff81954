"""The inspector in the real window, with the keyboard alone."""

from __future__ import annotations

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk
from tests.e2e.hands import connect, enter
from tests.e2e.storage import filled

CONTAINER = "training"


def test_space_peeks_and_alt_return_tells_properties(at_desk: Desk, storage: Emulator) -> None:
    blobs = {"train.csv": b"epoch,loss\n1,0.5\n2,0.25\n"}
    with filled(storage.connection_string, CONTAINER, blobs):
        window = at_desk.open_quayside(width=1180, height=760)
        connect(window, storage.connection_string)
        enter(window, CONTAINER, "File train.csv")
        window.keys("space")
        window.see("CSV · Separator: comma · Columns: 2 · Encoding: UTF-8")
        window.see("Read all of 24 B")
        window.keys("alt+Return")
        window.see("Copy all")
        window.keys("F6", "Left")
        window.see("Read all of 24 B")
