"""A key and a SAS go into the keyring, and into nothing that a person or a thief can read."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from azure.storage.blob import (
    AccountSasPermissions,
    ContainerClient,
    ResourceTypes,
    generate_account_sas,
)

from explorer.service.emulator import Emulator, EmulatorAccount
from tests.e2e.desk import Desk, Window
from tests.e2e.hands import START, choose_file, command, connect, enter
from tests.e2e.screen import PATIENCE_S, wait_for

ACCOUNT = EmulatorAccount("canaryaccount", base64.b64encode(b"canary key " * 6).decode())
PASSPHRASE = "seven tall canaries by quay"


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
    for process in family(window.process.pid):
        with suppress(OSError):  # it has ended
            look(f"arguments of {process.name}", (process / "cmdline").read_bytes())
    # The home of the tests is there for what a desktop keeps: files opened lately, caches.
    for path in (*files_below(at.home), *files_below(Path(os.environ["HOME"]))):
        with suppress(FileNotFoundError):  # a file for a moment
            look(str(path), path.read_bytes())
    return hits


def files_below(root: Path) -> list[Path]:
    """Those that are there just now, whatever comes and goes meanwhile."""
    found = (Path(folder) / name for folder, _, names in os.walk(root) for name in names)
    return [path for path in found if path.is_file()]


def family(pid: int) -> list[Path]:
    """`/proc` of a process and of all it has started."""
    found, ids = [], [pid]
    while ids:
        place = Path(f"/proc/{ids.pop()}")
        with suppress(OSError):  # it has ended
            found.append(place)
            for task in (place / "task").iterdir():
                ids += map(int, (task / "children").read_text().split())
    return found


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
    window.front("Connect to storage")
    window.spot("Test", "push button")
    window.keys("alt+t")
    window.hear("expired")
    assert search(at_desk, window, needles) == []
    window.keys("Escape")
    window.see(START)
    window.front()

    # A good SAS and the key, both kept.
    for pasted in (f"{storage.endpoint}/training?{good}", storage.connection_string):
        at_desk.clip(pasted)
        window.keys("ctrl+n")
        window.front("Connect to storage")
        window.keys("ctrl+v")
        window.spot("Connect", "push button")
        window.keys("Return")
        window.miss("Connect to storage — Quayside")
        window.front()
    window.see("Container training", "cell")
    assert search(at_desk, window, [ACCOUNT.name.encode()]), "the search finds what is there"
    assert search(at_desk, window, needles) == []
    assert window.close() == 0

    # The next start knows both without asking, from the keyring alone.
    window = at_desk.open_quayside()
    window.see("Container training", "cell")
    assert search(at_desk, window, needles) == []
    state = at_desk.home / "state"
    folders = [Path(folder) for folder, _, _ in os.walk(state)]
    assert state in folders
    for path in (*folders, *files_below(state)):
        with suppress(FileNotFoundError):
            mode = stat.S_IMODE(os.stat(path).st_mode)
            assert mode == (0o700 if path in folders else 0o600), path
    assert window.close() == 0
    assert "Traceback" not in at_desk.log()


@pytest.mark.long
def test_what_dialogs_and_workflows_make_is_left_nowhere(
    at_desk: Desk, storage: Emulator, tmp_path: Path
) -> None:
    """A SAS that is made, copied and tried, an export, a mirror, an artifact, an error, a kill."""
    window = at_desk.open_quayside()
    connect(window, storage.connection_string)
    enter(window, "training", "File hello.txt")
    needles = spellings(ACCOUNT.key)

    def nowhere() -> None:
        assert search(at_desk, window, needles) == []

    # Signed for somebody else: shown, copied and tried.
    command(window, "get shared access signature", "Shared access signature for .*")
    window.keys("alt+m")
    window.spot("Copy the URL", "push button")
    before = at_desk.clipped()
    window.keys("space")
    url = wait_for(lambda: found if (found := at_desk.clipped()) != before else None, "the URL")
    needles += spellings(parse_qs(urlsplit(url).query)["sig"][0])
    window.keys("alt+s")
    window.see("What the SAS can do")
    nowhere()
    window.keys("Escape")
    window.miss("Copy the URL", "push button")

    # For another program.
    at_desk.clip("nothing yet")
    command(window, "az with sas", "Copy .* with a SAS")
    window.spot("Make and copy", "push button")
    window.keys("alt+m")
    text = wait_for(
        lambda: found if "sig=" in (found := at_desk.clipped()) else None, "the command"
    )
    needles += spellings(unquote(text.partition("sig=")[2].partition("&")[0].partition("'")[0]))
    nowhere()

    # An export with its secrets under a passphrase.
    taken = at_desk.home / "taken.json"
    command(window, "export connections", "Export connections")
    window.keys("alt+s")
    window.spot("Passphrase", "text")
    for key in ("alt+p", "alt+g"):
        window.keys(key)
        window.type(PASSPHRASE)
    needles.append(PASSPHRASE.encode())
    nowhere()
    window.keys("alt+c")
    choose_file(window, "Export connections", taken)
    wait_for(lambda: taken.exists() and taken.read_bytes(), "the file")
    assert stat.S_IMODE(taken.stat().st_mode) == 0o600
    nowhere()

    # Commands beside the window, with the same connections.
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"x" * 100_000)
    account = ("--connection", "canaryaccount")
    for words, code in (
        (("mirror", str(folder), "training/m", *account), 0),
        (("artifact", "upload", str(folder), "--name", "m", "training", *account), 0),
        (("copy", url, "training/copied/", *account), None),
        (("download", "training/none", str(tmp_path), *account), 4),
        (("ls", url.replace("sig=", "sig=x")), None),
        (("connect", "list"), 0),
        (("doctor",), None),
    ):
        process = at_desk.start("-m", "explorer", *words)
        assert process.wait(PATIENCE_S) == code or code is None, (words, at_desk.log())
        nowhere()

    # What a kill leaves.
    window.kill()
    window = at_desk.open_quayside()
    window.see("File hello.txt", "cell")
    assert search(at_desk, window, [ACCOUNT.name.encode()]), "the search finds what is there"
    nowhere()
    assert window.close() == 0
    assert "Traceback" not in at_desk.log()
