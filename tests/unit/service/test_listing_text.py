"""Rows as JSON and CSV: what is written is what a reader gets back, and no formula."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.units import iso_time
from explorer.service.listing_text import (
    CSV_HEADER,
    blob_csv,
    blob_json,
    blobs_csv,
    blobs_json,
    csv_field,
    folder_csv,
    folder_json,
)
from explorer.storage.model import Blob, Blobs, BlobType, Prefix, columns_of

texts = st.text(st.characters(codec="utf-8"), max_size=30)


def blob(name: str, metadata: dict[str, str] | None = None) -> Blob:
    return Blob(
        name,
        7,
        1_700_000_000,
        '"0x1"',
        "text/csv",
        bytes(16),
        BlobType.BLOCK,
        "Hot",
        "",
        0,
        metadata,
        False,
    )


@given(texts.filter(bool), st.dictionaries(texts, texts, max_size=2))
def test_json_lines_are_what_the_encoder_would_say(name: str, metadata: dict[str, str]) -> None:
    line = blob_json(blob(name, metadata))
    assert "\n" not in line
    found = json.loads(line)
    assert (found["name"], found["size"], found["metadata"]) == (name, 7, metadata)
    assert json.loads(folder_json(Prefix(name))) == {"type": "folder", "name": name}


rows = st.builds(
    Blob,
    texts,
    st.integers(0, 2**50),
    st.sampled_from([0, 60, 1_700_000_000]),
    texts,
    texts,
    st.binary(min_size=16, max_size=16) | st.none(),
    st.sampled_from(BlobType),
    st.sampled_from(["", "Hot", 'H"ot']),
    texts,
    st.sampled_from([0, 60, 1_700_000_000]),
    st.none() | st.dictionaries(texts, texts, max_size=1),
    st.booleans(),
    texts,
)


@given(st.lists(rows, max_size=5))
def test_many_blobs_at_once_are_the_same_lines(found: list[Blob]) -> None:
    lines = "".join(f"{blob_json(one)}\n" for one in found)
    assert blobs_json(found) == lines
    assert blobs_json(Blobs(columns_of(found))) == lines


@given(st.lists(rows, max_size=5))
def test_many_blobs_at_once_are_the_same_csv(found: list[Blob]) -> None:
    lines = "".join(f"{blob_csv(one)}\n" for one in found)
    assert blobs_csv(Blobs(columns_of(found))) == lines


@given(rows)
def test_a_line_says_what_the_row_does(row: Blob) -> None:
    said = json.loads(blob_json(row))
    assert said.get("modified") == (iso_time(row.last_modified_s) or None)
    assert said["created"] == iso_time(row.created_s)
    assert said["md5"] == (row.content_md5.hex() if row.content_md5 else "")
    assert (said["etag"], said["content_type"]) == (row.etag, row.content_type)
    assert (said["tier"], said["blob_type"]) == (row.tier, row.blob_type.value)


@given(texts.filter(bool))
def test_a_reader_of_csv_gets_the_name_back_and_no_formula(name: str) -> None:
    (fields,) = csv.reader(io.StringIO(blob_csv(blob(name)), newline=""), strict=True)
    assert len(fields) == len(CSV_HEADER.split(","))
    assert fields[1] == (f"'{name}" if name[0] in "=+-@\t\r" else name)
    assert fields[2] == "7"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(a,b)", '"\'@SUM(a,b)"'),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ('say "hi"', '"say ""hi"""'),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_fields(text: str, field: str) -> None:
    assert csv_field(text) == field


def test_a_folder_has_as_many_columns() -> None:
    assert folder_csv(Prefix("a/")).count(",") == CSV_HEADER.count(",")
