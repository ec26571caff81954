"""A place held against a manifest: which files are still what the run left there."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from explorer.base.errors import NotFoundError, QuaysideError
from explorer.base.records import dataclass
from explorer.service.service import Service
from explorer.storage.model import BlobProperties
from explorer.transfer.expand import RULES
from explorer.transfer.hashing import md5_at
from explorer.transfer.names import encode
from explorer.transfer.work import share
from explorer.workflows.manifest import Manifest
from explorer.workflows.mirror_compare import same_time
from explorer.workflows.mirror_model import SECOND_NS, Record
from explorer.workflows.mirror_sides import End

AT_ONCE: Final = 8
BATCH: Final = 500


class Verdict(Enum):
    GOOD = "good"
    MISSING = "missing"
    DIFFERS = "differs"
    UNREADABLE = "unreadable"


class Finding(NamedTuple):
    """What one file of the manifest is like now, and why that is said."""

    name: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks records at one place. Of the service loop's thread.

    A local file is read where the manifest knows its MD5. A blob with the same ETag is what it
    was; another one counts by its size and stored MD5, and with `reads` its bytes are read.
    """

    service: Service
    place: End
    reads: bool = False

    async def findings(self, manifest: Manifest) -> AsyncGenerator[list[Finding], None]:
        """Batches, in the order of the manifest. Raises InputError where it is damaged, and what
        concerns the whole place: NetworkError, NotAuthorizedError."""
        records = manifest.records()

        def some() -> list[Record]:
            return list(islice(records, BATCH))

        while batch := await self.service.syncing.run(some):
            found: dict[str, Finding] = {}

            async def look(record: Record, found: dict[str, Finding] = found) -> None:
                found[record.name] = await self._look(record)

            await share(batch, AT_ONCE, look)
            yield [found[record.name] for record in batch]

    async def _look(self, record: Record) -> Finding:
        if isinstance(self.place, Path):
            return await self.service.syncing.run(check_file, self.place, record)
        try:
            found = await self.service.properties(self.place, record.name)
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            return Finding(record.name, Verdict.MISSING, "it is not there")
        finding = check_blob(record, found)
        if finding.verdict is not Verdict.DIFFERS and self.reads and record.md5 is not None:
            md5 = await self.service.syncing.md5(self.place, self.place.path + record.name)
            if md5 != record.md5:
                return Finding(record.name, Verdict.DIFFERS, "the bytes differ (MD5)")
        return finding


async def verify(
    service: Service, manifest: Path, place: End, *, reads: bool
) -> AsyncGenerator[list[Finding], None]:
    """`Verifier.findings` of a manifest's file, which is opened for it."""
    opened = await service.syncing.run(Manifest, manifest)
    with opened:
        async with aclosing(Verifier(service, place, reads).findings(opened)) as batches:
            async for batch in batches:
                yield batch


def summary(counts: Counter[Verdict]) -> str:
    """`3 files are as the run left them, 1 missing.` Pure."""
    good = counts[Verdict.GOOD]
    bad = "".join(
        f", {counts[verdict]:,} {verdict.value}"
        for verdict in Verdict
        if verdict is not Verdict.GOOD and counts[verdict]
    )
    return f"{good:,} {'file is' if good == 1 else 'files are'} as the run left them{bad}."


def check_blob(record: Record, found: BlobProperties) -> Finding:
    """By what a HEAD tells. Pure."""
    if found.size_bytes != record.size_bytes:
        reason = f"{found.size_bytes:,} bytes, not {record.size_bytes:,}"
        return Finding(record.name, Verdict.DIFFERS, reason)
    if found.etag in (record.etag, record.source_mark, record.target_mark):
        return Finding(record.name, Verdict.GOOD, "the same ETag")
    theirs = found.headers.content_md5
    if theirs is None or record.md5 is None:
        return Finding(record.name, Verdict.DIFFERS, "written again since (another ETag)")
    if theirs != record.md5:
        return Finding(record.name, Verdict.DIFFERS, "another MD5")
    return Finding(record.name, Verdict.GOOD, "the same MD5")


def check_file(root: Path, record: Record) -> Finding:
    """By the bytes where their MD5 is known, else by size and time. Blocking."""
    try:
        path = root / "/".join(encode(part, RULES) for part in record.name.split("/"))
        found = os.stat(path)
    except FileNotFoundError:
        return Finding(record.name, Verdict.MISSING, "it is not there")
    except NotADirectoryError:
        return Finding(record.name, Verdict.MISSING, "a file is where its folder was")
    except OSError as error:
        return Finding(record.name, Verdict.UNREADABLE, error.strerror or "it cannot be read")
    except QuaysideError as error:
        return Finding(record.name, Verdict.UNREADABLE, error.message)
    if not stat.S_ISREG(found.st_mode):
        return Finding(record.name, Verdict.DIFFERS, "it is no file any more")
    if found.st_size != record.size_bytes:
        reason = f"{found.st_size:,} bytes, not {record.size_bytes:,}"
        return Finding(record.name, Verdict.DIFFERS, reason)
    if record.md5 is None:
        return _by_time(record, found.st_mtime_ns)
    try:
        md5 = md5_at(os.fsencode(path))
    except QuaysideError as error:
        return Finding(record.name, Verdict.UNREADABLE, error.message)
    if md5 != record.md5:
        return Finding(record.name, Verdict.DIFFERS, "the bytes differ (MD5)")
    return Finding(record.name, Verdict.GOOD, "the same MD5")


def _by_time(record: Record, mtime_ns: int) -> Finding:
    marks = (record.source_mark, record.target_mark)
    if f"{record.size_bytes}:{mtime_ns}" in marks or same_time(mtime_ns, record.mtime_ns):
        return Finding(record.name, Verdict.GOOD, "the same size and time")
    when = "later" if mtime_ns > record.mtime_ns + SECOND_NS else "at another time"
    return Finding(record.name, Verdict.DIFFERS, f"changed {when}, and its MD5 is not known")
