"""Small files made to cost much time or memory, to hide what is missing, or to fill the panel."""

from __future__ import annotations

import gzip
import json
import random
import struct
import tarfile
import zlib
from time import thread_time

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from explorer.demo.images import gradient
from explorer.preview import gzips, pictures, tars
from explorer.preview.members import file_name
from explorer.preview.model import Archive, Member, Picture, Tables
from explorer.preview.source import BytesSource, Source, Unreadable
from tests.unit.preview.samples import (
    MEMBERS,
    SAMPLES,
    TENSORS,
    npy,
    safetensors,
    see,
    tarred,
    walk_through,
    zipped,
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_of_a_png_nothing_is_decoded_but_its_pixels() -> None:
    plain = gradient(3)
    texts = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000))) * 50
    body = see("a.png", plain[:33] + texts + plain[33:-12] + texts + plain[-12:]).body
    assert isinstance(body, Picture)
    assert body.data == plain
    assert pictures.without_extras(plain[:-20]) == plain[:-20]


def test_a_jpeg_of_passes_without_end_is_not_decoded() -> None:
    head = b"\xff\xd8\xff\xc2\0\x11\x08" + struct.pack(">HH", 7000, 7000) + bytes(8)
    scan = b"\xff\xda\0\x08\1\1\0\1\x3f\0\x7f"
    assert "scans" in see("a.jpg", head + scan * (pictures.JPEG_SCANS + 1)).notes[0]
    assert isinstance(see("a.jpg", head + scan * pictures.JPEG_SCANS).body, Picture)


@pytest.mark.parametrize("part", [b"", b"a"])
def test_a_gzip_of_parts_without_end_is_given_up(
    part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzips, "PARTS", 100)
    packed = gzip.compress(part)
    stream = gzips.Gunzip(Source(BytesSource(packed * 101)))
    with pytest.raises(Unreadable, match="more parts"):
        stream.take(1000)
    assert gzips.Gunzip(Source(BytesSource(packed * 100))).take(1000) == part * 100


def test_a_tar_of_long_descriptions_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "DESCRIBED_BYTES", 100_000)
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 60_000
    one = info.tobuf(tarfile.USTAR_FORMAT) + b"5 a=\n" * 12_000 + bytes(-60_000 % 512)
    assert "more headers" in see("a.tar", one * 2).notes[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tar", tarred({"a": b"first", "b": bytes(5000)})[:3000]),
        ("a.tar", tarred({"a": b"first", "b": b"second"})[:1200]),
        ("a.tar.gz", gzip.compress(tarred({"a": b"first", "b": bytes(5000)})[:3000])),
    ],
)
def test_an_archive_that_is_cut_says_so_above_its_members(name: str, data: bytes) -> None:
    found = see(name, data)
    assert isinstance(found.body, Archive)
    assert found.body.members[0].name == "a"
    assert "not whole" in found.notes[-1]


def test_a_zip_whose_list_breaks_off_says_so() -> None:
    whole = zipped(MEMBERS)
    second = whole.index(b"PK\1\2", whole.index(b"PK\1\2") + 4)
    broken = see("a.zip", whole[:second] + b"XX" + whole[second + 2 :])
    assert isinstance(broken.body, Archive)
    assert (len(broken.body.members), "not whole" in broken.notes[0]) == (1, True)
    lost = b"PK\3\4" + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 0, 4, 0)
    assert "missing" in see("a.zip", lost).notes[0]
    short = b"PK\3\4" + bytes(9) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 9, 4, 0)
    assert "damaged" in see("a.zip", short).notes[0]


def test_the_fields_of_a_record_fill_neither_the_facts_nor_the_table() -> None:
    fields = ", ".join(f"('\u202e{'n' * 40}\x1b{at}', '|i1')" for at in range(600))
    found = see("a.npy", b"\x93NUMPY\3\0" + _wide(f"[{fields}]", 3) + bytes(1800))
    assert all(len(value) < 400 and "\u202e" not in value for _, value in found.facts)
    assert isinstance(found.body, Tables)
    table = found.body.tables[0]
    assert len(table.columns) == 200
    assert len(table.rows[0]) == 200
    assert "first 199 fields" in found.notes[0]


def _wide(descr: str, count: int) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': ({count},)}}".encode()
    return struct.pack("<I", len(text)) + text


def test_pickles_in_a_field_of_several_are_not_shown_as_bytes() -> None:
    found = see("a.npy", npy("[('a', '|O', (2,))]", "(3,)", bytes(100)))
    assert isinstance(found.body, Tables)
    assert "pickled" in found.body.tables[0].lacking


def test_a_header_of_safetensors_is_taken_apart_tensor_by_tensor() -> None:
    tricky = {**TENSORS, '}{"\\': {"dtype": "I8", "shape": [], "data_offsets": [0, 1]}}
    tricky["__metadata__"] = {"a": 'x}"{', "b": "y"}
    found = see("a.safetensors", safetensors(tricky, bytes(32)))
    assert isinstance(found.body, Tables)
    assert [row[0] for row in found.body.tables[0].rows][2] == '}{"\\'
    assert found.body.tables[1].rows == (("a", 'x}"{'), ("b", "y"))
    long = {"__metadata__": {"a": "x" * 300_000}}
    assert "longer than" in see("a.safetensors", safetensors(long)).notes[0]
    for text in (b"{", b'{"a":{}', b'{"a":{"b":{}}}', b"[]", b'{"a":{},}'):
        data = len(text).to_bytes(8, "little") + text
        assert see("a.safetensors", data).notes[0].startswith("This cannot be shown")
    vast = {"a": {"dtype": "F32", "shape": [2**62] * 64, "data_offsets": [0, 0]}}
    facts = dict(see("a.safetensors", safetensors(vast)).facts)
    assert facts["Parameters"] == "more than there can be"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_json_with_a_mark_of_unicode_is_whole(encoding: str) -> None:
    assert see("a.json", '{"a": 1}'.encode(encoding)).notes == ()


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "..",
        "/",
        "a\0b",
        "C:\\Windows\\x",
        "NUL",
        "a/\u202egpj.exe",
        "n" * 2**20,
        "a\nb",
        "",
    ],
)
def test_no_name_of_a_member_leads_elsewhere(name: str) -> None:
    made = file_name(Member(name, 1, 1, "", False, 0))
    assert made not in ("", ".", "..")
    assert len(made.encode()) <= 255
    assert made.isprintable()
    assert not set(made) & set("/\\")


NUMBERS = (0, 1, -1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
NESTED = {
    "nested.zip": zipped({"in.zip": zipped({"in.zip": SAMPLES["a.zip"]}), "a": bytes(10_000)}),
    "deep.json": json.dumps([[[{"a": [1] * 30}]]] * 20).encode(),
    "quoted.csv": b'a,"b\n"c",""d""\n' * 300,
}
FILES = {**SAMPLES, **NESTED}


@st.composite
def disproportioned(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file with lengths and counts replaced, a stretch repeated many times, or both."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = bytearray(FILES[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        wide = draw(st.sampled_from((1, 2, 4, 8)))
        value = draw(st.sampled_from(NUMBERS)) % 256**wide
        data[at : at + wide] = value.to_bytes(wide, draw(st.sampled_from(("little", "big"))))
        if draw(st.integers(0, 3)) == 0:
            length = draw(st.integers(1, 60))
            times = draw(st.sampled_from((2, 500, 5000)))
            data[at:at] = bytes(data[at : at + length]) * times
    return name, bytes(data)


@seed(20)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(disproportioned(), st.booleans())
def test_numbers_beyond_the_file_cost_neither_time_nor_reading(
    sample: tuple[str, bytes], from_end: bool
) -> None:
    name, data = sample
    start = thread_time()
    walk_through(name, data, from_end=from_end, steps=1)
    assert thread_time() - start < 4


def test_changed_bytes_of_any_file_are_looked_at() -> None:
    dice = random.Random(20)
    for name in sorted(FILES):
        for _ in range(10):
            data = bytearray(FILES[name])
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.choice((0, 1, 127, 128, 255))
            walk_through(name, bytes(data), steps=1)
