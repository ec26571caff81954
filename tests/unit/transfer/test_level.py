"""How many requests at once."""

from __future__ import annotations

from explorer.transfer.level import HOLD_S, LOOK_S, START, Level


def _look(
    level: Level, at: float, cpu: float = 0.0, *, wants: bool = True, slowed: bool = False
) -> int:
    return level.look(16, at, cpu, is_wanting=wants, is_slowed=slowed)


def test_it_grows_to_the_limit_while_requests_wait_and_this_process_does_not_work() -> None:
    level = Level(16, 0, 0)
    assert [level.width, *(_look(level, LOOK_S * n) for n in (1, 2, 3))] == [START, 8, 16, 16]


def test_it_does_not_grow_where_this_process_is_what_is_busy() -> None:
    level = Level(16, 0, 0)
    assert _look(level, 1, cpu=0.9) == START
    assert _look(level, 2, cpu=0.95) == 2 * START


def test_it_does_not_grow_for_nobody() -> None:
    assert _look(Level(16, 0, 0), 1, wants=False) == START


def test_slow_down_halves_it_once_a_look_and_holds_it() -> None:
    level = Level(16, 0, 0)
    assert _look(level, 1, slowed=True) == START // 2
    assert _look(level, 1 + HOLD_S / 2) == START // 2
    assert _look(level, 1 + HOLD_S) == START


def test_it_is_never_nothing_and_never_more_than_the_limit() -> None:
    level = Level(2, 0, 0)
    assert level.width == 2
    for second in range(1, 5):
        _look(level, second, slowed=True)
    assert level.width == 1
    assert level.look(1, 60, 0, is_wanting=True, is_slowed=False) == 1


def test_a_slow_down_between_two_looks_is_not_forgotten() -> None:
    level = Level(16, 0, 0)
    _look(level, LOOK_S / 2, slowed=True)
    assert _look(level, LOOK_S) == START // 2
