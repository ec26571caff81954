"""The fast reader of List Blobs: learns the shape of an entry, then matches shapes.

Entries of one page differ in their values, seldom in their elements. From the first
entry of a shape a pattern is made, element by element; entries that match it whole,
one after the other without a gap, mean what an XML parser would say, at a sixth of
its cost. Whatever else a page may hold (comments, CDATA, carriage returns, unknown
entities, endless shapes, an end that is missing) makes `scan_page` say None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import unquote

from explorer.base.patterns import regex
from explorer.storage.azure.entries import FIELDS, blob_of, blobs_of
from explorer.storage.model import Blob, Page, Prefix

_TOKEN = regex(r'<(/?)([A-Za-z_][\w.-]*)((?: [A-Za-z]+="[^"<&]*")*)( ?/?)>([^<]*)')
_TAIL = regex(
    r"\s*</Blobs>\s*(?:<NextMarker>([^<]*)</NextMarker>|<NextMarker ?/>)\s*"
    r"</EnumerationResults>\s*"
)
_PREFIX = regex(
    r'\s*<BlobPrefix><Name( Encoded="true")?>([^<]+)</Name>'
    r"(?:<Properties>(?:<([\w.-]+)>[^<]*</\3>|<[\w.-]+ ?/>)*</Properties>)?</BlobPrefix>"
)
"""Hierarchical accounts give their directories properties, which a prefix has no use for."""
_REFERENCE = regex(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));|&")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SHAPES_KEPT = 16
_SHAPES_A_PAGE = 16
_MOST_PIECES = 2000
"""Of one pattern; an ordinary entry takes a hundred, and each costs memory and time."""
_METADATA_START = len(FIELDS)
_NOTHING = -1
_END = "</Blob>"
_FEW = 8
"""Not worth being read as columns."""
_LOOKS = 4
"""So often a page is asked whether the rest of it can be: each time is a look at all of it, and
rows of many shapes, or with prefixes between them, would have it looked at for each row."""


class Shape(NamedTuple):
    """A pattern for whole entries. `take` orders its groups (and one empty string at the
    end) as FIELDS, then metadata in the order of `metadata_names`."""

    pattern: re.Pattern[str]
    take: Any
    is_name_encoded: bool
    metadata_names: tuple[str, ...]
    marks: int
    """How often `<` is in an entry."""


_known: dict[bool, tuple[Shape, ...]] = {False: (), True: ()}


def scan_page(data: bytes | bytearray, with_metadata: bool) -> Page | None:
    """The page, or None where only a parser can tell. Safe from many threads."""
    try:
        text = data.decode().removeprefix("\ufeff")
        # One character is found several times faster than two, and hardly ever there.
        if "\r" in text or ("!" in text and "<!" in text):
            return None
        if text.find("?", text.find("?>") + 2) >= 0 and text.find("<?", 5) >= 0:
            return None
        head = text.find("<Blobs>")
        if head < 0 or "<EnumerationResults" not in text[:head]:
            return None
        return _scan(text, head + len("<Blobs>"), with_metadata)
    except (ValueError, OverflowError):
        return None


def _scan(text: str, at: int, with_metadata: bool) -> Page | None:
    shapes = _known[with_metadata]
    blobs: list[Blob] = []
    prefixes: list[Prefix] = []
    learned = 0
    looks = _LOOKS
    current: Shape | None = shapes[0] if shapes else None
    append = blobs.append
    while True:
        if current is not None:
            if looks and current.pattern.match(text, at) is not None:
                looks -= 1
                if (alike := _alike(text, at, current, with_metadata)) is not None:
                    more, at = alike
                    blobs += more
            pattern, take, is_encoded, metadata_names, _ = current
            match = pattern.match
            while (hit := match(text, at)) is not None:
                end = hit.end()
                fields = take((*hit.groups(), ""))
                if text.find("&", at, end) >= 0:
                    fields = tuple([_plain(value) for value in fields])
                at = end
                if is_encoded:
                    fields = (unquote(fields[0]), *fields[1:])
                if not fields[0]:
                    return None
                if with_metadata and not metadata_names:
                    append(blob_of(fields, {}))
                elif with_metadata:
                    values = fields[_METADATA_START:]
                    metadata = dict(zip(metadata_names, values, strict=True))
                    append(blob_of(fields[:_METADATA_START], metadata))
                else:
                    append(blob_of(fields, None))
        if (hit := _PREFIX.match(text, at)) is not None:
            prefix = _plain(hit[2])
            prefixes.append(Prefix(unquote(prefix) if hit[1] else prefix))
            at = hit.end()
            continue
        if (hit := _TAIL.fullmatch(text, at)) is not None:
            return Page(tuple(prefixes), tuple(blobs), _plain(hit[1] or ""))
        current = next((shape for shape in shapes if shape.pattern.match(text, at)), None)
        if current is None:
            current = learn(text, at, with_metadata)
            learned += 1
            if current is None or learned > _SHAPES_A_PAGE:
                return None
            shapes = _known[with_metadata] = (current, *shapes)[:_SHAPES_KEPT]


def _alike(
    text: str, at: int, shape: Shape, with_metadata: bool
) -> tuple[Iterator[Blob], int] | None:
    """All the blobs that are left and where they end, if all have this shape, stand beside
    each other and need no decoding: as it is on most pages."""
    end = text.rfind(_END) + len(_END)
    if shape.is_name_encoded or shape.metadata_names or text.find("&", at, end) >= 0:
        return None
    marks = text.count("<", at, end)
    if marks < shape.marks * _FEW or marks != shape.marks * text.count(_END, at, end):
        return None
    rows = shape.pattern.findall(text, at, end)
    # What begins an element is in no value: where the matches have all of them, nothing but
    # white space can be left out.
    if marks != shape.marks * len(rows):
        return None
    if not isinstance(rows[0], tuple):
        return None
    columns = shape.take((*zip(*rows, strict=True), ("",) * len(rows)))
    if not all(columns[0]):
        return None
    return blobs_of(columns, with_metadata=with_metadata), end


def learn(text: str, at: int, with_metadata: bool) -> Shape | None:
    """The shape of the entry at `at`, None where it is not a plain one."""
    pattern: list[str] = []
    groups: dict[str, int] = {}
    metadata: dict[str, int] = {}
    is_name_encoded = False
    count = 0
    path: list[str] = []
    begun = at
    while True:
        hit = _TOKEN.match(text, at)
        if hit is None or len(pattern) > _MOST_PIECES:
            return None
        closes, tag, attributes, end_mark, value = hit.groups()
        is_empty = end_mark.endswith("/")
        if closes:
            if attributes or end_mark or not path or path.pop() != tag:
                return None
        elif not is_empty:
            path.append(tag)
        if begun == at and (closes or is_empty or tag != "Blob" or attributes):
            return None
        pattern.append(re.escape(hit[0][: len(hit[0]) - len(value)]))
        at = hit.end()
        if not path:
            break
        if closes or is_empty:
            if value.strip():
                return None
            pattern.append(re.escape(value))
            if is_empty and with_metadata and path[1:] == ["Metadata"]:
                metadata[tag] = _NOTHING
            elif is_empty and path[1:] == ["Properties"]:
                groups.pop(tag, None)
            continue
        is_leaf = text.startswith(f"</{tag}>", at)
        if not is_leaf:
            if value.strip():
                return None
            pattern.append(re.escape(value))
            continue
        where = "/".join(path[1:-1])
        if attributes and (where, tag) != ("", "Name"):
            return None
        if (where, tag) == ("", "Name"):
            if "Name" in groups:
                return None
            is_name_encoded = attributes == ' Encoded="true"'
            if attributes and not is_name_encoded:
                return None
            groups["Name"] = count
        elif where == "Properties" and tag in FIELDS[1:]:
            groups[tag] = count
        elif where == "Metadata" and with_metadata:
            metadata[tag] = count
        else:
            pattern.append("[^<]*")
            continue
        pattern.append("([^<]*)")
        count += 1
    if "Name" not in groups:
        return None
    order = [groups.get(field, _NOTHING) for field in FIELDS] + list(metadata.values())
    return Shape(
        re.compile("".join(pattern)),
        itemgetter(*order),
        is_name_encoded,
        tuple(metadata),
        text.count("<", begun, at),
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
    if "\ud800" <= character <= "\udfff":
        raise ValueError("half a character")
    return character
