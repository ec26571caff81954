"""Two sides compared: every name once, nothing lost, nothing deleted that is at the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.workflows.mirror_compare import Rules, compare, is_as_moved, parse_limit, same_time
from explorer.workflows.mirror_model import SECOND_NS, Counts, Deed, Entry, Limit, Record, Step

S = SECOND_NS


def entry(name: str, size: int = 1, time_ns: int = 5 * S + 7, mark: str = "m") -> Entry:
    return Entry(name, size, time_ns, mark, real=name)


def known(name: str, source: str = "m", target: str = "m", md5: bytes | None = None) -> Record:
    return Record(name, 1, target, md5, "", 5 * S + 7, source, target)


def deeds(steps: list[Step]) -> dict[str, Deed]:
    return {step.name: step.deed for step in steps}


def one(
    mine: Entry, theirs: Entry, record: Record | None = None, **rules: bool
) -> tuple[Deed, str]:
    (step,) = compare([mine], [theirs], [record] if record else [], Rules(**rules))
    return step.deed, step.reason


names = st.text(st.sampled_from("abc/"), min_size=1, max_size=5).filter(
    lambda name: not name.startswith("/") and "//" not in name
)
sides = st.dictionaries(names, st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=12).map(
    lambda found: [entry(name, *found[name]) for name in sorted(found)]
)


@given(sides, sides, st.booleans())
def test_every_name_has_one_step_and_deletions_are_only_at_the_target(
    source: list[Entry], target: list[Entry], deletes: bool
) -> None:
    steps = list(compare(source, target, (), Rules(deletes=deletes)))
    assert [step.name for step in steps] == sorted({step.name for step in steps})
    mine, theirs = {one.name for one in source}, {one.name for one in target}
    files = {name for name in mine | theirs if not name.endswith("/")}
    assert files <= {step.name for step in steps}
    for step in steps:
        if step.deed in (Deed.DELETE, Deed.EXTRA):
            assert step.name in theirs - mine
            assert (step.deed is Deed.DELETE) is deletes
        if step.deed is Deed.DELETE and step.name.endswith("/"):
            assert not any(name.startswith(step.name) for name in mine)
        if step.deed is Deed.ADD:
            assert step.name in mine - theirs


@given(sides, sides)
def test_what_was_carried_out_leaves_nothing_to_do(
    source: list[Entry], target: list[Entry]
) -> None:
    there = {one.name: one for one in target}
    for step in compare(source, target, (), Rules(deletes=True)):
        if step.deed is Deed.DELETE:
            del there[step.name]
        elif step.source is not None:
            there[step.name] = step.source
    again = compare(source, [there[name] for name in sorted(there)], (), Rules(deletes=True))
    assert {step.deed for step in again} <= {Deed.SAME}


def test_size_then_time_tell_what_differs() -> None:
    assert one(entry("a", 1), entry("a", 2))[0] is Deed.UPDATE
    assert one(entry("a"), entry("a"))[0] is Deed.SAME
    assert one(entry("a", time_ns=9 * S), entry("a", time_ns=5 * S))[0] is Deed.UPDATE


def test_a_blob_without_a_time_of_its_own_is_good_if_it_was_written_later() -> None:
    foreign = entry("a", time_ns=100 * S)._replace(is_time_kept=False)
    assert one(entry("a"), foreign)[0] is Deed.SAME
    assert one(entry("a"), foreign, target_is_remote=False)[0] is Deed.UPDATE
    assert one(entry("a", time_ns=200 * S), foreign)[0] is Deed.UPDATE


def test_what_the_last_run_left_is_the_same_until_either_mark_changes() -> None:
    later = entry("a", time_ns=77 * S)
    assert one(entry("a"), later, known("a"))[0] is Deed.SAME
    assert one(entry("a"), entry("a"), known("a", source="x"))[1] == "changed at the source"
    assert one(entry("a"), entry("a"), known("a", target="x"))[1] == "changed at the target"


def test_a_new_etag_over_the_same_bytes_moves_nothing() -> None:
    mine = entry("a", mark="new")._replace(md5=b"5")
    assert one(mine, entry("a"), known("a", md5=b"5"))[0] is Deed.SAME
    assert one(mine, entry("a"), known("a", md5=b"6"))[0] is Deed.UPDATE


def test_known_md5s_decide_and_others_are_read_when_that_is_asked() -> None:
    mine, theirs = entry("a")._replace(md5=b"1"), entry("a")._replace(md5=b"2")
    assert one(mine, theirs)[0] is Deed.UPDATE
    assert one(mine, theirs._replace(md5=b"1", mtime_ns=0))[0] is Deed.SAME
    assert one(entry("a"), theirs, by_checksum=True)[0] is Deed.CHECK


def test_an_empty_folder_is_made_and_one_with_files_comes_with_them() -> None:
    assert deeds(list(compare([entry("d/")], []))) == {"d/": Deed.ADD}
    assert deeds(list(compare([entry("d/"), entry("d/x")], []))) == {"d/x": Deed.ADD}
    assert deeds(list(compare([entry("d/")], [entry("d/x")]))) == {"d/x": Deed.EXTRA}
    assert deeds(list(compare([entry("d/x")], [entry("d/")], (), Rules(deletes=True)))) == {
        "d/x": Deed.ADD
    }


def test_what_cannot_be_mirrored_is_said_and_keeps_its_counterpart() -> None:
    bad = entry("a")._replace(refusal="no text")
    rules = Rules(deletes=True)
    assert deeds(list(compare([bad], [entry("a")], (), rules))) == {"a": Deed.REFUSE}
    socket = bad._replace(is_error=False)
    assert deeds(list(compare([socket], [entry("a")], (), rules))) == {"a": Deed.SKIP}
    assert deeds(list(compare([], [bad], (), rules))) == {"a": Deed.EXTRA}
    twice = [step.deed for step in compare([entry("a"), entry("a")], [])]
    assert twice == [Deed.ADD, Deed.REFUSE]


def test_a_side_out_of_order_is_no_side() -> None:
    with pytest.raises(ValueError, match="sorted"):
        list(compare([entry("b"), entry("a")], []))


def test_times_are_the_same_within_what_file_systems_keep() -> None:
    assert same_time(5 * S + 700, 5 * S + 650)
    assert not same_time(5 * S + 700_000, 5 * S + 1)
    assert same_time(5 * S + 999_999_999, 5 * S)
    assert not same_time(5 * S, 7 * S)


def test_only_what_this_run_moved_counts_as_moved() -> None:
    assert is_as_moved(entry("a"), entry("a"), 0)
    assert not is_as_moved(entry("a"), entry("a", 2), 0)
    assert not is_as_moved(entry("a"), entry("a", time_ns=900 * S), 0)
    foreign = entry("a", time_ns=900 * S)._replace(is_time_kept=False)
    assert is_as_moved(entry("a"), foreign, 900 * S)
    assert not is_as_moved(entry("a"), foreign, 950 * S)


def test_limits_are_counts_or_shares() -> None:
    assert parse_limit("10") == Limit(count=10)
    assert parse_limit("12.5%") == Limit(percent=12.5)
    assert parse_limit("0").allows(0, 5)
    assert not parse_limit("0").allows(1, 5)
    assert Limit().allows(5, 10)
    assert not Limit().allows(6, 10)
    assert not Limit().allows(1, 1)
    assert str(Limit()) == "50%"
    for text in ("", "-1", "101%", "1.5", "%", "ten"):
        with pytest.raises(InputError):
            parse_limit(text)


def test_counts_tell_files_from_folders() -> None:
    counts = Counts()
    rules = Rules(deletes=True)
    for step in compare([entry("a", 3)], [entry("b", 4), entry("c/")], (), rules):
        counts.add(step)
    assert (counts.files[Deed.ADD], counts.bytes[Deed.ADD]) == (1, 3)
    assert (counts.files[Deed.DELETE], counts.folders[Deed.DELETE], counts.there) == (1, 1, 1)
    assert not counts.is_nothing
    assert Counts().is_nothing
