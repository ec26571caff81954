"""Listings made up for tests: blobs, folders, pages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from explorer.storage.model import Blob, BlobType, Page, Prefix


def blob(
    name: str,
    size_bytes: int = 0,
    modified_s: int = 1_700_000_000,
    *,
    content_type: str = "application/octet-stream",
    tier: str = "Hot",
) -> Blob:
    """A block blob as a listing gives it."""
    return Blob(
        name, size_bytes, modified_s, '"0x1"', content_type, None, BlobType.BLOCK, tier,
        "available", modified_s, None, False,
    )  # fmt: skip


def page(folders: Iterable[str] = (), blobs: Iterable[Blob] = (), next_marker: str = "") -> Page:
    """One page of a listing."""
    return Page(tuple(map(Prefix, folders)), tuple(blobs), next_marker)


async def pages(*made: Page) -> AsyncGenerator[Page, None]:
    """A listing of these pages."""
    for one in made:
        yield one
