"""Temporary paths of uploads to real directories."""

from __future__ import annotations

import pytest

from explorer.transfer.lake_path import (
    LakeState,
    bitmap,
    first_path,
    is_temporary,
    mark_of,
    temporary_path,
    without_temporary,
)
from explorer.transfer.plan import Chunks
from explorer.transfer.rows import Kind, NewTransfer
from explorer.transfer.state import TransferState

ID = bytes(range(16))


@pytest.mark.parametrize("target", ["f", "a/f", "a/b c/%41", "d/" + "x" * 255])
def test_it_lies_beside_its_target_and_is_told_by_its_name(target: str) -> None:
    path = temporary_path(target, ID)
    assert path.rpartition("/")[0] == target.rpartition("/")[0]
    assert len(path.rpartition("/")[2]) < 60
    assert is_temporary(path)
    assert is_temporary(first_path(path))
    assert temporary_path(target, bytes(16)) != path


@pytest.mark.parametrize(
    "path", ["", "f", ".quayside", ".quayside-00.part", f"x.quayside-{ID.hex()}.part",
             f".quayside-{ID.hex()}.part/f", f".quayside-{ID.hex()}.PART"],
)  # fmt: skip
def test_nothing_else_is_taken_for_one(path: str) -> None:
    assert not is_temporary(path)


def test_its_mark_is_found_however_the_service_spells_it() -> None:
    assert mark_of({"Quayside_Upload": "ab", "x": "y"}) == "ab"
    assert mark_of({"mtime": "z"}) == ""


@pytest.mark.parametrize("state", [LakeState("1 2 3 4 5"), LakeState("1 2 3", '"0x8D sealed "')])
def test_what_is_kept_is_read_again(state: LakeState) -> None:
    assert LakeState.from_text(state.to_text()) == state


def test_what_other_ways_keep_is_not_taken_for_it() -> None:
    assert LakeState.from_text("1 2 3 4 5") is None
    assert LakeState.from_text('copied "0x8D"') is None
    assert LakeState.from_text("") is None


@pytest.mark.parametrize(("chunks", "of"), [(0, 0), (0, 5), (3, 5), (8, 8), (9, 20), (20, 20)])
def test_the_bitmap_is_what_chunks_write(chunks: int, of: int) -> None:
    told = Chunks.from_bytes(bitmap(chunks, of), of)
    assert list(told.remaining()) == list(range(chunks, of))


def test_a_walk_leaves_out_what_is_unfinished_and_says_so() -> None:
    row = NewTransfer(Kind.FILE, b"s", b"t", b"f", "f", 1, 0)
    assert without_temporary(row, "a/f") is row
    left = without_temporary(row, temporary_path("a/f", ID))
    assert left.state is TransferState.SKIPPED
    assert left.note
