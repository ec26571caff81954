"""Small files of every kind a preview knows, made here, and looked at to their ends."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
from dataclasses import dataclass

from explorer.demo.images import gradient
from explorer.demo.tables import Column, parquet
from explorer.preview import look as door
from explorer.preview.look import As
from explorer.preview.model import Archive, Picture, Preview, Tables, Text
from explorer.preview.source import BUDGET_BYTES, BytesSource, Source, Unreadable


class Counted(BytesSource):
    """Bytes that know what was read of them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.asked: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        assert length > 0
        assert offset >= 0
        assert offset + length <= self.size_bytes
        self.asked.append((offset, length))
        return super().read(offset, length)


@dataclass
class Vast:
    """A file far larger than memory: `head`, zeros, `tail`."""

    size_bytes: int
    head: bytes = b""
    tail: bytes = b""
    etag: str = '"1"'
    read_bytes: int = 0

    def read(self, offset: int, length: int) -> bytes:
        self.read_bytes += length
        made = bytearray(length)
        part = self.head[offset : offset + length]
        made[: len(part)] = part
        begin = self.size_bytes - len(self.tail)
        if offset + length > begin:
            part = self.tail[max(0, offset - begin) : offset + length - begin]
            at = max(0, begin - offset)
            made[at : at + len(part)] = part
        return bytes(made)


def npy(descr: str, shape: str, body: bytes, *, fortran: bool = False) -> bytes:
    """A .npy file, version 1.0."""
    text = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + body


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def tarred(members: dict[str, bytes], *, mode: str = "w", kind: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode, format=kind) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            about = tarfile.TarInfo(name)
            about.size, about.mtime = len(data), 1_700_000_000
            archive.addfile(about, io.BytesIO(data))
    return made.getvalue()


def safetensors(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


TENSORS = {
    "__metadata__": {"format": "pt"},
    "layer.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "layer.bias": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]},
}
MEMBERS = {"a.txt": b"first\n" * 50, "deep/b.bin": bytes(range(256)), "deep/ü.txt": b"last"}
DOUBLES = struct.pack("<6d", 1, 2, 3, 4, 5, 6.5)
TABLE = parquet(
    [
        Column("epoch", list(range(30))),
        Column("loss", [1 / (at + 1) for at in range(30)]),
        Column("label", [f"row {at}" for at in range(30)]),
    ]
)

SAMPLES: dict[str, bytes] = {
    "a.txt": "one\ntwo\nthrée\n".encode(),
    "wide.txt": "first line\nsecond line\n".encode("utf-16"),
    "a.json": b'{"a": [1, 2.50, {"b": null}], "c": "x,\\"y", "d": {}}',
    "a.jsonl": b'{"a": 1, "b": "x"}\n{"a": 2, "c": [1]}\nnot json\n',
    "a.csv": b'name,size\n"a, b",1\nc,2\n"two\nlines",3\n',
    "a.tsv": b"x\ty\n1\t2\n",
    "a.png": gradient(5),
    "a.parquet": TABLE,
    "a.npy": npy("'<f8'", "(2, 3)", DOUBLES),
    "record.npy": npy("[('x', '<i4'), ('name', '<U2')]", "(2,)", b"\1\0\0\0a\0\0\0b\0\0\0" * 2),
    "a.npz": zipped(
        {"w.npy": npy("'<f8'", "(2, 3)", DOUBLES), "b.npy": npy("'<f8'", "()", DOUBLES)}
    ),
    "a.safetensors": safetensors(TENSORS, bytes(32)),
    "a.zip": zipped(MEMBERS),
    "a.tar": tarred(MEMBERS),
    "gnu.tar": tarred({"long/" * 40 + "name": b"x"}, kind=tarfile.GNU_FORMAT),
    "a.tar.gz": tarred(MEMBERS, mode="w:gz"),
    "a.txt.gz": gzip.compress(b"packed\n" * 100),
    "a.bin": bytes(range(256)) * 3,
}


def see(name: str, data: bytes, *, from_end: bool = False, shown_as: As = As.ITSELF) -> Preview:
    """The preview of these bytes."""
    return door.look(Source(BytesSource(data)), name, shown_as=shown_as, from_end=from_end)


def walk_through(name: str, data: bytes, *, from_end: bool = False, steps: int = 4) -> Preview:
    """Look, and go on a few steps in everything that has more; check what comes is sound."""
    ranges = Counted(data)
    source = Source(ranges)
    found = door.look(source, name, from_end=from_end)
    check(found)
    try:
        if isinstance(found.body, Text | Archive):
            body = found.body
            for _ in range(steps):
                if body.more is None:
                    break
                body = door.more(source, body)  # type: ignore[assignment]
        elif isinstance(found.body, Tables):
            for table in found.body.tables:
                for _ in range(steps):
                    if table.more is None:
                        break
                    table = door.more_rows(source, table)
    except Unreadable:
        pass
    looks = 1 + steps * 3
    assert sum(length for _, length in ranges.asked) <= looks * BUDGET_BYTES
    assert len(ranges.asked) <= looks * 200 + len(data) // 1024
    return found


def check(found: Preview) -> None:
    """What may be relied on in any preview."""
    body = found.body
    if isinstance(body, Tables):
        for table in body.tables:
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert all(len(value) < 400 for row in table.rows for value in row)
    elif isinstance(body, Text):
        assert all(mark not in body.text for mark in "\r\x1b\0\u202e")
        assert len(body.text) < 4_000_000
    elif isinstance(body, Picture):
        assert body.width * body.height <= 50_000_000
    assert all(isinstance(note, str) for note in found.notes)
