"""Looking at storage from the command line, and every way in which it is refused."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

WRONG_KEY = (
    "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3Jvbg=="
)


@pytest.fixture
def filled(container: ContainerClient) -> str:
    """A container with two runs, an empty folder and odd names; gives its name."""
    for name, data in {
        "runs/7/train.log": b"line\n" * 100,
        "runs/7/model.bin": b"\0" * 5000,
        "runs/8/a b#c%20+&ü.txt": b"odd",
        "top.txt": b"",
    }.items():
        container.upload_blob(name, data)
    container.upload_blob("empty", b"", metadata={"hdi_isfolder": "true"})
    return str(container.container_name)


def test_ls_shows_containers_folders_and_blobs(quayside: Quayside, filled: str) -> None:
    assert filled in quayside.ok("ls").splitlines()
    assert quayside.ok("ls", filled).splitlines() == ["empty/", "runs/", "top.txt"]
    assert quayside.ok("ls", f"{filled}/runs/7").splitlines() == ["model.bin", "train.log"]
    assert quayside.ok("ls", f"{filled}/top.txt").splitlines() == ["top.txt"]
    assert quayside.ok("ls", f"{filled}/empty") == ""
    assert quayside.ok("ls", f"{filled}/runs", "-r").splitlines() == [
        "7/model.bin", "7/train.log", "8/a b#c%20+&ü.txt",
    ]  # fmt: skip


def test_ls_sorts_filters_and_speaks_json(quayside: Quayside, filled: str) -> None:
    by_size = quayside.ok("ls", filled, "-r", "--sort", "size").splitlines()
    assert by_size[:3] == ["empty/", "runs/7/model.bin", "runs/7/train.log"]
    assert quayside.ok("ls", filled, "-r", "--match", "*.log").split() == ["runs/7/train.log"]
    assert quayside.ok("ls", filled, "-r", "--larger", "1K").split() == ["runs/7/model.bin"]
    assert quayside.ok("ls", filled, "-r", "--newer", "2030-01-01") == ""
    rows = [json.loads(line) for line in quayside.ok("ls", filled, "--json").splitlines()]
    assert [(row["type"], row["name"]) for row in rows] == [
        ("folder", "empty/"), ("folder", "runs/"), ("blob", "top.txt"),
    ]  # fmt: skip
    assert rows[2]["size"] == 0


def test_stat_and_cat(quayside: Quayside, filled: str) -> None:
    found = json.loads(quayside.ok("stat", f"{filled}/runs/7/train.log", "--json"))
    assert (found["type"], found["size"]) == ("blob", 500)
    assert json.loads(quayside.ok("stat", f"{filled}/runs", "--json"))["type"] == "folder"
    assert json.loads(quayside.ok("stat", filled, "--json"))["type"] == "container"
    assert quayside.ok("cat", f"{filled}/runs/7/train.log", "--range", "0-4") == "line\n"
    assert quayside.ok("cat", f"{filled}/runs/7/train.log", "--range", "-5") == "line\n"
    assert quayside.ok("cat", f"{filled}/runs/8/a b#c%20+&ü.txt") == "odd"
    assert quayside.ok("cat", f"{filled}/top.txt") == ""


def test_a_sas_url_is_all_that_is_needed(
    bare: Quayside, filled: str, sas_url: Callable[..., str]
) -> None:
    assert bare.ok("ls", sas_url(filled)).splitlines() == ["empty/", "runs/", "top.txt"]
    base, _, token = sas_url(filled).partition("?")
    assert bare.ok("cat", f"{base}/runs/8/a%20b%23c%2520%2B&%C3%BC.txt?{token}") == "odd"


def test_credentials_come_by_standard_input_and_stay_out_of_the_process_list(
    bare: Quayside, azurite: Emulator, filled: str
) -> None:
    listed = bare.ok("ls", filled, "--connection-string", "-", text=azurite.connection_string)
    assert "top.txt" in listed


def test_mkdir_and_rm(quayside: Quayside, container_name: str) -> None:
    quayside.ok("mkdir", container_name)
    quayside.ok("mkdir", f"{container_name}/new folder")
    assert quayside.ok("ls", container_name).splitlines() == ["new folder/"]
    assert quayside("mkdir", f"{container_name}/new folder").returncode == 1
    refused = quayside("rm", f"{container_name}/new folder")
    assert (refused.returncode, "Add -r" in refused.stderr) == (2, True)
    quayside.ok("rm", f"{container_name}/new folder", "-r", "--yes")
    assert quayside.ok("ls", container_name) == ""
    quayside.ok("rm", container_name, "-r", "--yes")
    assert quayside("ls", container_name).returncode == 4


def test_rm_deletes_what_was_meant_and_nothing_else(
    quayside: Quayside, filled: str, container: ContainerClient
) -> None:
    asked = quayside("rm", f"{filled}/runs/7", "-r")
    assert (asked.returncode, "--yes" in asked.stderr) == (2, True)
    assert "2 blobs" in quayside.ok("rm", f"{filled}/runs/7", "-r", "--dry-run")
    assert len(list(container.list_blobs())) == 5
    quayside.ok("rm", f"{filled}/runs/7", "-r", "--yes")
    quayside.ok("rm", f"{filled}/top.txt")
    assert {blob.name for blob in container.list_blobs()} == {"empty", "runs/8/a b#c%20+&ü.txt"}
    quayside.ok("rm", f"{filled}/", "-r", "--yes")
    assert list(container.list_blobs()) == []
    assert container.exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("ls", "no-such-container"), 4, "no-such-container"),
        (("cat", "{container}/nothing"), 4, "nothing"),
        (("stat", "{container}/nothing"), 4, "nothing"),
        (("rm", "{container}/nothing"), 4, "nothing"),
        (("rm", "{container}/nothing", "-r", "--yes"), 4, "nothing"),
        (("ls", "{container}/nothing"), 4, "nothing"),
        (("ls", "Bad_Name"), 2, "container"),
        (("cat", "{container}/runs/"), 2, "folder"),
        (("mkdir", "{container}/x/../y"), 2, "."),
        (("ls", "https://elsewhere.example.com"), 2, "container"),
    ],
)
def test_each_mistake_has_its_message_and_exit_code(
    quayside: Quayside, filled: str, words: tuple[str, ...], code: int, says: str
) -> None:
    done = quayside(*(word.replace("{container}", filled) for word in words))
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("quayside: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_wrong_key_is_not_authorised(bare: Quayside, azurite: Emulator, filled: str) -> None:
    text = azurite.connection_string.replace(azurite.accounts[0].key, WRONG_KEY)
    done = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=text)("ls", filled)
    assert done.returncode == 3, done.stderr
    assert "key" in done.stderr
    assert WRONG_KEY not in done.stderr


def test_an_expired_sas_says_so(bare: Quayside, filled: str, sas_url: Callable[..., str]) -> None:
    url = sas_url(filled, hours=-1)
    done = bare("ls", url)
    assert done.returncode == 3, done.stderr
    assert "expired" in done.stderr
    assert url.partition("sig=")[2] not in done.stderr


def test_a_sas_that_may_not_says_which_letter_is_missing(
    bare: Quayside, filled: str, sas_url: Callable[..., str]
) -> None:
    url = sas_url(filled, "r")
    done = bare("ls", url)
    assert done.returncode == 3
    assert "sp lacks l" in done.stderr
    base, _, token = sas_url(filled, "rl").partition("?")
    done = bare("rm", f"{base}/top.txt?{token}")
    assert done.returncode == 3
    assert "sp lacks d" in done.stderr


def test_a_server_that_is_gone_is_no_connection(bare: Quayside) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = bare("ls", f"http://127.0.0.1:{port}/devstoreaccount1/data")
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(quayside: Quayside, filled: str) -> None:
    process = subprocess.Popen(
        quayside.command("cat", f"{filled}/runs/7/model.bin"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=quayside.variables(),
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 0


def test_doctor_finds_the_way_to_storage(quayside: Quayside) -> None:
    told = quayside.ok("doctor")
    assert "quayside: 0." in told
    assert "storage http://127.0.0.1" in told
    assert re.search(r"clock: [+-][0-5] s against", told)


def test_doctor_says_what_to_do_about_a_folder_that_others_can_read(
    bare: Quayside,
) -> None:
    bare.folder.chmod(0o755)
    done = bare("doctor", "--json")
    findings = [json.loads(line)["check"] for line in done.stdout.splitlines()]
    bad = [finding for finding in findings if finding["level"] == "bad"]
    assert done.returncode == 1
    assert any("chmod" in finding["cure"] for finding in bad)


def test_a_sas_of_one_blob_shows_and_fetches_that_blob(
    bare: Quayside, azurite: Emulator, filled: str, tmp_path: Path
) -> None:
    from datetime import UTC, datetime, timedelta

    from azure.storage.blob import generate_blob_sas

    account = azurite.accounts[0]
    token = generate_blob_sas(
        account.name,
        filled,
        "runs/7/train.log",
        account_key=account.key,
        permission="r",
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    url = f"{azurite.endpoint}/{filled}/runs/7/train.log?{token}"
    assert bare.ok("ls", url).splitlines() == ["train.log"]
    bare.ok("download", url, str(tmp_path / "x.log"))
    assert (tmp_path / "x.log").read_bytes() == b"line\n" * 100
    refused = bare("ls", url.replace("train.log", "model.bin"))
    assert refused.returncode == 3


def test_damaged_settings_are_said_and_do_not_stop_the_work(
    quayside: Quayside, filled: str
) -> None:
    (quayside.folder / "settings.json").write_text("{broken")
    done = quayside("ls", filled)
    assert done.returncode == 0
    assert "settings file is damaged" in done.stderr
    assert "top.txt" in done.stdout
    assert quayside("ls", filled, "--quiet").stderr == ""
