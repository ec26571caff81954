"""When a watched file has settled, and that none is forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from explorer.workflows.settling import Print, Settling

ONE, TWO = Print(1, 10), Print(2, 20)


def test_a_file_settles_when_it_has_rested() -> None:
    files = Settling(settle_s=2.0)
    files.look("a", ONE, at_s=0.0)
    assert files.settled(1.9) == {}
    assert files.next_s(0.5) == 1.5
    assert files.settled(2.0) == {"a": ONE}


def test_each_change_begins_the_rest_anew() -> None:
    files = Settling(settle_s=2.0)
    files.look("a", ONE, 0.0)
    files.look("a", TWO, 1.5)
    assert files.settled(3.0) == {}
    files.look("a", TWO, 3.0)
    assert files.settled(3.5) == {"a": TWO}


def test_what_was_uploaded_waits_only_when_it_changes() -> None:
    files = Settling(settle_s=0.0, uploaded={"a": ONE})
    files.look("a", ONE, 0.0)
    assert files.next_s(0.0) is None
    files.look("a", TWO, 0.0)
    files.done({"a": TWO})
    assert files.waiting() == []


def test_what_changed_while_it_was_sent_goes_on_waiting() -> None:
    files = Settling(settle_s=0.0)
    files.look("a", ONE, 0.0)
    sent = files.settled(0.0)
    files.look("a", TWO, 1.0)
    files.done(sent)
    assert files.settled(1.0) == {"a": TWO}


def test_what_failed_comes_again_later_and_later() -> None:
    files = Settling(settle_s=0.0)
    files.look("a", ONE, 0.0)
    waits = []
    at_s = 0.0
    for _ in range(8):
        files.failed(["a"], at_s)
        wait_s = files.next_s(at_s)
        assert wait_s is not None
        assert files.settled(at_s + wait_s - 0.001) == {}
        waits.append(wait_s)
        at_s += wait_s
        assert files.settled(at_s) == {"a": ONE}
    assert waits == sorted(waits)
    assert waits[-1] == 300.0


def test_what_is_gone_is_told_once() -> None:
    files = Settling(settle_s=0.0, uploaded={"a": ONE, "b": ONE})
    assert files.gone(["b"]) == ["a"]
    assert files.gone(["b"]) == []


looks = st.tuples(st.sampled_from("ab"), st.sampled_from([None, ONE, TWO]), st.floats(0, 5))


@given(st.lists(looks, max_size=12))
def test_the_last_look_is_what_is_uploaded_in_the_end(
    seen: list[tuple[str, Print | None, float]],
) -> None:
    files = Settling(settle_s=1.0)
    at_s = 0.0
    last: dict[str, Print | None] = {}
    for name, one, after_s in seen:
        at_s += after_s
        files.look(name, one, at_s)
        last[name] = one
        files.done(files.settled(at_s))
    files.done(files.settled(at_s + 1.5))
    assert files.waiting() == []
    for name, one in last.items():
        if one is not None:
            assert files.uploaded[name] == one


def test_what_is_left_is_not_uploaded_until_it_changes() -> None:
    settling = Settling(2.0)
    settling.look("a", Print(1, 1), 0.0)
    assert settling.settled(2.0)
    settling.leave({"a": Print(1, 1)})
    assert not settling.waiting()
    settling.look("a", Print(1, 1), 3.0)
    assert not settling.waiting()
    settling.look("a", Print(2, 2), 4.0)
    assert settling.settled(6.0) == {"a": Print(2, 2)}
    settling.done({"a": Print(2, 2)})
    assert not settling.left
    settling.leave({"b": Print(1, 1)})
    assert settling.gone(["a"]) == []
    assert not settling.left, "who is gone is forgotten, and nothing is said of what never went"
