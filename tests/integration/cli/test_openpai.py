"""OpenPAI's jobs: archives, the snippet, outputs, and the help page that tells of them."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.support.help_pages import Follower


@pytest.fixture
def job(bare: Quayside, azurite: Emulator) -> Quayside:
    """As in a job's script: pai-copy's variable, and nothing else."""
    return bare.with_environment(STORAGE_CONNECTION_STRING=azurite.connection_string)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "model.bin").write_bytes(os.urandom(300_000))
    (folder / "deep" / "train.log").write_text("epoch 1\n")
    return folder


def test_an_archive_makes_the_container_and_says_no_secret(
    job: Quayside, azurite: Emulator, container_name: str, out: Path, tmp_path: Path
) -> None:
    fresh = f"{container_name}-fresh"
    done = job("upload", str(out), fresh, "ada/1", "--archive")
    assert done.returncode == 0, done.stderr
    assert azurite.accounts[0].key not in done.stdout + done.stderr
    job.ok("download", f"{fresh}/ada/1/out.tgz", str(tmp_path / "back.tgz"))
    with tarfile.open(tmp_path / "back.tgz") as tar:
        tar.extractall(tmp_path / "back", filter="data")
    assert (tmp_path / "back/out/deep/train.log").read_text() == "epoch 1\n"
    again = job("upload", str(out), fresh, "ada/1", "--archive")
    assert again.returncode == 1
    assert "is there already" in again.stderr
    job.ok("upload", str(out), fresh, "ada/1", "--archive", "--on-conflict", "different")
    job.ok("rm", "-r", "--yes", f"az://{fresh}")


def test_what_would_be_packed_is_told_before(
    job: Quayside, container: ContainerClient, container_name: str, out: Path
) -> None:
    told = job.ok("upload", str(out), container_name, "a", "--archive", "--dry-run")
    assert "a/out.tgz" in told
    assert not list(container.list_blob_names())


def test_the_codes_are_honest(job: Quayside, container_name: str, out: Path) -> None:
    assert job("upload", str(out / "no"), container_name, "a", "--archive").returncode != 0
    wrong = job.with_environment(
        STORAGE_CONNECTION_STRING=job.environment["STORAGE_CONNECTION_STRING"].replace(
            "AccountKey=", "AccountKey=AAAA"
        )
    )
    assert wrong("upload", str(out), container_name, "a", "--archive").returncode in (1, 3)


def test_the_snippet_uploads_the_outputs_of_a_job(
    job: Quayside, container: ContainerClient, container_name: str, out: Path, tmp_path: Path
) -> None:
    assert "openpai" in job.ok("snippet")
    text = job.ok("snippet", "openpai", "--container", container_name)
    variables = {
        "PAI_USER_NAME": "ada",
        "PAI_JOB_NAME": "train-1",
        "OUTPUT_DIR": str(out),
        "QUAYSIDE_DATA_DIR": str(tmp_path / "quayside"),
        **job.environment,
    }
    follower = Follower(tmp_path, variables, {})
    for _ in range(2):
        done = follower.run(text)
        assert done.returncode == 0, done.stderr
    assert set(container.list_blob_names()) == {
        "ada/train-1/model.bin", "ada/train-1/deep/train.log"
    }  # fmt: skip


def test_runs_are_listed_newest_first_and_the_latest_is_fetched(
    job: Quayside, container: ContainerClient, container_name: str, tmp_path: Path
) -> None:
    for name in ("old/a.txt", "old/_SUCCESS", "new/b/c.txt", "new/train.log"):
        container.upload_blob(f"jobs/{name}", name.encode())
    client = container.get_blob_client("jobs/old/a.txt")
    first = client.get_blob_properties().last_modified
    while (
        container.get_blob_client("jobs/new/b/c.txt").get_blob_properties().last_modified <= first
    ):
        container.upload_blob("jobs/new/b/c.txt", b"new/b/c.txt", overwrite=True)
    rows = [json.loads(line) for line in job.ok(
        "outputs", f"{container_name}/jobs", "--json"
    ).splitlines()]  # fmt: skip
    assert [(row["run"], row["state"], row["files"]) for row in rows] == [
        ("new", "running", 2), ("old", "done", 2)
    ]  # fmt: skip
    assert rows[0]["log"] == "new/train.log"
    dest = tmp_path / "latest"
    job.ok("outputs", f"{container_name}/jobs", "--latest", str(dest))
    assert (dest / "b/c.txt").read_text() == "new/b/c.txt"
    job.ok("outputs", f"{container_name}/jobs", "--run", "old", "--latest", str(tmp_path / "o"))
    assert (tmp_path / "o/a.txt").exists()


def test_the_log_of_the_latest_run_is_followed(
    job: Quayside, container: ContainerClient, container_name: str
) -> None:
    blob = container.get_blob_client("jobs/7/train.log")
    blob.create_append_blob()
    blob.append_block(b"epoch 1\n")
    process = job.start("outputs", f"{container_name}/jobs", "--follow")
    assert process.stdout is not None
    assert process.stdout.readline() == "epoch 1\n"
    blob.append_block(b"epoch 2\n")
    assert process.stdout.readline() == "epoch 2\n"


def test_what_is_not_there_is_said(
    job: Quayside, container: ContainerClient, container_name: str, tmp_path: Path
) -> None:
    assert job("outputs", f"{container_name}/none").returncode == 4
    container.upload_blob("jobs/7/model.bin", b"m")
    done = job("outputs", f"{container_name}/jobs", "--follow")
    assert (done.returncode, "no log" in done.stderr) == (4, True)
    done = job("outputs", f"{container_name}/jobs", "--run", "8", "--latest", str(tmp_path))
    assert (done.returncode, "no run '8'" in done.stderr) == (4, True)


def test_the_help_page_can_be_followed(
    azurite: Emulator, container_name: str, out: Path, tmp_path: Path
) -> None:
    answer = {"connectionStrings": [azurite.connection_string]}
    (tmp_path / "storages.json").write_text(json.dumps(answer))
    follower = Follower(
        tmp_path,
        {
            "QUAYSIDE_DATA_DIR": str(tmp_path / "quayside"),
            "STORAGE_CONNECTION_STRING": azurite.connection_string,
        },
        {" outputs ada": f" {container_name}-o ada", " outputs/ada": f" {container_name}-o/ada"},
    )
    printed = follower.follow("openpai")
    assert all(azurite.accounts[0].key not in text for text in printed)
    assert "train-043/" in "".join(printed)
    assert (tmp_path / "latest").is_dir()
    assert (tmp_path / "train-042/model.bin").read_bytes() == (out / "model.bin").read_bytes()
    BlobServiceClient.from_connection_string(azurite.connection_string).delete_container(
        f"{container_name}-o"
    )


def test_a_json_with_connection_strings_may_be_a_file_or_an_address(
    bare: Quayside, azurite: Emulator, tmp_path: Path
) -> None:
    file = tmp_path / "storages.json"
    file.write_text(json.dumps({"connectionStrings": [azurite.connection_string]}))
    assert "Saved 'pai'" in bare.ok("connect", "pai", "--from", str(file))
    done = bare("connect", "test", "--from", "http://pai.example.com/storages")
    assert (done.returncode, "https only" in done.stderr) == (2, True)
    assert bare("connect", "list", "--from", str(file)).returncode == 2
    file.write_text("{}")
    assert "connect: --from: " in bare("connect", "pai", "--from", str(file)).stderr
