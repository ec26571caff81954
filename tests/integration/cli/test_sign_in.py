"""The commands by a sign-in: az as a program, a token in a variable, over https."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest

from explorer.base.settings import change_settings
from explorer.storage.environment import TOKEN_VARIABLE
from tests.integration.cli.conftest import Quayside
from tests.servers.authority import Authority
from tests.support.sign_in import SecureEmulator, cli_answer, jwt, write_cli


@pytest.fixture
def trusting(secure_azurite: SecureEmulator, data_dir: Path) -> Quayside:
    """The command with the emulator's authority in its settings, and no credential."""
    change_settings(data_dir, ca_file=str(secure_azurite.ca_file))
    return Quayside(data_dir)


@pytest.fixture
def name() -> str:
    return f"test-{uuid.uuid4().hex[:20]}"


def test_a_file_goes_there_and_back_by_the_sign_in_of_az(
    trusting: Quayside, secure_azurite: SecureEmulator, name: str, tmp_path: Path
) -> None:
    token = jwt(name="canary of az")
    cli = write_cli(tmp_path / "bin", cli_answer(token))
    trusting.environment["PATH"] = f"{cli}:{os.environ['PATH']}"
    by_az = ("--account", secure_azurite.endpoint, "--auth", "az")
    (tmp_path / "a.txt").write_text("hello")
    trusting.ok("upload", str(tmp_path / "a.txt"), name, *by_az)
    assert trusting.ok("cat", f"{secure_azurite.endpoint}/{name}/a.txt", "--auth", "az") == "hello"
    assert "a.txt" in trusting.ok("ls", name, *by_az)
    done = trusting("rm", f"{name}/a.txt", *by_az)
    assert done.returncode == 0, done.stderr
    kept = b"".join(path.read_bytes() for path in trusting.folder.rglob("*") if path.is_file())
    assert token.split(".")[1].encode() not in kept


def test_a_sign_in_is_saved_by_its_kind_and_used_by_its_name(
    trusting: Quayside, secure_azurite: SecureEmulator, name: str
) -> None:
    trusting.environment[TOKEN_VARIABLE] = token = jwt()
    words = ("--account", secure_azurite.endpoint, "--auth", "token")
    assert trusting.ok("connect", "mine", *words).startswith("Saved 'mine'")
    shown = json.loads(trusting.ok("connect", "show", "mine", "--json"))
    assert shown["credential"] == "Entra sign-in (token variable)"
    assert shown["secret"] == "none needed"
    trusting.ok("mkdir", name, "--connection", "mine")
    assert name in trusting.ok("ls", "--connection", "mine")
    kept = b"".join(path.read_bytes() for path in trusting.folder.rglob("*") if path.is_file())
    assert token.split(".")[1].encode() not in kept
    del trusting.environment[TOKEN_VARIABLE]
    done = trusting("ls", "--connection", "mine")
    assert done.returncode == 3
    assert TOKEN_VARIABLE in done.stderr


def test_a_sas_by_delegation_is_made_and_says_its_limits(
    trusting: Quayside, secure_azurite: SecureEmulator, name: str, tmp_path: Path
) -> None:
    trusting.environment[TOKEN_VARIABLE] = jwt()
    by_token = ("--account", secure_azurite.endpoint, "--auth", "token")
    (tmp_path / "a.txt").write_text("hello")
    trusting.ok("upload", str(tmp_path / "a.txt"), name, *by_token)
    done = trusting("sas", f"{name}/a.txt", "--by", "delegation", *by_token)
    assert done.returncode == 0, done.stderr
    assert "roles of your sign-in" in done.stderr
    url = done.stdout.strip()
    del trusting.environment[TOKEN_VARIABLE]
    assert trusting.ok("cat", url) == "hello"
    trusting.environment[TOKEN_VARIABLE] = jwt()
    for words, said in (
        (("--expires", "8d"), "7 days"),
        (("--by", "key"), "account's key"),
        (("--policy", "p"), "account's key"),
    ):
        done = trusting("sas", f"{name}/a.txt", *words, *by_token)
        assert done.returncode in (2, 3), words
        assert said in done.stderr


def test_delegation_with_a_key_is_refused_with_its_reason(quayside: Quayside) -> None:
    done = quayside("sas", "/", "--by", "delegation")
    assert done.returncode == 3
    assert "Entra sign-in" in done.stderr


def test_a_token_is_never_sent_in_the_clear(trusting: Quayside) -> None:
    trusting.environment[TOKEN_VARIABLE] = token = jwt()
    for address in ("http://127.0.0.1:10000/devstoreaccount1", "https://storage.example.com/data"):
        done = trusting("ls", address, "--auth", "token", "--allow-http")
        assert done.returncode == 2
        assert token not in done.stderr


def test_a_code_is_shown_on_standard_error_even_when_quiet(
    trusting: Quayside, secure_azurite: SecureEmulator
) -> None:
    with Authority(secure_azurite.tls) as authority:
        trusting.environment["AZURE_AUTHORITY_HOST"] = authority.host
        trusting.environment["REQUESTS_CA_BUNDLE"] = str(secure_azurite.ca_file)
        words = ("--account", secure_azurite.endpoint, "--auth", "device", "--quiet")
        done = trusting("ls", *words)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("ABCD-1234") == 1
    assert authority.tokens[0] not in done.stderr + done.stdout
