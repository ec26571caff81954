"""Connections exported and imported, and set read-only, from the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_connect import ACCOUNT
from tests.support.secret_service import SecretService

PASSPHRASE = "correct horse"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> object:
    """With an account whose key is a secret, unlike the emulator's own."""
    log = tmp_path_factory.mktemp("azurite") / "azurite.log"
    with Emulator(log=log, accounts=(ACCOUNT,)) as emulator:
        yield emulator


def test_connections_go_to_another_data_folder_with_their_secrets(
    bare: Quayside, emulator: Emulator, secret_service: SecretService, tmp_path: Path
) -> None:
    here = bare.with_environment(**secret_service.environment)
    here.ok("connect", "work", text=emulator.connection_string)
    file, plain = tmp_path / "locked.json", tmp_path / "plain.json"
    done = here("connect", "export", str(file), "--with-secrets", text=f"{PASSPHRASE}\n")
    assert done.returncode == 0, done.stderr
    here.ok("connect", "export", str(plain), "work")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for path in (file, plain):
        assert ACCOUNT.key not in path.read_text()
    assert here("connect", "export", str(plain)).returncode == 2  # nothing is overwritten
    assert here("connect", "export", str(tmp_path / "x"), "nothing").returncode == 2

    there = Quayside(tmp_path / "there", here.environment, bare.started)
    wrong = there("connect", "import", str(file), "--with-secrets", text="wrong horse\n")
    assert wrong.returncode == 2
    assert "does not fit" in wrong.stderr
    assert "wrong horse" not in wrong.stderr
    there.ok("connect", "import", str(file), "--with-secrets", text=f"{PASSPHRASE}\n")
    there.ok("ls", "--connection", "work")
    again = there("connect", "import", str(plain))
    assert "is here already" in again.stderr

    third = Quayside(tmp_path / "third", here.environment, bare.started)
    imported = json.loads(third.ok("connect", "import", str(plain), "--json"))
    assert imported == {"imported": ["work"], "here_already": []}
    assert third("ls", "--connection", "work").returncode == 2  # its secret stayed behind


def test_a_read_only_connection_is_shown_as_one_and_changes_nothing(
    bare: Quayside, emulator: Emulator, secret_service: SecretService, tmp_path: Path
) -> None:
    keyed = bare.with_environment(**secret_service.environment)
    keyed.ok("connect", "production", text=emulator.connection_string)
    words = ("connect", "set", "production")
    shown = json.loads(
        keyed.ok(*words, "--read-only", "yes", "--colour", "red", "--group", "A", "--json")
    )
    assert (shown["read_only"], shown["colour"], shown["group"]) == (True, "red", "A")
    assert "read-only" in keyed.ok("connect", "list")
    local = tmp_path / "file"
    local.write_bytes(b"x")
    for refused in (
        ("mkdir", "another"),
        ("upload", str(local), "another"),
        ("rm", "another", "-r", "--yes"),
    ):
        done = keyed(*refused, "--connection", "production")
        assert done.returncode in (3, 4), (refused, done.stderr)
    done = keyed("upload", str(local), "another", "--connection", "production")
    assert done.returncode == 3
    assert "read-only" in done.stderr
    assert keyed("mkdir", "another", "--connection", "production").returncode == 3
    assert keyed.ok("ls", "--connection", "production") == ""
    assert keyed(*words, "--colour", "mauve").returncode == 2
    assert keyed(*words).returncode == 2
    keyed.ok(*words, "--read-only", "no")
    keyed.ok("mkdir", "another", "--connection", "production")


def test_what_is_no_export_is_refused(bare: Quayside, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"connections": []}')
    assert bare("connect", "import", str(file)).returncode == 2
    assert bare("connect", "import", str(tmp_path / "missing")).returncode == 2
    assert bare("connect", "import").returncode == 2
    assert bare("connect", "export", str(tmp_path / "new")).returncode == 2
    assert not (tmp_path / "new").exists()


def test_no_verb_changes_anything_through_a_read_only_connection(
    bare: Quayside,
    emulator: Emulator,
    secret_service: SecretService,
    container_name: str,
    tmp_path: Path,
) -> None:
    with ContainerClient.from_connection_string(emulator.connection_string, container_name) as at:
        at.create_container()
        snapshot = str(at.upload_blob("a/there", b"1").create_snapshot()["snapshot"])
        keyed = bare.with_environment(**secret_service.environment)
        keyed.ok("connect", "production", text=emulator.connection_string)
        keyed.ok("connect", "set", "production", "--read-only", "yes")
        local, box = tmp_path / "local", container_name
        local.mkdir()
        (local / "file").write_bytes(b"x")
        before = at.get_blob_client("a/there").get_blob_properties()
        for words in (
            ("props", "set", f"{box}/a/there", "--metadata", "a=b"),
            ("props", "set", f"{box}/a/there", "--tier", "Cool"),
            ("props", "set", box, "--public-access", "blob"),
            ("lease", "acquire", f"{box}/a/there"),
            ("lease", "break", f"{box}/a/there"),
            ("copy", f"{box}/a/there", f"{box}/b"),
            ("move", f"{box}/a/there", f"{box}/b"),
            ("mirror", str(local), f"{box}/m"),
            ("mirror", str(local), box, "--delete", "--max-delete", "100%", "--yes"),
            ("restore", f"{box}/a/there", "--snapshot", snapshot, "--yes"),
            ("artifact", "upload", str(local), box, "--name", "n"),
            ("watch", str(local), f"{box}/w", "--once", "--settle", "0s"),
            ("sas", f"{box}/a/there", "--permissions", "rw"),
            ("sas", f"{box}/a/there", "--policy", "p"),
            ("sas", "/", "--permissions", "d"),
            ("mkdir", f"{box}/folder"),
            ("rm", f"{box}/a/there", "--yes"),
        ):
            done = keyed(*words, "--connection", "production")
            assert done.returncode in (1, 3, 4), (words, done.returncode, done.stderr)
            assert "read-only" in done.stderr, (words, done.stderr)
        assert [blob.name for blob in at.list_blobs()] == ["a/there"]
        after = at.get_blob_client("a/there").get_blob_properties()
        assert (after.etag, after.lease.state) == (before.etag, before.lease.state)
