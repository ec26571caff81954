"""The sample's Parquet files are real ones: Apache Arrow reads them."""

from __future__ import annotations

import io

import pyarrow.parquet
import pytest

from explorer.demo.tables import Column, parquet


@pytest.mark.parametrize("rows", [1, 13, 500, 100_000])
def test_arrow_reads_what_was_written(rows: int) -> None:
    numbers = [n * 7 - 100 for n in range(rows)]
    texts = [f"grüße {n}" for n in range(rows)]
    scores = [n / 3 for n in range(rows)]
    columns = (Column("number", numbers), Column("text", texts), Column("score", scores))
    table = pyarrow.parquet.read_table(io.BytesIO(parquet(columns)))
    assert table.to_pydict() == {"number": numbers, "text": texts, "score": scores}


def test_more_columns_than_a_short_list_holds() -> None:
    columns = [Column(f"c{n}", [n, n + 1]) for n in range(20)]
    table = pyarrow.parquet.read_table(io.BytesIO(parquet(columns)))
    assert table.column_names == [f"c{n}" for n in range(20)]
    assert table.column("c19").to_pylist() == [19, 20]
