"""What is found is deleted in batches, folders last and from below."""

from __future__ import annotations

from explorer.service.deletion import Found
from explorer.storage.api import DELETE_BATCH
from explorer.storage.model import Blob, BlobType


def blob(name: str, size: int = 1, *, is_directory: bool = False) -> Blob:
    return Blob(name, size, 0, '"e"', "", None, BlobType.BLOCK, "", "", 0, None, is_directory)


def test_every_name_comes_once_with_its_size_in_batches_the_service_takes() -> None:
    found = Found()
    pages = [[blob(f"{page}/{number}", number) for number in range(600)] for page in range(3)]
    for page in pages:
        found.add_page(page)
    batches = list(found.batches())
    assert max(len(batch.sizes) for batch in batches) <= DELETE_BATCH
    sizes = {name: size for batch in batches for name, size in batch.sizes.items()}
    assert sizes == {one.name: one.size_bytes for page in pages for one in page}


def test_folders_come_after_everything_and_the_deepest_first() -> None:
    found = Found()
    found.add_page([blob("a", is_directory=True), blob("a/b", is_directory=True), blob("a/b/c")])
    found.add_page([blob("a/b/d/", is_directory=True), blob("a/b", is_directory=True)])
    assert [list(batch.sizes) for batch in found.batches()] == [["a/b/c"]]
    assert [list(batch.sizes) for batch in found.folders()] == [["a/b/d/"], ["a/b"], ["a"]]


def test_only_what_was_asked_for_by_name_must_be_there() -> None:
    found = Found()
    found.add_named("x")
    found.add_page([blob("y")])
    assert [(list(one.sizes), one.are_named) for one in found.batches()] == [
        (["x"], True),
        (["y"], False),
    ]


def test_a_million_names_take_little_memory() -> None:
    found = Found()
    found.add_page([blob(f"runs/2026-05-01/checkpoint-{number:07}.bin") for number in range(5000)])
    assert sum(len(page) for page in found._pages) < 5000 * 12
