"""Connections saved from the command line, with a real keyring and without one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from explorer.service.emulator import Emulator, EmulatorAccount
from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.secret_service import SecretService

import pytest

ACCOUNT = EmulatorAccount(
    "canaryaccount",
    "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeS0xMjM0NTY3OA==",
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """With an account whose key is a secret, unlike the emulator's own."""
    log = tmp_path_factory.mktemp("azurite") / "azurite.log"
    with Emulator(log=log, accounts=(ACCOUNT,)) as emulator:
        yield emulator


def files_of(bare: Quayside) -> str:
    return "\n".join(path.read_text("latin-1") for path in bare.folder.rglob("*") if path.is_file())


def test_a_connection_lives_in_the_keyring_until_it_is_removed(
    bare: Quayside, emulator: Emulator, secret_service: SecretService
) -> None:
    keyed = bare.with_environment(**secret_service.environment)
    saved = keyed("connect", "work", text=emulator.connection_string)
    assert saved.returncode == 0, saved.stderr
    assert "list yes" in saved.stdout
    listed = keyed("connect", "list", "--json")
    shown = json.loads(listed.stdout)
    assert (shown["name"], shown["account"], shown["secret"]) == ("work", ACCOUNT.name, "keyring")
    keyed.ok("mkdir", "training", "--connection", "work")
    assert keyed.ok("ls", "--connection", "work").split() == ["training"]
    tested = keyed.ok("connect", "test", "work")
    assert "list yes" in tested
    everything = files_of(bare) + saved.stdout + saved.stderr + listed.stdout + tested
    assert ACCOUNT.key.rstrip("=") not in everything
    keyed.ok("connect", "remove", "work")
    gone = keyed("ls", "--connection", "work")
    assert gone.returncode == 2
    assert "no saved connection" in gone.stderr


def test_without_a_keyring_it_is_said_and_nothing_is_written(
    bare: Quayside, emulator: Emulator
) -> None:
    saved = bare("connect", "work", text=emulator.connection_string)
    assert saved.returncode == 0, saved.stderr
    assert "this run only" in saved.stderr
    assert ACCOUNT.key.rstrip("=") not in files_of(bare)
    later = bare("ls", "--connection", "work")
    assert later.returncode == 2
    assert "secret" in later.stderr


def test_a_connection_that_does_not_work_is_not_saved(bare: Quayside, emulator: Emulator) -> None:
    wrong = emulator.connection_string.replace("Y2FuYXJ5", "d3Jvbmch")
    done = bare("connect", "work", text=wrong)
    assert done.returncode == 3, done.stderr
    assert json.loads("[" + bare.ok("connect", "list", "--json") + "]") == []


def test_a_test_keeps_nothing(bare: Quayside, emulator: Emulator) -> None:
    assert "read" in bare.ok("connect", "test", text=emulator.connection_string)
    assert bare.ok("connect", "list") == ""
