"""The order of things on the disk, seen from outside: bytes, sync, name, folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer.encoding import request_to_text
from tests.integration.transfer.rig import Rig, noise, write

CALLS = "pwrite64,fsync,fdatasync,renameat2,rename,renameat,linkat,utimensat,pwritev"
LINE = re.compile(r"^\d+ +(\w+)\((.*?)\) = ")


def traced(rig: Rig, folder: Path, size: int) -> list[tuple[str, str]]:
    """System calls of a download, with their arguments."""
    request = rig.download("f", folder / "down", block_size_bytes=256 * 1024)
    connection = write(folder / "connection", rig.emulator.connection_string.encode())
    asked = write(folder / "request", request_to_text(request).encode())
    log = folder / "strace"
    command = [sys.executable, "-m", "tests.faults.transfer_child"]
    tracing = ["strace", "-f", "-y", "-o", str(log), "-e", f"trace={CALLS}"]
    subprocess.run(
        [*tracing, *command, str(connection), str(rig.data_dir), str(asked)],
        check=False,
        capture_output=True,
        timeout=60,
    )
    if not log.exists() or "exited with" not in log.read_text(errors="replace"):
        pytest.skip("this machine does not let us trace")
    found = (LINE.match(line) for line in log.read_text(errors="replace").splitlines())
    return [(match[1], match[2]) for match in found if match]


def _names_a_part(name: str, text: str) -> bool:
    """Python renames too, what it has compiled."""
    return name.startswith(("rename", "link")) and ".quayside-part" in text


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("size", [1000, 3 * 256 * 1024])
def test_data_is_synced_then_named_then_the_folder_is_synced_then_it_is_done(
    rig: Rig, container: ContainerClient, tmp_path: Path, size: int
) -> None:
    container.upload_blob("f", noise(size))
    calls = traced(rig, tmp_path, size)
    down = str(tmp_path / "down")
    part = [n for n, (_, text) in enumerate(calls) if ".quayside-part>" in text]
    writes = [n for n in part if calls[n][0].startswith("pwrite")]
    syncs = [n for n in part if calls[n][0] in ("fsync", "fdatasync")]
    named = [n for n in range(len(calls)) if _names_a_part(*calls[n])]
    folder = [
        n for n, (name, text) in enumerate(calls) if name == "fsync" and text.endswith(f"<{down}>")
    ]
    journal = [
        n
        for n, (name, text) in enumerate(calls)
        if name in ("fsync", "fdatasync") and "journal.sqlite3-wal" in text
    ]
    assert writes
    assert len(named) == 1
    assert max(writes) < max(syncs) < named[0] < max(folder) < max(journal)
