"""Without a keyring that deserves the name, a secret lives for this run only, and it is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.core
import keyring.errors
import pytest

from explorer.base.redact import redact
from explorer.storage.secrets import Home, KeyringState, SecretStore

SECRET = "sv=2024-11-04&sig=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8%3D"


@pytest.fixture
def configured() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("backend", "state"),
    [
        ("keyring.backends.fail.Keyring", KeyringState.NONE),
        ("keyring.backends.null.Keyring", KeyringState.REFUSED),
        ("keyring.backends.chainer.ChainerBackend", KeyringState.NONE),
    ],
    ids=["fail", "null", "empty chain"],
)
def test_a_keyring_that_keeps_nothing_is_refused(backend: str, state: KeyringState) -> None:
    keyring.set_keyring(keyring.core._load_keyring_class(backend)())
    store = SecretStore()
    assert store.status().state is state
    kept = store.save("id", SECRET)
    assert kept.home is Home.THIS_RUN
    assert "this run only" in kept.notice
    assert store.load("id").secret == SECRET
    assert SecretStore().load("id").home is Home.NOWHERE
    assert store.remove("id").home is Home.NOWHERE
    assert store.load("id").secret == ""


PLAIN = """
import sys, types, keyring, keyring.backend
class PlaintextKeyring(keyring.backend.KeyringBackend):
    priority = 9
    def get_password(self, service, name): raise AssertionError("asked")
    def set_password(self, service, name, password): raise AssertionError("asked")
PlaintextKeyring.__module__ = "keyrings.alt.file"
keyring.set_keyring(PlaintextKeyring())
from explorer.storage.secrets import SecretStore
store = SecretStore()
print(store.status().state.value, store.save("id", "a long secret").home.value)
"""


def test_a_keyring_in_the_open_is_refused() -> None:
    done = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True)
    assert done.stdout == "refused this run only\n"


def test_a_configuration_of_nonsense_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from explorer.storage.secrets import SecretStore\n"
        "print(SecretStore().status().state.value)"
    )
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Keyring")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "none\n"


class Stubborn(keyring.backend.KeyringBackend):
    """Answers, and does not forget."""

    priority = 0  # of no interest to others

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's

    def set_password(self, service: str, username: str, password: str) -> None:
        """Takes it."""

    def get_password(self, service: str, username: str) -> str:
        return SECRET

    def delete_password(self, service: str, username: str) -> None:
        raise keyring.errors.PasswordDeleteError(SECRET)


@pytest.mark.usefixtures("configured")
def test_a_secret_that_the_keyring_did_not_forget_is_not_called_gone() -> None:
    keyring.set_keyring(Stubborn())
    left = SecretStore().remove("id")
    assert left.home is Home.KEYRING
    assert "may still hold" in left.notice
    assert SECRET not in left.notice


def test_what_is_saved_is_redacted_from_then_on() -> None:
    secret = "a passphrase of no particular form"
    SecretStore().save("id", secret)
    assert secret not in redact(f"it was {secret}")


def test_no_secret_in_what_is_reported() -> None:
    store = SecretStore()
    reports = [store.save("id", SECRET), store.load("id"), store.remove("id"), store.status()]
    assert "AAECAwQF" not in repr(reports)


LOADED = """
import sys
from explorer.storage import secrets

submit = secrets._KeyringThread.submit

def told(line, work):
    print("keyring" in sys.modules)
    return submit(line, work)

secrets._KeyringThread.submit = told
secrets.SecretStore().status()
"""


def test_what_the_library_takes_to_load_is_not_the_keyrings_time() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
