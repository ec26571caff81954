"""Damage below the list of members and below the footer: what is taken out, and rows."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.preview import look as door
from explorer.preview.members import PIECE_BYTES, pour
from explorer.preview.model import Archive, Tables
from explorer.preview.source import BytesSource, Source, Unreadable
from tests.unit.preview.samples import MEMBERS, SAMPLES, see

ARCHIVES = ("a.zip", "a.tar", "a.tar.gz", "gnu.tar")
MEMORY_BYTES = 96 * 1024 * 1024


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """Some bytes set to others."""
    made = bytearray(data)
    for _ in range(draw(st.integers(1, 5))):
        made[draw(st.integers(0, len(made) - 1))] = draw(st.integers(0, 255))
    return bytes(made)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.sampled_from(ARCHIVES))
def test_a_member_of_a_damaged_archive_is_whole_or_refused(data: st.DataObject, name: str) -> None:
    damaged = data.draw(changed(SAMPLES[name]))
    body = see(name, damaged).body
    if not isinstance(body, Archive):
        return
    for member in body.members:
        made = bytearray()
        try:
            written = pour(BytesSource(damaged), body, member, made.extend)
        except InputError:
            assert len(made) <= member.size_bytes + PIECE_BYTES
            continue
        assert written == len(made) == member.size_bytes
        if name == "a.zip" and member.name in MEMBERS:
            assert made == MEMBERS[member.name]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_rows_of_a_damaged_parquet_come_or_are_refused(data: st.DataObject) -> None:
    pytest.importorskip("pyarrow")
    damaged = data.draw(changed(SAMPLES["a.parquet"]))
    source = Source(BytesSource(damaged))
    found = door.look(source, "a.parquet")
    if not isinstance(found.body, Tables):
        return
    rows = found.body.tables[-1]
    if rows.more is None:
        return
    try:
        table = door.more_rows(source, rows)
    except Unreadable:
        return
    assert len(table.rows) <= 100
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_rows_with_nested_columns_and_dictionaries_are_read() -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    made = io.BytesIO()
    table = pa.table(
        {
            "word": pa.array(["a", "b", None] * 1000),
            "list": pa.array([[1, 2], None, []] * 1000),
            "pair": pa.array([{"x": 1.5, "y": "z"}] * 3000),
        }
    )
    for compression in ("snappy", "zstd", "gzip", "none"):
        made = io.BytesIO()
        pq.write_table(table, made, compression=compression, row_group_size=1500)
        source = Source(BytesSource(made.getvalue()))
        found = door.look(source, "a.parquet")
        assert isinstance(found.body, Tables)
        rows = door.more_rows(source, found.body.tables[-1])
        assert rows.columns == ("word", "list", "pair")
        assert rows.rows[0] == ("a", "[1, 2]", "{'x': 1.5, 'y': 'z'}")
        assert len(rows.rows) == 100


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[" * 500_000),
        ("a.json", b'{"a":' * 100_000),
        ("a.json", b'"' + b"\\u0000" * 100_000),
        ("a.jsonl", b'{"k":' * 50_000 + b"\n" * 100_000),
        ("a.jsonl", b"[" * 60_000 + b"\n" + b"9" * 60_000 + b"\n"),
        ("a.csv", b"," * 2_000_000),
        ("a.csv", b'"' * 999_999),
        ("a.csv", b"\n" * 2_000_000),
        ("a.tsv", b"a\tb\n" + b"1\t2\t3\n" * 400_000),
        ("a.txt", b"\r" * 1_000_000),
        ("a.txt", b"\x1b[31m" * 300_000),
        ("a.txt", b"\xff\xfe" + b"\x00\xd8" * 300_000),
        ("a.safetensors", (4_000_000).to_bytes(8, "little") + b"[" * 4_000_000),
        ("a.safetensors", (2**63).to_bytes(8, "little") + b"{}"),
    ],
)
def test_what_is_made_to_grow_takes_little_memory(name: str, data: bytes) -> None:
    tracemalloc.start()
    try:
        see(name, data)
        see(name, data, from_end=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_BYTES
