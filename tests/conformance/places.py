"""The ways of keeping blobs that the suite compares, each behind the same few verbs.

- `flat`: the blob API of an account with a flat namespace (the emulator).
- `lake through blob`: the blob API of a hierarchical account.
- `lake through dfs`: the same account, written, listed and deleted through its directories;
  bytes are read through the blob API, as everywhere.

What is the same everywhere is a case of the suite. What differs is in `DIFFERENCES`, and
each of its entries has a case that holds both kinds to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from explorer.service.folders import FolderMerge
from explorer.storage.api import BlobStore
from explorer.storage.directories import DirectoryStore
from explorer.storage.model import BlobHeaders, BlobProperties, BlobRef, Condition, Page

DIFFERENCES = {
    "empty folders": "a folder exists without a file in it only where directories are real "
    "(or as a marker, which is a blob)",
    "the last file takes nothing along": "where directories are real, a folder outlives its "
    "last file; a prefix goes with it",
    "a name and a folder": "a blob `x` and a folder `x/` can both be there only where a folder "
    "is part of a name",
    "empty segments": "`a//b` is a name of a flat namespace; real directories have names",
    "renames": "only real directories can be renamed, with all that is in them",
    "access lists": "only files and directories that are real have owners and access lists",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One folder as it is listed: names in full, folders with a slash."""

    folders: tuple[str, ...]
    files: tuple[str, ...]


class Verbs(Protocol):
    """Writing, listing and deleting; the rest is asked of the store."""

    def write(self, name: str, data: bytes, headers: BlobHeaders, condition: Condition) -> str:
        """The whole blob; its ETag."""
        ...

    def delete(self, name: str, condition: Condition) -> None: ...
    def level(self, folder: str, page_size: int) -> Level: ...
    def below(self, folder: str, page_size: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A container of a store, and how it is worked with."""

    label: str
    store: BlobStore
    container: str
    verbs: Verbs
    is_hierarchical: bool

    def write(
        self,
        name: str,
        data: bytes = b"",
        *,
        headers: BlobHeaders | None = None,
        condition: Condition | None = None,
    ) -> str:
        return self.verbs.write(
            name, data, headers or BlobHeaders(), condition or Condition.always()
        )

    def delete(self, name: str, condition: Condition | None = None) -> None:
        self.verbs.delete(name, condition or Condition.always())

    def level(self, folder: str = "", page_size: int = 5000) -> Level:
        return self.verbs.level(folder, page_size)

    def below(self, folder: str = "", page_size: int = 5000) -> list[str]:
        """Names of all files below the folder, in order."""
        return self.verbs.below(folder, page_size)

    def properties(self, name: str) -> BlobProperties:
        return self.store.properties(BlobRef(self.container, name))

    def read(self, name: str, offset: int = 0, length: int | None = None, **how: str) -> bytes:
        size_bytes = self.properties(name).size_bytes
        length = size_bytes - offset if length is None else length
        data = bytearray()
        if length:
            ref = BlobRef(self.container, name)
            self.store.read_range(ref, offset, length, lambda at, view: data.extend(view), **how)
        return bytes(data)

    @property
    def directories(self) -> DirectoryStore:
        assert self.store.directories is not None
        return self.store.directories


class BlobVerbs:
    """Through the blob API."""

    def __init__(self, store: BlobStore, container: str) -> None:
        self._store = store
        self._container = container

    def write(self, name: str, data: bytes, headers: BlobHeaders, condition: Condition) -> str:
        ref = BlobRef(self._container, name)
        return self._store.put_blob(ref, data, headers=headers, condition=condition).etag

    def delete(self, name: str, condition: Condition) -> None:
        self._store.delete_blob(BlobRef(self._container, name), condition=condition)

    def level(self, folder: str, page_size: int) -> Level:
        merge = FolderMerge(folder)
        pages = [merge.page(page) for page in self._pages(folder, "/", page_size)]
        return Level(
            tuple(prefix.name for page in pages for prefix in page.prefixes),
            tuple(blob.name for page in pages for blob in page.blobs),
        )

    def below(self, folder: str, page_size: int) -> list[str]:
        pages = self._pages(folder, "", page_size)
        return [blob.name for page in pages for blob in page.blobs if not blob.is_directory]

    def _pages(self, prefix: str, delimiter: str, page_size: int) -> list[Page]:
        pages: list[Page] = []
        while not pages or pages[-1].has_more:
            pages.append(
                self._store.list_blobs(
                    self._container,
                    prefix=prefix,
                    delimiter=delimiter,
                    marker=pages[-1].next_marker if pages else "",
                    page_size=page_size,
                    with_metadata=True,
                )
            )
        return pages


class DirectoryVerbs:
    """Through dfs: written to a path of its own, then renamed over the name, with conditions."""

    def __init__(self, directories: DirectoryStore, container: str) -> None:
        self._directories = directories
        self._container = container

    def write(self, name: str, data: bytes, headers: BlobHeaders, condition: Condition) -> str:
        there, container = self._directories, self._container
        folder = name.rpartition("/")[0]
        draft = f"{folder}/.draft" if folder else ".draft"
        there.create_file(container, draft, headers=headers, condition=Condition.always())
        if data:
            there.append(container, draft, 0, data)
        done = there.flush(
            container, draft, len(data), headers=headers, condition=Condition.always()
        )
        try:
            there.rename(
                container,
                draft,
                name,
                source_condition=Condition.unchanged(done.etag),
                destination_condition=condition,
            )
        except BaseException:
            there.delete_path(container, draft, recursive=False, condition=Condition.always())
            raise
        return there.properties(container, name).etag

    def delete(self, name: str, condition: Condition) -> None:
        self._directories.delete_path(self._container, name, recursive=False, condition=condition)

    def level(self, folder: str, page_size: int) -> Level:
        rows = self._rows(folder, page_size, is_recursive=False)
        return Level(
            tuple(f"{path}/" for path, is_directory in rows if is_directory),
            tuple(path for path, is_directory in rows if not is_directory),
        )

    def below(self, folder: str, page_size: int) -> list[str]:
        rows = self._rows(folder, page_size, is_recursive=True)
        return [path for path, is_directory in rows if not is_directory]

    def _rows(self, folder: str, page_size: int, *, is_recursive: bool) -> list[tuple[str, bool]]:
        rows: list[tuple[str, bool]] = []
        marker = ""
        while True:
            page = self._directories.list_paths(
                self._container,
                folder.rstrip("/"),
                recursive=is_recursive,
                marker=marker,
                page_size=page_size,
            )
            rows += [(item.path, item.is_directory) for item in page.items]
            marker = page.next_marker
            if not marker:
                return rows
