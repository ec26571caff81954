"""The fast reader of List Blobs: learns the shape of an entry, then matches shapes.

Entries of one page differ in their values, seldom in their elements. From the first
entry of a shape a pattern is made, element by element; entries that match it whole,
one after the other without a gap, mean what an XML parser would say, at a sixth of
its cost. Where many of one shape follow each other, their values are taken out of some
hundreds at a time by places alone, and put between the elements again: what comes out
as it was had nothing else in it. Whatever else a page may hold (comments, CDATA, carriage
returns, unknown entities, endless shapes, an end that is missing) makes `scan_page` say None.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import unquote

from explorer.base.patterns import regex
from explorer.storage.azure.entries import FIELDS, blob_of, columns_of_fields
from explorer.storage.model import Blob, Blobs, Columns, Page, Prefix

_GAP = r"[ \t\n]*"
_TAG = "[A-Za-z_][A-Za-z0-9_.-]*"
_HEAD = regex(
    r'(?:<\?xml version="1\.0" encoding="(?i:utf-8)"(?: standalone="yes")?\?>)?' + _GAP
    + r"""<EnumerationResults(?: ServiceEndpoint=(?:"[^"<]*"|'[^'<]*'))?"""
    + rf"""(?: ContainerName=(?:"[^"<]*"|'[^'<]*'))?>{_GAP}"""
    + rf"(?:(?!<Blobs|<NextMarker)(?:<({_TAG})>[^<]*</\1>|<{_TAG} ?/>){_GAP})*<Blobs>"
)  # fmt: skip
_TOKEN = regex(rf'<(/?)({_TAG})( Encoded="true")?( ?/?)>([^<]*)')
_TAIL = regex(
    rf"{_GAP}</Blobs>{_GAP}(?:<NextMarker>([^<]*)</NextMarker>|<NextMarker ?/>){_GAP}"
    rf"</EnumerationResults>{_GAP}"
)
_PREFIX = regex(
    rf'{_GAP}<BlobPrefix><Name( Encoded="true")?>([^<]+)</Name>'
    rf"(?:<Properties>(?:<({_TAG})>[^<&]*</\3>|<{_TAG} ?/>)*</Properties>)?</BlobPrefix>"
)
"""Hierarchical accounts give their directories properties, which a prefix has no use for."""
_REFERENCE = regex(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));|&")
_NEVER = (*map(chr, (*range(9), 11, 12, *range(14, 32))), "\ufffe", "\uffff")
"""What XML does not hold, not even as a reference, beside halves of characters."""
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SHAPES_KEPT = 16
_SHAPES_A_PAGE = 16
_MOST_PIECES = 1000
"""Of one shape; an ordinary entry has fifty tags, and each costs memory and time."""
_DEEPEST = 8
"""Elements in each other; what is read is in the third."""
_VALUE = "([^<]*+)"
_LEAVES = ("Blob/Name", "Blob/Properties/", "Blob/Metadata/")
"""What is read, or in it: text and nothing else."""
_METADATA_START = len(FIELDS)
_NOTHING = -1
_END = "</Blob>"
_STRETCH = 128 * 1024
"""Characters that are taken apart at once: some hundreds of blobs, which stay in the cache."""
_LOOKS = 8
"""So many stretches of a page may turn out to be of several shapes, and are read row by row after
all; then no more are tried, for on some pages all of them are."""


class Shape(NamedTuple):
    """A pattern for whole entries, in which each value is a group. `take` orders the groups
    (and one empty string at the end) as FIELDS, then metadata in the order of
    `metadata_names`."""

    pattern: re.Pattern[str]
    take: Any
    is_name_encoded: bool
    metadata_names: tuple[str, ...]
    woven: tuple[str, ...]
    """What stands before, between and behind the values, with an empty string for each value."""
    places: re.Pattern[str]
    """The same groups, but of what is behind the first only the length is looked at."""


_known: dict[bool, tuple[Shape, ...]] = {False: (), True: ()}


def scan_page(data: bytes | bytearray, with_metadata: bool) -> Page | None:
    """The page, or None where only a parser can tell. Safe from many threads."""
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
        if "\r" in text or any([mark in text for mark in _NEVER]):
            return None
        # One character is found many times faster than three, and hardly ever there.
        if "]" in text and "]]>" in text:
            return None
        if (head := _HEAD.match(text)) is None:
            return None
        _plain(head[0])
        return _scan(text, head.end(), with_metadata)
    except (ValueError, OverflowError):
        return None


def _scan(text: str, at: int, with_metadata: bool) -> Page | None:
    shapes = _known[with_metadata]
    columns: list[list[Any]] = [[] for _ in Blob._fields]
    rows: list[Blob] = []
    prefixes: list[Prefix] = []
    last = text.rfind(_END) + len(_END)
    learned = 0
    looks = _LOOKS
    current: Shape | None = shapes[0] if shapes else None
    while True:
        if current is not None:
            while looks and at < last:
                if (stretch := _stretch(text, at, last, current, with_metadata)) is None:
                    looks -= 1
                    break
                _append(columns, zip(*rows, strict=True))
                rows.clear()
                more, at = stretch
                _append(columns, more)
            while at < last and (hit := current.pattern.match(text, at)) is not None:
                values = hit.groups()
                if text.find("&", at, hit.end()) >= 0:
                    values = tuple([_plain(value) for value in values])
                at = hit.end()
                fields = current.take((*values, ""))
                if current.is_name_encoded:
                    fields = (unquote(fields[0]), *fields[1:])
                if not fields[0]:
                    return None
                metadata: dict[str, str] | None = {} if with_metadata else None
                if current.metadata_names:
                    told = zip(current.metadata_names, fields[_METADATA_START:], strict=True)
                    metadata, fields = dict(told), fields[:_METADATA_START]
                rows.append(blob_of(fields, metadata))
        if (hit := _PREFIX.match(text, at)) is not None:
            prefix = _plain(hit[2])
            prefixes.append(Prefix(unquote(prefix) if hit[1] else prefix))
            at = hit.end()
            continue
        if (hit := _TAIL.fullmatch(text, at)) is not None:
            _append(columns, zip(*rows, strict=True))
            return Page(tuple(prefixes), Blobs(columns), _plain(hit[1] or ""))
        current = next((shape for shape in shapes if shape.pattern.match(text, at)), None)
        if current is None:
            current = learn(text, at, with_metadata)
            learned += 1
            if current is None or learned > _SHAPES_A_PAGE:
                return None
            shapes = _known[with_metadata] = (current, *shapes)[:_SHAPES_KEPT]


def _append(columns: list[list[Any]], more: Iterable[Iterable[Any]]) -> None:
    for column, values in zip(columns, more, strict=False):  # no rows have no columns
        column += values


def _stretch(
    text: str, at: int, last: int, shape: Shape, with_metadata: bool
) -> tuple[Columns, int] | None:
    """The next blobs as columns and where they end, if all of them have this shape and stand
    beside each other: as it is on most pages."""
    end = text.find(_END, at + _STRETCH, last)
    end = last if end < 0 else end + len(_END)
    body = text[at:end]
    width = len(shape.woven) // 2 + 1
    pieces = shape.places.split(body)
    count = len(pieces) // width
    columns = [pieces[number::width] for number in range(1, width)]
    # No value has a `<` in it: where the elements of the shape with these values between them
    # are the text, the text is these entries and nothing else.
    woven = [*shape.woven] * count
    for number, column in enumerate(columns):
        woven[2 * number + 1 :: len(shape.woven)] = column
    if "".join(woven) != body:
        return None
    if "&" in body:
        columns = [
            [_plain(value) for value in column] if "&" in "".join(column) else column
            for column in columns
        ]
    names, *fields = shape.take((*columns, [""] * count))
    if shape.is_name_encoded:
        names = [unquote(name) for name in names]
    if not all(names):
        return None
    metadata: Sequence[dict[str, str] | None] = [None] * count
    if with_metadata:
        keys, values = shape.metadata_names, fields[_METADATA_START - 1 :]
        metadata = (
            [dict(zip(keys, row, strict=True)) for row in zip(*values, strict=True)]
            if keys
            else [{}] * count  # one for all: nobody writes into it
        )
    return columns_of_fields((names, *fields[: _METADATA_START - 1]), metadata), end


def learn(text: str, at: int, with_metadata: bool) -> Shape | None:
    """The shape of the entry at `at`, None where it is not a plain one."""
    woven = [""]
    pieces = 0
    groups: dict[str, int] = {}
    metadata: dict[str, int] = {}
    is_name_encoded = False
    path: list[str] = []
    places = set()
    begun = at
    while True:
        hit = _TOKEN.match(text, at)
        pieces += 1
        if hit is None or pieces > _MOST_PIECES or len(path) > _DEEPEST:
            return None
        closes, tag, attributes, end_mark, value = hit.groups()
        is_empty = end_mark.endswith("/")
        if closes:
            if attributes or end_mark or not path or path.pop() != tag:
                return None
        else:
            place = "/".join((*path, tag))
            # Which of several is meant, a parser may say.
            if (len(path) < 3 and place in places) or (attributes and place != "Blob/Name"):
                return None
            places.add(place)
            if not is_empty:
                path.append(tag)
        if begun == at and (closes or is_empty or tag != "Blob" or attributes):
            return None
        woven[-1] += hit[0].removesuffix(value)
        at = hit.end()
        if not path:
            break
        if closes or is_empty:
            if value.strip():
                return None
            woven[-1] += value
            if is_empty and with_metadata and path[1:] == ["Metadata"]:
                metadata[tag] = _NOTHING
            continue
        is_leaf = text.startswith(f"</{tag}>", at)
        if not is_leaf:
            if value.strip() or place.startswith(_LEAVES):
                return None
            woven[-1] += value
            continue
        where = "/".join(path[1:-1])
        group = len(woven) // 2
        woven += ["", ""]
        if (where, tag) == ("", "Name"):
            is_name_encoded = bool(attributes)
            groups["Name"] = group
        elif where == "Properties" and tag in FIELDS[1:]:
            groups[tag] = group
        elif where == "Metadata" and with_metadata:
            metadata[tag] = group
    if "Name" not in groups:
        return None
    order = [groups.get(field, _NOTHING) for field in FIELDS] + list(metadata.values())
    first, *others = woven[::2]
    return Shape(
        regex(_VALUE.join(map(re.escape, [first, *others]))),
        itemgetter(*order),
        is_name_encoded,
        tuple(metadata),
        tuple(woven),
        regex(_VALUE.join([re.escape(first), *(f".{{{len(o)}}}+" for o in others)]), re.DOTALL),
    )


def _plain(value: str) -> str:
    """A value without references. Raises ValueError for one that XML does not define."""
    return _REFERENCE.sub(_character, value) if "&" in value else value


def _character(hit: re.Match[str]) -> str:
    by_hex, by_number, by_name = hit.groups()
    if by_name:
        return _CHARACTERS[by_name]
    if not (by_hex or by_number):
        raise ValueError("a bare ampersand")
    character = chr(int(by_hex, 16) if by_hex else int(by_number))
    if "\ud800" <= character <= "\udfff" or character in _NEVER:
        raise ValueError("no character, or half of one")
    return character
