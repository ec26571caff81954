"""The machine is kept awake by the first service that can, and let go."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base import awake
from explorer.base import bus as bus_client
from explorer.base.bus import Bus, BusError, Which
from tests.e2e.screen import wait_for
from tests.support.desktop_bus import GNOME, LOGIND, POWER, Called, Recorder, bus

if sys.platform != "linux":
    pytest.skip("the bus is Linux's", allow_module_level=True)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Of a bus whose answers are waited for, however busy the machine is."""
    monkeypatch.setattr(bus_client, "LIMIT_S", 60.0)
    with bus() as found:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", found)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", found)
        yield found


def held() -> awake.Hold:
    found = awake.hold("Transfers are running")
    assert found is not None
    return found


def test_logind_is_asked_to_prevent_sleep_until_released(address: str) -> None:
    with Recorder(address).own(LOGIND) as desktop:
        desktop.answers["Inhibit"] = desktop.lock
        hold = held()
        call = desktop.calls[0]
        assert call.body == ("sleep", "Quayside", "Transfers are running", "block")
        assert desktop.is_held()
        hold.release()
        assert desktop.is_given_back()


def test_a_session_that_may_not_prevent_sleep_prevents_idleness(address: str) -> None:
    with Recorder(address).own(LOGIND) as desktop:
        refused = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
        desktop.answers["Inhibit"] = lambda call: (
            refused if call.body[0] == "sleep" else desktop.lock(call)
        )
        hold = held()
        assert hold.by == "logind (idle)"
        assert desktop.is_held()
        hold.release()


def test_a_program_that_is_started_does_not_keep_the_lock(address: str) -> None:
    with Recorder(address).own(LOGIND) as desktop:
        desktop.answers["Inhibit"] = desktop.lock
        hold = held()
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False) as child:
            hold.release()
            assert desktop.is_given_back()
            child.communicate()


@pytest.mark.parametrize(
    ("name", "undo", "body"),
    [
        (POWER, "UnInhibit", ("Quayside", "Transfers are running")),
        (GNOME, "Uninhibit", ("Quayside", 0, "Transfers are running", 4)),
    ],
)
def test_without_logind_the_session_is_asked(
    address: str, name: str, undo: str, body: tuple[object, ...]
) -> None:
    with Recorder(address).own(name) as desktop:
        desktop.answers["Inhibit"] = lambda _: ("u", (31,))
        hold = held()
        hold.release()
        assert [call.body for call in desktop.wait_for("Inhibit")] == [body]
        assert [call.body for call in desktop.wait_for(undo)] == [(31,)]


def test_a_bus_where_nobody_can_keep_awake_is_no_error(address: str) -> None:
    assert awake.hold("Transfers are running") is None


def test_without_a_bus_nothing_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(bus_client, "LIMIT_S", 1e6)
    assert awake.hold("Transfers are running") is None


@pytest.mark.parametrize("address", ["", "nonsense", "tcp:host=localhost,port=1", "unix:x=y"])
def test_a_strange_address_is_as_good_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with pytest.raises(BusError):
        Bus.open(Which.SESSION)


def test_a_bus_that_does_not_answer_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "mute"
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(path))
        mute.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={path}")
        with pytest.raises(BusError):
            Bus.open(Which.SESSION)


def test_a_service_that_does_not_answer_is_given_up(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_client, "LIMIT_S", 1.0)
    go_on, late = threading.Event(), threading.Event()

    def slow(call: Called) -> str:
        go_on.wait(60)
        late.set()
        return "late"

    with Recorder(address).own(LOGIND) as desktop:
        desktop.answers["Inhibit"] = slow
        assert awake.hold("Transfers are running") is None
        assert not late.is_set()
        go_on.set()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_on_a_mac_the_helper_runs_until_released(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in = tmp_path / "caffeinate"
    stand_in.write_text('#!/bin/sh\necho "$@" >"$0.said"\nexec sleep 100\n')
    stand_in.chmod(0o755)
    monkeypatch.setattr(awake, "CAFFEINATE", str(stand_in))
    hold = awake.on_mac()
    assert hold is not None
    said = tmp_path / "caffeinate.said"
    wait_for(lambda: said.exists() and said.read_text(), "the helper")
    hold.release()
    assert said.read_text() == f"-i -w {os.getpid()}\n"


def test_a_mac_without_the_helper_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(awake, "CAFFEINATE", str(tmp_path / "none"))
    assert awake.on_mac() is None
