"""Making one row of what the service lists as several: markers, prefixes, directories.

Pure. In a flat namespace a folder `x` can come as the prefix `x/`, as a zero-byte blob `x`
or `x/` marked as a folder, or as both on different pages; in a hierarchical one as a
directory and a prefix. A blob `x` beside a prefix `x/` stays two rows.
"""

from __future__ import annotations

from explorer.storage.model import Blob, Page, Prefix, columns_of

FOLDER_MARK = {"hdi_isfolder": "true"}
"""The metadata of a marker, as Hadoop's drivers and Azure's own tools write it."""


class FolderMerge:
    """Merges the pages of one listing of the folder `path` (empty, or ends with `/`)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._told: set[str] = set()

    def page(self, page: Page) -> Page:
        """The same page with each folder once, as a Prefix, and without the folder itself."""
        prefixes: list[Prefix] = []
        blobs: list[Blob] = []
        for prefix in page.prefixes:
            self._tell(prefix.name, prefixes)
        # Most pages have no candidate at all.
        _, sizes_bytes, *_, are_directories, _ = columns_of(page.blobs)
        if all(sizes_bytes) and not any(are_directories):
            prefixes.sort()
            return Page(tuple(prefixes), page.blobs, page.next_marker)
        for blob in page.blobs:
            if is_folder_marker(blob, self._path):
                self._tell(folder_name(blob.name), prefixes)
            else:
                blobs.append(blob)
        prefixes.sort()
        return Page(tuple(prefixes), tuple(blobs), page.next_marker)

    def _tell(self, name: str, prefixes: list[Prefix]) -> None:
        if name != self._path and name not in self._told:
            self._told.add(name)
            prefixes.append(Prefix(name))


def is_folder_marker(blob: Blob, folder: str = "") -> bool:
    """Whether a listed blob only says that a folder exists.

    An empty blob named exactly as the `folder` that is listed, slash included, is one even
    without a mark: other tools leave those behind.
    """
    return blob.is_directory or (blob.size_bytes == 0 and blob.name == folder != "")


def folder_name(name: str) -> str:
    """The name of a folder as a prefix; exactly one slash more than a marker without one."""
    return name if name.endswith("/") else f"{name}/"
