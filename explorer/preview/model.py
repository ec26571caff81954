"""What a look at a file gives: texts, tables, pictures, lists of members. Immutable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from explorer.base.records import dataclass
from explorer.preview.source import Source


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of text, ready to be shown: no control characters but tab and line feed."""

    text: str
    start: int
    """Where the stretch begins in the file, in bytes."""
    end: int
    more: Callable[[Source], Text] | None = None
    """Reads what follows (or, after a look at the end, what comes before)."""
    is_earlier: bool = False
    """It belongs before what was read until now."""
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts, all as long as `columns`; `numeric` are the columns to be set right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: Callable[[Source], Table] | None = None
    is_earlier: bool = False
    numeric: frozenset[int] = frozenset()
    first_row: int | None = 1
    """The number of its first row; None where nobody knows."""
    lacking: str = ""
    """Why there are no rows, if that has a reason."""


@dataclass(frozen=True, slots=True)
class Tables:
    """One or more tables, each a page of its own."""

    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of a picture whose head was found to be small enough to decode."""

    format_name: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive."""

    name: str
    size_bytes: int
    packed_bytes: int
    modified: str
    """`2026-01-31 18:30`, as the archive has it, without a zone; empty where unknown."""
    is_folder: bool
    offset: int
    """Where its header stands in the archive."""
    method: int = 0
    """Zip: how it is packed."""
    crc: int = 0
    refusal: str = ""
    """Why it cannot be taken out; empty where it can."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Members in the archive's order, perhaps not all."""

    format_name: str
    members: tuple[Member, ...]
    more: Callable[[Source], Archive] | None = None
    lacking: str = ""
    """Why there should be more of them than can be listed."""


Body = Text | Tables | Picture | Archive


@dataclass(frozen=True, slots=True)
class Preview:
    """All of one look. `notes` are sentences a person should read before the rest."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    body: Body | None = None
    has_ends: bool = False
    """Beginning and end can be looked at apart."""
    can_follow: bool = False
    """It is text that may grow."""
