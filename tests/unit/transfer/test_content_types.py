"""Content types guessed from names."""

from __future__ import annotations

import pytest

from explorer.transfer.content_types import content_type_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/train.log", "text/plain"),
        ("README.md", "text/markdown"),
        ("conf.YAML", "application/yaml"),
        ("rows.jsonl", "application/jsonl"),
        ("part-0.snappy.parquet", "application/vnd.apache.parquet"),
        ("table.csv", "text/csv"),
        ("out.tar.gz", "application/gzip"),
        ("out.csv.bz2", "application/x-bzip2"),
        ("out.json.xz", "application/x-xz"),
        ("x.png", "image/png"),
        ("weights.safetensors", "application/octet-stream"),
        ("model.pt", "application/octet-stream"),
        ("no ending", "application/octet-stream"),
        ("runs.csv/README", "application/octet-stream"),
        (".txt", "application/octet-stream"),
        ("a/..hidden.txt", "text/plain"),
        ("data:a.txt", "text/plain"),
    ],
)
def test_a_name_tells_the_type(name: str, kind: str) -> None:
    assert content_type_of(name) == kind
