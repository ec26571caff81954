"""Folders come once, whatever the service makes of them."""

from __future__ import annotations

from explorer.service.folders import FolderMerge, folder_name
from explorer.storage.model import Blob, BlobType, Page, Prefix


def blob(name: str, *, size: int = 1, is_directory: bool = False) -> Blob:
    return Blob(name, size, 0, '"e"', "", None, BlobType.BLOCK, "", "", 0, None, is_directory)


def merged(path: str, *pages: Page) -> tuple[list[str], list[str]]:
    merge = FolderMerge(path)
    done = [merge.page(page) for page in pages]
    return (
        [prefix.name for page in done for prefix in page.prefixes],
        [blob.name for page in done for blob in page.blobs],
    )


def test_a_prefix_that_comes_again_on_the_next_page_is_one_row() -> None:
    pages = Page((Prefix("a/"),), (), "m"), Page((Prefix("a/"), Prefix("b/")), (), "")
    assert merged("", *pages) == (["a/", "b/"], [])


def test_a_marker_and_its_prefix_on_a_later_page_are_one_row() -> None:
    first = Page((), (blob("a", size=0, is_directory=True), blob("a-b")), "m")
    assert merged("", first, Page((Prefix("a/"),), (), "")) == (["a/"], ["a-b"])


def test_an_empty_folder_is_a_row_by_its_marker_alone() -> None:
    for name in ("x/empty", "x/empty/"):
        page = Page((), (blob(name, size=0, is_directory=True),), "")
        assert merged("x/", page) == (["x/empty/"], [])


def test_a_blob_beside_a_prefix_of_its_name_stays_two_rows() -> None:
    assert merged("", Page((Prefix("x/"),), (blob("x"),), "")) == (["x/"], ["x"])


def test_the_folder_itself_is_never_among_its_rows() -> None:
    for marker in (blob("x/", size=0, is_directory=True), blob("x/", size=0)):
        assert merged("x/", Page((), (marker, blob("x/a")), "")) == ([], ["x/a"])


def test_bytes_under_a_folders_own_name_are_not_hidden() -> None:
    assert merged("x/", Page((), (blob("x/", size=5),), "")) == ([], ["x/"])


def test_a_folder_without_a_name_keeps_both_of_its_slashes() -> None:
    assert folder_name("a//") == "a//"
    assert folder_name("a") == "a/"


def test_the_next_marker_survives() -> None:
    assert FolderMerge("").page(Page((), (), "more")).next_marker == "more"


def test_a_directory_is_a_folder_whatever_its_size() -> None:
    assert merged("", Page((), (blob("a", size=5, is_directory=True),), "")) == (["a/"], [])
