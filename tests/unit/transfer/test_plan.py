"""Cutting files, bitmaps of what is done, and block ids."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage.model import Block
from explorer.transfer.plan import (
    MAX_BLOB_BYTES,
    MAX_BLOCK_BYTES,
    MAX_BLOCKS,
    MIB,
    BlockId,
    Chunks,
    Cut,
    Range,
    block_size_for,
    commit_ids,
    compare_staged,
    digest_of_crc64,
    make_block_id,
    parse_block_id,
    plan_download,
    plan_upload,
)

UPLOAD = bytes(range(16))
OTHER_UPLOAD = bytes(16)


def test_a_usual_file_is_cut_into_8_mib_blocks() -> None:
    plan = plan_upload(20 * MIB)
    assert not plan.is_single_put
    assert list(plan.cut) == [
        Range(0, 8 * MIB),
        Range(8 * MIB, 8 * MIB),
        Range(16 * MIB, 4 * MIB),
    ]


@pytest.mark.parametrize(
    ("size", "single"), [(0, True), (1, True), (8 * MIB, True), (8 * MIB + 1, False)]
)
def test_small_and_empty_files_go_in_one_put_blob(size: int, single: bool) -> None:
    assert plan_upload(size).is_single_put is single


def test_an_empty_file_goes_in_one_put_blob_even_without_a_threshold() -> None:
    assert plan_upload(0, single_put_bytes=0).is_single_put


def test_no_single_put_is_larger_than_the_service_takes() -> None:
    assert not plan_upload(5001 * MIB, single_put_bytes=9000 * MIB).is_single_put


def test_an_empty_blob_is_downloaded_without_ranges() -> None:
    assert len(plan_download(0)) == 0


@given(st.integers(0, MAX_BLOB_BYTES), st.integers(1, MAX_BLOCK_BYTES))
def test_every_possible_blob_fits_into_50_000_blocks(size: int, wanted: int) -> None:
    block = block_size_for(size, wanted)
    assert wanted <= block <= MAX_BLOCK_BYTES
    assert len(Cut(size, block)) <= MAX_BLOCKS


def test_what_no_blob_can_hold_is_refused() -> None:
    with pytest.raises(InputError, match="Split the file"):
        plan_upload(MAX_BLOB_BYTES + 1)


@pytest.mark.parametrize("block", [0, MAX_BLOCK_BYTES + 1])
def test_a_block_size_the_service_does_not_take_is_refused(block: int) -> None:
    with pytest.raises(InputError, match="block size"):
        plan_upload(10, block_bytes=block)


@given(st.integers(0, 5000), st.integers(1, 700))
def test_ranges_cover_every_byte_once(size: int, chunk: int) -> None:
    position = 0
    for piece in Cut(size, chunk):
        assert piece.offset == position
        assert 0 < piece.length <= chunk
        position = piece.end
    assert position == size


def test_a_cut_is_indexed_like_a_list() -> None:
    cut = Cut(10, 4)
    assert cut[-1] == Range(8, 2)
    assert cut[1:] == [Range(4, 4), Range(8, 2)]
    with pytest.raises(IndexError):
        cut[3]


@given(st.integers(0, 200), st.data())
def test_the_bitmap_agrees_with_a_set(count: int, data: st.DataObject) -> None:
    chunks = Chunks(count)
    model: set[int] = set()
    steps = st.lists(st.tuples(st.booleans(), st.integers(0, count - 1)), max_size=60)
    for adding, index in data.draw(steps) if count else []:
        if adding:
            assert chunks.add(index) is (index not in model)
            model.add(index)
        else:
            assert chunks.discard(index) is (index in model)
            model.discard(index)
    assert chunks.done == len(model)
    assert chunks.is_complete is (len(model) == count)
    assert list(chunks.remaining()) == [i for i in range(count) if i not in model]
    assert Chunks.from_bytes(chunks.to_bytes(), count) == chunks
    cut = Cut(max(count * 10 - 3, 0), 10)
    assert cut.bytes_in(chunks) == sum(cut[i].length for i in model)
    missing = list(cut.missing(chunks))
    assert sum(piece.length for piece in missing) == cut.size_bytes - cut.bytes_in(chunks)
    assert all(a.end < b.offset for a, b in pairwise(missing))


def test_50_000_chunks_take_6_kb() -> None:
    assert len(Chunks(50_000).to_bytes()) == 6250


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x08"])
def test_a_damaged_bitmap_is_noticed(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a bitmap"):
        Chunks.from_bytes(data, 3)


def test_a_chunk_outside_is_refused() -> None:
    with pytest.raises(IndexError):
        Chunks(3).add(3)


def test_a_digest_from_a_crc64_fits_an_id_and_tells_blocks_apart() -> None:
    one, other = (digest_of_crc64(bytes([n]) * 8) for n in (1, 2))
    assert one != other
    assert parse_block_id(make_block_id(bytes(16), 3, one)) == BlockId(bytes(16), 3, one)


@given(st.binary(min_size=16, max_size=16), st.integers(0, MAX_BLOCKS - 1), st.binary(max_size=100))
def test_block_ids_have_one_length_and_read_back(upload: bytes, index: int, block: bytes) -> None:
    made = make_block_id(upload, index, digest_of_crc64(block))
    assert len(made) == 48
    assert parse_block_id(made) == BlockId(upload, index, digest_of_crc64(block))


@pytest.mark.parametrize(
    "raw", [b"", b"x" * 48, b"\x01" * 47, b"\x01" * 49, b"\x01" + b"\xff" * 47]
)
def test_other_peoples_block_ids_are_not_ours(raw: bytes) -> None:
    assert parse_block_id(raw) is None


def test_a_block_is_reused_only_where_everything_agrees() -> None:
    cut = Cut(42, 10)
    good = [digest_of_crc64(bytes([i])) for i in range(5)]
    recorded = dict(enumerate(good[:4]))
    staged = compare_staged(
        cut,
        UPLOAD,
        [
            Block(make_block_id(UPLOAD, 0, good[0]), 10),
            Block(make_block_id(UPLOAD, 1, good[1]), 9),  # size
            Block(make_block_id(UPLOAD, 2, good[3]), 10),  # digest
            Block(make_block_id(OTHER_UPLOAD, 3, good[3]), 10),  # upload
            Block(make_block_id(UPLOAD, 4, good[4]), 2),  # not in the journal
            Block(make_block_id(UPLOAD, 5, good[0]), 10),  # no such block
        ],
        recorded,
    )
    assert [i for i in range(5) if i in staged.reusable] == [0]
    assert staged.foreign == 1
    assert not staged.has_other_length


def test_foreign_ids_of_another_length_are_noticed() -> None:
    theirs = Block(b"0" * 36, 10)
    staged = compare_staged(Cut(10, 10), UPLOAD, [theirs], {})
    assert staged.has_other_length
    assert staged.foreign == 1


def test_foreign_ids_of_our_length_do_no_harm() -> None:
    theirs = Block(b"0" * 48, 10)
    staged = compare_staged(Cut(10, 10), UPLOAD, [theirs], {})
    assert not staged.has_other_length
    assert staged.reusable.done == 0


def test_a_commit_names_every_block_in_order_or_none() -> None:
    cut = Cut(25, 10)
    recorded = {2: digest_of_crc64(b"c"), 0: digest_of_crc64(b"a")}
    with pytest.raises(ValueError, match="1 blocks are missing, the first is 1"):
        commit_ids(cut, UPLOAD, recorded)
    recorded[1] = digest_of_crc64(b"b")
    parsed = [parse_block_id(raw) for raw in commit_ids(cut, UPLOAD, recorded)]
    assert [block and block.index for block in parsed] == [0, 1, 2]
