"""The temporary path of an upload where directories are real, and what the journal keeps of it.

It lies beside its target, hidden and under a name that nobody else would choose, so that a
rename within the directory is all that is left to do. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from explorer.base.patterns import regex
from explorer.base.records import dataclass
from explorer.transfer.rows import NewTransfer
from explorer.transfer.state import TransferState

KEY: Final = "quayside_upload"
"""Metadata of a temporary file: whose it is. It is gone before the file gets its name."""
LEFT_ALONE: Final = "An unfinished upload; it was left out."
_NAME: Final = regex(r"\.quayside-[0-9a-f]{32}\.part(\.new)?")
_BEGINS: Final = "lake "
_SEALED: Final = " sealed "


def temporary_path(target: str, upload_id: bytes) -> str:
    """`a/.quayside-0123….part` for `a/b`. The id has 16 bytes, as those of blocks."""
    head, slash, _ = target.rpartition("/")
    return f"{head}{slash}.quayside-{upload_id.hex()}.part"


def first_path(path: str) -> str:
    """What a temporary file is called until it was tried whether a rename is allowed."""
    return f"{path}.new"


def is_temporary(path: str) -> bool:
    """Whether a path is that of an unfinished upload of Quayside's, this one's or another's."""
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


def without_temporary(row: NewTransfer, path: str) -> NewTransfer:
    """What a walk found; the temporary file of an upload that still runs is left out."""
    if row.state is not TransferState.QUEUED or not is_temporary(path):
        return row
    return replace(row, state=TransferState.SKIPPED, note=LEFT_ALONE)


def mark_of(metadata: Mapping[str, str]) -> str:
    """Whose temporary file it is; empty where nothing says so. Services differ in letters."""
    return next((value for name, value in metadata.items() if name.lower() == KEY), "")


@dataclass(frozen=True, slots=True)
class LakeState:
    """What is kept of an upload in the journal's `fingerprint`: that of the source, and the
    ETag of the complete file once nothing but the rename is missing."""

    source: str
    sealed: str = ""

    def to_text(self) -> str:
        return f"{_BEGINS}{self.source}" + (f"{_SEALED}{self.sealed}" if self.sealed else "")

    @classmethod
    def from_text(cls, text: str) -> LakeState | None:
        """None where it is no upload of this kind."""
        if not text.startswith(_BEGINS):
            return None
        source, _, sealed = text.removeprefix(_BEGINS).partition(_SEALED)
        return cls(source, sealed)


def bitmap(chunks: int, of: int) -> bytes:
    """The journal's `done` where the first `chunks` are."""
    return ((1 << chunks) - 1).to_bytes((of + 7) // 8, "little")
