"""Parquet files of a few bytes that ask for much, or that say one thing in two ways."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest

from explorer.preview import look as door
from explorer.preview import parquet_rows
from explorer.preview.model import Table, Tables
from explorer.preview.parquet import LEAVES, leaves_of
from explorer.preview.source import BytesSource, Source, Unreadable
from explorer.preview.thrift import CompactReader, TooMany
from tests.unit.preview.samples import see

MEGABYTE = 1024 * 1024


def varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*made, value))


def zigzag(value: int) -> bytes:
    return varint((value << 1) ^ (value >> 63))


def struct_of(*fields: tuple[int, int, bytes]) -> bytes:
    """Thrift's compact protocol: (number, kind, value)."""
    return (
        b"".join(bytes([kind]) + zigzag(number) + value for number, kind, value in fields) + b"\0"
    )


def number(at: int, value: int) -> tuple[int, int, bytes]:
    return at, 6, zigzag(value)


def name(at: int, text: bytes) -> tuple[int, int, bytes]:
    return at, 8, varint(len(text)) + text


def items(at: int, kind: int, *values: bytes) -> tuple[int, int, bytes]:
    return at, 9, bytes([0xF0 | kind]) + varint(len(values)) + b"".join(values)


ROOT = struct_of(name(4, b"r"), (5, 5, zigzag(1)))
FLAT = (ROOT, struct_of((1, 5, zigzag(2)), (3, 5, zigzag(0)), name(4, b"a")))
LIST = (ROOT, struct_of((1, 5, zigzag(2)), (3, 5, zigzag(2)), name(4, b"a")))


def group_of(chunk: tuple[int, int, bytes], rows: int) -> bytes:
    return struct_of(chunk, number(2, 0), number(3, rows))


def file_of(
    *pages: bytes, schema: tuple[bytes, ...] = FLAT, values: int = 5, rows: int = 5
) -> bytes:
    """One group of one column `a` of 64-bit numbers."""
    body = b"".join(pages)
    kinds = ((1, 5, zigzag(2)), items(2, 5, zigzag(0)), items(3, 8, b"\x01a"), (4, 5, zigzag(0)))
    sizes = (number(5, values), number(6, len(body)), number(7, len(body)), number(9, 4))
    chunk = struct_of(number(2, 4), (3, 12, struct_of(*kinds, *sizes)))
    return ended(body, schema, items(4, 12, group_of(items(1, 12, chunk), rows)), rows=rows)


def ended(
    body: bytes, schema: tuple[bytes, ...], *groups: tuple[int, int, bytes], rows: int
) -> bytes:
    footer = struct_of((1, 5, zigzag(1)), items(2, 12, *schema), number(3, rows), *groups)
    return b"PAR1" + body + footer + struct.pack("<I", len(footer)) + b"PAR1"


def page(values: int, body: bytes, encoding: int = 0, unpacked: int | None = None) -> bytes:
    head = struct_of(
        *((at, 5, zigzag(it)) for at, it in ((1, values), (2, encoding), (3, 3), (4, 3)))
    )
    sizes = (len(body) if unpacked is None else unpacked, len(body))
    return struct_of(*((at, 5, zigzag(it)) for at, it in ((1, 0), (2, sizes[0]), (3, sizes[1]))),
                     (5, 12, head)) + body  # fmt: skip


FIVE = struct.pack("<5q", 1, 2, 3, 4, 5)


def rows_of(data: bytes) -> Table:
    source = Source(BytesSource(data))
    found = door.look(source, "a.parquet")
    assert isinstance(found.body, Tables)
    return door.more_rows(source, found.body.tables[-1])


def written(columns: dict[str, Any], **options: Any) -> bytes:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made, **options)
    return made.getvalue()


def test_a_file_written_here_by_hand_is_read() -> None:
    pytest.importorskip("pyarrow")
    assert rows_of(file_of(page(5, FIVE))).rows == (("1",), ("2",), ("3",), ("4",), ("5",))


@pytest.mark.parametrize(
    "chunks",
    [number(1, 7), (1, 1, b""), (1, 7, bytes(8)), name(1, b"abc"), items(1, 6, b"\x02")],
    ids=["number", "truth", "double", "bytes", "numbers"],
)
def test_a_group_whose_columns_are_no_list_has_no_rows(chunks: tuple[int, int, bytes]) -> None:
    pytest.importorskip("pyarrow")
    data = ended(b"", FLAT, items(4, 12, group_of(chunks, 5)), rows=5)
    with pytest.raises(Unreadable):
        rows_of(data)


def test_what_is_said_twice_is_not_believed() -> None:
    group = items(4, 12, group_of(items(1, 12, struct_of()), 5))
    assert "twice" in see("a.parquet", ended(b"", FLAT, group, group, rows=5)).notes[0]
    with pytest.raises(Unreadable, match="twice"):
        CompactReader(struct_of(number(1, 1), number(1, 2))).struct()


@pytest.mark.parametrize("kind", [1, 3])
def test_truth_values_count_as_values(kind: int) -> None:
    count = 410_000
    with pytest.raises(TooMany):
        CompactReader(bytes([0xF0 | kind]) + varint(count) + b"\1" * count).value(9)
    with pytest.raises(TooMany):
        CompactReader(varint(count // 2) + bytes([kind << 4 | kind]) + b"\1" * count).value(11)


def test_only_so_many_columns_are_kept() -> None:
    schema: list[dict[int, Any]] = [{4: b"r", 5: 2**31}, {4: b"p" * 2000, 5: 2**31}]
    schema += [{1: 1, 4: b"a"}] * 2 * LEAVES
    assert len(leaves_of(schema)) == LEAVES


def test_a_list_of_more_values_than_memory_is_not_unpacked() -> None:
    levels = varint((2**28 - 1) << 1) + b"\1"
    body = struct.pack("<I", len(levels)) + levels + FIVE
    with pytest.raises(Unreadable, match="memory"):
        rows_of(file_of(page(2**28, body), schema=LIST, values=2**28, rows=1))


def test_lists_end_where_they_were_measured_to(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(
        {"l": [[at] * 40 for at in range(2000)]}, data_page_size=1000, write_batch_size=40
    )
    assert len(rows_of(data).rows) == 100
    monkeypatch.setattr(parquet_rows, "LIST_VALUES", 1000)
    assert 0 < len(rows_of(data).rows) < 100


def test_pages_that_unpack_to_much_are_refused_together() -> None:
    columns = {f"c{at}": ["x" * 15 * MEGABYTE] for at in range(6)}
    data = written(columns, compression="zstd", use_dictionary=False)
    table = rows_of(data)
    assert len(table.columns) == 4
    assert "left out: 2. It would take too much memory" in table.lacking


def test_a_long_text_in_each_row_is_kept_once() -> None:
    pa = pytest.importorskip("pyarrow")
    words = pa.DictionaryArray.from_arrays(
        pa.array([0] * 100, pa.int32()), pa.array(["x" * 2_000_000])
    )
    data = written({f"c{at}": words for at in range(20)}, compression="zstd", store_schema=False,
                   dictionary_pagesize_limit=4 * MEGABYTE)  # fmt: skip
    before = pa.total_allocated_bytes()
    pool = pa.default_memory_pool()
    table = rows_of(data)
    assert table.rows[99][19].startswith("xxx")
    assert pool.max_memory() is None or pool.max_memory() - before < 500 * MEGABYTE


@pytest.mark.parametrize("encoding", [6, 7])
def test_lengths_that_cannot_be_measured_are_not_unpacked(encoding: int) -> None:
    with pytest.raises(Unreadable, match="measured beforehand"):
        rows_of(file_of(page(5, FIVE, encoding)))


def test_a_cell_holds_the_beginning_of_what_is_long_and_deep() -> None:
    pa = pytest.importorskip("pyarrow")
    table = rows_of(written({
        "list": [list(range(100_000))],
        "deep": [[[[[1] * 100] * 100] * 10] * 2],
        "text": ["ü" * 100_000],
        "bytes": [b"\xff" * 100_000],
        "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        "moment": pa.array([2**62], pa.timestamp("us")),
    }))  # fmt: skip
    cells = dict(zip(table.columns, table.rows[0], strict=True))
    assert cells["list"].startswith("[0, 1, 2")
    assert cells["list"].endswith("…]")
    assert cells["deep"].endswith("…")
    assert cells["text"] == "ü" * 300 + "…"
    assert cells["bytes"].startswith("ff ff")
    assert cells["map"] == "[{'key': 'a', 'value': 1}]"
    assert cells["moment"] == "(beyond what can be shown)"
    assert all(len(cell) < 400 for cell in cells.values())
