"""What kind of file something is: by its first bytes, its name, its content type. Pure.

Bytes speak first where a format has a mark of its own, then the name, then the type the
service was told, and last whether it reads like text.
"""

from __future__ import annotations

import codecs
from enum import Enum


class Kind(Enum):
    """How a file can be looked at; the value is for people."""

    EMPTY = "Empty"
    TEXT = "Text"
    JSON = "JSON"
    JSON_LINES = "JSON Lines"
    CSV = "CSV"
    TSV = "TSV"
    IMAGE = "Image"
    PARQUET = "Parquet"
    NPY = "NumPy array"
    NPZ = "NumPy arrays"
    SAFETENSORS = "Safetensors"
    ZIP = "Zip archive"
    TAR = "Tar archive"
    TAR_GZ = "Tar archive, gzip"
    GZIP = "Gzip"
    HEX = "Bytes"


_SUFFIXES = {
    ".json": Kind.JSON,
    ".geojson": Kind.JSON,
    ".ipynb": Kind.JSON,
    ".jsonl": Kind.JSON_LINES,
    ".ndjson": Kind.JSON_LINES,
    ".csv": Kind.CSV,
    ".tsv": Kind.TSV,
    ".tab": Kind.TSV,
    ".safetensors": Kind.SAFETENSORS,
}
_TYPES = {
    "application/json": Kind.JSON,
    "application/geo+json": Kind.JSON,
    "application/jsonlines": Kind.JSON_LINES,
    "application/x-ndjson": Kind.JSON_LINES,
    "text/csv": Kind.CSV,
    "text/tab-separated-values": Kind.TSV,
}
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
TAR_MARK = slice(257, 262)


def detect(name: str, content_type: str, head: bytes) -> Kind:
    """The kind of a file from its name, type and first bytes (512 are enough, more is surer)."""
    if not head:
        return Kind.EMPTY
    lower = name.lower()
    if marked := _by_mark(lower, head):
        return marked
    suffix = "." + lower.rpartition(".")[2] if "." in lower else ""
    if suffix == ".safetensors":
        return Kind.SAFETENSORS
    if not is_text(head):
        return Kind.HEX
    named = _SUFFIXES.get(suffix) or _TYPES.get(content_type.partition(";")[0].strip().lower())
    return named or Kind.TEXT


def _by_mark(name: str, head: bytes) -> Kind | None:
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head.startswith(b"\x93NUMPY"):
        return Kind.NPY
    if head.startswith(_ZIP):
        return Kind.NPZ if name.endswith(".npz") else Kind.ZIP
    if head.startswith(b"\x1f\x8b"):
        return Kind.TAR_GZ if name.endswith((".tar.gz", ".tgz")) else Kind.GZIP
    if head[TAR_MARK] == b"ustar":
        return Kind.TAR
    is_bitmap = head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"
    if head.startswith(_IMAGES[:-1]) or is_bitmap or _is_webp(head):
        return Kind.IMAGE
    return None


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ODD = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\b\x1b") + b"\x7f"


def encoding_of(head: bytes) -> str:
    """The codec for a text that begins so: its mark, UTF-16 by its zeros, UTF-8, Windows' Latin.

    Every stretch of bytes can be read by `cp1252` with replacement, so there always is one.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if wide := _wide(head):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: Latin letters leave every other byte zero."""
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    zeros_even = head[0 : pairs * 2 : 2].count(0)
    zeros_odd = head[1 : pairs * 2 : 2].count(0)
    if zeros_odd > pairs * 0.7 and zeros_even < pairs * 0.05:
        return "utf-16-le"
    if zeros_even > pairs * 0.7 and zeros_odd < pairs * 0.05:
        return "utf-16-be"
    return ""


def is_text(head: bytes) -> bool:
    """Whether it reads like text: hardly a control character, or a mark of Unicode."""
    if any(head.startswith(mark) for mark, _ in _BOMS) or _wide(head):
        return True
    odd = len(head) - len(head.translate(None, _ODD))
    if b"\0" in head or odd > 1 + len(head) // 50:
        return False
    # Bytes that are no UTF-8 are Latin text only where letters prevail.
    if encoding_of(head) == "utf-8":
        return True
    high = sum(byte >= 0x80 for byte in head)
    return high < len(head) * 0.3
