"""The first files of many move while the others are still looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient

from explorer.transfer import expand
from explorer.transfer.turns import Turns
from explorer.transfer.walk import Found, walk
from tests.integration.transfer.rig import Hooked, Rig, run, write


def test_an_upload_begins_while_the_folder_is_walked(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        write(tmp_path / "up" / f"f{n}", b"x")
    has_begun = threading.Event()
    waited: list[bool] = []

    def slow_walk(*args: Any) -> Iterator[Found]:
        for n, found in enumerate(walk(*args)):
            if n == 4:
                waited.append(has_begun.wait(20))
            yield found

    def note(name: str, count: int, args: tuple[Any, ...]) -> None:
        if name == "put_blob":
            has_begun.set()

    monkeypatch.setattr(expand, "walk", slow_walk)
    monkeypatch.setattr(expand, "FIRST_ROWS", 2)
    up = run(rig.do(rig.upload(tmp_path / "up", "", "x/"), Hooked(rig.store, before=note)))
    assert (up.files_done, waited) == (6, [True])


def test_the_first_of_a_page_are_taken_before_the_others_are_looked_at(
    rig: Rig, container: ContainerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        container.upload_blob(f"d/f{n}", b"x")
    seen: list[str] = []
    below, take = expand._Rows.below, Turns.take

    def noting_below(self: Any, *args: Any) -> Any:
        seen.append("looked at")
        return below(self, *args)

    async def noting_take(self: Turns) -> tuple[bool, int]:
        seen.append("taken")
        return await take(self)

    monkeypatch.setattr(expand._Rows, "below", noting_below)
    monkeypatch.setattr(Turns, "take", noting_take)
    monkeypatch.setattr(expand, "FIRST_ROWS", 2)
    down = run(rig.do(rig.download("d/", tmp_path / "down")))
    assert down.files_done == 6
    since = seen.index("looked at")
    assert seen[since : since + 4] == ["looked at", "looked at", "taken", "looked at"]
