"""Where a download goes below its destination."""

from __future__ import annotations

import pytest

from explorer.transfer.spot import Spot, part_mark


@pytest.mark.parametrize(
    ("relative", "folders", "name"),
    [
        (b"f", (), b"f"),
        (b"a/f", (b"a",), b"f"),
        (b"a/b/f", (b"a", b"b"), b"f"),
        (b"a//f", (b"a", b""), b"f"),
        (b"/f", (b"",), b"f"),
    ],
)
def test_every_slash_ends_a_folder_whose_name_may_be_none(
    relative: bytes, folders: tuple[bytes, ...], name: bytes
) -> None:
    spot = Spot.of(relative, "1")
    assert (spot.folders, spot.name) == (folders, name)


def test_no_two_transfers_have_the_same_part() -> None:
    marks = [part_mark(1.0, 1), part_mark(1.0, 2), part_mark(1.5, 1)]
    assert len({Spot.of(b"a/f", mark).part for mark in marks}) == 3
