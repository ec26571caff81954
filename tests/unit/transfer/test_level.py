"""How many requests at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from explorer.transfer.level import (
    BROKEN_S,
    GAIN,
    LOOK_S,
    MOST,
    PATIENCE_S,
    ROUND_S,
    SLOWED_S,
    START,
    Level,
    Seen,
)


class Way:
    """A way to a service of which it is known what so many requests at once move."""

    def __init__(self, rate_of: Callable[[int], float], limit: int = MOST) -> None:
        self.rate_of = rate_of
        self.limit = limit
        self.now_s = self.cpu_s = self.moved = 0.0
        self.ended = 0
        self.level = Level(limit, self.seen())

    def seen(self, **more: bool) -> Seen:
        return Seen(self.now_s, self.cpu_s, self.ended, int(self.moved), **more)

    def pass_by(self, passed_s: float = LOOK_S, busy: float = 0.0, **more: bool) -> int:
        self.now_s += passed_s
        self.cpu_s += busy * passed_s
        self.moved += self.rate_of(self.level.width) * passed_s
        self.ended += self.level.width
        return self.level.look(self.limit, self.seen(**more))


def at_most(knee: float) -> Callable[[int], float]:
    """More requests bring more, up to so many."""
    return lambda width: 1e9 * min(width, knee)


def widths(way: Way, looks: int) -> Iterator[int]:
    for _ in range(looks):
        yield way.pass_by()


def test_it_grows_as_long_as_more_requests_bring_more() -> None:
    way = Way(at_most(1000), limit=50)
    assert [way.level.width, *widths(way, 5)] == [START, 8, 16, 32, 50, 50]


def test_it_goes_back_where_more_brought_nothing_and_tries_again_later_in_a_smaller_step() -> None:
    way = Way(at_most(8))
    assert list(widths(way, 3)) == [8, 16, 8]
    rest = list(widths(way, int(4 * PATIENCE_S / LOOK_S)))
    assert rest.index(12) == int(PATIENCE_S / LOOK_S) - 1
    assert set(rest) == {8, 12}
    assert rest.count(12) == 2  # the second time after twice as long


def test_it_finds_a_way_that_became_wider() -> None:
    way = Way(at_most(4))
    assert set(widths(way, 8)) == {8, 4}
    way.rate_of = at_most(40)
    assert max(widths(way, 200)) >= 40 / 1.5


def test_it_grows_no_more_where_this_process_is_what_is_busy() -> None:
    way = Way(at_most(1000))
    assert [way.pass_by(busy=0.9) for _ in range(3)] == [START] * 3
    assert way.pass_by() == 2 * START


def test_it_grows_no_more_where_memory_is_what_is_short() -> None:
    way = Way(at_most(1000))
    assert [way.pass_by(is_short=True) for _ in range(3)] == [START] * 3
    assert way.pass_by() == 2 * START


def test_it_does_not_grow_for_nobody() -> None:
    way = Way(at_most(1000))
    assert [way.pass_by(is_wanting=False) for _ in range(3)] == [START] * 3


def test_a_rate_is_known_only_when_a_round_is_over() -> None:
    way = Way(at_most(1000))
    ended, looks = way.ended, 0
    while way.level.width == START:
        way.now_s += LOOK_S
        way.ended = ended  # nothing comes to an end
        way.level.look(MOST, way.seen())
        looks += 1
    assert looks == int(ROUND_S / LOOK_S)


def test_slow_down_halves_it_and_it_does_not_grow_for_a_while() -> None:
    way = Way(at_most(1000))
    list(widths(way, 3))
    assert way.pass_by(is_slowed=True) == 16
    after = list(widths(way, int(SLOWED_S / LOOK_S) + 2))
    assert set(after[: int(SLOWED_S / LOOK_S) - 1]) == {16}
    assert 24 in after  # and then in smaller steps


def test_a_line_that_breaks_gets_fewer() -> None:
    way = Way(at_most(1000))
    list(widths(way, 3))
    assert way.pass_by(is_broken=True) == 24
    assert set(widths(way, int(BROKEN_S / LOOK_S) - 1)) == {24}


def test_it_is_never_nothing() -> None:
    way = Way(at_most(1000))
    assert [way.pass_by(is_slowed=True) for _ in range(4)] == [2, 1, 1, 1]
    assert [way.pass_by(is_broken=True) for _ in range(2)] == [1, 1]
    assert max(widths(way, 100)) == MOST


def test_a_slow_down_between_two_looks_is_not_forgotten() -> None:
    way = Way(at_most(1000))
    assert way.pass_by(LOOK_S / 2, is_slowed=True) == START
    assert way.pass_by(LOOK_S / 2) == START // 2


@given(knee=st.floats(1, MOST), limit=st.integers(1, 256))
def test_it_comes_near_the_best_rate_with_no_more_than_twice_the_requests(
    knee: float, limit: int
) -> None:
    way = Way(at_most(knee), limit)
    list(widths(way, 400))
    settled = list(widths(way, 200))
    rest = max(set(settled), key=settled.count)
    best = min(knee, limit)
    assert min(rest, knee) >= best / GAIN / 1.5
    assert rest <= max(START, 2 * best)


@given(
    st.integers(1, 256),
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.floats(0, 2),
            st.floats(0, 1e10),
            st.booleans(),
            st.booleans(),
            st.booleans(),
        ),
        max_size=60,
    ),
)
def test_whatever_is_seen_it_stays_between_one_and_the_limit_and_trouble_never_raises_it(
    limit: int, story: list[tuple[float, float, float, bool, bool, bool]]
) -> None:
    way = Way(lambda _: 0.0, limit)
    for passed_s, busy, rate, is_wanting, is_slowed, is_broken in story:
        before = way.level.width
        way.moved += rate * passed_s
        now = way.pass_by(
            passed_s, busy, is_wanting=is_wanting, is_slowed=is_slowed, is_broken=is_broken
        )
        assert 1 <= now <= limit
        if is_slowed or is_broken or busy * passed_s >= passed_s > 0:
            assert now <= before
