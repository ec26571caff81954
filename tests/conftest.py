"""What every test gets: a home of its own, the emulator on request, and the guards."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.azurite",
    "tests.support.sign_in",
    "tests.support.guards",
    "tests.support.lake",
    "tests.support.history",
    "tests.support.secret_service",
]

_FOREIGN = ("AZURE_", "QUAYSIDE_", "STORAGE_CONNECTION_STRING")
_KEPT = ("QUAYSIDE_AZURITE",)
_LONG_S = 600
"""What a test marked `long` may take: minutes by itself, more on a machine with other work."""


def pytest_configure() -> None:
    """A SIGTERM ends the run in order, so that fixtures stop what they started.

    A shell starts background jobs with SIGINT ignored, and children inherit that: the
    tests of Ctrl-C need it as a terminal gives it. How long an example of a property takes
    says how busy the machine is, and is no failure.
    """
    settings.register_profile(
        "quayside", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("quayside")

    def stop(number: int, frame: FrameType | None) -> None:
        pytest.exit("told to end", returncode=130)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_LONG_S))


@pytest.fixture(scope="session", autouse=True)
def home_of_the_tests() -> Iterator[Path]:
    """No test, nor what it starts, sees the files, keyring, proxies or display of a person."""
    with (
        tempfile.TemporaryDirectory(prefix="quayside-home-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        home = Path(folder)
        for name in list(os.environ):
            if (name.startswith(_FOREIGN) and name not in _KEPT) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name, below in {
            "XDG_CACHE_HOME": ".cache",
            "XDG_CONFIG_HOME": ".config",
            "XDG_DATA_HOME": ".local/share",
            "XDG_STATE_HOME": ".local/state",
            "XDG_RUNTIME_DIR": ".run",
            "QUAYSIDE_DATA_DIR": ".quayside",
        }.items():
            (home / below).mkdir(parents=True, mode=0o700)
            patch.setenv(name, str(home / below))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        patch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "disabled:")
        patch.setenv("QT_QPA_PLATFORM", "offscreen")
        patch.setenv("LC_ALL", "C.UTF-8")
        yield home


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for settings, accounts and journal, used by this test's Quayside."""
    folder = tmp_path / "quayside-data"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("QUAYSIDE_DATA_DIR", str(folder))
    return folder
