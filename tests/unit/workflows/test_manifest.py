"""Manifests: what is written is read again, and damage is said with its line."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.workflows.manifest import (
    Change,
    Manifest,
    Run,
    differences,
    read_record,
    record_line,
)
from explorer.workflows.mirror_model import Entry, Record
from explorer.workflows.mirror_runs import MirrorBusyError, Pair, find_run, runs, write_lines
from explorer.workflows.mirror_sort import Sorter

RUN = Run("/here", "https://there/c/", "2026-11-21T06:00:00Z", "2026-11-21T06:00:01Z", {"files": 1})
records = st.builds(
    Record,
    st.text(min_size=1, max_size=8),
    st.integers(0, 2**53),
    st.text(max_size=5),
    st.none() | st.binary(min_size=16, max_size=16),
    st.text(max_size=5),
    st.integers(0, 4 * 10**18),
    st.text(max_size=5),
    st.text(max_size=5),
)


def record(name: str, size: int = 1, etag: str = "e", md5: bytes | None = None) -> Record:
    return Record(name, size, etag, md5, "", 0, "s", etag)


@given(records)
def test_a_line_is_read_as_it_was_written(written: Record) -> None:
    assert read_record(record_line(written), 2) == written


some = st.lists(records, max_size=8, unique_by=lambda one: one.name).map(
    lambda found: sorted(found, key=lambda one: one.name)
)


@given(some, some, st.integers(0, 8))
def test_a_difference_turns_one_into_the_other(
    before: list[Record], more: list[Record], shared: int
) -> None:
    names = {one.name for one in before[:shared]}
    after = sorted(
        before[:shared] + [one for one in more if one.name not in names], key=lambda one: one.name
    )
    found = {one.name: one for one in before}
    for change in differences(before, after):
        if change.after is None:
            del found[change.name]
        else:
            assert (change.change is Change.ADDED) is (change.name not in found)
            found[change.name] = change.after
    assert {one.name: one.size_bytes for one in after} == {
        name: one.size_bytes for name, one in found.items()
    }


def test_content_decides_and_an_etag_only_where_nothing_else_is_known() -> None:
    old = [record("a", etag="1", md5=b"5" * 16)]
    assert not list(differences(old, [record("a", etag="2", md5=b"5" * 16)]))
    (change,) = differences(old, [record("a", etag="2", md5=b"6" * 16)])
    assert change.change is Change.CHANGED
    assert list(differences([record("a", etag="1")], [record("a", etag="2")]))


def keep(pair: Pair, *kept: Record, run_id: str = "20261121-065415-1a2b3c") -> Path:
    with pair.temporary() as lines:
        write_lines(lines, map(record_line, kept))
        return pair.keep(run_id, RUN, lines)


def test_runs_are_kept_found_and_told_apart(tmp_path: Path) -> None:
    pair = Pair(tmp_path, "/here", "there")
    assert pair.last() is None
    with pair.alone():
        first = keep(pair, record("a"))
        second = keep(pair, record("a"), record("b"))
        assert pair.last() == second != first
    with Manifest(second) as manifest:
        assert manifest.run == RUN
        assert [one.name for one in manifest.records()] == ["a", "b"]
    assert [kept.path for kept in runs(tmp_path)] == [second, first]
    assert find_run(tmp_path, first.stem) == first
    with pytest.raises(InputError, match="2 runs"):
        find_run(tmp_path, "20261121")
    with pytest.raises(InputError, match="no run"):
        find_run(tmp_path, "1999")
    assert Pair(tmp_path, "/here", "elsewhere").last() is None


def test_the_oldest_runs_go(tmp_path: Path) -> None:
    pair = Pair(tmp_path, "/here", "there")
    with pair.alone():
        for number in range(103):
            keep(pair, run_id=f"20261121-{number:06}-1a2b3c")
    kept = sorted(path.name for path in pair.folder.glob("*.jsonl"))
    assert len(kept) == 100
    assert kept[0] == "20261121-000003-1a2b3c.jsonl"


def test_one_pair_is_mirrored_by_one_at_a_time(tmp_path: Path) -> None:
    pair, twin = Pair(tmp_path, "/here", "there"), Pair(tmp_path, "/here", "there")
    with pair.alone(), pytest.raises(MirrorBusyError), twin.alone():
        pass
    with twin.alone():
        twin.note_job(7)
    assert pair.job == 7
    pair.note_job(None)
    assert pair.job is None


@pytest.mark.parametrize(
    "damage",
    [
        "", "{}", "[]", "nonsense", '{"quayside": "mirror", "version": 2}',
        '{"quayside": "mirror", "version": 1, "from": 1}',
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(damage)
    with pytest.raises(InputError):
        Manifest(path)
    with pytest.raises(InputError):
        Manifest(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    "line",
    [
        "{", "1", '{"name": "b"}', record_line(record("b")).replace(": 1,", ": -1,"),
        record_line(record("b"))[:-9], record_line(record("a")),
        record_line(record("b")).replace("null", '"zz"'),
    ],
)  # fmt: skip
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    path = keep(Pair(tmp_path, "/here", "there"), record("a"))
    path.write_text(path.read_text() + line)
    with Manifest(path) as manifest, pytest.raises(InputError, match="Line 3"):
        list(manifest.records())


@given(st.lists(st.text(max_size=4), max_size=30))
def test_entries_come_in_order_however_little_memory_there_is(names: list[str]) -> None:
    with Sorter(Path(tempfile.gettempdir()), piece=3) as sorter:
        for number, name in enumerate(names):
            sorter.add(Entry(name, number, 0, "m", b"5" * 16 if number % 2 else None))
        found = list(sorter.in_order())
    assert [one.name for one in found] == sorted(names)
    assert {one.size_bytes for one in found} == set(range(len(names)))
    assert all((one.md5 is not None) == bool(one.size_bytes % 2) for one in found)


def test_a_run_is_named_by_its_moment_and_pair(tmp_path: Path) -> None:
    pair = Pair(tmp_path, "/here", "there")
    moment = datetime(2026, 11, 21, 6, 54, 15, tzinfo=UTC)
    assert pair.name_for(moment) == f"20261121-065415-{pair.id[:6]}"
