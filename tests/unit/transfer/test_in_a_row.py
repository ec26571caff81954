"""Small files one after the other in one worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.base.errors import (
    AlreadyExistsError,
    DiskFullError,
    LocalError,
    QuaysideError,
    ThrottledError,
)
from explorer.transfer import in_a_row
from explorer.transfer.folders import Folder
from explorer.transfer.in_a_row import Folders, Try, try_in_a_row


class _File:
    is_sent = False

    def __init__(self, act: Callable[[Folders], Any] = lambda folders: "got") -> None:
        self.act = act

    def at_once(self, folders: Folders) -> Any:
        return self.act(folders)

    def make_durable(self, folders: Folders) -> None:
        folders.sync(())


def _tries(*acts: Callable[[Folders], Any]) -> list[Try]:
    return [Try(_File(act)) for act in acts]


def _fine(folders: Folders) -> str:
    return "got"


def _raises(error: Exception) -> Callable[[Folders], Any]:
    def act(folders: Folders) -> Any:
        raise error

    return act


def test_each_is_done_with_what_it_got(tmp_path: Path) -> None:
    tries = _tries(_fine, _fine)
    try_in_a_row(tries, bytes(tmp_path))
    assert [(t.is_done, t.got) for t in tries] == [(True, "got")] * 2


def test_trouble_of_one_file_does_not_stop_the_next(tmp_path: Path) -> None:
    error = AlreadyExistsError("there is one")
    tries = _tries(_raises(error), _fine)
    try_in_a_row(tries, bytes(tmp_path))
    assert [t.is_done for t in tries] == [False, True]
    assert tries[0].error is error


@pytest.mark.parametrize("error", [ThrottledError("slowly"), DiskFullError("full", path="/")])
def test_trouble_of_all_leaves_the_rest_alone(tmp_path: Path, error: QuaysideError) -> None:
    tries = _tries(_fine, _raises(error), _fine)
    try_in_a_row(tries, bytes(tmp_path))
    assert [t.is_begun for t in tries] == [True, True, False]
    assert [t.is_done for t in tries] == [True, False, False]


def test_what_was_cut_off_counts_as_begun_and_what_was_done_stays(tmp_path: Path) -> None:
    token = CancelToken()
    tries = _tries(_fine, _raises(Cancelled()), _fine)
    with running_under(token), pytest.raises(Cancelled):
        try_in_a_row(tries, bytes(tmp_path))
    assert [t.is_begun for t in tries] == [True, True, False]
    assert [t.is_done for t in tries] == [True, False, False]


def test_after_its_slice_of_time_the_rest_is_left_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_a_row, "SLICE_S", -1.0)
    tries = _tries(_fine, _fine)
    try_in_a_row(tries, bytes(tmp_path))
    assert [t.is_done for t in tries] == [True, False]


def test_what_cannot_be_made_durable_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = LocalError("the disk", path="/")

    def fails(folder: Folder) -> None:
        raise error

    monkeypatch.setattr(Folder, "sync", fails)
    tries = _tries(_fine)
    try_in_a_row(tries, bytes(tmp_path))
    assert (tries[0].is_done, tries[0].error) == (False, error)


def test_names_are_synced_once_and_after_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Folder, "sync", lambda folder: told.append("sync"))

    def move(folders: Folders) -> None:
        folders.get(())
        told.append("move")

    try_in_a_row(_tries(move, move), bytes(tmp_path))
    assert told == ["move", "move", "sync"]


def test_a_folder_is_opened_once(tmp_path: Path) -> None:
    folders = Folders(bytes(tmp_path))
    assert folders.get((b"a", b"b")) is folders.get((b"a", b"b"))
    folders.close()
    assert (tmp_path / "a" / "b").is_dir()
