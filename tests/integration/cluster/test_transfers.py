"""Uploads and downloads on a real scheduler and three worker processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.support.cluster import Cluster

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

NAMES = ("plain.txt", "ünï cødé 名前 🚢.txt", "100%.txt", "a%20b.txt", "#h?.txt", ".hidden")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    for number in range(60):
        path = root / f"d{number % 7}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 1000))
    for name in NAMES:
        (root / name).write_bytes(name.encode())
    (root / "large.bin").write_bytes(os.urandom(9_000_000))
    (root / "empty folder" / "in it").mkdir(parents=True)
    return root


def test_a_tree_goes_there_and_back_by_way_of_the_workers(
    quayside: Quayside, cluster: Cluster, container_name: str, tree: Path, tmp_path: Path
) -> None:
    on = ("--on", cluster.address)
    said = quayside.ok("upload", str(tree), container_name, "runs/7", *on)
    assert "Uploaded" in said
    back = tmp_path / "back"
    quayside.ok("download", f"{container_name}/runs/7", str(back), *on)
    assert tree_of(back) == tree_of(tree)
    assert "done" in quayside.ok("jobs")
    key = quayside.environment["AZURE_STORAGE_CONNECTION_STRING"].partition("AccountKey=")[2][:40]
    assert key not in cluster.logs()


def test_what_fails_at_a_worker_is_told_with_its_reason(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    container.upload_blob("d1/1.bin", b"theirs")
    done = quayside("upload", str(tree), container.container_name, "--on", cluster.address)
    assert done.returncode == 1
    assert "d1/1.bin is there already" in done.stderr
    assert container.download_blob("d1/1.bin").readall() == b"theirs"
    assert container.download_blob("d1/8.bin").readall() == (tree / "d1" / "8.bin").read_bytes()
