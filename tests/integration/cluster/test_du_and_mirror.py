"""Counting and mirroring by way of a real cluster give what one machine gives."""

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


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    for number in range(40):
        path = root / f"d{number % 5}" / f"e{number % 3}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(100 + number))
    (root / "top.txt").write_text("top")
    return root


def test_du_is_the_same_as_on_one_machine(
    quayside: Quayside, cluster: Cluster, container_name: str, tree: Path
) -> None:
    quayside.ok("upload", str(tree), container_name, "runs")
    for words in (
        (container_name, "--depth", "2"),
        (f"{container_name}/runs", "--by", "ending"),
        (f"{container_name}/runs/d1", "--exact"),
    ):
        alone = quayside.ok("du", *words)
        assert quayside.ok("du", *words, "--on", cluster.address) == alone


@pytest.mark.long
def test_du_of_a_folder_that_is_not_there_is_told(
    quayside: Quayside, cluster: Cluster, container: ContainerClient
) -> None:
    name = container.container_name
    done = quayside("du", f"{name}/nowhere", "--on", cluster.address)
    assert done.returncode == quayside("du", f"{name}/nowhere").returncode
    assert "no folder" in done.stderr


@pytest.mark.long
def test_a_mirror_moves_on_the_workers_and_deletes_from_here(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path, tmp_path: Path
) -> None:
    name, on = container.container_name, ("--on", cluster.address)
    quayside.ok("mirror", str(tree), f"az://{name}", *on)
    assert "Nothing to do" in quayside.ok("mirror", str(tree), f"az://{name}", *on)
    (tree / "top.txt").write_text("another top")
    (tree / "d1" / "e1" / "1.bin").unlink()
    said = quayside.ok("mirror", str(tree), f"az://{name}", "--delete", *on)
    assert "1 updated" in said
    assert "1 deleted" in said
    assert container.download_blob("top.txt").readall() == b"another top"
    back = tmp_path / "back"
    quayside.ok("mirror", f"az://{name}", f"{back}/", *on)
    assert tree_of(back) == tree_of(tree)
