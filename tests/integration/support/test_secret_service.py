"""The keyrings that other tests rely on are real ones: one opens, one is locked."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.secret_service import SecretService

_ROUND_TRIP = """
import keyring
keyring.set_password("Quayside", "account", "geheim")
assert keyring.get_password("Quayside", "account") == "geheim"
keyring.delete_password("Quayside", "account")
assert keyring.get_password("Quayside", "account") is None
"""
_STORE = "import keyring; keyring.set_password('Quayside', 'account', 'geheim')"
_READ = "import keyring; print(keyring.get_password('Quayside', 'account'))"


def _python(code: str, service: SecretService) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_secret_is_kept_read_and_deleted(secret_service: SecretService) -> None:
    done = _python(_ROUND_TRIP, secret_service)
    assert done.returncode == 0, done.stderr


def test_another_process_reads_the_secret(secret_service: SecretService) -> None:
    assert _python(_STORE, secret_service).returncode == 0
    assert _python(_READ, secret_service).stdout == "geheim\n"


def test_a_locked_keyring_gives_nothing(locked_secret_service: SecretService) -> None:
    done = _python(_STORE, locked_secret_service)
    assert "KeyringLocked" in done.stderr


def test_without_the_fixture_there_is_no_keyring() -> None:
    done = _python(_READ, SecretService(dict(os.environ)))
    assert "NoKeyringError" in done.stderr
