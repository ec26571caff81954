"""The fast reader says what the plain one says, or lets it speak; half a page is an error."""

from __future__ import annotations

import base64
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.storage.azure import scan
from explorer.storage.azure.listing import (
    block_list_body,
    parse_block_list,
    parse_containers,
    parse_page,
    parse_page_plainly,
)
from explorer.storage.azure.markup import MarkupError, parse_markup
from explorer.storage.azure.scan import scan_page
from explorer.storage.model import BlobType

text = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"
    ),
    max_size=12,
)
tags = st.sampled_from(
    ["Creation-Time", "Content-Type", "Content-MD5", "LeaseState", "AccessTier", "Unknown", "X.y-z"]
)
dates = st.sampled_from(["Mon, 01 Jan 2024 10:20:30 GMT", "Sun, 29 Feb 2032 00:00:00 GMT", ""])


def leaf(tag: str, value: str, *, short: bool) -> str:
    return f"<{tag} />" if short and not value else f"<{tag}>{escape(value)}</{tag}>"


simple_properties = "<Etag>0x1</Etag><Content-Type /><ResourceType>directory</ResourceType>"


@st.composite
def entries(draw: st.DrawFn) -> str:
    name = draw(text.filter(bool))
    if draw(st.integers(0, 5)) == 0:
        about = draw(st.sampled_from(["", f"<Properties>{simple_properties}</Properties>"]))
        shown = draw(st.sampled_from([f"<Name>{escape(name)}/", '<Name Encoded="true">%41+/']))
        return f"<BlobPrefix>{shown}</Name>{about}</BlobPrefix>"
    short = draw(st.booleans())
    shown = f"<Name>{escape(name)}</Name>"
    if draw(st.integers(0, 5)) == 0:
        shown = '<Name Encoded="true">a%EF%BF%BFb%20c</Name>'
    pairs = [
        ("Last-Modified", draw(dates)),
        ("Etag", "0x8D" + draw(st.text("0123456789ABCDEF", max_size=4))),
        ("Content-Length", str(draw(st.integers(0, 2**50)))),
        *((tag, draw(text)) for tag in draw(st.lists(tags, unique=True))),
        ("BlobType", draw(st.sampled_from(["BlockBlob", "PageBlob", "AppendBlob"]))),
        *([("ResourceType", "directory")] if draw(st.booleans()) else []),
    ]
    properties = "".join(
        leaf(tag, value, short=short) for tag, value in draw(st.permutations(pairs))
    )
    names = st.sampled_from(["hdi_isfolder", "Hdi_isfolder", "a", "b_1", "mtime"])
    keys = draw(st.lists(names, unique=True, max_size=3))
    metadata = "".join(leaf(key, draw(text | st.just("true")), short=short) for key in keys)
    metadata = (
        f"<Metadata>{metadata}</Metadata>"
        if metadata
        else draw(st.sampled_from(["", "<Metadata />", "<Metadata></Metadata>"]))
    )
    extra = draw(
        st.sampled_from(["", "<OrMetadata />", "<Tags><TagSet><Tag>x</Tag></TagSet></Tags>"])
    )
    return f"<Blob>{shown}<Properties>{properties}</Properties>{metadata}{extra}</Blob>"


def page_of(found: list[str], marker: str = "", gap: str = "") -> bytes:
    return (
        '\ufeff<?xml version="1.0" encoding="utf-8"?>'
        f"<EnumerationResults ServiceEndpoint={quoteattr('https://a/&?')} ContainerName='c'>"
        f"<Prefix>&lt;Blobs&gt;</Prefix><Blobs>{gap}{gap.join(found)}{gap}</Blobs>"
        + leaf("NextMarker", marker, short=True)
        + "</EnumerationResults>"
    ).encode()


@settings(deadline=None)
@given(st.lists(entries(), max_size=12), text, st.sampled_from(["", "\n  "]), st.booleans())
def test_both_readers_agree(found: list[str], marker: str, gap: str, with_metadata: bool) -> None:
    data = page_of(found, marker, gap)
    plain = parse_page_plainly(data, with_metadata=with_metadata)
    assert parse_page(data, with_metadata=with_metadata) == plain
    assert len(plain.blobs) + len(plain.prefixes) == len(found)


names_of_many = st.lists(text.filter(bool), min_size=9, max_size=20)
odd_ones = st.sampled_from(
    [
        "",
        "\n",
        "stray",
        "<BlobPrefix><Name>p/</Name></BlobPrefix>",
        "<Blob><Name>odd</Name></Blob>",
        "<Blob><Name>odd</Name><Properties><Etag>1</Etag></Properties></Blob>",
        '<Blob><Name Encoded="true">%41</Name><Properties /></Blob>',
        "<Blob><Name>odd &amp; even</Name><Properties></Properties></Blob>",
    ]
)


@settings(deadline=None)
@given(names_of_many, st.integers(0, 25), odd_ones, st.booleans(), st.data())
def test_both_readers_agree_on_many_alike_with_one_odd_among_them(
    names: list[str], at: int, odd: str, with_metadata: bool, data: st.DataObject
) -> None:
    metadata = data.draw(st.sampled_from(["", "<Metadata />", "<Metadata><a>%s</a></Metadata>"]))
    encoded = data.draw(st.booleans())
    tags = data.draw(st.sets(st.sampled_from(["Etag", "Creation-Time", "Content-MD5", "Other"])))
    values = ["", "0x8D", '"0x8D"', "Sun, 29 Feb 2032 00:00:00 GMT", "AAAAAAAAAAAAAAAAAAAAAA=="]
    found = []
    for name in names:
        properties = {tag: data.draw(st.sampled_from(values)) for tag in sorted(tags)}
        size = data.draw(st.sampled_from(["", "0", "17"]))
        entry = simple(escape(name), **properties, **{"Content-Length": size})
        told = metadata.replace("%s", escape(data.draw(text)))
        entry = entry.replace("</Blob>", f"{told}</Blob>")
        found.append(entry.replace("<Name>", '<Name Encoded="true">') if encoded else entry)
    found.insert(at, odd)
    page = page_of(found)
    plain = parse_page_plainly(page, with_metadata=with_metadata)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_STRETCH", data.draw(st.integers(0, 2000)))
        assert parse_page(page, with_metadata=with_metadata) == plain


@settings(deadline=None)
@given(st.data(), st.integers(0, 3000), st.booleans())
def test_one_character_that_is_another_is_never_overlooked(
    data: st.DataObject, stretch: int, with_metadata: bool
) -> None:
    entry = simple("a", Etag="1", LeaseStatus="unlocked").replace("</Blob>", "<Metadata /></Blob>")
    page = bytearray(page_of([entry] * 12, "more"))
    at = data.draw(st.integers(page.index(b"<Blobs>"), len(page) - 1))
    page[at] = data.draw(st.sampled_from(b"<>/ aqz&=\n"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_STRETCH", stretch)
        try:
            plain = parse_page_plainly(page, with_metadata=with_metadata)
        except MarkupError:
            with pytest.raises(MarkupError):
                parse_page(page, with_metadata=with_metadata)
        else:
            assert parse_page(page, with_metadata=with_metadata) == plain


def simple(name: str, **properties: str) -> str:
    fields = {"Content-Length": "3", "BlobType": "BlockBlob", **properties}
    inside = "".join(f"<{tag}>{value}</{tag}>" for tag, value in fields.items())
    return f"<Blob><Name>{name}</Name><Properties>{inside}</Properties></Blob>"


@pytest.mark.parametrize(
    "between",
    ["<BlobPrefix><Name>a/</Name></BlobPrefix>", "<Blob><Name>odd</Name></Blob>"],
    ids=["prefixes", "two shapes"],
)
def test_rows_of_two_kinds_in_turn_do_not_have_the_page_read_again_for_each(
    between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    stretch = scan._stretch

    def noted(text: str, at: int, last: int, shape: scan.Shape, with_metadata: bool) -> object:
        looked_at.append(at)
        return stretch(text, at, last, shape, with_metadata)

    monkeypatch.setattr(scan, "_stretch", noted)
    page = scan_page(page_of([simple("a"), between] * 200), False)
    assert page is not None
    assert len(page.blobs) + len(page.prefixes) == 400
    assert len(looked_at) < 10


def test_the_fast_reader_takes_ordinary_pages() -> None:
    page = scan_page(page_of([simple("a"), simple("b&amp;c&#x41;&#66;"), simple("d")], "m"), False)
    assert page is not None
    assert [blob.name for blob in page.blobs] == ["a", "b&cAB", "d"]
    assert page.next_marker == "m"


def test_an_entry_of_endless_elements_is_not_made_a_pattern() -> None:
    metadata = "".join(f"<m{number}>x</m{number}>" for number in range(5000))
    page = page_of([simple("a"), f"<Blob><Name>b</Name><Metadata>{metadata}</Metadata></Blob>"])
    assert scan_page(page, True) is None
    assert len(parse_page(page, with_metadata=True).blobs[1].metadata or {}) == 5000


def test_the_fast_reader_takes_directories_of_hierarchical_accounts() -> None:
    prefix = f"<BlobPrefix><Name>d/</Name><Properties>{simple_properties}</Properties></BlobPrefix>"
    page = scan_page(page_of([prefix, simple("a"), prefix]), False)
    assert page is not None
    assert [item.name for item in page.prefixes] == ["d/", "d/"]


@pytest.mark.parametrize(
    "entry",
    [
        simple("a<!-- comment -->b"),
        simple("<![CDATA[<Blob>]]>"),
        simple("a&#xD;\r\nb"),
        simple("a").replace("<Name>", "<Name Kind='odd'>"),
        simple("a").replace("</Name>", "</Name><?what ever?>"),
        simple("a").replace("<Properties>", "<Properties>text"),
    ],
)
def test_what_the_fast_reader_does_not_know_the_plain_one_reads(entry: str) -> None:
    data = page_of([simple("first"), entry, simple("last")])
    assert scan_page(data, False) is None
    assert parse_page(data) == parse_page_plainly(data)
    assert len(parse_page(data).blobs) == 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html></html>",
        b"<EnumerationResults></EnumerationResults>",
        page_of([simple("a")])[:-5],
        page_of([simple("a"), "<Blob><Name>b</Name>"]),
        page_of([simple("a")]).replace(b"</Blob>", b"", 1),
        page_of([simple("a").replace(">3<", ">three<")]),
        page_of(["<Blob><Properties></Properties></Blob>"]),
        page_of([simple("")]),
        page_of([simple("&unknown;")]),
        page_of([simple("a", LeaseStatus="&unknown;")] * 3),
        page_of([simple("a")] * 20).replace(b"</Name><", b"</Nama><", 7),
        page_of([simple("a")] * 20 + [simple("")]),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + page_of([simple("a")])[41:],
        b'<?xml version="1.0" encoding="no-such"?><EnumerationResults/>',
        b'<?xml version="1.0" encoding="utf-7"?><EnumerationResults/>',
    ],
)
def test_a_page_that_is_not_whole_is_an_error(data: bytes) -> None:
    with pytest.raises(MarkupError):
        parse_page(data)


PREFIX = "<BlobPrefix><Name>d/</Name><Properties><Etag>%s</Etag></Properties></BlobPrefix>"


@pytest.mark.parametrize(
    "data",
    [
        page_of([simple("a\0b")]),
        page_of([simple("a", LeaseStatus="\x1f")]),
        page_of([simple("a\uffff")]),
        page_of([simple("a]]>b")]),
        page_of([simple("a&#1;b")]),
        page_of([simple("a&#xFFFE;b")]),
        page_of([simple("a").replace("<Properties>", "<Properties><x²>1</x²>")]),
        page_of([simple("a").replace("<Properties>", '<Properties a="1" a="2">')]),
        page_of([simple("a").replace("<Properties>", '<Properties><x a="1" a="2" />')]),
        page_of([PREFIX % "&unknown;"]),
        page_of([(PREFIX % "1").replace("Etag", "-1")]),
        page_of([simple("a")]) + "\xa0".encode(),
        page_of([simple("a")]).replace(b"<Prefix>", b"", 1),
        page_of([simple("a")]).replace(b"<Prefix>", b"<Prefix>&unknown;", 1),
        page_of([simple("a")]).replace(b"?>", b"?><!", 1),
        page_of([simple("a")]).replace(b"ServiceEndpoint", b"ContainerName", 1),
        page_of([simple("a")]).replace(b'version="1.0"', b"version=1.0", 1),
        page_of([simple("a")]).replace("\ufeff".encode(), b" ", 1),
        page_of([simple("a", **{"Content-Length": "-3"})]),
        page_of([simple("a", **{"Content-Length": "-3"}), "\n"]),
    ],
)
def test_what_an_xml_parser_refuses_is_not_taken_by_the_fast_reader(data: bytes) -> None:
    with pytest.raises(MarkupError):
        parse_page_plainly(data)
    with pytest.raises(MarkupError):
        parse_page(data)


@pytest.mark.parametrize(
    "entry",
    [
        simple("a").replace("<Name>", "<Metadata><x>1</x></Metadata><Name>"),
        simple("a").replace("</Name>", "</Name><Properties><Etag>1</Etag></Properties>"),
        simple("a").replace("</Name>", "</Name><Properties />"),
        simple("a").replace("</Name>", "</Name><Properties></Properties>"),
        simple("a", Etag="1").replace("</Etag>", "</Etag><Etag><x /></Etag>"),
        simple("a", Etag="<x />"),
        simple("a").replace("<Properties>", "<Metadata><y><z /></y></Metadata><Properties>"),
    ],
)
@pytest.mark.parametrize("with_metadata", [False, True])
def test_elements_that_come_twice_or_hold_others_mean_what_a_parser_says(
    entry: str, with_metadata: bool
) -> None:
    data = page_of([entry.replace("</Blob>", "<Metadata><x>2</x></Metadata></Blob>")] * 2)
    plain = parse_page_plainly(data, with_metadata=with_metadata)
    assert parse_page(data, with_metadata=with_metadata) == plain


def test_what_is_said_before_the_blobs_is_read_as_a_parser_would() -> None:
    data = page_of([simple("a")]).replace(b"<Prefix>", b"<NextMarker>first</NextMarker><Prefix>", 1)
    assert parse_page(data) == parse_page_plainly(data)
    data = page_of([simple("a")]).replace(b"<Prefix>", b"<Blobs /><Prefix>", 1)
    assert parse_page(data) == parse_page_plainly(data)
    data = page_of([simple("\xe9")]).replace(b"utf-8", b"iso-8859-1", 1)[3:]
    assert parse_page(data) == parse_page_plainly(data)


@pytest.mark.parametrize("reference", ["&#xD800;", "&#57343;", "&#x110000;"])
def test_a_reference_to_half_a_character_or_none_is_an_error(reference: str) -> None:
    data = page_of([simple(f"a{reference}b")])
    assert scan_page(data, False) is None
    with pytest.raises(MarkupError):
        parse_page(data)


def test_a_page_cut_anywhere_is_an_error() -> None:
    data = page_of([simple("a"), simple("b")], "more")
    for end in range(len(data)):
        with pytest.raises(MarkupError):
            parse_page(data[:end])


def test_a_truncated_list_does_not_look_like_the_end() -> None:
    data = page_of([simple(f"n{i}") for i in range(50)], "more")
    assert parse_page(data).next_marker == "more"
    assert parse_page(data).has_more


def test_fields_of_a_blob() -> None:
    md5 = base64.b64encode(bytes(range(16))).decode()
    entry = simple(
        "dir/x",
        **{
            "Etag": "0x8D",
            "Last-Modified": "Thu, 01 Jan 1970 00:00:01 GMT",
            "Creation-Time": "Thu, 01 Jan 1970 00:01:00 GMT",
            "Content-MD5": md5,
            "Content-Type": "text/plain",
            "BlobType": "AppendBlob",
            "AccessTier": "Cold",
            "LeaseState": "leased",
            "ArchiveStatus": "rehydrate-pending-to-hot",
        },
    )
    (blob,) = parse_page(page_of([entry])).blobs
    assert blob == (
        "dir/x", 3, 1, '"0x8D"', "text/plain", bytes(range(16)), BlobType.APPEND, "Cold",
        "leased", 60, None, False, "rehydrate-pending-to-hot",
    )  # fmt: skip


def test_characters_that_xml_cannot_hold_come_encoded() -> None:
    entry = simple("x").replace("<Name>x", '<Name Encoded="true">a%EF%BF%BF%01+%20/b')
    (blob,) = parse_page(page_of([entry])).blobs
    assert blob.name == "a\uffff\x01+ /b"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (simple("d").replace(">3<", ">0<") + "", False),
        (simple("d/").replace(">3<", ">0<"), True),
        (simple("d/"), False),
        (simple("d", ResourceType="directory").replace(">3<", ">0<"), True),
        (
            simple("d")
            .replace(">3<", ">0<")
            .replace("</Blob>", "<Metadata><Hdi_IsFolder>True</Hdi_IsFolder></Metadata></Blob>"),
            True,
        ),
        (
            simple("d").replace(
                "</Blob>", "<Metadata><hdi_isfolder>true</hdi_isfolder></Metadata></Blob>"
            ),
            False,
        ),
    ],
)
def test_what_stands_for_a_folder(entry: str, expected: bool) -> None:
    (blob,) = parse_page(page_of([entry]), with_metadata=True).blobs
    assert blob.is_directory is expected


def test_containers() -> None:
    data = (
        b"<EnumerationResults><Containers><Container><Name>c</Name><Properties>"
        b'<Last-Modified>Thu, 01 Jan 1970 00:00:01 GMT</Last-Modified><Etag>"0x1"</Etag>'
        b"<PublicAccess>blob</PublicAccess><LeaseState>available</LeaseState></Properties>"
        b"<Metadata><a>b</a></Metadata></Container></Containers><NextMarker>m</NextMarker>"
        b"</EnumerationResults>"
    )
    page = parse_containers(data)
    assert page.next_marker == "m"
    (found,) = page.containers
    assert (found.name, found.etag, found.public_access) == ("c", '"0x1"', "blob")
    assert (found.last_modified_s, found.metadata) == (1, {"a": "b"})


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=64)))
def test_block_ids_survive_the_way_out_and_back(ids: list[bytes]) -> None:
    sent = parse_markup(block_list_body(ids), "BlockList")
    assert [base64.b64decode(node.text) for node in sent.all("Latest")] == ids
    inside = "".join(
        f"<Block><Name>{node.text}</Name><Size>7</Size></Block>" for node in sent.all("Latest")
    )
    data = (
        f"<BlockList><CommittedBlocks /><UncommittedBlocks>{inside}</UncommittedBlocks></BlockList>"
    ).encode()
    assert [block.block_id for block in parse_block_list(data, "").uncommitted] == ids
