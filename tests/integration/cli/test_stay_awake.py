"""While a command moves files the machine stays awake, and only then."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.screen import wait_for
from tests.integration.cli.conftest import Quayside
from tests.support.desktop_bus import desktop

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

if sys.platform != "linux":
    pytest.skip("the bus is Linux's", allow_module_level=True)


def test_an_upload_keeps_the_machine_awake_until_it_is_paused(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(24 << 20))
    with desktop() as bus:
        process = quayside.with_environment(DBUS_SYSTEM_BUS_ADDRESS=bus.address).start(
            "upload", str(path), str(container.container_name), "--limit", "1M", "--json"
        )
        asked = bus.wait_for("Inhibit")[0]
        assert asked.body == ("sleep", "Quayside", "Transfers are running", "block")
        assert bus.is_held()
        process.send_signal(signal.SIGINT)
        wait_for(lambda: not bus.is_held(), "the lock to be given back")
        process.communicate(timeout=60)


def test_the_setting_says_no(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(4 << 20))
    (quayside.folder / "settings.json").write_text(json.dumps({"version": 1, "stay_awake": False}))
    with desktop() as bus:
        quayside.with_environment(DBUS_SYSTEM_BUS_ADDRESS=bus.address).ok(
            "upload", str(path), str(container.container_name), "--limit", "1M"
        )
        assert bus.calls == []
