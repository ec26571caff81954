"""What is deleted, in the listing of the real window: shown and restored by keys alone."""

from __future__ import annotations

from tests.e2e.desk import Desk
from tests.support.history import ProtectedServer, seen_through

CONTAINER = "kept"


def test_what_is_deleted_is_shown_heard_and_restored_by_keys(
    at_desk: Desk, history_server: ProtectedServer
) -> None:
    server = history_server(blob_days=6)
    with seen_through(server, CONTAINER) as client:
        if client.exists():
            client.delete_container()
        client.create_container()
        client.upload_blob("a.txt", b"one")
        client.upload_blob("b.txt", b"two")
        client.delete_blob("b.txt")
        window = at_desk.open_quayside(width=1180, height=760)
        window.see("Paste a connection string, SAS URL or blob URL")
        at_desk.clip(server.connection_string)
        window.keys("ctrl+v")
        window.see("Connect to storage — Quayside")
        window.see("everything")
        window.keys("Return")
        window.see(f"Container {CONTAINER}", "cell")
        window.keys("Return")
        window.see("File a.txt", "cell")
        window.keys("ctrl+h")
        window.see("Deleted file b.txt", "cell")
        window.see("Deleted: 6 days left", "cell")
        window.keys("Down", "ctrl+k")
        window.see("Commands — Quayside")
        at_desk.screen.type("Restore")
        window.keys("Return")
        window.see("File b.txt", "cell")
        assert client.download_blob("b.txt").readall() == b"two"
        client.delete_container()
