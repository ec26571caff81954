"""`quayside mount` as a process: the key is written for its owner alone and printed nowhere."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.integration.cli.conftest import Quayside

SHARE = "https://user1.file.core.windows.net/vfolder"
KEY = "Y2FuYXJ5LWtleS1vZi1hLXNoYXJl"


def test_all_three_forms_are_printed(bare: Quayside) -> None:
    text = bare.ok("mount", SHARE, "/mnt/v")
    assert "sudo mount -t cifs //user1.file.core.windows.net/vfolder /mnt/v -o " in text
    assert "//user1.file.core.windows.net/vfolder /mnt/v cifs nofail," in text
    assert '  - name: "user1-vfolder"' in text


def test_the_key_goes_into_a_private_file_and_nowhere_else(bare: Quayside, tmp_path: Path) -> None:
    path = tmp_path / "user1.cred"
    done = bare("mount", SHARE, "/mnt/v", "--write-credentials", str(path), text=f"{KEY}\n")
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"username=user1\npassword={KEY}\n"
    assert f"credentials={path}" in done.stdout
    again = bare("mount", SHARE, "/mnt/v", "--write-credentials", str(path), text=f"{KEY}\n")
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_without_a_key_nothing_is_written(bare: Quayside, tmp_path: Path) -> None:
    path = tmp_path / "user1.cred"
    done = bare("mount", SHARE, "/mnt/v", "--write-credentials", str(path))
    assert done.returncode == 2
    assert not path.exists()


def test_as_json(bare: Quayside) -> None:
    found = json.loads(bare.ok("mount", SHARE, "/mnt/v", "--json", "--at-startup"))
    assert found["fstab"].endswith(" 0 0")
    assert "at: startup" in found["volume"]
    assert found["reachable"] is None
