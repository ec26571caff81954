"""A listing written to a local file, as it streams in, whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from enum import Enum
from pathlib import Path
from typing import IO

from explorer.base.errors import DiskFullError, LocalError
from explorer.base.records import dataclass
from explorer.service.browse import Browser, Reach
from explorer.service.listing_text import (
    CSV_HEADER,
    blob_csv,
    blob_json,
    folder_csv,
    folder_json,
)
from explorer.service.model import Location
from explorer.storage.model import Page


class ExportFormat(Enum):
    """How rows are written; the values are the usual endings of such files."""

    CSV = ".csv"
    JSON_LINES = ".jsonl"


@dataclass(frozen=True, slots=True)
class ExportCount:
    """How far it is."""

    rows: int = 0
    is_complete: bool = False


class ListingExport:
    """Of the service loop's thread; the file is written in worker threads."""

    def __init__(self, reach: Reach, browser: Browser) -> None:
        self._reach = reach
        self._browser = browser

    async def export(
        self, location: Location, path: Path, form: ExportFormat, *, recursive: bool
    ) -> AsyncGenerator[ExportCount, None]:
        """Counts of rows written, the last one `is_complete`; only then is `path` there, and
        what was of that name is replaced. Raises what a listing raises, LocalError where the
        file cannot be written; then, as when it is closed early, nothing is left."""
        calls = self._reach.calls
        draft = await calls.once(_Draft, path, form)
        rows = 0
        try:
            pages = self._browser.list_folder(location, recursive=recursive)
            async with aclosing(pages):
                async for page in pages:
                    rows += await calls.once(draft.write, page)
                    yield ExportCount(rows)
            await calls.once(draft.finish)
        finally:
            await calls.once(draft.close)
        yield ExportCount(rows, is_complete=True)


class _Draft:
    """The file under a name of its own until it is whole. Blocking."""

    def __init__(self, path: Path, form: ExportFormat) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        is_csv = form is ExportFormat.CSV
        self._blob: Callable[..., str] = blob_csv if is_csv else blob_json
        self._folder: Callable[..., str] = folder_csv if is_csv else folder_json
        self._ending = "\r\n" if is_csv else "\n"
        try:
            self._file: IO[str] = open(  # noqa: SIM115 - closed by close()
                self._draft, "x", encoding="utf-8", errors="backslashreplace", newline=""
            )
            if is_csv:
                self._file.write(f"{CSV_HEADER}\r\n")
        except OSError as error:
            raise self._refused(error) from error

    def write(self, page: Page) -> int:
        """How many rows went in."""
        lines = [*map(self._folder, page.prefixes), *map(self._blob, page.blobs)]
        try:
            self._file.writelines(f"{line}{self._ending}" for line in lines)
        except OSError as error:
            raise self._refused(error) from error
        return len(lines)

    def finish(self) -> None:
        """Durable, then under its name."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._draft, self._path)
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """What is not finished goes away."""
        with suppress(OSError):  # it goes away in any case
            self._file.close()
        self._draft.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> LocalError:
        kind = DiskFullError if error.errno in (errno.ENOSPC, errno.EDQUOT) else LocalError
        return kind(
            f"The listing cannot be written: {os.strerror(error.errno or 0)}.",
            path=str(self._path),
            cure="Choose another folder, or free some space.",
        )
