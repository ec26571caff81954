"""The content hash against its plain definition, and files that are not what they were."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.base.errors import InputError, LocalError, LocalNotFoundError, SourceChangedError
from explorer.base.tasks import TaskScope
from explorer.service.model import Location
from explorer.workflows import artifact_hash
from explorer.workflows.artifact import prepare
from explorer.workflows.artifact_files import Ignored, find_files
from explorer.workflows.artifact_hash import content_hash, is_unchanged

names = st.text("aAbB._ é", min_size=1, max_size=6).filter(lambda name: name.strip(". ") != "")


def plain_hash(files: dict[str, bytes]) -> str:
    """As the rule says it, all in memory."""
    ordered = sorted(files, key=str.lower)
    text = str(len(files)) + "".join(f"#{name}#{len(files[name])}" for name in ordered)
    return hashlib.sha256(text.encode() + b"".join(files[name] for name in ordered)).hexdigest()


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.lists(names, min_size=1, max_size=3).map("/".join),
        st.binary(max_size=60),
        min_size=1,
        max_size=8,
    )
)
def test_it_is_what_the_rule_says(wanted: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written: dict[str, bytes] = {}
        for name, data in wanted.items():
            path = Path(folder, name)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            except OSError:
                continue  # a file is where a folder is needed, or the other way round
            written[name] = data
        if len({name.lower() for name in written}) == len(written):
            assert content_hash(find_files(Path(folder)).files) == plain_hash(written)


def test_large_files_are_streamed_among_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_hash, "SMALL_BYTES", 100)
    monkeypatch.setattr(artifact_hash, "AHEAD_BYTES", 150)
    monkeypatch.setattr(artifact_hash, "READ_BYTES", 64)
    wanted = {f"{number:02d}": os.urandom(number * 37) for number in range(20)}
    for name, data in wanted.items():
        (tmp_path / name).write_bytes(data)
    told: list[int] = []
    assert content_hash(find_files(tmp_path).files, told.append) == plain_hash(wanted)
    assert sum(told) == sum(map(len, wanted.values()))


@pytest.mark.parametrize("data", [b"longer", b"x"])
def test_a_file_that_grows_or_shrinks_is_noticed(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1234")
    source = find_files(tmp_path)
    path.write_bytes(data)
    with pytest.raises(SourceChangedError, match="changed"):
        content_hash(source.files)
    assert not is_unchanged(source.files[0])


def test_a_file_put_in_the_place_of_another_is_another(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1234")
    (file,) = find_files(tmp_path).files
    assert is_unchanged(file)
    other = tmp_path / "b"
    other.write_bytes(b"4321")
    os.utime(other, ns=(file.stamp[0], file.stamp[0]))
    os.replace(other, path)
    assert not is_unchanged(file)


def test_links_keep_their_names_and_loops_end(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("o")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "d/up").symlink_to(root)
    source = find_files(root)
    assert [file.name for file in source.files] == ["link.txt"]
    assert source.files[0].local == str(tmp_path / "outside.txt")


def test_a_later_pattern_goes_before_an_earlier_one(tmp_path: Path) -> None:
    for name in ("keep.log", "drop.log", "cache/x.bin", "cache/keep.bin", "a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".gitignore").write_text("nothing\n")
    (tmp_path / ".amlignore").write_text("*.log\n!keep.log\ncache/\n!cache/keep.bin\n.*ignore\n")
    assert sorted(file.name for file in find_files(tmp_path).files) == [
        "a.txt",
        "cache/keep.bin",
        "keep.log",
    ]


def test_what_cannot_be_an_artifact_says_why(tmp_path: Path) -> None:
    with pytest.raises(LocalNotFoundError):
        find_files(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no files"):
        find_files(tmp_path)
    (tmp_path / "broken").symlink_to(tmp_path / "gone")
    with pytest.raises(LocalError, match="leads nowhere"):
        find_files(tmp_path)


def test_what_the_ignore_file_says_and_leaves_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.log", "sub/b.log", "c.txt"):
        (tmp_path / name).write_text("x")
    assert find_files(tmp_path).ignored == Ignored()
    (tmp_path / ".gitignore").write_text("# logs\n\n*.log \n")
    assert find_files(tmp_path).ignored == Ignored(".gitignore", ("*.log",), 2)


def test_a_cancel_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact_hash, "READ_BYTES", 1)
    monkeypatch.setattr(artifact_hash, "SMALL_BYTES", 0)
    (tmp_path / "a").write_bytes(b"a" * 100)
    begun, ended = threading.Event(), threading.Event()
    heard: list[int] = []

    def told(count: int) -> None:
        heard.append(count)
        begun.set()
        ended.wait(10)

    async def main() -> None:
        scope = TaskScope(lambda _name, error: pytest.fail(repr(error)))
        work = scope.spawn(prepare(tmp_path, Location("c", "data"), told), name="prepare")
        await asyncio.to_thread(begun.wait, 10)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        ended.set()

    asyncio.run(main())  # waits for its threads
    assert heard == [1]
