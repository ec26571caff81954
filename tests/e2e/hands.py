"""What a person does at the desk, in every test the same way: connect, open, command, choose."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.desk import Window

START = "Paste a connection string, SAS URL or blob URL"


def connect(window: Window, pasted: str) -> None:
    """Paste an account's connection string into the empty start, and connect."""
    window.see(START)
    window.desk.clip(pasted)
    window.keys("ctrl+v")
    window.front("Connect to storage")
    window.see("everything")
    window.spot("Connect", "push button")
    window.keys("Return")
    window.front()


def enter(window: Window, container: str, seen: str, role: str = "cell") -> None:
    """Open the first container in the listing, which is that one, and see what is in there."""
    window.see(f"Container {container}", "cell")
    window.keys("Return")
    window.see(seen, role)


def command(window: Window, name: str, opens: str) -> None:
    """Choose from the palette, by typing its name; it opens a dialog of that title, a regular
    expression."""
    window.front()
    window.keys("ctrl+k")
    window.front("Commands")
    window.type(name)
    window.keys("Return")
    window.front(opens)


def choose_file(window: Window, title: str, path: Path, *, label: str = "File name:") -> None:
    """Name a file in the dialog for files of that title, and take it. A folder has the label
    `Directory:`."""
    window.see(label)
    window.front(title)
    window.keys("ctrl+a")
    window.type(str(path))
    window.keys("Return")
