"""The command as a process of its own, against the emulator, in a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from explorer.service.emulator import Emulator

COMMAND_S = 500
"""Longer than any test may take that is not `long`: those end by their own limit."""
Result = subprocess.CompletedProcess[str]


@dataclass
class Quayside:
    """Runs `quayside WORDS`; `environment` is added to that of the tests."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "explorer", *words]

    def variables(self) -> dict[str, str]:
        return {**os.environ, "QUAYSIDE_DATA_DIR": str(self.folder), **self.environment}

    def __call__(self, *words: str, text: str = "", cwd: Path | None = None) -> Result:
        """Wait for its end; nothing is said about the exit code."""
        return subprocess.run(
            self.command(*words),
            input=text,
            capture_output=True,
            text=True,
            env=self.variables(),
            cwd=cwd,
            timeout=COMMAND_S,
        )

    def ok(self, *words: str, text: str = "", cwd: Path | None = None) -> str:
        """Standard output of a command that must succeed."""
        done = self(*words, text=text, cwd=cwd)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start it and go on; it is killed at the end of the test if it still runs."""
        process = subprocess.Popen(
            self.command(*words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pipesize=1 << 20,  # it goes on while a test does something else, and reads nothing
            text=True,
            env=self.variables(),
        )
        self.started.append(process)
        return process

    def with_environment(self, **variables: str) -> Quayside:
        return Quayside(self.folder, {**self.environment, **variables}, self.started)


@pytest.fixture
def bare(data_dir: Path) -> Iterator[Quayside]:
    """Without any credentials."""
    command = Quayside(data_dir)
    yield command
    for process in command.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def quayside(bare: Quayside, azurite: Emulator) -> Quayside:
    """With the emulator's credentials in the environment."""
    return bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=azurite.connection_string)


@pytest.fixture
def sas_url(azurite: Emulator) -> Callable[..., str]:
    """Makes a container's SAS URL, signed by the SDK: permissions, and hours it lasts."""

    def make(container: str, permissions: str = "rl", hours: float = 1.0) -> str:
        from datetime import UTC, datetime, timedelta

        from azure.storage.blob import generate_container_sas

        account = azurite.accounts[0]
        now = datetime.now(UTC)
        token = generate_container_sas(
            account.name,
            container,
            account.key,
            permission=permissions,
            start=now - timedelta(days=2),
            expiry=now + timedelta(hours=hours),
        )
        return f"{azurite.endpoint}/{container}?{token}"

    return make
