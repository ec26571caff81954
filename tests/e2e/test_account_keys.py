"""Containers, an account and connections taken along, in the real window, by the keyboard alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from explorer.service.emulator import Emulator, EmulatorAccount
from tests.e2e.desk import Desk, Window, desk
from tests.e2e.screen import wait_for
from tests.support.secret_service import SecretService

START = "Paste a connection string, SAS URL or blob URL"
CONTAINER = "keys-made-this"
ACCOUNT = EmulatorAccount("keysaccount", base64.b64encode(b"only by keys " * 5).decode())
PASSPHRASE = "seven tall ships by quay"
Look = Callable[[str], object]
"""Called with a word for what is in front, before it is left."""


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Emulator]:
    """An empty account whose key nobody else has."""
    with Emulator(log=tmp_path / "emulator.log", accounts=(ACCOUNT,)) as emulator:
        yield emulator


@pytest.fixture
def service(storage: Emulator) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(storage.connection_string) as client:
        yield client


def says(window: Window, words: str) -> None:
    """Wait until something on the screen says it."""

    def look() -> bool:
        try:
            return any(words in text for text in window.desk.reader.texts())
        except LookupError:  # something went while it was walked over
            return False

    wait_for(look, repr(words))


def command(window: Window, name: str, opens: str) -> None:
    """Choose from the palette, by typing its name; wait for the window that opens."""
    window.keys("ctrl+k")
    window.see("Commands", "list")
    window.desk.screen.type(name)
    window.keys("Return")
    window.desk.screen.window(opens)
    window.see(f"{opens} — Quayside")


def connect(window: Window, storage: Emulator) -> None:
    window.see(START)
    window.desk.clip(storage.connection_string)
    window.keys("ctrl+v")
    window.see("everything")
    window.keys("Return")
    window.see("No containers yet")


def change_the_account(window: Window, service: BlobServiceClient, look: Look) -> None:
    command(window, "account settings", "Settings of keysaccount")
    says(window, "Nothing is changed.")
    window.keys("alt+w")
    index = window.see("Index document", "text")
    wait_for(lambda: index.is_enabled or None, "the field of the first page")
    window.keys("alt+i")
    window.desk.screen.type("home.html")
    look("account-settings")
    window.keys("alt+r")
    window.see("Apply", "push button")
    look("account-review")
    window.keys("alt+a")

    def is_served() -> bool:
        website = service.get_service_properties()["static_website"]
        return bool(website.enabled) and website.index_document == "home.html"

    wait_for(is_served, "the website")
    says(window, "Nothing is changed.")
    window.keys("Escape")


def make_a_container(window: Window, service: BlobServiceClient, look: Look) -> None:
    command(window, "create container", "Create container")
    window.desk.screen.type(CONTAINER)
    window.keys("Tab", "Tab")
    window.desk.screen.type("team=ai")
    look("create-container")
    window.keys("alt+c")
    window.see(f"Container {CONTAINER}", "cell")
    made = service.get_container_client(CONTAINER).get_container_properties()
    assert made.metadata == {"team": "ai"}


def open_it_to_all(window: Window, service: BlobServiceClient, look: Look) -> None:
    command(window, "public access", f"Public access to {CONTAINER}")
    window.see("Private: only with a key or a SAS", "radio button")
    window.keys("Down", "Down")
    says(window, "internet")
    look("public-access")
    window.keys("Return")
    client = service.get_container_client(CONTAINER)
    wait_for(
        lambda: client.get_container_access_policy()["public_access"] == "container",
        "public access",
    )


def add_a_policy(window: Window, service: BlobServiceClient, look: Look) -> None:
    command(window, "stored access policies", f"Stored access policies of {CONTAINER}")
    says(window, "No stored policies.")
    window.keys("space")
    window.desk.screen.type("readers")
    window.keys("Tab")
    window.desk.screen.type("lr")
    window.keys("Tab", "Tab")
    window.desk.screen.type("2031-02-03 04:05")
    says(window, "readers: read, list")
    look("policies")
    window.keys("alt+s")
    client = service.get_container_client(CONTAINER)

    def ids() -> list[str]:
        return [one.id for one in client.get_container_access_policy()["signed_identifiers"]]

    wait_for(lambda: ids() == ["readers"], "the policy")


def export(window: Window, path: Path, look: Look) -> None:
    command(window, "export connections", "Export connections")
    window.keys("alt+s")
    says(window, "Too short")
    field = window.see("Passphrase", "text")
    wait_for(lambda: field.is_enabled or None, "the passphrase")
    window.keys("alt+p")
    window.desk.screen.type(PASSPHRASE)
    window.keys("alt+g")
    window.desk.screen.type(PASSPHRASE)
    says(window, "Good.")
    look("export")
    window.keys("alt+c")
    window.see("File name:")
    window.keys("ctrl+a")
    window.desk.screen.type(str(path))
    window.keys("Return")
    wait_for(lambda: path.exists() and path.read_bytes(), "the file")


def forget(window: Window, look: Look) -> None:
    """Disconnect, by the menu of the tree."""
    window.keys("F6")
    window.keys("Menu")
    look("account-menu")
    window.keys("n")
    window.see("Remove", "push button")
    look("disconnect")
    window.keys("alt+r")
    window.see(START)


def bring_back(window: Window, path: Path, look: Look) -> None:
    command(window, "import connections", "Import connections")
    window.see("File name:")
    window.desk.screen.type(str(path))
    window.keys("Return")
    window.desk.screen.window(f"Import connections from {path.name}")
    says(window, "its secret is locked")
    window.keys("alt+p")
    window.desk.screen.type(PASSPHRASE)
    look("import-locked")
    window.keys("alt+u")
    says(window, "with its secret")
    look("import-open")
    window.keys("alt+i")
    title = f"Import connections from {path.name} — Quayside"
    wait_for(lambda: not window.desk.reader.sees(title), "the dialog to go")


def walk(at: Desk, storage: Emulator, service: BlobServiceClient, look: Look) -> None:
    window = at.open_quayside()
    path = at.home / "taken.json"
    connect(window, storage)
    change_the_account(window, service, look)
    make_a_container(window, service, look)
    open_it_to_all(window, service, look)
    add_a_policy(window, service, look)
    export(window, path, look)
    assert ACCOUNT.key not in path.read_text()
    forget(window, look)
    bring_back(window, path, look)
    go_back(window, json.loads(path.read_text())["connections"][0]["name"], look)


def go_back(window: Window, name: str, look: Look) -> None:
    """The secret came along: the account can be listed."""
    window.keys("ctrl+k")
    window.see("Commands", "list")
    window.desk.screen.type(f"go to {name}")
    window.keys("Return")
    window.see(f"Container {CONTAINER}", "cell")
    look("back")


def seated(home: Path, keyring: SecretService, theme: str, scale: int) -> Iterator[Desk]:
    """At a desk in that theme, whose screen has that many pixels to a point."""
    state = home / "state"
    state.mkdir(parents=True, mode=0o700)
    (state / "settings.json").write_text(json.dumps({"version": 1, "theme": theme}))
    with desk(home, keyring, width=1400 * scale, height=900 * scale) as at:
        at.screen.env["QT_SCALE_FACTOR"] = str(scale)
        at.scale = scale
        yield at


@pytest.mark.long
@pytest.mark.parametrize(("theme", "scale"), [("light", 1), ("dark", 2)])
def test_an_account_is_run_by_keys_alone(
    tmp_path: Path,
    secret_service: SecretService,
    storage: Emulator,
    service: BlobServiceClient,
    theme: str,
    scale: int,
) -> None:
    for at in seated(tmp_path / "desk", secret_service, theme, scale):
        walk(at, storage, service, lambda _: None)
