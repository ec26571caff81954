"""Harm on request at the lake server, what it counts, and what it keeps."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError
from azure.storage.filedatalake import DataLakeFileClient, DataLakeServiceClient, FileSystemClient

from explorer.service.emulator import Emulator
from tests.servers.lake.faults import CutBody, Delay, Drop, DropReply, Fault, Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake
from tests.support.lake import code_of, paths


def patient(lake: Lake, filesystem: FileSystemClient, retries: int) -> DataLakeFileClient:
    return DataLakeFileClient(
        lake.endpoint,
        filesystem.file_system_name,
        "f",
        credential=lake.key,
        retry_total=retries,
        retry_connect=retries,
        retry_read=retries,
        retry_status=retries,
        initial_backoff=0,
        increment_base=0,
    )


def test_the_nth_request_of_an_operation_is_refused(
    lake: Lake, filesystem: FileSystemClient
) -> None:
    rule = Rule(Op.PATH_APPEND, Refuse(403, "AuthorizationFailure"), nth={2})
    lake.rules.append(rule)
    with patient(lake, filesystem, 0) as file:
        file.create_file()
        file.append_data(b"1", 0)
        assert code_of(lambda: file.append_data(b"2", 1)) == "AuthorizationFailure"
        file.append_data(b"2", 1)
    assert rule.met == 1
    assert lake.counts[Op.PATH_APPEND] == 3
    assert [seen.status for seen in lake.log if seen.op is Op.PATH_APPEND] == [202, 403, 202]
    assert lake.log[-1].path == "f"
    assert lake.log[-1].body_bytes == 1


def test_a_busy_service_is_asked_again(lake: Lake, filesystem: FileSystemClient) -> None:
    lake.rules.append(Rule(Op.PATH_CREATE, Refuse(503, "ServerBusy", retry_after_s=0), nth={1, 2}))
    with patient(lake, filesystem, 3) as file:
        file.create_file()
    assert lake.counts[Op.PATH_CREATE] == 3


@pytest.mark.parametrize(("fault", "is_done"), [(DropReply(), True), (Drop(), False)])
def test_a_dropped_reply_is_done_and_a_dropped_request_is_not(
    lake: Lake, filesystem: FileSystemClient, fault: Fault, is_done: bool
) -> None:
    lake.rules.append(Rule(Op.PATH_CREATE, fault, nth={1}, path="f"))
    with patient(lake, filesystem, 0) as file:
        with pytest.raises(AzureError):
            file.create_file()
        assert file.exists() is is_done


def test_a_body_is_cut(lake: Lake, filesystem: FileSystemClient) -> None:
    with patient(lake, filesystem, 0) as file:
        file.upload_data(bytes(1_000_000), overwrite=True)
        rule = Rule(Op.GET_BLOB, CutBody(1000), nth={1})
        lake.rules.append(rule)
        # The SDK asks for the rest by itself.
        assert file.download_file().readall() == bytes(1_000_000)
    assert rule.met == 1
    assert lake.counts[Op.GET_BLOB] == 2


def test_an_answer_is_late(lake: Lake, filesystem: FileSystemClient) -> None:
    lake.rules.append(Rule(None, Delay(0.2), nth={1}, path="f"))
    begun = time.monotonic()
    with patient(lake, filesystem, 0) as file:
        file.create_file()
    assert time.monotonic() - begun >= 0.2


def test_nobody_sees_half_a_rename(lake: Lake, filesystem: FileSystemClient) -> None:
    name = filesystem.file_system_name
    for number in range(20):
        filesystem.get_file_client(f"a/{number:02}").create_file()
    directory, ended = filesystem.get_directory_client("a"), threading.Event()

    def to_and_fro() -> None:
        at = directory
        for number in range(30):
            at = at.rename_directory(f"{name}/{'ba'[number % 2]}")
        ended.set()

    mover = threading.Thread(target=to_and_fro)
    mover.start()
    try:
        while not ended.is_set():
            assert len(paths(filesystem)) == 21
    finally:
        mover.join()


def test_a_kept_account_is_there_again(tmp_path: Path) -> None:
    for turn in range(2):
        with (
            Emulator(log=tmp_path / "log", folder=tmp_path / "data") as emulator,
            Lake(emulator, folder=tmp_path) as lake,
            DataLakeServiceClient.from_connection_string(lake.connection_string) as service,
        ):
            filesystem = service.get_file_system_client("kept")
            file = filesystem.get_file_client("a/f")
            if turn == 0:
                filesystem.create_file_system()
                file.upload_data(b"kept", overwrite=True)
                file.set_access_control(permissions="0700", owner="me")
            assert paths(filesystem) == ["a", "a/f"]
            assert file.download_file().readall() == b"kept"
            assert file.get_access_control()["owner"] == "me"


def test_it_serves_a_sample_from_the_command_line() -> None:
    command = [sys.executable, "-m", "tests.servers.lake", "--sample", "--until-eof"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        text = process.stdout.readline().strip()
        with FileSystemClient.from_connection_string(text, "warehouse") as warehouse:
            found = paths(warehouse)
        process.stdin.close()
        assert process.wait(30) == 0
    assert "raw/sales/2026/01/01.csv" in found
    assert "landing/empty" in found
