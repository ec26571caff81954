"""How a file is cut: block and range sizes, block ids, and which of them remain. Pure.

Limits are those of the Put Block, Put Block List and Put Blob pages of the
Blob service's REST reference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, overload

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.model import Block

MIB: Final = 1024 * 1024
MAX_BLOCKS: Final = 50_000
MAX_BLOCK_BYTES: Final = 4000 * MIB
MAX_PUT_BLOB_BYTES: Final = 5000 * MIB
MAX_BLOB_BYTES: Final = MAX_BLOCKS * MAX_BLOCK_BYTES

DEFAULT_BLOCK_BYTES: Final = 8 * MIB
DEFAULT_RANGE_BYTES: Final = 8 * MIB
DEFAULT_SINGLE_PUT_BYTES: Final = 8 * MIB

BLOCK_ID_VERSION: Final = 1
UPLOAD_ID_BYTES: Final = 16
DIGEST_BYTES: Final = 23
BLOCK_ID_BYTES: Final = 1 + UPLOAD_ID_BYTES + 8 + DIGEST_BYTES
"""48 bytes, before base64; the service takes at most 64."""


# ---------------------------------------------------------------- cutting


@dataclass(frozen=True, slots=True)
class Range:
    """`length` bytes from `offset`; one block of an upload or one range of a download."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """The offset after the last byte."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Cut(Sequence[Range]):
    """`size_bytes` cut into ranges of `chunk_bytes`, the last one shorter.

    A sequence of `Range` that is computed, not stored. Nothing is cut from 0 bytes.
    """

    size_bytes: int
    chunk_bytes: int

    def __post_init__(self) -> None:
        if self.size_bytes < 0 or self.chunk_bytes < 1:
            raise ValueError(f"cannot cut {self.size_bytes} bytes into {self.chunk_bytes}")

    def __len__(self) -> int:
        return -(-self.size_bytes // self.chunk_bytes)

    @overload
    def __getitem__(self, index: int) -> Range: ...
    @overload
    def __getitem__(self, index: slice) -> list[Range]: ...
    def __getitem__(self, index: int | slice) -> Range | list[Range]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        offset = index * self.chunk_bytes
        return Range(offset, min(self.chunk_bytes, self.size_bytes - offset))

    def bytes_in(self, chunks: Chunks) -> int:
        """How many bytes the done ones of `chunks` hold."""
        if chunks.count != len(self):
            raise ValueError(f"{chunks.count} chunks do not fit {len(self)} ranges")
        total = chunks.done * self.chunk_bytes
        if chunks.count and chunks.count - 1 in chunks:
            total -= self.chunk_bytes - self[-1].length
        return total

    def missing(self, chunks: Chunks) -> Iterator[Range]:
        """What is still to be had, neighbours merged into one range each."""
        for first, after in chunks.gaps():
            offset = first * self.chunk_bytes
            yield Range(offset, min(after * self.chunk_bytes, self.size_bytes) - offset)


def block_size_for(size_bytes: int, wanted_bytes: int = DEFAULT_BLOCK_BYTES) -> int:
    """The block size for a blob of `size_bytes`: `wanted_bytes`, or the next whole MiB
    that keeps it within 50,000 blocks.

    Raises `InputError` for what no blob can hold, and for a block size the service
    does not take.
    """
    if not 1 <= wanted_bytes <= MAX_BLOCK_BYTES:
        raise InputError(
            f"A block of {wanted_bytes:,} bytes is not possible.",
            cure="Choose a block size between 1 byte and 4000 MiB.",
        )
    if size_bytes > MAX_BLOB_BYTES:
        raise InputError(
            f"{size_bytes:,} bytes do not fit into one blob, which holds at most "
            f"{MAX_BLOB_BYTES:,} bytes (50,000 blocks of 4000 MiB).",
            cure="Split the file.",
        )
    needed = -(-size_bytes // MAX_BLOCKS)
    if needed <= wanted_bytes:
        return wanted_bytes
    return -(-needed // MIB) * MIB


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """How one file goes up: in one Put Blob, or as the blocks of `cut`."""

    cut: Cut
    is_single_put: bool

    @property
    def size_bytes(self) -> int:
        return self.cut.size_bytes


def plan_upload(
    size_bytes: int,
    *,
    block_bytes: int = DEFAULT_BLOCK_BYTES,
    single_put_bytes: int = DEFAULT_SINGLE_PUT_BYTES,
) -> UploadPlan:
    """Plan an upload. Files up to `single_put_bytes`, and empty ones, go in one Put Blob.

    Raises `InputError` as `block_size_for` does.
    """
    cut = Cut(size_bytes, block_size_for(size_bytes, block_bytes))
    single = size_bytes <= min(single_put_bytes, MAX_PUT_BLOB_BYTES)
    return UploadPlan(cut, is_single_put=single or size_bytes == 0)


def plan_download(size_bytes: int, *, range_bytes: int = DEFAULT_RANGE_BYTES) -> Cut:
    """Cut a download into ranges of `range_bytes`, or larger ones where there would be
    more than 50,000 of them. An empty blob has none: it is not asked by range (416)."""
    return Cut(size_bytes, block_size_for(size_bytes, range_bytes))


# ---------------------------------------------------------------- what is done


class Chunks:
    """Which of `count` chunks are done: a bitmap, 6 KB for 50,000. One thread at a time."""

    __slots__ = ("_bits", "count", "done")

    def __init__(self, count: int) -> None:
        self.count = count
        self.done = 0
        self._bits = bytearray((count + 7) // 8)

    @classmethod
    def from_bytes(cls, data: bytes, count: int) -> Chunks:
        """Read what `to_bytes` wrote. Raises `ValueError` if it is not for `count` chunks."""
        chunks = cls(count)
        bits = int.from_bytes(data, "little")
        if len(data) != len(chunks._bits) or bits >> count:
            raise ValueError(f"{len(data)} bytes are not a bitmap of {count} chunks")
        chunks._bits[:] = data
        chunks.done = bits.bit_count()
        return chunks

    def to_bytes(self) -> bytes:
        """Chunk 0 is the lowest bit of the first byte."""
        return bytes(self._bits)

    def add(self, index: int) -> bool:
        """Mark as done; true if it was not before."""
        if not 0 <= index < self.count:
            raise IndexError(index)
        bit = 1 << (index & 7)
        if self._bits[index >> 3] & bit:
            return False
        self._bits[index >> 3] |= bit
        self.done += 1
        return True

    def discard(self, index: int) -> bool:
        """Mark as not done; true if it was."""
        if index not in self:
            return False
        self._bits[index >> 3] &= ~(1 << (index & 7))
        self.done -= 1
        return True

    def __contains__(self, index: int) -> bool:
        return 0 <= index < self.count and bool(self._bits[index >> 3] >> (index & 7) & 1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Chunks):
            return NotImplemented
        return self.count == other.count and self._bits == other._bits

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"<Chunks {self.done} of {self.count}>"

    @property
    def is_complete(self) -> bool:
        return self.done == self.count

    def remaining(self) -> Iterator[int]:
        """Indexes that are not done, in order. Do not change the bitmap meanwhile."""
        for first, after in self.gaps():
            yield from range(first, after)

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Runs that are not done, as (first, one after the last), in order."""
        first = -1
        for place, byte in enumerate(self._bits):
            if (byte == 0xFF and first < 0) or (byte == 0 and first >= 0):
                continue
            for index in range(place * 8, min(place * 8 + 8, self.count)):
                is_done = byte >> (index & 7) & 1
                if not is_done and first < 0:
                    first = index
                elif is_done and first >= 0:
                    yield first, index
                    first = -1
        if first >= 0:
            yield first, self.count


# ---------------------------------------------------------------- block ids


def digest_of_crc64(crc64: bytes) -> bytes:
    """What stands in a block's id of its content, from the CRC64 that is sent along anyway: no
    second look at the data. It has to tell edits and mix-ups of one file apart, whose
    fingerprint is the same besides."""
    return hashlib.sha256(crc64).digest()[:DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class BlockId:
    """What our block ids say: whose upload, which block, what is in it."""

    upload_id: bytes
    index: int
    digest: bytes


def make_block_id(upload_id: bytes, index: int, digest: bytes) -> bytes:
    """A block's id, always 48 bytes (not yet in base64).

    `upload_id` is 16 random bytes, `digest` from `digest_of_crc64`. Raises
    `ValueError` for other lengths and for an index outside 0..49,999.
    """
    if len(upload_id) != UPLOAD_ID_BYTES or len(digest) != DIGEST_BYTES:
        raise ValueError(f"an upload id has {UPLOAD_ID_BYTES} bytes, a digest {DIGEST_BYTES}")
    if not 0 <= index < MAX_BLOCKS:
        raise ValueError(f"no block {index} in a blob")
    return bytes([BLOCK_ID_VERSION]) + upload_id + index.to_bytes(8, "big") + digest


def parse_block_id(raw: bytes) -> BlockId | None:
    """Read a block id; None if it is not one of ours (or of another version)."""
    if len(raw) != BLOCK_ID_BYTES or raw[0] != BLOCK_ID_VERSION:
        return None
    index = int.from_bytes(raw[17:25], "big")
    return BlockId(raw[1:17], index, raw[25:]) if index < MAX_BLOCKS else None


@dataclass(frozen=True, slots=True)
class Staged:
    """What a list of uncommitted blocks means for one upload.

    `reusable` marks the blocks that need not be sent again. `has_other_length` says
    that somebody staged ids of another length: the service will refuse ours until
    those are gone (a commit, an overwrite by Put Blob, or 7 days). `foreign` counts
    the blocks that are not of this upload.
    """

    reusable: Chunks
    has_other_length: bool
    foreign: int


def compare_staged(
    cut: Cut, upload_id: bytes, uncommitted: Iterable[Block], recorded: Mapping[int, bytes]
) -> Staged:
    """Compare the service's uncommitted blocks with the journal's digests by index. A block
    is reused only where upload id, index, the service's size and the digest agree."""
    reusable = Chunks(len(cut))
    foreign = 0
    has_other_length = False
    for block in uncommitted:
        if len(block.block_id) != BLOCK_ID_BYTES:
            has_other_length = True
        ours = parse_block_id(block.block_id)
        if ours is None or ours.upload_id != upload_id:
            foreign += 1
        elif (
            ours.index < len(cut)
            and cut[ours.index].length == block.size_bytes
            and recorded.get(ours.index) == ours.digest
        ):
            reusable.add(ours.index)
    return Staged(reusable, has_other_length, foreign)


def commit_ids(cut: Cut, upload_id: bytes, recorded: Mapping[int, bytes]) -> list[bytes]:
    """The ids for Put Block List, in order. Raises `ValueError` if a block is missing."""
    missing = [index for index in range(len(cut)) if index not in recorded]
    if missing:
        raise ValueError(f"{len(missing)} blocks are missing, the first is {missing[0]}")
    return [make_block_id(upload_id, index, recorded[index]) for index in range(len(cut))]
