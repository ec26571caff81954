"""Reads pages of List Blobs and List Containers, and block lists.

A page of blobs goes through the fast reader (`scan`), and where that has doubts
through the plain one here. Both give the same; a page that is not whole is an error,
never a shorter page.

Source: Microsoft's REST pages 'List Blobs', 'List Containers', 'Get Block List'.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import unquote

from explorer.storage.azure.dates import seconds_of
from explorer.storage.azure.entries import FIELDS, blob_of, quoted_etag
from explorer.storage.azure.markup import MarkupError, Node, parse_markup
from explorer.storage.azure.scan import scan_page
from explorer.storage.model import Block, BlockList, Container, ContainerPage, Page, Prefix


def parse_page(data: bytes | bytearray, *, with_metadata: bool = False) -> Page:
    """One page of List Blobs. Raises MarkupError when it is no listing, or not all of one."""
    page = scan_page(data, with_metadata)
    return parse_page_plainly(data, with_metadata=with_metadata) if page is None else page


def parse_page_plainly(data: bytes | bytearray, *, with_metadata: bool = False) -> Page:
    """The same by the XML parser alone."""
    root = parse_markup(data, "EnumerationResults")
    entries = root.child("Blobs")
    if entries is None:
        raise MarkupError("the answer has no list of blobs")
    prefixes, blobs = [], []
    for entry in entries.children:
        if entry.tag == "BlobPrefix":
            prefixes.append(Prefix(entry_name(entry)))
        elif entry.tag == "Blob":
            properties = entry.child("Properties")
            values = properties.values() if properties is not None else {}
            fields = [entry_name(entry), *(values.get(field, "") for field in FIELDS[1:])]
            metadata = entry.child("Metadata")
            found = metadata.values() if metadata is not None else {}
            try:
                blobs.append(blob_of(fields, found if with_metadata else None))
            except ValueError as error:
                raise MarkupError(f"an entry of the listing makes no sense: {error}") from None
    return Page(tuple(prefixes), tuple(blobs), root.value("NextMarker"))


def entry_name(entry: Node) -> str:
    """An entry's name; newer versions percent-encode what XML cannot hold."""
    name = entry.child("Name")
    if name is None or not name.text:
        raise MarkupError("an entry of the listing has no name")
    if name.attributes.get("Encoded", "").lower() == "true":
        return unquote(name.text)
    return name.text


def parse_containers(data: bytes | bytearray) -> ContainerPage:
    """One page of List Containers. Raises MarkupError."""
    root = parse_markup(data, "EnumerationResults")
    entries = root.child("Containers")
    if entries is None:
        raise MarkupError("the answer has no list of containers")
    found = [container_of(entry) for entry in entries.all("Container")]
    return ContainerPage(tuple(found), root.value("NextMarker"))


def container_of(entry: Node) -> Container:
    """One container of a listing. Raises MarkupError where it has no name."""
    properties = entry.child("Properties")
    values = properties.values() if properties is not None else {}
    metadata = entry.child("Metadata")
    return Container(
        name=entry_name(entry),
        last_modified_s=seconds_of(values.get("Last-Modified", "")),
        etag=quoted_etag(values.get("Etag", "")),
        public_access=values.get("PublicAccess", ""),
        lease_state=values.get("LeaseState", ""),
        metadata=metadata.values() if metadata is not None else {},
    )


def parse_block_list(data: bytes | bytearray, etag: str) -> BlockList:
    """Get Block List's answer. Raises MarkupError."""
    root = parse_markup(data, "BlockList")
    return BlockList(
        committed=_blocks(root.child("CommittedBlocks")),
        uncommitted=_blocks(root.child("UncommittedBlocks")),
        etag=etag,
    )


def _blocks(parent: Node | None) -> tuple[Block, ...]:
    if parent is None:
        return ()
    try:
        return tuple(
            Block(base64.b64decode(block.value("Name")), int(block.value("Size")))
            for block in parent.all("Block")
        )
    except (binascii.Error, ValueError):
        raise MarkupError("a block of the list makes no sense") from None


def block_list_body(block_ids: Sequence[bytes]) -> bytes:
    """The body of Put Block List: each block as staged last, or else as committed."""
    lines = [b'<?xml version="1.0" encoding="utf-8"?><BlockList>']
    lines += [
        b"<Latest>" + binascii.b2a_base64(block_id, newline=False) + b"</Latest>"
        for block_id in block_ids
    ]
    lines.append(b"</BlockList>")
    return b"".join(lines)
