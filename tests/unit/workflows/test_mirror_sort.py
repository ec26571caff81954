"""Entries come out in the order of their names, however many there were."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from explorer.workflows import mirror_sort
from explorer.workflows.mirror_model import Entry
from explorer.workflows.mirror_sort import Sorter


@pytest.mark.parametrize("count", [0, 1, 7, 100, 1_000])
def test_they_are_in_order_and_of_one_name_the_first_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(mirror_sort, "WIDTH", 3)
    chance = random.Random(count)
    given = [
        Entry(
            chance.choice("aé\udce9\n") + str(chance.randrange(1 + count // 3)),
            at,
            at,
            "",
            b"x" * 16,
        )
        for at in range(count)
    ]
    with Sorter(tmp_path, piece=7) as sorter:
        for entry in given:
            sorter.add(entry)
        assert sorter.count == count
        assert list(sorter.in_order()) == sorted(given, key=lambda entry: entry.name)
    assert list(tmp_path.iterdir()) == []


def test_few_files_are_open_at_once(tmp_path: Path) -> None:
    with Sorter(tmp_path, piece=1) as sorter:
        for number in range(2_000):
            sorter.add(Entry(str(number), 0, 0, ""))
        assert len(sorter._files) <= 3 * mirror_sort.WIDTH
        assert len(list(sorter.in_order())) == 2_000
