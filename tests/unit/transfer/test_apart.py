"""Sources of one request that would become one blob."""

from __future__ import annotations

import pytest

from explorer.transfer.apart import Apart
from explorer.transfer.model import ConflictPolicy


@pytest.mark.parametrize(
    ("targets", "may_meet"),
    [
        (["x", "x"], True),
        (["x", "x/y"], True),
        (["x/y/z", "a", "x"], True),
        (["", "x"], True),
        (["x/", "x"], True),
        (["x", "x y", "x.txt", "xy"], False),
        (["a/x", "b/x"], False),
        ([""], False),
        ([], False),
    ],
)
def test_only_targets_that_lie_in_one_another_can_meet(targets: list[str], may_meet: bool) -> None:
    assert Apart(targets, ConflictPolicy.OVERWRITE).may_meet is may_meet
    assert not Apart(targets, ConflictPolicy.RENAME).may_meet


def test_the_first_has_the_name_and_keeps_it() -> None:
    apart = Apart(["x", "x"], ConflictPolicy.OVERWRITE)
    assert apart.refusal("x/f", b"/a/x/f") is None
    assert apart.refusal("x/f", b"/b/x/f") is not None
    assert apart.refusal("x/g", b"/b/x/g") is None
    assert apart.refusal("x/f", b"/a/x/f") is None
