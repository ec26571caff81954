"""Uploads and downloads from the command line: whole trees there and back, byte for byte."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

BLOCK = 1024 * 1024
NAMES = (
    "plain.txt", "with space.txt", "ünï cødé 名前 🚢.txt", "100%.txt", "a%20b.txt", "#hash.txt",
    "plus+and&amp;.txt", "quote'\"s.txt", "semi;colon,comma=.txt", "[brackets]{}.txt",
    "question?mark.txt", "tilde~!@$^()_.txt", ".hidden", "no ending", "l" * 200 + ".txt",
)  # fmt: skip


def tree_of(root: Path) -> dict[str, str]:
    """Every file's hash and every empty folder below `root`, by path."""
    found = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        for name in files:
            path = here / name
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(root))] = digest
        if not folders and not files:
            found[str(here.relative_to(root))] = "empty folder"
    return found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    for number, name in enumerate(NAMES):
        path = root / "names" / f"d {number}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode())
    sizes = root / "sizes"
    sizes.mkdir()
    for size in (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK):
        (sizes / f"{size}.bin").write_bytes(os.urandom(size))
    deep = root.joinpath(*(f"level{number}" for number in range(12)))
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_text("deep")
    (root / "empty folder" / "in it").mkdir(parents=True)
    return root


def test_a_tree_comes_back_as_it_was(
    quayside: Quayside, container_name: str, tree: Path, tmp_path: Path
) -> None:
    quayside.ok("upload", str(tree), container_name, "runs/7", "--block-size", "1M")
    assert "Downloaded" in quayside.ok(
        "download", f"{container_name}/runs/7", str(tmp_path / "back"), "--block-size", "1M"
    )
    assert tree_of(tmp_path / "back") == tree_of(tree)
    modified = {p.relative_to(tree): int(p.stat().st_mtime) for p in tree.rglob("*.bin")}
    back = {path: int((tmp_path / "back" / path).stat().st_mtime) for path in modified}
    assert back == modified


def test_three_hundred_mebibytes_come_back_as_they_were(
    quayside: Quayside, container_name: str, tmp_path: Path
) -> None:
    path = tmp_path / "large.bin"
    chunk = os.urandom(1 << 20)
    with path.open("wb") as stream:
        for number in range(300):
            stream.write(number.to_bytes(8, "big") + chunk[8:])
    quayside.ok("upload", str(path), container_name)
    quayside.ok("download", f"{container_name}/large.bin", str(tmp_path / "back.bin"))
    with path.open("rb") as ours, (tmp_path / "back.bin").open("rb") as theirs:
        assert (
            hashlib.file_digest(ours, "sha256").digest()
            == hashlib.file_digest(theirs, "sha256").digest()
        )


def test_where_things_go(quayside: Quayside, container: ContainerClient, tmp_path: Path) -> None:
    name = str(container.container_name)
    folder, file = tmp_path / "out", tmp_path / "f.txt"
    folder.mkdir()
    (folder / "x").write_text("x")
    file.write_text("f")
    quayside.ok("upload", str(folder), name)
    quayside.ok("upload", str(file), name, "below")
    quayside.ok("upload", "--to", f"{name}/many", str(folder), str(file))
    assert {blob.name for blob in container.list_blobs()} == {
        "x", "below/f.txt", "many/out/x", "many/f.txt",
    }  # fmt: skip
    here = tmp_path / "here"
    here.mkdir()
    quayside.ok("download", f"{name}/below/f.txt", cwd=here)
    quayside.ok("download", f"{name}/many", cwd=here)
    quayside.ok("download", f"{name}/below/f.txt", "other name.txt", cwd=here)
    assert sorted(tree_of(here)) == ["f.txt", "many/f.txt", "many/out/x", "other name.txt"]
    quayside.ok("download", name, cwd=here)
    assert (here / name / "below" / "f.txt").read_text() == "f"


def test_include_exclude_and_ignore_files(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    root = tmp_path / "out"
    root.mkdir()
    for name in ("a.log", "b.txt", "c.tmp"):
        (root / name).write_text(name)
    (root / ".amlignore").write_text("*.tmp\n")
    name = str(container.container_name)
    quayside.ok("upload", str(root), name, "1", "--include", "*.log")
    quayside.ok("upload", str(root), name, "2", "--exclude", "*.log", "--exclude", ".amlignore")
    quayside.ok("upload", str(root), name, "3", "--ignore-files")
    assert {blob.name for blob in container.list_blobs()} == {
        "1/a.log", "2/b.txt", "2/c.tmp", "3/.amlignore", "3/a.log", "3/b.txt",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "code", "kept"),
    [
        ("fail", 1, b"old"), ("skip", 0, b"old"), ("overwrite", 0, b"new!"), (None, 1, b"old"),
        ("different", 0, b"new!"), ("rename", 0, b"old"),
    ],
)  # fmt: skip
def test_a_target_that_exists_is_treated_as_was_said(
    quayside: Quayside,
    container: ContainerClient,
    tmp_path: Path,
    policy: str | None,
    code: int,
    kept: bytes,
) -> None:
    container.upload_blob("f.txt", b"old")
    path = tmp_path / "f.txt"
    path.write_bytes(b"new!")
    words = ["--on-conflict", policy] if policy else []
    done = quayside("upload", str(path), str(container.container_name), *words)
    assert done.returncode == code, done.stderr
    assert container.download_blob("f.txt").readall() == kept
    others = [blob.name for blob in container.list_blobs() if blob.name != "f.txt"]
    assert len(others) == (policy == "rename")
    if code:
        assert "f.txt" in done.stderr
    assert ("--on-conflict" in done.stderr) == bool(code)


def test_of_many_that_exist_the_first_are_named_and_the_rest_counted(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    source = tmp_path / "out"
    source.mkdir()
    for number in range(13):
        (source / f"{number:02d}.txt").write_bytes(b"new")
        container.upload_blob(f"{number:02d}.txt", b"old")
    name = str(container.container_name)
    done = quayside("upload", f"{source}", name)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len([line for line in lines if "is there already" in line]) == 10
    assert lines[-2] == (
        "quayside: and 3 more exist already. See them all: quayside jobs 1 --state failed"
    )
    assert "--on-conflict" in lines[-1]
    assert done.stderr.count("--on-conflict") == 1
    assert len(quayside.ok("jobs", "1", "--state", "failed").splitlines()) == 1 + 13
    told = map(json.loads, quayside("upload", f"{source}", name, "--json").stdout.splitlines())
    failed = [each["transfer"] for each in told if _has_failed(each)]
    assert len({transfer["id"] for transfer in failed}) == 13
    assert all("is there already" in transfer["failure"]["message"] for transfer in failed)


def _has_failed(told: dict[str, Any]) -> bool:
    return bool(told["event"] == "transfer" and told["transfer"]["state"] == "failed")


def test_a_dry_run_touches_nothing(quayside: Quayside, container_name: str, tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("f")
    told = quayside.ok("upload", str(tmp_path / "f.txt"), container_name, "--dry-run")
    assert "f.txt" in told
    assert container_name not in quayside.ok("ls").split()
    assert quayside.ok("jobs") == ""


def test_an_empty_folder_is_told_as_a_folder_in_every_direction(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    (tmp_path / "out" / "empty").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "out" / name).write_text(name)
    name = str(container.container_name)
    told = quayside.ok("upload", str(tmp_path / "out"), name, "x")
    assert told.startswith("Uploaded 2 files and 1 empty folder, 2 B in ")
    told = quayside.ok("download", f"{name}/x", str(tmp_path / "back"))
    assert told.startswith("Downloaded 2 files and 1 folder, 2 B in ")
    told = quayside.ok("copy", f"{name}/x", f"{name}/y")
    assert told.startswith("Copied 2 files and 1 folder, 2 B in ")
    first, *files = quayside.ok("jobs", "1").splitlines()
    assert "2 of 2 files, 1 of 1 empty folder" in first
    assert [line.split()[-2:] for line in files if "(folder)" in line] == [["x/empty", "(folder)"]]
    (line,) = quayside.ok("du", f"{name}/x").splitlines()
    assert line.split()[:3] == ["2", "B", "2"]


def test_json_tells_every_step_and_the_end(
    quayside: Quayside, container_name: str, tmp_path: Path
) -> None:
    (tmp_path / "f.txt").write_text("f")
    told = quayside.ok("upload", str(tmp_path / "f.txt"), container_name, "--json")
    lines = [json.loads(line) for line in told.splitlines()]
    assert lines[-1]["event"] == "end"
    assert lines[-1]["job"]["state"] == "done"
    assert lines[-1]["job"]["files_done"] == 1
    files = [line["transfer"] for line in lines if line["event"] == "transfer"]
    assert (files[-1]["state"], files[-1]["bytes_done"]) == ("done", 1)


def test_a_whole_transfer_loads_neither_window_nor_sdk(
    quayside: Quayside, container_name: str, tmp_path: Path
) -> None:
    (tmp_path / "f.txt").write_text("f")
    script = tmp_path / "look.py"
    script.write_text(
        "import sys\n"
        "from explorer.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        "print([n for n in ('PySide6', 'shiboken6', 'qasync', 'azure') if n in sys.modules])\n"
        "sys.exit(code)\n"
    )
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, str(script), "upload", str(tmp_path / "f.txt"), container_name],
        capture_output=True,
        text=True,
        env=quayside.variables(),
        cwd=Path(__file__).parents[3],
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_source_or_target_that_is_missing(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    name = str(container.container_name)
    done = quayside("upload", str(tmp_path / "nothing"), name)
    assert (done.returncode, "nothing" in done.stderr) == (1, True)
    done = quayside("download", f"{name}/nothing", str(tmp_path / "x"))
    assert (done.returncode, "nothing" in done.stderr) == (4, True)
    done = quayside("download", "no-such-container/x", str(tmp_path / "x"))
    assert (done.returncode, "no-such-container" in done.stderr) == (4, True)
    assert not (tmp_path / "x").exists()


def test_a_sas_that_may_not_write_fails_with_the_letter(
    bare: Quayside,
    container: ContainerClient,
    sas_url: Callable[..., str],
    tmp_path: Path,
) -> None:
    (tmp_path / "f.txt").write_text("f")
    url = sas_url(str(container.container_name), "rl")
    done = bare("upload", str(tmp_path / "f.txt"), url)
    assert done.returncode == 3, done.stderr
    assert "c or w" in done.stderr or "write" in done.stderr
    assert url.partition("sig=")[2] not in done.stderr
    assert list(container.list_blobs()) == []


def test_a_folder_that_cannot_be_written_loses_nothing(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    container.upload_blob("d/f.txt", b"f")
    name = str(container.container_name)
    (tmp_path / "file").write_text("mine")
    done = quayside("download", f"{name}/d", str(tmp_path / "file"))
    assert (done.returncode, "is a file" in done.stderr) == (1, True)
    done = quayside("download", f"{name}/d", str(tmp_path / "file" / "below"))
    assert done.returncode == 1
    assert "file" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"
    done = quayside("download", f"{name}/d/f.txt", "/proc/quayside-cannot-write-here/")
    assert done.returncode == 1
    assert "/proc" in done.stderr
    assert "Traceback" not in done.stderr
