"""Clients that others wrote judge ours: what Quayside uploads they read back byte for byte,
and what they upload Quayside reads."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import (
    AccountSasPermissions,
    ContainerClient,
    ResourceTypes,
    generate_account_sas,
)

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the judges are Linux programs")

AZCOPY = Path(__file__).parents[2] / "judges/node_modules/@azure-tools/azcopy-linux/dist/bin"
MIB = 1024 * 1024

Client = Callable[..., None]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Names and sizes that clients treat differently; one file is larger than a block."""
    root = tmp_path / "tree"
    sizes = {
        "empty.bin": 0,
        "one.bin": 1,
        "with space & plus+.txt": 1_000,
        "percent %41 hash # question.txt": 77,
        "ünïcode/日本語/файл.json": 4_096,
        "deep/er/and/deeper/still.log": 65_537,
        "a/below": 10,
        "large.bin": 20 * MIB + 3,
    }
    dice = random.Random(11)
    for name, size in sizes.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dice.randbytes(size))
    return root


@pytest.fixture
def rclone(azurite: Emulator) -> Client:
    program = shutil.which("rclone", path=str(Path(sys.executable).parent))
    assert program is not None, "it is in the dev group"
    account = azurite.accounts[0]
    env = {
        **os.environ,
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_CONFIG_T_TYPE": "azureblob",
        "RCLONE_CONFIG_T_ACCOUNT": account.name,
        "RCLONE_CONFIG_T_KEY": account.key,
        "RCLONE_CONFIG_T_ENDPOINT": azurite.endpoint,
    }
    return lambda *words: _run([program, *words], env)


@pytest.fixture
def azcopy(tmp_path: Path) -> Client:
    programs = list(AZCOPY.glob("azcopy_linux_*"))
    assert programs, "./run install brings it"
    # The package leaves out the right to run it; nothing in it is changed here.
    program = str(shutil.copy(programs[0], tmp_path / "azcopy"))
    os.chmod(program, 0o700)
    env = {
        **os.environ,
        "AZCOPY_LOG_LOCATION": str(tmp_path / "azcopy-log"),
        "AZCOPY_JOB_PLAN_LOCATION": str(tmp_path / "azcopy-log"),
        "AZCOPY_DISABLE_SYSLOG": "true",
    }
    common = ["--skip-version-check", "--log-level=NONE", "--output-level=essential"]
    return lambda *words: _run([program, *words, *common], env)


@pytest.fixture
def sas(azurite: Emulator) -> str:
    account = azurite.accounts[0]
    return generate_account_sas(
        account.name,
        account.key,
        ResourceTypes(service=True, container=True, object=True),
        AccountSasPermissions(read=True, write=True, list=True, create=True, delete=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )


@pytest.fixture
def uploaded(quayside: Quayside, tree: Path, container_name: str) -> str:
    """The tree as Quayside uploads it; the name of its container."""
    quayside.ok("upload", str(tree), container_name, "in")
    return container_name


def test_rclone_reads_what_quayside_uploads(
    uploaded: str, tree: Path, rclone: Client, tmp_path: Path
) -> None:
    rclone("copy", f"T:{uploaded}/in", str(tmp_path / "back"))
    assert _bytes_of(tmp_path / "back") == _bytes_of(tree)


def test_rclone_finds_the_checksums_that_quayside_stored(
    uploaded: str, tree: Path, rclone: Client
) -> None:
    """By MD5, and every file has one: `--download` would compare bytes instead."""
    rclone("check", str(tree), f"T:{uploaded}/in")
    (tree / "one.bin").write_bytes(b"x")
    with pytest.raises(AssertionError, match=r"one\.bin"):
        rclone("check", str(tree), f"T:{uploaded}/in")


def test_azcopy_reads_what_quayside_uploads(
    azurite: Emulator, uploaded: str, tree: Path, azcopy: Client, sas: str, tmp_path: Path
) -> None:
    """It checks the MD5 of each blob, too, and refuses those that differ."""
    source = f"{azurite.endpoint}/{uploaded}/in/*?{sas}"
    azcopy(
        *("copy", source, str(tmp_path / "back"), "--recursive", "--from-to=BlobLocal"),
        "--check-md5=FailIfDifferentOrMissing",
    )
    assert _bytes_of(tmp_path / "back") == _bytes_of(tree)


def test_quayside_reads_what_rclone_uploads(
    quayside: Quayside, container: ContainerClient, tree: Path, rclone: Client, tmp_path: Path
) -> None:
    name = container.container_name
    rclone("copy", str(tree), f"T:{name}/theirs")
    quayside.ok("download", f"{name}/theirs", str(tmp_path / "back"))
    assert _bytes_of(tmp_path / "back") == _bytes_of(tree)
    times = {path.name: path.stat().st_mtime for path in tree.rglob("*.bin")}
    back = {path.name: path.stat().st_mtime for path in (tmp_path / "back").rglob("*.bin")}
    assert back == pytest.approx(times, abs=1e-6)


def test_quayside_reads_what_azcopy_uploads(
    azurite: Emulator,
    quayside: Quayside,
    container: ContainerClient,
    tree: Path,
    azcopy: Client,
    sas: str,
    tmp_path: Path,
) -> None:
    name = container.container_name
    target = f"{azurite.endpoint}/{name}/theirs?{sas}"
    azcopy(
        *("copy", f"{tree}/*", target, "--recursive", "--from-to=LocalBlob", "--put-md5"),
    )
    quayside.ok("download", f"{name}/theirs", str(tmp_path / "back"))
    assert _bytes_of(tmp_path / "back") == _bytes_of(tree)


def _run(words: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def _bytes_of(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
