"""A key and a SAS go into the keyring, and into nothing that a person or a thief can read."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote

import pytest
from azure.storage.blob import (
    AccountSasPermissions,
    ContainerClient,
    ResourceTypes,
    generate_account_sas,
)

from explorer.service.emulator import Emulator, EmulatorAccount
from tests.e2e.desk import Desk, Window
from tests.e2e.screen import wait_for

ACCOUNT = EmulatorAccount("canaryaccount", base64.b64encode(b"canary key " * 6).decode())
START = "Paste a connection string, SAS URL or blob URL"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Emulator]:
    """An account whose key nobody else has, with one container."""
    with Emulator(log=tmp_path / "emulator.log", accounts=(ACCOUNT,)) as emulator:
        with ContainerClient.from_connection_string(emulator.connection_string, "training") as c:
            c.create_container()
            c.upload_blob("hello.txt", b"hello")
        yield emulator


def sas_of(expires: datetime) -> str:
    return generate_account_sas(
        ACCOUNT.name,
        ACCOUNT.key,
        resource_types=ResourceTypes(service=True, container=True, object=True),
        permission=AccountSasPermissions(read=True, list=True),
        expiry=expires,
    )


def spellings(*secrets: str) -> list[bytes]:
    """Each secret as it is, percent-encoded, and decoded from base64."""
    found = []
    for secret in secrets:
        found += [secret.encode(), quote(secret, safe="").encode(), base64.b64decode(secret)]
    return found


def search(at: Desk, window: Window, needles: list[bytes]) -> list[str]:
    """Everywhere a secret might show: texts, titles, arguments, files. Where it was found."""
    hits: list[str] = []

    def look(where: str, data: bytes) -> None:
        hits.extend(where for needle in needles if needle in data)

    for text in at.reader.texts():
        look(f"text in the window: {text[:40]}", text.encode())
    ids = at.screen.do("search", "--name", ".").split()
    for one in ids:
        done = subprocess.run(
            ["xdotool", "getwindowname", one], env=at.screen.env, capture_output=True, check=False
        )
        look("a title", done.stdout)
    look("arguments", Path(f"/proc/{window.process.pid}/cmdline").read_bytes())
    for path in at.home.rglob("*"):
        if path.is_file():
            look(str(path), path.read_bytes())
    return hits


def test_secrets_stay_in_the_keyring(at_desk: Desk, storage: Emulator) -> None:
    good, expired = (
        sas_of(datetime.now(UTC) + timedelta(days=6)),
        sas_of(datetime.now(UTC) - timedelta(days=1)),
    )
    signatures = [parse_qs(sas)["sig"][0] for sas in (good, expired)]
    needles = spellings(ACCOUNT.key, *signatures)
    window = at_desk.open_quayside()
    window.see(START)

    # An expired SAS: refused by the service, said so, its details opened.
    at_desk.clip(f"{storage.endpoint}/training?{expired}")
    window.keys("ctrl+v")
    window.see("Connect to storage — Quayside")
    window.keys("alt+t")
    wait_for(
        lambda: any("expired" in text for text in at_desk.reader.texts()) or None, "the refusal"
    )
    assert search(at_desk, window, needles) == []
    window.keys("Escape")
    window.see(START)

    # A good SAS and the key, both kept.
    for pasted in (f"{storage.endpoint}/training?{good}", storage.connection_string):
        at_desk.clip(pasted)
        window.keys("ctrl+n")
        window.see("Connect to storage — Quayside")
        window.keys("ctrl+v")
        wait_for(lambda: window_can_connect(window), "what was pasted to be recognised")
        window.keys("Return")
        wait_for(
            lambda: not at_desk.reader.sees("Connect to storage — Quayside") or None, "the dialog"
        )
    window.see("Container training", "cell")
    assert search(at_desk, window, [ACCOUNT.name.encode()]), "the search finds what is there"
    assert search(at_desk, window, needles) == []
    assert window.close() == 0

    # The next start knows both without asking, from the keyring alone.
    window = at_desk.open_quayside()
    window.see("Container training", "cell")
    assert search(at_desk, window, needles) == []
    state = at_desk.home / "state"
    for path in (state, *state.rglob("*")):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert window.close() == 0
    assert "Traceback" not in at_desk.log()


def window_can_connect(window: Window) -> bool:
    return window.see("Connect", "push button").is_enabled
