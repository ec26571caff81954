"""What is deleted, in the listing of the real window: shown and restored by keys alone."""

from __future__ import annotations

from tests.e2e.desk import Desk
from tests.e2e.hands import connect, enter
from tests.e2e.storage import filled
from tests.support.history import ProtectedServer

CONTAINER = "kept"


def test_what_is_deleted_is_shown_heard_and_restored_by_keys(
    at_desk: Desk, history_server: ProtectedServer
) -> None:
    server = history_server(blob_days=6)
    blobs = {"a.txt": b"one", "b.txt": b"two"}
    with filled(server.connection_string, CONTAINER, blobs) as client:
        client.delete_blob("b.txt")
        window = at_desk.open_quayside(width=1180, height=760)
        connect(window, server.connection_string)
        enter(window, CONTAINER, "File a.txt")
        window.keys("ctrl+h")
        window.see("Deleted file b.txt", "cell")
        window.see("Deleted: 6 days left", "cell")
        window.keys("Down", "ctrl+k")
        window.front("Commands")
        window.type("Restore")
        window.keys("Return")
        window.see("File b.txt", "cell")
        assert client.download_blob("b.txt").readall() == b"two"
