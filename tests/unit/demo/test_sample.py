"""The sample data is the same at each start, and whole."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import pytest

from explorer.demo import sample


@pytest.fixture
def small_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "CHECKPOINT_BYTES", 2 << 20)


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.mark.usefixtures("small_checkpoint")
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        sample.write_training(tmp_path / name)
        sample.write_datasets(tmp_path / name)
    found = digests(tmp_path / "one")
    assert found == digests(tmp_path / "two")
    assert len(found) > 150


@pytest.mark.usefixtures("small_checkpoint")
def test_the_checkpoint_is_a_safetensors_file(tmp_path: Path) -> None:
    sample.write_training(tmp_path)
    data = next(tmp_path.rglob("*.safetensors")).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    begin, end = header["layer1.weight"]["data_offsets"]
    assert (begin, end) == (0, len(data) - 8 - length)
    assert 4 * header["layer1.weight"]["shape"][0] * 1024 == end


def test_empty_folders_and_files_and_odd_names_are_among_it(tmp_path: Path) -> None:
    sample.write_datasets(tmp_path)
    assert not any((tmp_path / "empty folder").iterdir())
    assert (tmp_path / "odd names" / "empty.bin").stat().st_size == 0
    assert (tmp_path / "odd names" / "percent%20encoded.txt").exists()
