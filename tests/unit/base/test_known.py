"""What was worked out is not worked out again, and never without bounds."""

from __future__ import annotations

import pytest

from explorer.base.known import Known


def test_each_is_worked_out_once() -> None:
    asked = []

    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    known = Known(double)
    assert [*map(known.__getitem__, [1, 2, 1, 2])] == [2, 4, 2, 4]
    assert asked == [1, 2]


def test_too_much_is_forgotten() -> None:
    known = Known(str, most=3)
    for number in range(100):
        assert known[number] == str(number)
        assert len(known) <= 3


def test_what_cannot_be_worked_out_is_not_remembered() -> None:
    known = Known(int)
    for _ in range(2):
        with pytest.raises(ValueError, match="three"):
            known["three"]
    assert not known
