"""Secrets in a real Secret Service: kept over a restart, and never waited for too long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.support.secret_service import SecretService

SECRET = "sv=2024-11-04&sig=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8%3D"


def run(code: str, service: SecretService) -> list[Any]:
    """Run lines in a fresh process with that keyring; what they `show` comes back."""
    head = (
        "import json, time\n"
        "from explorer.storage.secrets import SecretStore\n"
        "store = SecretStore(timeout_s=60)\n"
        f"SECRET = {SECRET!r}\n"
        "def show(it):\n"
        "    parts = (getattr(it, 'secret', ''), it.home.value, it.notice)\n"
        "    print(json.dumps(parts), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", head + code],
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "AAECAwQF" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_secret_is_there_in_the_next_run_until_it_is_removed(
    secret_service: SecretService,
) -> None:
    assert run("show(store.save('one', SECRET))", secret_service) == [["", "keyring", ""]]
    assert run("show(store.load('one'))", secret_service) == [[SECRET, "keyring", ""]]
    changed = run("show(store.save('one', SECRET + 'x')); show(store.load('one'))", secret_service)
    assert changed[1][0] == SECRET + "x"
    run("show(store.save('two', 'another secret'))", secret_service)
    assert run("show(store.remove('one'))", secret_service) == [["", "nowhere", ""]]
    gone, other = run("show(store.load('one')); show(store.load('two'))", secret_service)
    assert gone[0] == ""
    assert "does not have it" in gone[2]
    assert other[0] == "another secret"


def test_a_long_secret_fits(secret_service: SecretService) -> None:
    long = "store.save('one', SECRET + 'x' * 3000); show(store.load('one'))"
    assert len(run(long, secret_service)[0][0]) == len(SECRET) + 3000


def test_a_locked_keyring_keeps_it_for_this_run_and_says_so(
    locked_secret_service: SecretService,
) -> None:
    code = "show(store.save('one', SECRET)); show(store.load('one')); show(store.load('two'))"
    kept, loaded, other = run(code, locked_secret_service)
    assert kept[1] == "this run only"
    assert "locked" in kept[2]
    assert loaded[0] == SECRET
    assert other[0] == ""
    assert "Paste the secret again" in other[2]
    assert run("show(store.load('one'))", locked_secret_service)[0][0] == ""


def daemon_pid(service: SecretService) -> int:
    """The process that owns the name of the Secret Service on the bus."""
    answer = subprocess.run(
        ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/",
         "org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.freedesktop.secrets"],
        env=service.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(answer.stdout.split()[-1])


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals of POSIX")
def test_a_keyring_that_does_not_answer_stops_nobody(secret_service: SecretService) -> None:
    pid = daemon_pid(secret_service)
    code = (
        "import os, signal, threading\n"
        "store.status(); run = SecretStore(timeout_s=1)\n"
        f"os.kill({pid}, signal.SIGSTOP)\n"
        "begun = time.monotonic()\n"
        "show(run.save('one', SECRET)); show(run.load('one'))\n"
        "for number in range(20): run.load('two')\n"
        "assert time.monotonic() - begun < 18, time.monotonic() - begun\n"  # and not 22 times 1 s
        f"os.kill({pid}, signal.SIGCONT)\n"
        # What was told to it while it was away is done when it is back.
        "late = time.monotonic() + 60\n"
        "later = run.load('one')\n"
        "while later.home.value != 'keyring' and time.monotonic() < late:\n"
        "    later = run.load('one')\n"
        "show(later)\n"
    )
    try:
        kept, loaded, later = run(code, secret_service)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert kept[1] == "this run only"
    assert "does not answer" in kept[2]
    assert loaded == [SECRET, "this run only", ""]
    assert later == [SECRET, "keyring", ""]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals of POSIX")
def test_a_keyring_that_does_not_answer_lets_the_program_end(
    secret_service: SecretService,
) -> None:
    pid = daemon_pid(secret_service)
    code = (
        "import os, signal\n"
        "run = SecretStore(timeout_s=0.2)\n"
        f"os.kill({pid}, signal.SIGSTOP)\n"
        "show(run.save('one', SECRET))\n"
    )
    try:
        assert run(code, secret_service)[0][1] == "this run only"
    finally:
        os.kill(pid, signal.SIGCONT)
