"""Containers, an account and connections taken along, in the real window, by the keyboard alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from explorer.service.emulator import Emulator
from tests.e2e.desk import Desk, Window
from tests.e2e.hands import START, choose_file, command, connect
from tests.e2e.screen import wait_for
from tests.e2e.storage import ACCOUNT

CONTAINER = "keys-made-this"
PASSPHRASE = "seven tall ships by quay"


def change_the_account(window: Window, service: BlobServiceClient) -> None:
    command(window, "account settings", "Settings of keysaccount")
    window.hear("Nothing is changed.")
    window.keys("alt+w")
    window.spot("Index document", "text")
    window.keys("alt+i")
    window.type("home.html")
    window.keys("alt+r")
    window.spot("Apply", "push button")
    window.keys("alt+a")

    def is_served() -> bool:
        website = service.get_service_properties()["static_website"]
        return bool(website.enabled) and website.index_document == "home.html"

    wait_for(is_served, "the website")
    window.hear("Nothing is changed.")
    window.keys("Escape")


def make_a_container(window: Window, service: BlobServiceClient) -> None:
    command(window, "create container", "Create container")
    window.type(CONTAINER)
    window.keys("Tab", "Tab")
    window.type("team=ai")
    window.keys("alt+c")
    window.see(f"Container {CONTAINER}", "cell")
    made = service.get_container_client(CONTAINER).get_container_properties()
    assert made.metadata == {"team": "ai"}


def open_it_to_all(window: Window, service: BlobServiceClient) -> None:
    command(window, "public access", f"Public access to {CONTAINER}")
    window.see("Private: only with a key or a SAS", "radio button")
    window.keys("Down", "Down")
    window.hear("internet")
    window.keys("Return")
    client = service.get_container_client(CONTAINER)
    wait_for(
        lambda: client.get_container_access_policy()["public_access"] == "container",
        "public access",
    )


def add_a_policy(window: Window, service: BlobServiceClient) -> None:
    command(window, "stored access policies", f"Stored access policies of {CONTAINER}")
    window.hear("No stored policies.")
    window.keys("space")
    window.type("readers")
    window.keys("Tab")
    window.type("lr")
    window.keys("Tab", "Tab")
    window.type("2031-02-03 04:05")
    window.hear("readers: read, list")
    window.keys("alt+s")
    client = service.get_container_client(CONTAINER)

    def ids() -> list[str]:
        return [one.id for one in client.get_container_access_policy()["signed_identifiers"]]

    wait_for(lambda: ids() == ["readers"], "the policy")


def export(window: Window, path: Path) -> None:
    command(window, "export connections", "Export connections")
    window.keys("alt+s")
    window.hear("Too short")
    window.spot("Passphrase", "text")
    window.keys("alt+p")
    window.type(PASSPHRASE)
    window.keys("alt+g")
    window.type(PASSPHRASE)
    window.hear("Good.")
    window.keys("alt+c")
    choose_file(window, "Export connections", path)
    wait_for(lambda: path.exists() and path.read_bytes(), "the file")


def forget(window: Window) -> None:
    """Disconnect, by the menu of the tree."""
    window.front()
    window.keys("F6", "Menu", "n")
    window.front("Remove .*")
    window.spot("Remove", "push button")
    window.keys("alt+r")
    window.see(START)


def bring_back(window: Window, path: Path) -> None:
    command(window, "import connections", "Import connections")
    choose_file(window, "Import connections", path)
    window.front(f"Import connections from {path.name}")
    window.hear("its secret is locked")
    window.keys("alt+p")
    window.type(PASSPHRASE)
    window.keys("alt+u")
    window.hear("with its secret")
    window.keys("alt+i")
    window.miss(f"Import connections from {path.name} — Quayside")


def go_back(window: Window, name: str) -> None:
    """The secret came along: the account can be listed."""
    window.front()
    window.keys("ctrl+k")
    window.front("Commands")
    window.type(f"go to {name}")
    window.keys("Return")
    window.see(f"Container {CONTAINER}", "cell")


@pytest.mark.long
@pytest.mark.parametrize(("theme", "scale"), [("light", 1), ("dark", 2)])
def test_an_account_is_run_by_keys_alone(
    at_desk: Desk, storage: Emulator, service: BlobServiceClient
) -> None:
    window = at_desk.open_quayside()
    path = at_desk.home / "taken.json"
    connect(window, storage.connection_string)
    window.see("No containers yet")
    change_the_account(window, service)
    make_a_container(window, service)
    open_it_to_all(window, service)
    add_a_policy(window, service)
    export(window, path)
    assert ACCOUNT.key not in path.read_text()
    forget(window)
    bring_back(window, path)
    go_back(window, json.loads(path.read_text())["connections"][0]["name"])
