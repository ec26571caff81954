"""A key and a SAS go through every verb, and stay out of what is said and what is kept."""

from __future__ import annotations

import base64
import json
import re
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from azure.storage.blob import ContainerClient, generate_container_sas

from explorer.service.emulator import Emulator, EmulatorAccount
from tests.e2e.screen import wait_for
from tests.integration.cli.conftest import Quayside, Result
from tests.support.secret_service import SecretService

ACCOUNT = EmulatorAccount("canaryaccount", base64.b64encode(b"canary key " * 6).decode())
PASSPHRASE = "a canary of a passphrase"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """With an account whose key nobody else has."""
    log = tmp_path_factory.mktemp("azurite") / "azurite.log"
    with Emulator(log=log, accounts=(ACCOUNT,)) as emulator:
        yield emulator


@pytest.fixture
def training(emulator: Emulator, container_name: str) -> Iterator[str]:
    """A container of that account."""
    with ContainerClient.from_connection_string(emulator.connection_string, container_name) as at:
        at.create_container()
        at.upload_blob("hello.txt", b"hello")
        yield container_name


def sas_url(emulator: Emulator, container: str, hours: float = 1.0, letters: str = "racwdl") -> str:
    now = datetime.now(UTC)
    token = generate_container_sas(
        ACCOUNT.name, container, ACCOUNT.key, permission=letters,
        start=now - timedelta(days=2), expiry=now + timedelta(hours=hours),
    )  # fmt: skip
    return f"{emulator.endpoint}/{container}?{token}"


def spellings(*secrets: str) -> list[bytes]:
    """Each secret as it is, percent-encoded, for JSON, and decoded from base64."""
    found: list[str] = []
    for secret in secrets:
        found += [secret, quote(secret, safe=""), json.dumps(secret)[1:-1]]
    return [text.encode() for text in found] + [base64.b64decode(secret) for secret in secrets]


class Ears:
    """Runs commands, keeps what they say, and looks for what should not be there."""

    def __init__(self, quayside: Quayside, *secrets: str) -> None:
        self.quayside = quayside
        self.needles = spellings(*secrets)
        self.heard: list[tuple[str, bytes]] = []

    def hear(self, words: tuple[str, ...], done: Result) -> Result:
        name = " ".join(words[:2])
        self.heard.append((f"{name}: stdout", done.stdout.encode()))
        self.heard.append((f"{name}: stderr", done.stderr.encode()))
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def run(self, *words: str, text: str = "", exits: tuple[int, ...] = (0,)) -> Result:
        done = self.hear(words, self.quayside(*words, text=text))
        assert done.returncode in exits, (words, done.returncode, done.stderr)
        return done

    def hits(self, *folders: Path) -> list[str]:
        """Where a secret is: what was said, and every file below the folders."""
        places = list(self.heard)
        for folder in folders:
            files = (path for path in folder.rglob("*") if path.is_file())
            places += [(str(path), path.read_bytes()) for path in files]
        return [where for where, data in places if any(one in data for one in self.needles)]


def check_modes(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_key_stays_out_of_all_that_verbs_say_and_keep(
    bare: Quayside, emulator: Emulator, training: str, tmp_path: Path
) -> None:
    ears = Ears(
        bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=emulator.connection_string),
        ACCOUNT.key,
    )
    local = tmp_path / "local"
    local.mkdir()
    (local / "one").write_bytes(b"1")
    at, run = f"{training}/runs", ears.run
    run("upload", str(local), at)
    run("copy", at, f"{training}/copied")
    run("move", f"{training}/copied", f"{training}/moved")
    run("mirror", str(local), f"{training}/mirrored")
    run("mirror", f"{training}/mirrored", str(tmp_path / "back"))
    run("mirror", f"{training}/mirrored", f"{training}/again", "--manifest", str(tmp_path / "m"))
    runs = [one.split()[0] for one in run("mirror", "--runs").stdout.splitlines()]
    run("mirror", "--diff", runs[0], runs[1], exits=(0, 1))
    run("verify", str(tmp_path / "m"), f"{training}/again")
    run("props", "set", f"{training}/hello.txt", "--metadata", "a=b")
    run("props", "get", f"{training}/hello.txt", "--json")
    run("lease", "acquire", f"{training}/hello.txt", "--seconds", "15", exits=(0, 1, 2))
    run("acl", "get", f"{training}/hello.txt", exits=(1, 2))
    run("artifact", "upload", str(local), training, "--name", "n", "--json")
    run("watch", str(local), f"{training}/watched", "--once", "--settle", "0s")
    run("restore", f"{training}/gone", exits=(1, 2, 3, 4))
    run("du", training)
    run("url", f"{training}/hello.txt", "--as", "python")
    run("jobs", "--json")
    run("doctor", exits=(0, 1, 2))
    run("cat", f"{training}/hello.txt", exits=(0,))
    assert ears.hits(bare.folder, tmp_path) == []
    check_modes(bare.folder)
    assert {"watched", "mirrors"} <= {path.name for path in bare.folder.iterdir()}
    ears.heard.append(("what is there is found", ACCOUNT.key.encode()))
    assert ears.hits() == ["what is there is found"]


@pytest.mark.long
def test_a_sas_stays_out_of_all_that_verbs_say_and_keep(
    bare: Quayside, emulator: Emulator, training: str, tmp_path: Path
) -> None:
    good, old = sas_url(emulator, training), sas_url(emulator, training, hours=-1)
    poor = sas_url(emulator, training, letters="r")
    wrong = good.replace("sig=", "sig=" + quote(base64.b64encode(b"canary").decode(), safe=""))
    signatures = [parse_qs(urlsplit(url).query)["sig"][0] for url in (good, old, poor)]
    keyed = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=emulator.connection_string)
    ears = Ears(keyed, ACCOUNT.key, *signatures)
    local = tmp_path / "local"
    local.mkdir()
    (local / "one").write_bytes(b"1")
    run = ears.run

    def below(url: str, path: str) -> str:
        return url.replace("?", f"/{path}?", 1)

    run("sas", "test", good)
    run("sas", "test", "-", text=f"{good}\n")
    # The emulator copies nothing into a place that is reached by a SAS.
    run("copy", below(good, "hello.txt"), f"{training}/copied.txt")
    run("move", below(good, "copied.txt"), f"{training}/moved.txt")
    run("mirror", str(local), below(good, "m"))
    run("mirror", below(good, "m"), f"{training}/n", "--manifest", str(tmp_path / "manifest"))
    run("verify", str(tmp_path / "manifest"), below(good, "n"))
    run("props", "get", below(good, "hello.txt"), "--json")
    run("url", below(good, "hello.txt"))
    run("artifact", "upload", str(local), good, "--name", "n", exits=(0, 1, 2, 3))
    run("watch", str(local), below(good, "w"), "--once", "--settle", "0s")
    run("du", good)
    for bad in (old, poor, wrong):
        no = (1, 2, 3, 4)
        run("sas", "test", bad, exits=(0, *no))
        run("copy", below(bad, "x/"), f"{training}/y/", exits=no)
        run("mirror", str(local), below(bad, "q"), exits=no)
        run("props", "set", below(bad, "hello.txt"), "--metadata", "a=b", exits=no)
        run("watch", str(local), below(bad, "w2"), "--once", "--settle", "0s", exits=no)
        run("restore", below(bad, "gone"), exits=no)
        run("acl", "get", below(bad, "hello.txt"), exits=no)
        run("du", bad, exits=no)
    assert ears.hits(bare.folder, tmp_path) == []
    check_modes(bare.folder)


def test_a_made_sas_is_printed_where_asked_and_kept_nowhere(
    bare: Quayside, emulator: Emulator, training: str
) -> None:
    keyed = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=emulator.connection_string)
    ears = Ears(keyed, ACCOUNT.key)
    for words in (
        ("sas", f"{training}/hello.txt"),
        ("sas", training, "--json"),
        ("url", f"{training}/hello.txt", "--with-sas"),
        ("url", f"{training}/", "--as", "rclone", "--with-sas"),
    ):
        done = keyed(*words)
        assert done.returncode == 0, done.stderr
        ears.needles += re.findall(rb"sig=([A-Za-z0-9%/+=]+)", done.stdout.encode())
        ears.heard.append((" ".join(words), done.stderr.encode()))
        assert ACCOUNT.key not in done.stdout
    assert len(ears.needles) >= 8
    assert ears.hits(bare.folder) == []


@pytest.mark.long
def test_the_key_stays_out_of_connections_taken_along_and_of_what_mounts(
    bare: Quayside, emulator: Emulator, secret_service: SecretService, tmp_path: Path
) -> None:
    keyed = bare.with_environment(**secret_service.environment)
    ears = Ears(keyed, ACCOUNT.key, base64.b64encode(PASSPHRASE.encode()).decode())
    run, there = ears.run, tmp_path / "files"
    there.mkdir()
    run("connect", "work", text=emulator.connection_string)
    run("connect", "show", "work", "--json")
    run("connect", "export", str(there / "plain"), "work")
    run("connect", "export", str(there / "locked"), "--with-secrets", text=f"{PASSPHRASE}\n")
    run("connect", "import", str(there / "locked"), "--with-secrets", text=f"{PASSPHRASE}\n")
    run("connect", "import", str(there / "locked"), "--with-secrets", text="wrong\n", exits=(2,))
    share = f"https://{ACCOUNT.name}.file.core.windows.net/share"
    file = tmp_path / "credentials"
    run("mount", share, "/mnt/x", "--write-credentials", str(file), text=f"{ACCOUNT.key}\n")
    assert ACCOUNT.key in file.read_text()
    for path in (file, *there.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert ears.hits(bare.folder, there) == []


@pytest.mark.long
def test_a_killed_transfer_and_a_followed_blob_leave_no_secret(
    bare: Quayside, emulator: Emulator, training: str, tmp_path: Path
) -> None:
    good = sas_url(emulator, training)
    signature = parse_qs(urlsplit(good).query)["sig"][0]
    keyed = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=emulator.connection_string)
    ears = Ears(keyed, ACCOUNT.key, signature)
    local = tmp_path / "local"
    local.mkdir()
    (local / "big").write_bytes(bytes(4_000_000))
    target = good.replace("?", "/w?", 1)
    runs = (("mirror", str(local), target), ("watch", str(local), target, "--settle", "0s"))
    for words in runs:
        process = keyed.start(*words, "--limit", "100K")
        wait_for(lambda: any(bare.folder.rglob("*-wal")), "the journal")
        wait_for(
            lambda: any(bare.folder.rglob("job")) or any(bare.folder.rglob("*.job")), "its job"
        )
        assert ACCOUNT.key.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        process.kill()
        said = process.communicate()
        ears.heard += [(words[0], text.encode()) for text in said]
        assert ears.hits(bare.folder) == []
        check_modes(bare.folder)
    follower = keyed.start("cat", good.replace("?", "/hello.txt?", 1), "--follow")
    assert follower.stdout is not None
    assert follower.stdout.read(5) == "hello"
    follower.send_signal(signal.SIGINT)
    ears.heard += [("cat", text.encode()) for text in follower.communicate()]
    assert ears.hits(bare.folder) == []
