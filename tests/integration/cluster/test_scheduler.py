"""The scheduler of a cluster dies in the middle: the command ends, and what it did is kept."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.integration.cluster.test_trouble import FILES, contents, etags, expected, tree
from tests.servers.fault_proxy import FaultProxy, Op, Rule, Seen
from tests.support.cluster import Cluster, wait_until

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

__all__ = ["tree"]

pytestmark = pytest.mark.long
ENDS_S = 75
"""Half a minute for somebody to come back, and what closing connections takes."""


def killed(cluster: Cluster, command: subprocess.Popen[str]) -> str:
    """What the command says, once its scheduler was killed."""
    cluster.kill_scheduler()
    _, err = command.communicate(timeout=ENDS_S)
    assert command.returncode == 1, err
    assert "does not answer any more" in err
    assert "Traceback" not in err
    return err


def again(cluster: Cluster) -> None:
    wait_until(lambda: all(worker.poll() is not None for worker in cluster.workers), "their end")
    cluster.start_again()
    cluster.add_worker()
    cluster.add_worker()


def test_an_upload_ends_and_goes_on(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    words = ("--on", cluster.address, "--limit", "600K")
    command = quayside.start("upload", str(tree), container.container_name, *words)
    wait_until(lambda: len(etags(container)) >= 6, "some files")
    err = killed(cluster, command)
    assert "quayside resume 1" in err
    before = etags(container)
    again(cluster)
    assert f"{FILES} files" in quayside.ok("resume", "1")
    after = etags(container)
    assert {name: after[name] for name in before} == before
    assert contents(container) == expected(tree)


def test_a_download_ends_and_goes_on(
    quayside: Quayside, cluster: Cluster, container_name: str, tree: Path, tmp_path: Path
) -> None:
    quayside.ok("upload", str(tree), container_name)
    back = tmp_path / "back"
    words = ("--on", cluster.address, "--limit", "600K")
    command = quayside.start("download", container_name, str(back), *words)
    wait_until(lambda: len(list(back.glob("*.bin"))) >= 6, "some files")
    assert "quayside resume 2" in killed(cluster, command)
    before = {path.name: path.stat().st_ino for path in back.glob("*.bin")}
    again(cluster)
    quayside.ok("resume", "2")
    assert tree_of(back) == tree_of(tree)
    after = {path.name: path.stat().st_ino for path in back.iterdir()}
    assert before.items() <= after.items()


def test_a_mirror_ends_and_the_same_command_goes_on(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    words = (
        *("mirror", str(tree), f"az://{container.container_name}/kept"),
        *("--delete", "--max-delete", "1", "--on", cluster.address, "--limit", "600K"),
    )
    container.upload_blob("kept/too-much", b"x")
    command = quayside.start(*words)
    wait_until(lambda: len(etags(container)) >= 6, "some files")
    killed(cluster, command)
    before = etags(container)
    assert "kept/too-much" in before
    again(cluster)
    done = quayside(*words)
    assert done.returncode == 0, done.stderr
    after = etags(container)
    del before["kept/too-much"]
    assert before.items() <= after.items()
    assert contents(container) == {f"kept/{name}": data for name, data in expected(tree).items()}


def test_a_count_ends(
    bare: Quayside, azurite: Emulator, cluster: Cluster, container: ContainerClient
) -> None:
    for folder in range(20):
        container.upload_blob(f"d{folder}/e/f/g/file", b"x")
    is_counting, may_go_on = threading.Event(), threading.Event()

    def hold(seen: Seen) -> None:
        if "prefix=d" in seen.target:  # not that which is listed here
            is_counting.set()
            may_go_on.wait(2 * ENDS_S)

    with FaultProxy(azurite, Rule(Op.LIST, hook=hold)) as proxy:
        quayside = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        command = quayside.start("du", container.container_name, "--on", cluster.address)
        wait_until(is_counting.is_set, "a worker that counts")
        try:
            killed(cluster, command)
        finally:
            may_go_on.set()


def test_a_scheduler_that_comes_back_with_workers_is_gone_on_with(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    words = ("--on", cluster.address, "--limit", "600K")
    command = quayside.start("upload", str(tree), container.container_name, *words)
    wait_until(lambda: len(etags(container)) >= 6, "some files")
    cluster.kill_scheduler()
    before = etags(container)
    cluster.start_again()
    cluster.add_worker()
    cluster.add_worker()
    out, err = command.communicate(timeout=ENDS_S)
    assert command.returncode == 0, err
    assert f"{FILES} files" in out
    assert before.items() <= etags(container).items()
    assert contents(container) == expected(tree)
