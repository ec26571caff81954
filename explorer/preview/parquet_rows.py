"""The first rows of a Parquet file, where pyarrow is installed (the extra `parquet`).

What pyarrow is going to unpack is measured beforehand by the headers of the pages, and pyarrow
gets no page that was not measured, so that a small file cannot ask for much memory.
Format: PageHeader of Apache Parquet's `parquet.thrift`, and its `Encodings.md`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from explorer.base.cancel import Cancelled
from explorer.base.errors import QuaysideError
from explorer.base.records import dataclass
from explorer.preview import cells
from explorer.preview.model import Table
from explorer.preview.parquet_cells import cell_of
from explorer.preview.source import Source, Unreadable
from explorer.preview.thrift import CompactReader

ROWS = 100
COLUMNS = 50
PAGE_BYTES = 16 * 1024 * 1024
DICTIONARY_BYTES = 2 * 1024 * 1024
TOTAL_BYTES = 64 * 1024 * 1024
"""What all pages that are read unpack to."""
LIST_VALUES = 1_000_000
"""How many values lists may have, those of all columns together."""
PAGES = 64
_HEADER_BYTES = 64 * 1024
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_DELTA_LENGTHS = (6, 7)
_DAMAGE = (
    ArithmeticError, LookupError, MemoryError, OSError, RuntimeError, StopIteration, TypeError,
    ValueError,
)  # fmt: skip
"""What pyarrow raises, besides its own errors, for a file that contradicts itself."""
_BUFFER_BYTES = 64 * 1024


def lacking() -> str:
    """Why rows cannot be read here; empty where they can."""
    if find_spec("pyarrow") is None:
        return "Rows are read by pyarrow, which is not installed (the extra ‘parquet’)."
    return ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one row group, as the footer has it."""

    meta: dict[int, Any]
    """Its ColumnMetaData."""
    is_repeated: bool
    width: int
    """Bytes of each value, where the footer says so."""


class _File(io.RawIOBase):
    """A Source as pyarrow reads it; it ends at each of the places `ends`."""

    def __init__(self, source: Source, ends: Sequence[int] = ()) -> None:
        self._source = source
        self._ends = ends
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size_bytes}
        self._at = max(0, base[whence] + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        length = self._source.size_bytes - self._at if size is None or size < 0 else size
        end = min((end for end in self._ends if end >= self._at), default=self._at + length)
        data = self._source.read(self._at, min(length, end - self._at))
        self._at += len(data)
        return data


class _Measure:
    """Walks the pages that hold the first rows, column by column, and sums what they cost."""

    def __init__(self, source: Source, rows: int) -> None:
        self._source = source
        self._rows = rows
        self._bytes = TOTAL_BYTES
        self._list_values = LIST_VALUES
        self.ends: list[int] = []
        """Where columns were left before their ends."""

    def take(self, column: Column) -> None:
        """Raises Unreadable where it costs too much, or cannot be told."""
        meta = column.meta
        offsets = [meta[key] for key in (9, 11) if isinstance(meta.get(key), int) and meta[key] > 0]
        if not offsets or not isinstance(meta.get(7), int):
            raise Unreadable("A column does not say where it is.")
        at = min(offsets)
        end = min(at + meta[7], self._source.size_bytes)
        most = self._list_values if column.is_repeated else self._rows
        values = pages = 0
        while at < end and values < most and pages < PAGES:
            reader = CompactReader(self._source.read(at, _HEADER_BYTES))
            count = self._page(reader.struct(), column)
            if column.is_repeated and values + count > most:
                break
            at, values, pages = at + reader.at + self._packed, values + count, pages + 1
            self._bytes -= self._unpacked
        if column.is_repeated:
            self._list_values -= values
        self._bytes -= max(0, column.width) * min(values, most)
        if self._bytes < 0 or not values:
            raise Unreadable("It would take too much memory for a preview.")
        if at < end:
            self.ends.append(at)

    def _page(self, page: dict[int, Any], column: Column) -> int:
        """How many values a page has; keeps its sizes. Raises Unreadable."""
        kind, unpacked, packed = page.get(1), page.get(2), page.get(3)
        if not isinstance(unpacked, int) or not isinstance(packed, int) or packed < 0:
            raise Unreadable("A page does not say how large it is.")
        most = DICTIONARY_BYTES if kind == _DICTIONARY else PAGE_BYTES
        if not 0 <= unpacked <= most or packed > most:
            raise Unreadable("A page of it is too large to be unpacked for a preview.")
        self._unpacked, self._packed = unpacked, packed
        head = page.get(8 if kind == _DATA_2 else 5)
        if kind not in (_DATA, _DATA_2) or not isinstance(head, dict):
            return 0
        if head.get(4 if kind == _DATA_2 else 2) in _DELTA_LENGTHS:
            # How long its values are stands packed within it, and so does how many there are.
            raise Unreadable("Its texts are packed in a way that cannot be measured beforehand.")
        count = head.get(1)
        return max(0, count) if isinstance(count, int) else 0


def first_rows(source: Source, group: int, columns: Sequence[Column], rows: int) -> Table:
    """Up to ROWS rows of that row group, of its first columns. Columns that cannot be read in
    bounds are left out. Raises Unreadable."""
    rows = min(ROWS, rows)
    measure = _Measure(source, rows)
    wanted: list[int] = []
    reasons: list[str] = []
    for at, column in enumerate(columns[:COLUMNS]):
        try:
            measure.take(column)
            wanted.append(at)
        except Unreadable as error:
            reasons.append(str(error))
    if not wanted:
        raise Unreadable(reasons[0] if reasons else "It has no rows.")
    heads, found = _read(source, measure.ends, group, wanted, rows)
    words = [f"The first {len(found):,} rows."]
    if len(columns) > COLUMNS:
        words[0] = f"The first {len(found):,} rows of the first {COLUMNS} columns."
    if reasons:
        words.append(f"Columns left out: {len(reasons):,}. {reasons[0]}")
    numeric = cells.numeric_columns(found, len(heads))
    return Table("Rows", heads, found, numeric=numeric, lacking=" ".join(words))


def _read(
    source: Source, ends: Sequence[int], group: int, wanted: Sequence[int], rows: int
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The names of the columns, and the rows."""
    import pyarrow as pa  # optional, and slow to import
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(_File(source), buffer_size=_BUFFER_BYTES) as file:
            footer = file.metadata
            columns = [footer.schema.column(at) for at in wanted]
            # They stay in their dictionary: one long text may stand in each row.
            texts = [
                column.path
                for column in columns
                if column.physical_type == "BYTE_ARRAY" and column.logical_type.type != "DECIMAL"
            ]
        with pq.ParquetFile(
            _File(source, ends),
            metadata=footer,
            read_dictionary=texts,
            buffer_size=_BUFFER_BYTES,
            pre_buffer=False,
        ) as file:
            batches = file.iter_batches(
                batch_size=rows,
                row_groups=[group],
                columns=[column.path for column in columns],
                use_threads=False,
            )
            batch = next(iter(batches))
            made = [[cell_of(value) for value in column[:rows]] for column in batch.columns]
            heads = tuple(map(cells.cell, batch.schema.names))
    except (QuaysideError, Cancelled, Unreadable):
        raise
    except (pa.ArrowException, *_DAMAGE) as error:
        raise Unreadable(f"Its rows cannot be read ({type(error).__name__}).") from None
    return heads, tuple(zip(*made, strict=True))
