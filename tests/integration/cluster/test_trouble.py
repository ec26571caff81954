"""Workers that die, a person who stops, and clusters that cannot do it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.cli.conftest import COMMAND_S, Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.support.cluster import Cluster, wait_until

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

FILES = 60


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    root.mkdir()
    for number in range(FILES):
        (root / f"{number:02}.bin").write_bytes(os.urandom(100_000))
    return root


def etags(container: ContainerClient) -> dict[str, str]:
    return {blob.name: str(blob.etag) for blob in container.list_blobs()}


def contents(container: ContainerClient) -> dict[str, bytes]:
    return {
        blob.name: container.download_blob(blob.name).readall() for blob in container.list_blobs()
    }


def expected(tree: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in tree.iterdir()}


def test_an_upload_goes_on_when_a_worker_is_killed(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    words = ("--on", cluster.address, "--limit", "600K", "--on-conflict", "overwrite")
    command = quayside.start("upload", str(tree), container.container_name, *words)
    wait_until(lambda: len(etags(container)) >= 6, "some files")
    before = etags(container)
    cluster.workers[0].send_signal(signal.SIGKILL)
    out, err = command.communicate(timeout=COMMAND_S)
    assert command.returncode == 0, err
    assert f"{FILES} files" in out
    assert contents(container) == expected(tree)
    after = etags(container)
    assert {name: after[name] for name in before} == before


@pytest.mark.long
def test_a_download_goes_on_when_a_worker_is_killed(
    quayside: Quayside, cluster: Cluster, container_name: str, tree: Path, tmp_path: Path
) -> None:
    quayside.ok("upload", str(tree), container_name)
    back = tmp_path / "back"
    command = quayside.start(
        "download", container_name, str(back), "--on", cluster.address, "--limit", "600K"
    )
    wait_until(lambda: len(list(back.glob("*.bin"))) >= 6, "some files")
    cluster.workers[1].send_signal(signal.SIGKILL)
    _, err = command.communicate(timeout=COMMAND_S)
    assert command.returncode == 0, err
    assert tree_of(back) == tree_of(tree)


@pytest.mark.long
def test_ctrl_c_pauses_and_resume_sends_nothing_twice(
    quayside: Quayside, cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    words = ("--on", cluster.address, "--limit", "400K")
    command = quayside.start("upload", str(tree), container.container_name, *words)
    wait_until(lambda: len(etags(container)) >= 3, "some files")
    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=COMMAND_S)
    assert command.returncode == 130, err
    assert "quayside resume 1" in err
    before = etags(container)
    assert 0 < len(before) < FILES
    cluster.add_worker()
    assert f"{FILES} files" in quayside.ok("resume", "1")
    after = etags(container)
    assert {name: after[name] for name in before} == before
    assert contents(container) == expected(tree)


def test_a_cluster_that_is_not_there_is_told(quayside: Quayside, tree: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"dask://127.0.0.1:{unused.getsockname()[1]}"
        done = quayside("upload", str(tree), "never-made", "--on", address)
    assert done.returncode == 1
    assert "No Dask scheduler answers" in done.stderr


def test_a_cluster_without_workers_is_told(
    quayside: Quayside, empty_cluster: Cluster, tree: Path
) -> None:
    done = quayside("upload", str(tree), "never-made", "--on", empty_cluster.address)
    assert done.returncode == 1
    assert "has no workers" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("import explorer\nexplorer.__version__ = '0.0.9'\n", "has Quayside 0.0.9"),
        (
            "import platform\nplatform.python_version_tuple = lambda: ('3', '9', '1')\n",
            "runs Python 3.9, this is",
        ),
    ],
)
def test_a_worker_with_another_version_is_told(
    quayside: Quayside, empty_cluster: Cluster, tree: Path, tmp_path: Path, change: str, told: str
) -> None:
    other = tmp_path / "other_version.py"
    other.write_text(change)
    empty_cluster.add_worker(preload=other)
    done = quayside("upload", str(tree), "never-made", "--on", empty_cluster.address)
    assert done.returncode == 1
    assert told in done.stderr


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_worker_that_does_not_see_the_folder_is_told(
    quayside: Quayside, empty_cluster: Cluster, tree: Path
) -> None:
    empty_cluster.add_worker()
    words = ("upload", f"/proc/self/cwd/{tree.name}", "never-made", "--on", empty_cluster.address)
    done = quayside(*words, cwd=tree.parent)
    assert done.returncode == 1
    assert "there is no" in done.stderr
    assert "worker-0" in done.stderr


def far(cluster: Cluster) -> str:
    """Its address, written so that nobody knows it for this machine's."""
    return cluster.address.replace("127.0.0.1", "127.1")


@pytest.mark.long
def test_credentials_travel_in_the_clear_only_by_consent(
    quayside: Quayside, empty_cluster: Cluster, container_name: str, tree: Path
) -> None:
    empty_cluster.add_worker()
    words = ("upload", str(tree), container_name, "--on", far(empty_cluster))
    done = quayside(*words)
    assert done.returncode != 0
    assert "unencrypted" in done.stderr
    quayside.ok(*words, "--allow-insecure")
    key = quayside.environment["AZURE_STORAGE_CONNECTION_STRING"].partition("AccountKey=")[2][:40]
    assert key not in empty_cluster.logs()


@pytest.mark.long
def test_a_worker_with_credentials_of_its_own_is_sent_none(
    quayside: Quayside, empty_cluster: Cluster, container_name: str, tree: Path
) -> None:
    empty_cluster.add_worker(quayside.environment)
    quayside.ok("upload", str(tree), container_name, "--on", far(empty_cluster))


@pytest.mark.long
def test_another_name_is_refused_where_a_batch_may_come_twice(
    quayside: Quayside, cluster: Cluster, container_name: str, tree: Path
) -> None:
    words = ("--on", cluster.address, "--on-conflict", "rename")
    done = quayside("upload", str(tree), container_name, *words)
    assert done.returncode != 0
    assert "second name" in done.stderr


@pytest.mark.long
def test_a_worker_that_comes_later_and_cannot_do_it_is_left_out_and_told(
    quayside: Quayside,
    empty_cluster: Cluster,
    container: ContainerClient,
    tree: Path,
    tmp_path: Path,
) -> None:
    worker = empty_cluster.add_worker()
    words = ("--on", empty_cluster.address, "--limit", "400K")
    command = quayside.start("upload", str(tree), container.container_name, *words)
    wait_until(lambda: len(etags(container)) >= 3, "some files")
    worker.send_signal(signal.SIGSTOP)  # there is work left, however late the other one comes
    other = tmp_path / "other_version.py"
    other.write_text("import explorer\nexplorer.__version__ = '0.0.9'\n")
    empty_cluster.add_worker(preload=other)
    worker.send_signal(signal.SIGKILL)
    _, err = command.communicate(timeout=COMMAND_S)
    assert command.returncode == 1, err
    assert "was not used" in err
    assert "has Quayside 0.0.9" in err


@pytest.mark.long
def test_workers_that_are_gone_for_good_end_the_job_and_a_resume_goes_on(
    quayside: Quayside, empty_cluster: Cluster, container: ContainerClient, tree: Path
) -> None:
    worker = empty_cluster.add_worker()
    words = ("--on", empty_cluster.address, "--limit", "400K")
    command = quayside.start("upload", str(tree), container.container_name, *words)
    wait_until(lambda: len(etags(container)) >= 3, "some files")
    before = etags(container)
    worker.send_signal(signal.SIGKILL)
    _, err = command.communicate(timeout=COMMAND_S)
    assert command.returncode == 1, err
    assert "are gone" in err
    assert "quayside resume 1" in err
    empty_cluster.add_worker()
    quayside.ok("resume", "1")
    after = etags(container)
    assert {name: after[name] for name in before} == before
    assert contents(container) == expected(tree)
