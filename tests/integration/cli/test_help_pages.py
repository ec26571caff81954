"""The pages of the help about connecting, transfers, Gen2, watching and AzureML, followed
command by command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.base.settings import change_settings
from explorer.service.emulator import Emulator
from tests.servers.lake.server import Lake
from tests.support.help_pages import Follower
from tests.support.sign_in import SecureEmulator, cli_answer, jwt, write_cli

OWN = ("training", "archive", "datasets", "azureml-blobstore")


@pytest.fixture
def own(container_name: str) -> dict[str, str]:
    """Containers of this test alone, by the names the pages have for them."""
    return {f" {name}": f" {container_name}-{name}" for name in OWN}


@pytest.fixture
def follower(tmp_path: Path, own: dict[str, str]) -> Follower:
    """With a folder `out`, and no credentials yet."""
    (tmp_path / "out/old").mkdir(parents=True)
    (tmp_path / "out/log.txt").write_text("epoch 1\n")
    (tmp_path / "out/old/a.bin").write_bytes(b"\0" * 9)
    (tmp_path / "out/.gitignore").write_text("*.bin\n")
    return Follower(tmp_path, {"QUAYSIDE_DATA_DIR": str(tmp_path / "quayside")}, own)


@pytest.fixture
def on_flat(follower: Follower, azurite: Emulator) -> Follower:
    follower.environment = {
        **follower.environment,
        "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
    }
    return follower


def clear(follower: Follower) -> None:
    for name in OWN:
        follower.run(f"quayside rm -r --yes {name}")


def test_connecting(follower: Follower, azurite: Emulator, tmp_path: Path) -> None:
    (tmp_path / "connection-string.txt").write_text(azurite.connection_string)
    printed = follower.follow("connecting")
    assert "read yes" in printed[0]
    assert azurite.accounts[0].key not in "".join(printed)


def test_signing_in(
    follower: Follower,
    secure_azurite: SecureEmulator,
    own: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_settings(tmp_path / "quayside", ca_file=str(secure_azurite.ca_file))
    cli = write_cli(tmp_path / "bin", cli_answer(jwt()))
    monkeypatch.setenv("PATH", f"{cli}:{os.environ['PATH']}")
    address = "https://contoso.blob.core.windows.net"
    training = own[" training"].strip()
    follower.own = {
        f"{address}/training": f"{secure_azurite.endpoint}/{training}",
        **own,
        "--account contoso": f"--account {secure_azurite.endpoint}",
    }
    (tmp_path / "model.bin").write_text("model")
    by_az = "--account contoso --auth az"
    for place in ("training", "training runs"):
        done = follower.run(f"quayside upload model.bin {place} {by_az}")
        assert done.returncode == 0, done.stderr
    printed = follower.follow("sign-in")
    assert "model.bin" in printed[0]
    assert "Saved 'work'" in printed[2]
    assert "skoid=" in printed[-1]


def test_transfers(on_flat: Follower, tmp_path: Path) -> None:
    printed = on_flat.follow("transfers")
    assert (tmp_path / "results/log.txt").read_text() == "epoch 1\n"
    assert (tmp_path / "results/old/a.bin").stat().st_size == 9
    assert (tmp_path / "log.txt").read_text() == "epoch 1\n"
    assert sorted(path.name for path in (tmp_path / "logs").rglob("*")) == ["log.txt"]
    assert "done" in printed[-2]
    listed = on_flat.run("quayside ls archive/runs/seven -r").stdout.split()
    assert listed == [".gitignore", "log.txt", "old/a.bin"]
    clear(on_flat)


def test_watching(on_flat: Follower) -> None:
    printed = on_flat.follow("watch")
    assert "uploaded  log.txt" in printed[0]
    assert "uploaded" not in printed[1]
    listed = on_flat.run("quayside ls training/live -r").stdout.split()
    assert listed == [".gitignore", "log.txt", "old/a.bin"]
    clear(on_flat)


def test_azureml(on_flat: Follower, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/weights.bin").write_bytes(b"weights")
    printed = on_flat.follow("azureml")
    place = printed[0].splitlines()[-1]
    assert place.startswith("LocalUpload/")
    assert place.endswith("/model")
    below = place.removeprefix("LocalUpload/")
    assert (tmp_path / "artifacts" / below / "weights.bin").read_bytes() == b"weights"
    clear(on_flat)


def test_gen2(follower: Follower, lake: Lake) -> None:
    follower.environment = {
        **follower.environment,
        "AZURE_STORAGE_CONNECTION_STRING": lake.connection_string,
    }
    printed = follower.follow("gen2")
    assert "current/" in "".join(printed)
    assert "4a1b0e3c-9d2f-4c55-8a77-0123456789ab:r-x" in printed[-1]
