"""Local storage starts, is what we say it is, and is gone when it should be."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from explorer.base.errors import EmulatorError
from explorer.service.emulator import Emulator, EmulatorAccount

CHECKOUT = Path(__file__).resolve().parents[2]
_START_AND_WAIT = """
import sys
from pathlib import Path
from explorer.service.emulator import Emulator
emulator = Emulator(log=Path(sys.argv[1]))
emulator.start()
print(emulator.pid, flush=True)
sys.stdin.read()
"""


def test_it_is_the_version_the_lock_names(azurite: Emulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", azurite.port, timeout=10)
    try:
        connection.request("GET", "/devstoreaccount1?comp=list")
        server = connection.getresponse().getheader("Server")
    finally:
        connection.close()
    assert server == "Azurite-Blob/3.37.0"


def test_the_connection_string_works(azurite: Emulator, container: ContainerClient) -> None:
    container.upload_blob("a/b.txt", b"hello")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        blob = service.get_blob_client(container.container_name, "a/b.txt")
        assert blob.download_blob().readall() == b"hello"


def test_data_in_a_folder_is_there_after_a_restart(tmp_path: Path) -> None:
    emulator = Emulator(log=tmp_path / "log", folder=tmp_path / "with space" / "data")
    with emulator:
        port = emulator.port
        with ContainerClient.from_connection_string(emulator.connection_string, "kept") as client:
            client.create_container()
            client.upload_blob("blob", b"1")
    with (
        emulator,
        ContainerClient.from_connection_string(emulator.connection_string, "kept") as client,
    ):
        assert emulator.port == port
        assert client.download_blob("blob").readall() == b"1"


def test_accounts_of_our_own_are_served(tmp_path: Path) -> None:
    accounts = [
        EmulatorAccount(name, base64.b64encode(name.encode() * 8).decode())
        for name in ("first", "second")
    ]
    with Emulator(log=tmp_path / "log", accounts=accounts) as emulator:
        assert emulator.endpoint.endswith("/first")
        with BlobServiceClient.from_connection_string(emulator.connection_string) as service:
            assert list(service.list_containers()) == []
    assert accounts[0].key not in repr(emulator.accounts)


def test_stop_ends_the_process_and_may_be_repeated(tmp_path: Path) -> None:
    emulator = Emulator(log=tmp_path / "log")
    emulator.start()
    pid = emulator.pid
    emulator.stop()
    emulator.stop()
    assert not psutil.pid_exists(pid)
    assert not emulator.is_running


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _START_AND_WAIT, str(tmp_path / "log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        text=True,
    ) as parent:
        assert parent.stdout is not None
        emulator = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs([emulator], timeout=10)
    for process in alive:
        if process.status() == psutil.STATUS_ZOMBIE:
            continue
        process.kill()
        pytest.fail("the emulator outlived the process that started it")


def test_a_port_in_use_is_an_error_with_the_reason(azurite: Emulator, tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="EADDRINUSE"):
        Emulator(log=tmp_path / "log", port=azurite.port).start()


def test_a_missing_node_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmulatorError, match=r"Install Node\.js 20"):
        Emulator(log=tmp_path / "log").start()


def test_a_missing_emulator_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAYSIDE_AZURITE", str(tmp_path / "main.js"))
    with pytest.raises(EmulatorError, match="npm ci"):
        Emulator(log=tmp_path / "log").start()
