"""A real Secret Service (gnome-keyring) on a session bus of its own.

The whole session hangs on a pipe: it ends when the pipe closes, so that it
does not outlive the tests even when they are killed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PASSWORD = "only for tests"

# Starts bus and daemon, says where the bus is when the daemon answers, and ends both when
# the pipe on its standard input closes. Neither goes to the background: both are waited for.
_SESSION = """
set -eu
daemon=
bus=
end() {
    for process in $daemon $bus; do
        kill $process || :
        wait $process || :
    done
}
trap end EXIT
await() { # COMMAND... succeeds, within ten seconds
    tries=500
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ]
        sleep 0.02
    done
}
address=$(mktemp "$XDG_RUNTIME_DIR/address.XXXXXX")
dbus-daemon --session --nofork --nopidfile --print-address >"$address" &
bus=$!
await test -s "$address"
DBUS_SESSION_BUS_ADDRESS=$(cat "$address")
export DBUS_SESSION_BUS_ADDRESS
if [ "$1" = unlocked ]; then
    printf %s "$2" | gnome-keyring-daemon --foreground --unlock --components=secrets >&2 &
else
    gnome-keyring-daemon --foreground --components=secrets >&2 &
fi
daemon=$!
await dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets
printf '%s\n' "$DBUS_SESSION_BUS_ADDRESS"
cat >/dev/null
"""


@dataclass(frozen=True, slots=True)
class SecretService:
    """`environment` makes a process started with it use this keyring and no other."""

    environment: dict[str, str]


@contextmanager
def secret_session(home: Path, *, unlocked: bool = True) -> Iterator[SecretService]:
    """A session bus with a keyring in `home`, an existing folder, until the block ends."""
    environment = {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
    }
    for name in ("XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        Path(environment[name]).mkdir(mode=0o700, exist_ok=True)
    state = "unlocked" if unlocked else "locked"
    with subprocess.Popen(
        ["sh", "-c", _SESSION, "session", state, _PASSWORD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                pytest.fail("the Secret Service did not start: are dbus and gnome-keyring there?")
            yield SecretService(
                {
                    **environment,
                    "DBUS_SESSION_BUS_ADDRESS": address,
                    "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
                }
            )
        finally:
            process.stdin.close()
            process.wait()


@pytest.fixture
def secret_service(tmp_path: Path) -> Iterator[SecretService]:
    """An unlocked keyring, empty. Give `environment` to the process that is tested."""
    home = tmp_path / "keyring"
    home.mkdir(mode=0o700)
    with secret_session(home) as session:
        yield session


@pytest.fixture
def locked_secret_service(tmp_path: Path) -> Iterator[SecretService]:
    """A keyring that exists and is locked; nobody is there to type its password."""
    home = tmp_path / "keyring"
    home.mkdir(mode=0o700)
    with secret_session(home):
        pass
    with secret_session(home, unlocked=False) as session:
        yield session
