"""Headers made to cost time, or to count beyond all numbers."""

from __future__ import annotations

import gzip
import struct
import tarfile
from typing import Any

import pytest

from explorer.preview import tars
from explorer.preview.model import Archive
from explorer.preview.npy import header_of
from explorer.preview.source import BytesSource, Source, Unreadable
from tests.unit.preview.samples import see


def _array(header: str) -> bytes:
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header.encode()


def _extension(body: bytes = b"") -> bytes:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(body)
    return info.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % 512)


@pytest.mark.parametrize(
    ("descr", "shape"),
    [
        ("'<f8'", "9223372036854775807, " * 64),
        ("[('a', '<f8', (" + "2147483647, " * 60 + "))]", "3,"),
    ],
)
def test_an_array_larger_than_any_file_is_refused(descr: str, shape: str) -> None:
    data = _array(f"{{'descr': {descr}, 'fortran_order': False, 'shape': ({shape})}}")
    with pytest.raises(Unreadable):
        header_of(data)
    assert "impossible shape" in see("a.npy", data + bytes(64)).notes[0]


def test_an_extended_header_is_read_once_however_many_records_it_has() -> None:
    class Counting(bytes):
        taken = 0

        def __getitem__(self, key: Any) -> Any:
            part = super().__getitem__(key)
            Counting.taken += len(part) if isinstance(part, bytes) else 1
            return Counting(part) if isinstance(part, bytes) else part

    body = b"5 a=\n" * 5000
    assert tars._pax(Counting(body)) == {"a": ""}
    assert Counting.taken < 10 * len(body)


def test_of_an_extended_header_only_so_many_records_are_looked_at() -> None:
    body = b"".join(b"7 %03d=\n" % number for number in range(999)) + b"6 b=x\n6 c=x\n"
    found = tars._pax(body)
    assert ("b" in found, "c" in found) == (True, False)


def test_a_packed_tar_of_headers_alone_is_unpacked_only_so_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tars, "UNPACKED_BYTES", 64 * 512)
    source = Source(BytesSource(gzip.compress(_extension() * 1000)))
    with pytest.raises(Unreadable, match="unpacked"):
        tars.packed_tar(source)


def test_a_tar_of_more_descriptions_than_members_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tars, "EXTENSIONS", 10)
    member = tarfile.TarInfo("b").tobuf(tarfile.USTAR_FORMAT)
    body = tars.tar_archive(Source(BytesSource(member + _extension(b"5 a=\n") * 11))).body
    assert isinstance(body, Archive)
    assert [found.name for found in body.members] == ["b"]
    with pytest.raises(Unreadable, match="more headers"):
        tars.tar_archive(Source(BytesSource(_extension() * 11)))
