"""`quayside mirror` against the emulator: what moves, what goes, what never goes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.integration.cli.test_transfers import tree_of
from tests.servers.fault_proxy import FaultProxy, Op

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a.txt", "b/one.csv", "b/two.csv", "ünï/% c.bin"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (root / "empty").mkdir()
    return root


def said(quayside: Quayside, *words: str) -> dict[str, object]:
    """The last line of a run with --json, which must succeed."""
    lines = quayside.ok("mirror", *words, "--json").splitlines()
    return dict(json.loads(lines[-1]))


def sums(told: dict[str, object]) -> tuple[object, ...]:
    return tuple(told[key] for key in ("add", "update", "deleted", "same", "failed"))


def test_a_folder_goes_up_once_and_then_only_what_differs(
    quayside: Quayside, container_name: str, folder: Path
) -> None:
    words = (str(folder), f"{container_name}/m")
    assert sums(said(quayside, *words)) == (4, 0, 0, 0, 0)
    assert sums(said(quayside, *words)) == (0, 0, 0, 4, 0)
    assert quayside.ok("mirror", *words).startswith("Nothing to do: 4 files are the same")
    (folder / "a.txt").write_text("x.txt")
    (folder / "new").write_text("new")
    assert sums(said(quayside, *words)) == (1, 1, 0, 3, 0)
    assert quayside.ok("cat", f"{container_name}/m/a.txt") == "x.txt"


def test_a_container_comes_down_and_is_kept_like_it(
    quayside: Quayside,
    container_name: str,
    container: ContainerClient,
    tmp_path: Path,
    folder: Path,
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    copy = tmp_path / "copy"
    assert sums(said(quayside, container_name, str(copy))) == (4, 0, 0, 0, 0)
    assert tree_of(copy) == tree_of(folder)
    container.upload_blob("a.txt", b"y.txt", overwrite=True)
    container.delete_blob("b/one.csv")
    container.delete_blob("b/two.csv")
    assert sums(said(quayside, container_name, str(copy))) == (0, 1, 0, 1, 0)
    assert (copy / "b/one.csv").exists()
    told = said(quayside, container_name, str(copy), "--delete", "--max-delete", "2")
    assert sums(told) == (0, 0, 2, 2, 0)
    assert (copy / "a.txt").read_text() == "y.txt"
    assert not (copy / "b").exists()
    assert (copy / "empty").is_dir()


def test_storage_is_mirrored_to_storage_by_the_service(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    quayside.ok("mirror", str(folder), f"{container_name}/one")
    container.upload_blob("one/foreign", b"no time of its own")
    words = (f"{container_name}/one", f"{container_name}/two")
    assert sums(said(quayside, *words)) == (5, 0, 0, 0, 0)
    assert sums(said(quayside, *words)) == (0, 0, 0, 5, 0)
    container.upload_blob("one/a.txt", b"z.txt", overwrite=True)
    container.delete_blob("one/foreign")
    assert sums(said(quayside, *words, "--delete")) == (0, 1, 1, 3, 0)
    assert quayside.ok("cat", f"{container_name}/two/a.txt") == "z.txt"
    assert quayside("mirror", f"{container_name}/one", f"{container_name}/one/in").returncode == 2


def test_a_sas_that_reads_and_lists_is_enough(
    quayside: Quayside,
    bare: Quayside,
    container_name: str,
    folder: Path,
    tmp_path: Path,
    sas_url: Callable[..., str],
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    url, copy = sas_url(container_name, "rl"), tmp_path / "copy"
    assert sums(said(bare, url, str(copy))) == (4, 0, 0, 0, 0)
    assert tree_of(copy) == tree_of(folder)
    # Another SAS, the same pair of places.
    assert sums(said(bare, sas_url(container_name, "rl", 2), str(copy))) == (0, 0, 0, 4, 0)
    for path in bare.folder.rglob("*"):
        assert path.is_dir() or b"sig=" not in path.read_bytes()


def test_more_deletions_than_are_allowed_change_nothing(
    quayside: Quayside, container_name: str, folder: Path
) -> None:
    words = (str(folder), container_name)
    quayside.ok("mirror", *words)
    for name in ("b/one.csv", "b/two.csv", "a.txt"):
        (folder / name).unlink()
    (folder / "new").write_text("new")
    done = quayside("mirror", *words, "--delete")
    assert done.returncode == 1
    assert "3 of the 4 files" in done.stderr
    assert "--max-delete" in done.stderr
    assert "new" not in quayside.ok("ls", container_name).splitlines()
    assert quayside("mirror", *words, "--delete", "--max-delete", "many").returncode == 2
    assert sums(said(quayside, *words, "--delete", "--max-delete", "75%")) == (1, 0, 3, 1, 0)


def test_an_empty_or_missing_source_deletes_nothing(
    quayside: Quayside, container_name: str, folder: Path, tmp_path: Path
) -> None:
    quayside.ok("mirror", str(folder), container_name)
    nothing = tmp_path / "nothing"
    assert quayside("mirror", str(nothing), container_name, "--delete").returncode == 1
    nothing.mkdir()
    assert quayside("mirror", str(nothing), container_name, "--delete").returncode == 1
    copy = tmp_path / "copy"
    quayside.ok("mirror", container_name, str(copy))
    for source in (f"{container_name}/gone", "no-such-container"):
        done = quayside("mirror", source, str(copy), "--delete", "--max-delete", "100%")
        assert done.returncode == 4
    assert tree_of(copy) == tree_of(folder)


def test_a_dry_run_says_it_and_does_nothing(
    quayside: Quayside, container_name: str, folder: Path, tmp_path: Path
) -> None:
    words = (str(folder), container_name)
    quayside.ok("mirror", *words)
    (folder / "a.txt").write_text("longer than before")
    (folder / "b/one.csv").unlink()
    (folder / "new").write_text("new")
    done = quayside("mirror", *words, "--delete", "--dry-run")
    assert done.returncode == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["update", "a.txt"], ["delete", "b/one.csv"], ["add", "new"],
    ]  # fmt: skip
    assert "the size differs" in done.stdout
    assert "1 to add" in done.stderr
    assert quayside.ok("cat", f"{container_name}/a.txt") == "a.txt"
    assert "new" not in quayside.ok("ls", container_name).splitlines()


def test_a_checksum_sees_what_size_and_time_hide(
    quayside: Quayside, container_name: str, folder: Path
) -> None:
    words = (str(folder), container_name)
    quayside.ok("mirror", *words)
    path = folder / "a.txt"
    before = path.stat()
    path.write_text("A.TXT")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sums(said(quayside, *words)) == (0, 0, 0, 4, 0)
    assert sums(said(quayside, *words, "--checksum")) == (0, 1, 0, 3, 0)
    assert quayside.ok("cat", f"{container_name}/a.txt") == "A.TXT"


def test_filters_hold_for_both_sides(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    container.upload_blob("kept.log", b"only there")
    words = (str(folder), container_name, "--exclude", "*.csv", "--exclude", "*.log")
    assert sums(said(quayside, *words, "--delete")) == (2, 0, 0, 0, 0)
    assert container.get_blob_client("kept.log").exists()
    assert not container.get_blob_client("b/one.csv").exists()


def test_what_was_changed_at_the_target_is_brought_back(
    quayside: Quayside, container_name: str, container: ContainerClient, folder: Path
) -> None:
    words = (str(folder), container_name)
    quayside.ok("mirror", *words)
    container.upload_blob("a.txt", b"12345", overwrite=True)  # later, and as long
    assert sums(said(quayside, *words)) == (0, 1, 0, 3, 0)
    assert quayside.ok("cat", f"{container_name}/a.txt") == "a.txt"


def test_without_manifests_size_and_time_tell(
    bare: Quayside, quayside: Quayside, container_name: str, folder: Path, tmp_path: Path
) -> None:
    words = (str(folder), container_name)
    quayside.ok("mirror", *words)
    other = Quayside(tmp_path / "other", quayside.environment)
    assert sums(said(other, *words)) == (0, 0, 0, 4, 0)
    os.utime(folder / "a.txt")
    assert sums(said(other, *words)) == (0, 1, 0, 3, 0)


def test_many_new_blobs_are_fetched_by_their_listing_and_asked_for_one_by_one_never(
    bare: Quayside,
    quayside: Quayside,
    azurite: Emulator,
    container_name: str,
    tmp_path: Path,
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(260):
        (many / f"{number:03}.txt").write_text(f"{number}")
    (many / "left out.log").touch()
    quayside.ok("upload", str(many), container_name, "m")
    with FaultProxy(azurite) as proxy:
        through = bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=proxy.connection_string)
        words = (f"{container_name}/m", str(tmp_path / "copy"), "--exclude", "*.log")
        assert sums(said(through, *words)) == (260, 0, 0, 0, 0)
        assert proxy.counts[Op.HEAD_BLOB] < 10
        assert sums(said(through, *words)) == (0, 0, 0, 260, 0)
        places = (f"{container_name}/m", f"{container_name}/n")
        assert sums(said(through, *places)) == (261, 0, 0, 0, 0)
    (many / "left out.log").unlink()
    assert tree_of(tmp_path / "copy") == tree_of(many)


def test_two_local_sides_are_refused(quayside: Quayside, tmp_path: Path, folder: Path) -> None:
    done = quayside("mirror", str(folder), str(tmp_path))
    assert done.returncode == 2
    assert "az://" in done.stderr
