"""Steps come back from their file as they were, as often as wanted."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from explorer.workflows import mirror_steps
from explorer.workflows.mirror_compare import compare
from explorer.workflows.mirror_model import Deed, Entry, Step
from explorer.workflows.mirror_sort import Sorter
from explorer.workflows.mirror_steps import Steps

HERE = Entry("a\udce9/b\n", 3, 5, "mark", b"0123456789abcdef", "real", False, "why", False)
THERE = Entry("a\udce9/b\n", 4, 6, "etag")
SOME = [
    Step(Deed.ADD, HERE.name, "not at the target", HERE),
    Step(Deed.UPDATE, HERE.name, "the size differs", HERE, THERE),
    Step(Deed.DELETE, "é", "not at the source", None, THERE),
]


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[Steps]:
    with Steps(tmp_path) as steps:
        yield steps


def test_they_are_as_they_were_and_in_their_order(steps: Steps) -> None:
    steps.add(SOME[:1])
    steps.add(SOME[1:])
    assert list(steps.read()) == SOME
    assert list(steps.read(Deed.DELETE)) == SOME[2:]
    assert list(steps.read(Deed.ADD, Deed.DELETE)) == [SOME[0], SOME[2]]


def test_two_readers_do_not_disturb_each_other(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_steps, "CHUNK_BYTES", 1)
    steps.add(SOME)
    one, other = steps.read(), steps.read()
    assert next(one) == SOME[0]
    assert list(other) == SOME
    assert list(one) == SOME[1:]


def test_what_was_cleared_does_not_come_back(steps: Steps) -> None:
    steps.add(SOME)
    steps.clear()
    assert list(steps.read()) == []
    steps.add(SOME[2:])
    assert list(steps.read()) == SOME[2:]


def test_its_file_has_no_name(steps: Steps, tmp_path: Path) -> None:
    steps.add(SOME)
    assert list(tmp_path.iterdir()) == []


def peak_of(folder: Path, count: int) -> int:
    """Bytes at once, for a plan of so many files that is made and read."""
    tracemalloc.start()
    try:
        with Sorter(folder, piece=200) as source, Steps(folder) as steps:
            for number in range(count):
                source.add(Entry(f"folder/file-{number:06}.bin", number, number, f"mark-{number}"))
            planned = compare(source.in_order(), ())
            while batch := list(islice(planned, 200)):
                steps.add(batch)
            assert sum(1 for _ in steps.read(Deed.ADD)) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_four_times_the_files_take_hardly_more_memory(tmp_path: Path) -> None:
    few = peak_of(tmp_path, 4_000)
    assert peak_of(tmp_path, 16_000) < 1.5 * few
