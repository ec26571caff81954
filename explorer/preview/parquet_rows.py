"""The first rows of a Parquet file, where pyarrow is installed (the extra `parquet`).

What pyarrow is going to unpack is measured beforehand by the headers of the pages, so that a
small file cannot ask for much memory. Format: PageHeader of Apache Parquet's `parquet.thrift`.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import Any

from explorer.base.cancel import Cancelled
from explorer.base.errors import QuaysideError
from explorer.preview import cells
from explorer.preview.model import Table
from explorer.preview.source import Source, Unreadable
from explorer.preview.thrift import CompactReader

ROWS = 100
COLUMNS = 50
PAGE_BYTES = 16 * 1024 * 1024
DICTIONARY_BYTES = 2 * 1024 * 1024
"""A value of a dictionary may be repeated in each row."""
PAGES = 64
_HEADER_BYTES = 64 * 1024
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


class _File(io.RawIOBase):
    """A Source as pyarrow reads it."""

    def __init__(self, source: Source) -> None:
        self._source = source
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
        data = self._source.read(self._at, length)
        self._at += len(data)
        return data


def _measure(source: Source, chunk: dict[int, Any], rows: int) -> None:
    """Walk the pages that hold the first rows. Raises Unreadable where one is too large."""
    meta = chunk.get(3)
    if not isinstance(meta, dict):
        raise Unreadable("A column does not say where it is.")
    offsets = [meta[key] for key in (9, 11) if isinstance(meta.get(key), int) and meta[key] > 0]
    if not offsets:
        raise Unreadable("A column does not say where it is.")
    at, values = min(offsets), 0
    for _ in range(PAGES):
        reader = CompactReader(source.read(at, _HEADER_BYTES))
        page = reader.struct()
        kind, unpacked, packed = page.get(1), page.get(2), page.get(3)
        if not isinstance(unpacked, int) or not isinstance(packed, int) or packed < 0:
            raise Unreadable("A page does not say how large it is.")
        most = DICTIONARY_BYTES if kind == 2 else PAGE_BYTES
        if unpacked > most or packed > most:
            raise Unreadable("A page of it is too large to be unpacked for a preview.")
        head = page.get(8 if kind == 3 else 5)
        if kind != 2 and isinstance(head, dict) and isinstance(head.get(1), int):
            values += head[1]
        if values >= rows:
            return
        at += reader.at + packed
        if at >= source.size_bytes:
            return


def first_rows(source: Source, groups: list[dict[int, Any]]) -> Table:
    """Up to ROWS rows of the first row group, of its first columns. Raises Unreadable."""
    group = next((group for group in groups if isinstance(group.get(3), int) and group[3] > 0), {})
    chunks = [chunk for chunk in group.get(1) or [] if isinstance(chunk, dict)]
    rows = min(ROWS, group.get(3, 0))
    if not chunks or not rows:
        raise Unreadable("It has no rows.")
    for chunk in chunks[:COLUMNS]:
        _measure(source, chunk, rows)
    return _read(source, groups.index(group), len(chunks), rows)


def _read(source: Source, number: int, leaves: int, rows: int) -> Table:
    import pyarrow as pa  # optional, and slow to import
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(_File(source), buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            names = [file.schema.column(at).path for at in range(min(leaves, COLUMNS))]
            batches = file.iter_batches(
                batch_size=rows, row_groups=[number], columns=names, use_threads=False
            )
            batch = next(iter(batches))
            columns = [[_cell(value) for value in column[:rows]] for column in batch.columns]
            heads = tuple(map(cells.cell, batch.schema.names))
    except (QuaysideError, Cancelled, Unreadable):
        raise
    except (pa.ArrowException, *_DAMAGE) as error:
        raise Unreadable(f"Its rows cannot be read ({type(error).__name__}).") from None
    cut = tuple(zip(*columns, strict=True))
    note = f"The first {len(cut):,} rows." if leaves <= COLUMNS else ""
    return Table(
        "Rows",
        heads,
        cut,
        numeric=cells.numeric_columns(cut, len(heads)),
        lacking=note or f"The first {len(cut):,} rows of the first {COLUMNS} columns.",
    )


def _cell(value: Any) -> str:
    try:
        plain = value.as_py()
    except (ValueError, OverflowError, UnicodeDecodeError):
        return str(value)[: cells.CELL_CHARACTERS]
    if plain is None:
        return ""
    if isinstance(plain, bytes):
        return plain[:100].hex(" ")
    return cells.cell(plain)
