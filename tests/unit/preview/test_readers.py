"""Each reader tells what is in a whole file, and what is not."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import pytest

from explorer.base.errors import InputError
from explorer.preview import look as door
from explorer.preview import members, npy, parquet_rows, pictures, tars, thrift
from explorer.preview.json_text import Layout, lay_out
from explorer.preview.literal import parse
from explorer.preview.look import As
from explorer.preview.members import file_name, pour
from explorer.preview.model import Archive, Member, Picture, Preview, Table, Tables, Text
from explorer.preview.parquet import leaves_of
from explorer.preview.source import BLOCK_BYTES, BytesSource, Source, Unreadable
from explorer.preview.text import GrowingText
from tests.unit.preview.samples import (
    DOUBLES,
    MEMBERS,
    SAMPLES,
    TENSORS,
    Counted,
    Vast,
    safetensors,
    see,
    tarred,
    zipped,
)
from tests.unit.preview.samples import npy as made_npy


def table(found: Preview, title: str = "") -> Table:
    assert isinstance(found.body, Tables), found
    return next(one for one in found.body.tables if title in ("", one.title))


def words(found: Preview) -> str:
    assert isinstance(found.body, Text), found
    return found.body.text


# -- reading ------------------------------------------------------------------------


def test_what_was_read_is_counted_and_said() -> None:
    source = Source(Vast(84 * 1024**3, b"hello\n" * 99_999))
    door.look(source, "a.txt")
    assert source.read_bytes < 1024 * 1024
    assert source.line == "Read 256 KiB of 84 GiB"


def test_a_block_is_fetched_once() -> None:
    ranges = Counted(bytes(3 * BLOCK_BYTES))
    source = Source(ranges)
    source.read(10, 20)
    source.read(0, 2 * BLOCK_BYTES)
    source.read(5, 100)
    assert ranges.asked == [(0, BLOCK_BYTES), (BLOCK_BYTES, BLOCK_BYTES)]


def test_no_more_is_fetched_than_is_allowed() -> None:
    source = Source(BytesSource(bytes(10 * BLOCK_BYTES)), budget_bytes=2 * BLOCK_BYTES)
    with pytest.raises(Unreadable, match="More would have to be read"):
        source.read(0, 3 * BLOCK_BYTES)


# -- text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        ("grün\n".encode(), "UTF-8", "grün\n"),
        (b"\xef\xbb\xbfx\n", "UTF-8 with mark", "x\n"),
        ("grün\n".encode("utf-16"), "UTF-16, little-endian", "grün\n"),
        ("some words\n".encode("utf-16-be"), "UTF-16, big-endian", "some words\n"),
        ("grün und mehr\n".encode("cp1252"), "Windows Latin (a guess)", "grün und mehr\n"),
        (b"a\r\nb\rc\x1b[31mred\x1b[0m\x07\n", "UTF-8", "a\nb\ncred\\x07\n"),
        ("a\u202eb".encode(), "UTF-8", "a\\u202eb"),
    ],
)
def test_text_is_read_in_its_encoding(data: bytes, encoding: str, text: str) -> None:
    found = see("a.txt", data)
    assert dict(found.facts)["Encoding"] == encoding
    assert words(found) == text


def test_text_goes_on_at_a_line_and_nothing_is_lost_between() -> None:
    data = "".join(f"line {at} ü\n" for at in range(60_000)).encode()
    source = Source(BytesSource(data))
    body = door.look(source, "a.log").body
    parts = []
    while isinstance(body, Text):
        assert body.text.endswith("\n")
        parts.append(body.text)
        if body.more is None:
            break
        body = door.more(source, body)
    assert "".join(parts).encode() == data


def test_text_from_its_end_goes_back_and_nothing_is_lost_between() -> None:
    data = "".join(f"line {at} ü\n" for at in range(60_000)).encode()
    source = Source(BytesSource(data))
    body = door.look(source, "a.log", from_end=True).body
    parts: list[str] = []
    while isinstance(body, Text):
        assert body.is_earlier
        parts.insert(0, body.text)
        if body.more is None:
            break
        body = door.more(source, body)
    assert "".join(parts).encode() == data


def test_an_endless_line_is_cut_and_says_so() -> None:
    assert words(see("a.txt", b"x" * 100_000)).endswith("x … 98,000 more characters")


def test_growing_text_waits_for_whole_characters() -> None:
    growing = GrowingText("utf-8")
    shown = [growing.take(piece) for piece in (b"a\xc3", b"\xbc\r", b"\nb")]
    assert "".join(shown) == "aü\nb"


# -- JSON ------------------------------------------------------------------------------


def test_json_is_laid_out_and_no_value_is_changed() -> None:
    assert words(see("a.json", SAMPLES["a.json"])) == (
        '{\n  "a": [\n    1,\n    2.50,\n    {\n      "b": null\n    }\n  ],\n'
        '  "c": "x,\\"y",\n  "d": {}\n}'
    )


def test_json_cut_off_is_laid_out_as_far_as_it_goes_and_that_is_said() -> None:
    found = see("a.json", b'{"a": [1, "tw')
    assert words(found) == '{\n  "a": [\n    1,\n    "tw'
    assert found.notes[0].startswith("It is not whole JSON")


@pytest.mark.parametrize("cut", range(0, 50, 3))
def test_json_in_stretches_is_laid_out_like_the_whole(cut: int) -> None:
    text = SAMPLES["a.json"].decode()
    whole, _ = lay_out(text, Layout(), is_last=True)
    first, state = lay_out(text[:cut], Layout(), is_last=False)
    rest, _ = lay_out(text[cut:], state, is_last=True)
    assert first + rest == whole


def test_deep_json_takes_no_more_room_than_its_depth_shown() -> None:
    assert len(words(see("a.json", b"[" * 90_000))) < 5_000_000
    assert "nested" in see("a.json", b"[" * 90_000 + b"]" * 1).notes[0]


def test_json_lines_become_rows_under_the_keys() -> None:
    rows = table(see("a.jsonl", SAMPLES["a.jsonl"]))
    assert rows.columns == ("a", "b", "c")
    assert rows.rows == (("1", "x", ""), ("2", "", "[1]"), ("not json", "", ""))


# -- tables -----------------------------------------------------------------------------


def test_csv_minds_quotes_lines_in_fields_and_a_head() -> None:
    rows = table(see("a.csv", SAMPLES["a.csv"]))
    assert rows.columns == ("name", "size")
    assert rows.rows == (("a, b", "1"), ("c", "2"), ("two\\x0alines", "3"))
    assert rows.numeric == {1}


def test_ragged_rows_are_filled_up_and_told_of() -> None:
    found = see("a.csv", b"1;2;3\n4\n5;6\n")
    assert table(found).columns == ("Column 1", "Column 2", "Column 3")
    assert table(found).rows == (("1", "2", "3"), ("4", "", ""), ("5", "6", ""))
    assert found.notes == ("Its rows are not equally long.",)
    assert dict(found.facts)["Separator"] == "semicolon"


def test_csv_goes_on_where_it_stopped() -> None:
    data = b"n,text\n" + b"".join(b'%d,"a\nb"\n' % at for at in range(5000))
    source = Source(BytesSource(data))
    part = table(door.look(source, "a.csv"))
    numbers = [row[0] for row in part.rows]
    while part.more is not None:
        assert part.first_row == len(numbers) - len(part.rows) + 1
        part = door.more_rows(source, part)
        numbers += [row[0] for row in part.rows]
    assert numbers == [str(at) for at in range(5000)]


def test_the_end_of_a_csv_stands_under_its_head() -> None:
    data = b"n,square\n" + b"".join(b"%d,%d\n" % (at, at * at) for at in range(90_000))
    last = table(see("a.csv", data, from_end=True))
    assert last.columns == ("n", "square")
    assert last.rows[-1] == ("89999", str(89_999**2))
    assert last.first_row is None


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    found = see("a.csv", b'a,b\n"1,2\n3,4\n')
    assert len(table(found).rows) == 2
    assert "never closed" in found.notes[0]


# -- pictures ----------------------------------------------------------------------------


def test_a_picture_is_known_by_its_head() -> None:
    body = see("a.dat", SAMPLES["a.png"]).body
    assert isinstance(body, Picture)
    assert (body.format_name, body.width, body.height) == ("PNG", 16, 16)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GIF89a" + struct.pack("<HH", 7, 8), ("GIF", 7, 8)),
        (b"BM" + bytes(16) + struct.pack("<ii", 7, -8) + bytes(40), ("BMP", 7, 8)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\6\0\0\7\0\0", ("WebP", 7, 8)),
        (
            b"\xff\xd8\xff\xe0\0\4xx\xff\xc2\0\x0b\x08" + struct.pack(">HH", 8, 7),
            ("JPEG", 7, 8),
        ),
    ],
)
def test_heads_of_pictures(head: bytes, expected: tuple[str, int, int]) -> None:
    assert pictures.head_of(Source(BytesSource(head))) == expected


def test_a_picture_with_too_many_pixels_is_not_handed_on() -> None:
    data = SAMPLES["a.png"].replace(struct.pack(">II", 16, 16), struct.pack(">II", 30_000, 30_000))
    found = see("a.png", data)
    assert found.body is None
    assert found.notes == ("It is not shown: more than 50 million pixels.",)


def test_svg_is_text() -> None:
    found = see("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert found.title == "SVG"
    assert words(found).startswith("<svg")


# -- arrays and tensors ----------------------------------------------------------------------


def test_an_array_shows_its_head_and_values() -> None:
    found = see("a.npy", SAMPLES["a.npy"])
    assert dict(found.facts)["Shape"] == "2 x 3"
    assert dict(found.facts)["Values"] == "float64"
    assert table(found).rows == (("1.0", "2.0", "3.0"), ("4.0", "5.0", "6.5"))


def test_a_fortran_array_shows_where_each_value_belongs() -> None:
    found = see("a.npy", made_npy("'<f8'", "(2, 3)", DOUBLES, fortran=True))
    assert table(found).rows[:3] == (("0, 0", "1.0"), ("1, 0", "2.0"), ("0, 1", "3.0"))


def test_records_of_an_array_have_their_columns() -> None:
    found = see("a.npy", SAMPLES["record.npy"])
    assert table(found).columns == ("Index", "x", "name")
    assert table(found).rows[0] == ("0", "1", "ab")


def test_pickled_objects_are_not_read() -> None:
    found = see("a.npy", made_npy("'|O'", "(2,)", b"cos\nsystem\n"))
    assert not table(found).rows
    assert "pickled" in table(found).lacking


def test_an_absurd_shape_is_told_of_and_costs_nothing() -> None:
    found = see("a.npy", made_npy("'<f8'", "(9000000000000000000, 9000000000)", DOUBLES))
    assert "ends before" in found.notes[0]


def test_a_header_that_is_code_is_not_run() -> None:
    with pytest.raises(Unreadable):
        parse("{'shape': __import__('os').getcwd()}")
    with pytest.raises(Unreadable):
        parse("(" * 5000)
    assert parse("{'a': [(1,), (2), 'x', True, None, -3L]}") == {
        "a": [(1,), 2, "x", True, None, -3]
    }


def test_the_arrays_of_an_npz_are_listed() -> None:
    rows = table(see("a.npz", SAMPLES["a.npz"])).rows
    assert [row[:3] for row in rows] == [
        ("w", "float64", "2 x 3"),
        ("b", "float64", "a single value"),
    ]


def test_tensors_are_listed_and_not_read() -> None:
    head = safetensors(TENSORS)
    ranges = Vast(50 * 1024**3, head)
    found = door.look(Source(ranges), "model.safetensors")
    assert [row[0] for row in table(found, "Tensors").rows] == ["layer.weight", "layer.bias"]
    assert dict(found.facts) == {"Tensors": "2", "Parameters": "8"}
    assert table(found, "Metadata").rows == (("format", "pt"),)
    assert ranges.read_bytes <= 2 * BLOCK_BYTES


# -- Parquet ------------------------------------------------------------------------------------


def test_parquet_shows_columns_and_groups_from_the_footer_alone() -> None:
    footer = SAMPLES["a.parquet"]
    ranges = Vast(20 * 1024**3, b"PAR1", footer[-2000:])
    found = door.look(Source(ranges), "a.parquet")
    assert dict(found.facts)["Rows"] == "30"
    assert [row[:3] for row in table(found, "Columns").rows] == [
        ("epoch", "int64", "required"),
        ("loss", "double", "required"),
        ("label", "string (bytes)", "required"),
    ]
    assert table(found, "Row groups").rows[0][:3] == ("1", "30", "3")
    assert ranges.read_bytes <= 4 * BLOCK_BYTES


def test_rows_of_parquet_are_read_when_they_are_asked_for() -> None:
    pytest.importorskip("pyarrow")
    source = Source(BytesSource(SAMPLES["a.parquet"]))
    rows = door.more_rows(source, table(door.look(source, "a.parquet"), "Rows"))
    assert rows.columns == ("epoch", "loss", "label")
    assert rows.rows[1] == ("1", "0.5", "row 1")
    assert len(rows.rows) == 30


def test_nested_columns_have_their_paths() -> None:
    schema = [
        {4: b"root", 5: 2},
        {4: b"tags", 5: 1, 3: 1},
        {4: b"list", 5: 1, 3: 2},
        {4: b"element", 1: 6, 6: 0, 3: 1},
        {4: b"id", 1: 2, 3: 0},
    ]
    assert [leaf.path for leaf in leaves_of(schema)] == ["tags.list.element", "id"]


def test_thrift_has_an_end_to_depth_and_count() -> None:
    with pytest.raises(Unreadable, match="nested"):
        thrift.CompactReader(b"\x1c" * 5000).struct()
    with pytest.raises(Unreadable, match="longer than the file"):
        thrift.CompactReader(b"\x19\xf5\xff\xff\xff\xff\x0f").struct()


# -- archives -------------------------------------------------------------------------------------


def taken(name: str, data: bytes, member_name: str) -> bytes:
    body = see(name, data).body
    assert isinstance(body, Archive)
    member = next(one for one in body.members if one.name == member_name)
    made = bytearray()
    pour(BytesSource(data), body, member, made.extend)
    return bytes(made)


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_members_are_listed_and_each_can_be_taken_out(name: str) -> None:
    body = see(name, SAMPLES[name]).body
    assert isinstance(body, Archive)
    assert [one.name for one in body.members] == list(MEMBERS)
    for member in MEMBERS:
        assert taken(name, SAMPLES[name], member) == MEMBERS[member]


def test_a_long_name_of_gnu_tar_is_whole() -> None:
    assert taken("gnu.tar", SAMPLES["gnu.tar"], "long/" * 40 + "name") == b"x"


def test_the_members_of_a_vast_zip_are_found_at_its_end() -> None:
    data = SAMPLES["a.zip"]
    directory = data[data.index(b"PK\x01\x02") : data.index(b"PK\x05\x06")]
    size = 9 * 1024**3
    start = size - len(directory) - 56 - 20 - 22
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 3, 3, len(directory), start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    ranges = Vast(size, b"PK\x03\x04", directory + end64 + locator + end)
    body = door.look(Source(ranges), "a.zip").body
    assert isinstance(body, Archive)
    assert [one.name for one in body.members] == list(MEMBERS)
    assert ranges.read_bytes <= 4 * BLOCK_BYTES


def test_a_tar_of_large_members_is_listed_by_their_headers_alone() -> None:
    sizes = [3 * 1024**3, 2 * 1024**3, 5]
    ranges = _Headers(sizes)
    body = door.look(Source(ranges), "a.tar").body
    assert isinstance(body, Archive)
    assert [one.size_bytes for one in body.members] == sizes
    assert ranges.read_bytes < 200_000


class _Headers(Vast):
    """A tar of zeros below real headers."""

    def __init__(self, sizes: list[int]) -> None:
        self.heads: dict[int, bytes] = {}
        at = 0
        for number, size in enumerate(sizes):
            about = tars_info(f"m{number}", size)
            self.heads[at] = about
            at += 512 + size + -size % 512
        super().__init__(at + 1024)

    def read(self, offset: int, length: int) -> bytes:
        self.read_bytes += length
        made = bytearray(length)
        for at, head in self.heads.items():
            if offset <= at < offset + length:
                made[at - offset : at - offset + 512] = head[: length - (at - offset)]
        return bytes(made)


def tars_info(name: str, size: int) -> bytes:
    import tarfile

    about = tarfile.TarInfo(name)
    about.size = size
    return about.tobuf()


def test_more_members_than_a_page_come_one_page_after_the_other() -> None:
    for name, mode in (("a.tar", "w"), ("a.tar.gz", "w:gz")):
        data = tarred({f"m{at}": b"x" * at for at in range(tars.MEMBERS + 5)}, mode=mode)
        source = Source(BytesSource(data))
        body = door.look(source, name).body
        assert isinstance(body, Archive)
        assert len(body.members) == tars.MEMBERS
        rest = door.more(source, body)
        assert door.more(source, body) == rest
        assert isinstance(rest, Archive)
        assert [one.name for one in rest.members] == [f"m{tars.MEMBERS + at}" for at in range(5)]


def test_a_bomb_is_stopped_at_the_size_it_claims() -> None:
    data = bytearray(zipped({"bomb": bytes(5_000_000)}))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<L", 1000)
    body = see("a.zip", bytes(data)).body
    assert isinstance(body, Archive)
    made = bytearray()
    with pytest.raises(InputError, match="larger than the list says"):
        pour(BytesSource(bytes(data)), body, body.members[0], made.extend)
    assert len(made) <= members.PIECE_BYTES


def test_a_changed_member_is_not_passed_off_as_whole() -> None:
    data = bytearray(zipped({"a": b"abcdef"}, method=zipfile.ZIP_STORED))
    at = data.index(b"abcdef")
    data[at] ^= 1
    with pytest.raises(InputError, match="checksum"):
        taken("a.zip", bytes(data), "a")


def test_an_encrypted_member_says_why_it_cannot_be_saved() -> None:
    data = bytearray(zipped({"a": b"abc"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputError, match="encrypted"):
        taken("a.zip", bytes(data), "a")


def test_a_member_is_never_named_by_a_path() -> None:
    body = see("a.zip", zipped({"../../etc/passwd": b"", "c:\\x\\..": b"", "d/": b""})).body
    assert isinstance(body, Archive)
    assert [file_name(one) for one in body.members] == ["passwd", "member", "d"]


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("d/invoice\u202efdp.exe", "invoice_u202efdp.exe"),
        ("two\nlines\x1b[2J", "two_x0alines_x1b[2J"),
        ("a\\..\\b.txt", "b.txt"),
        ("x" * 300, "member"),
        ("данные 数据.txt", "данные 数据.txt"),
    ],
)
def test_what_a_member_is_called_here_shows_as_it_is(name: str, here: str) -> None:
    member = Member(name, 0, 0, "", False, 0)
    assert file_name(member) == here


# -- gzip, bytes, damage --------------------------------------------------------------------------


def test_gzip_shows_what_is_inside() -> None:
    assert words(see("a.txt.gz", SAMPLES["a.txt.gz"])) == "packed\n" * 100
    inner = see("a.csv.gz", gzip.compress(SAMPLES["a.csv"]))
    assert inner.title == "CSV, gzip"
    assert table(inner).columns == ("name", "size")


def test_a_gzip_bomb_is_unpacked_only_a_little() -> None:
    found = see("a.txt.gz", gzip.compress(b"a" * 50_000_000))
    assert "Only the beginning" in found.notes[0]
    assert len(words(found)) < 10_000


def test_bytes_are_shown_in_hex() -> None:
    text = words(see("a.bin", SAMPLES["a.bin"]))
    assert text.splitlines()[8] == "00000040  40 41 42 43 44 45 46 47  @ABCDEFG"
    last = words(see("a.bin", SAMPLES["a.bin"], from_end=True)).splitlines()[-1]
    assert last.startswith("000002f8")


def test_damage_is_said_above_the_bytes() -> None:
    found = see("a.parquet", SAMPLES["a.parquet"][:-20])
    assert found.notes[0].startswith("This cannot be shown as Parquet. It does not end as")
    assert words(found).startswith("00000000  50 41 52 31")


def test_anything_can_be_seen_as_text_or_bytes() -> None:
    assert words(see("a.csv", b"a,b\n", shown_as=As.TEXT)) == "a,b\n"
    assert words(see("a.csv", b"a,b\n", shown_as=As.BYTES)).startswith("00000000  61 2c 62 0a")


def test_an_empty_file_says_so() -> None:
    assert see("a.json", b"").notes == ("It is empty: it has no bytes.",)


def test_a_kind_of_values_nobody_knows_is_told_of() -> None:
    with pytest.raises(Unreadable):
        npy.kind_of("<x9")


def test_previews_know_no_qt() -> None:
    import explorer.preview

    for file in Path(explorer.preview.__file__).parent.glob("*.py"):
        assert "PySide6" not in file.read_text("utf-8")


def test_without_pyarrow_the_footer_is_shown_and_what_is_missing_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet_rows, "find_spec", lambda _: None)
    found = see("a.parquet", SAMPLES["a.parquet"])
    assert len(table(found, "Columns").rows) == 3
    rows = table(found, "Rows")
    assert rows.more is None
    assert "not installed" in rows.lacking
