"""What a listing holds, column by column, so that a row costs little memory.

A row's number is that of its arrival and never changes; sorting and filtering make
lists of numbers elsewhere. No Qt here. Written by the GUI thread; a sorting thread may
read rows below a length it was told, since rows are only ever appended.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from enum import IntEnum

from explorer.base.records import dataclass
from explorer.gui.browse.natural import natural_key
from explorer.storage.history import BlobState, DeletedContainer
from explorer.storage.model import Blob, BlobType, Container, Prefix

NO_SIZE = -1
NO_TIME = 0
NOT_DELETED = -2
ALL_DELETED = -1
"""In place of the days that are left: a folder is there only for what is deleted in it."""
NO_END = 32_767
"""In place of the days that are left: it is kept as a version, until that is deleted."""


class RowKind(IntEnum):
    """What a row stands for."""

    CONTAINER = 0
    FOLDER = 1
    BLOB = 2


class _Words:
    """Repeated texts, each kept once and known by a small number."""

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._numbers: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        found = self._numbers.get(text)
        if found is None:
            if len(self._texts) > 0xFFFF:
                return 0
            found = self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return found

    def text(self, number: int) -> str:
        return self._texts[number]

    def ranks(self) -> list[int]:
        """For each number, its place in the alphabet."""
        order = sorted(range(len(self._texts)), key=lambda number: self._texts[number].lower())
        ranks = [0] * len(order)
        for place, number in enumerate(order):
            ranks[number] = place
        return ranks


@dataclass(frozen=True, slots=True)
class Row:
    """One row taken out, for whoever acts on it. `name` has no slash at its end."""

    kind: RowKind
    name: str
    size_bytes: int
    modified_s: int
    content_type: str
    tier: str
    blob_type: BlobType | None
    lease_state: str
    is_deleted: bool = False
    """It is gone, and can come back."""

    @property
    def is_folder(self) -> bool:
        return self.kind is not RowKind.BLOB


def _days(count: int) -> int:
    return max(0, min(count, NO_END - 1))


# In the order of the words shown for them.
_BLOB_TYPES = (BlobType.APPEND, BlobType.BLOCK, BlobType.PAGE)
_TYPE_NUMBERS = {kind: number for number, kind in enumerate(_BLOB_TYPES)}


class Rows:
    """Columns of one folder, or of an account's containers."""

    def __init__(self, path: str = "") -> None:
        self._skip = len(path)
        self.names: list[str] = []
        self.name_keys: list[str] = []
        self.kinds = bytearray()
        self.sizes = array("q")
        self.times = array("q")
        self._types = array("H")
        self._tiers = array("H")
        self._leases = array("H")
        self._blob_types = bytearray()
        self._words = _Words()
        # Up to the last deleted row: where nothing is deleted they hold nothing.
        self._days_left = array("h")
        self._deleted_s = array("q")
        self.deleted_count = 0

    def __len__(self) -> int:
        return len(self.names)

    def _add_name(self, name: str, kind: RowKind) -> None:
        key = natural_key(name)
        self.names.append(name)
        self.name_keys.append(name if key == name else key)
        self.kinds.append(kind)

    def add_blobs(self, blobs: Iterable[Blob]) -> None:
        """Append blobs; their names begin with this folder's path."""
        number = self._words.number
        skip = self._skip
        for blob in blobs:
            self._add_name(blob.name[skip:], RowKind.BLOB)
            self.sizes.append(blob.size_bytes)
            self.times.append(blob.last_modified_s)
            self._types.append(number(blob.content_type))
            self._tiers.append(number(blob.tier))
            self._leases.append(number(blob.lease_state))
            self._blob_types.append(_TYPE_NUMBERS[blob.blob_type])

    def add_prefixes(self, prefixes: Iterable[Prefix]) -> None:
        """Append folders; their names begin with this folder's path and end with `/`."""
        for prefix in prefixes:
            self._add_plain(prefix.name[self._skip :].rstrip("/"), RowKind.FOLDER, NO_TIME, "")

    def add_containers(self, containers: Iterable[Container]) -> None:
        """Append containers of an account."""
        for container in containers:
            self._add_plain(
                container.name,
                RowKind.CONTAINER,
                container.last_modified_s,
                container.lease_state,
            )

    def add_deleted(self, states: Sequence[BlobState]) -> None:
        """Append blobs that are gone, each as it last was."""
        self.add_blobs(state.blob for state in states)
        self._mark_deleted(
            [_days(state.remaining_days) if state.is_deleted else NO_END for state in states],
            [state.deleted_s for state in states],
        )

    def add_deleted_prefixes(self, prefixes: Sequence[Prefix]) -> None:
        """Append folders in which all is deleted."""
        self.add_prefixes(prefixes)
        self._mark_deleted([ALL_DELETED] * len(prefixes), [NO_TIME] * len(prefixes))

    def add_deleted_containers(self, containers: Sequence[DeletedContainer]) -> None:
        """Append containers of an account that are gone."""
        self.add_containers(gone.container for gone in containers)
        self._mark_deleted(
            [_days(gone.remaining_days) for gone in containers],
            [gone.deleted_s for gone in containers],
        )

    def _mark_deleted(self, days_left: list[int], deleted_s: list[int]) -> None:
        """The newest rows are, so many."""
        first = len(self.names) - len(days_left)
        self._deleted_s.extend(array("q", [NO_TIME]) * (first - len(self._deleted_s)))
        self._deleted_s.extend(deleted_s)
        self._fill_days(first)
        self._days_left.extend(days_left)
        self.deleted_count += len(days_left)

    def _fill_days(self, count: int) -> None:
        self._days_left.extend(array("h", [NOT_DELETED]) * (count - len(self._days_left)))

    def revive(self, row: int) -> None:
        """It is there again."""
        if self.is_deleted(row):
            self._days_left[row] = NOT_DELETED
            self.deleted_count -= 1

    def _add_plain(self, name: str, kind: RowKind, modified_s: int, lease: str) -> None:
        self._add_name(name, kind)
        self.sizes.append(NO_SIZE)
        self.times.append(modified_s)
        self._types.append(0)
        self._tiers.append(0)
        self._leases.append(self._words.number(lease))
        self._blob_types.append(0)

    def replace_blob(self, row: int, blob: Blob) -> None:
        """What arrived again under the same name: everything but the name changes."""
        number = self._words.number
        self.sizes[row] = blob.size_bytes
        self.times[row] = blob.last_modified_s
        self._types[row] = number(blob.content_type)
        self._tiers[row] = number(blob.tier)
        self._leases[row] = number(blob.lease_state)
        self._blob_types[row] = _TYPE_NUMBERS[blob.blob_type]
        self.revive(row)

    def days_left(self, row: int) -> int:
        """Whole days until a deleted row is gone for good, or NOT_DELETED, ALL_DELETED, NO_END."""
        return self._days_left[row] if row < len(self._days_left) else NOT_DELETED

    def is_deleted(self, row: int) -> bool:
        """Whether it is gone, and can come back."""
        return self.days_left(row) != NOT_DELETED

    def count_deleted(self, rows: Sequence[int]) -> int:
        """How many of them are deleted. In C all the way: they may be a million."""
        if not self.deleted_count:
            return 0
        self._fill_days(len(self.names))
        return len(rows) - array("h", map(self._days_left.__getitem__, rows)).count(NOT_DELETED)

    def deleted_s(self, row: int) -> int:
        """When it was deleted, in seconds since 1970; NO_TIME where that is not known."""
        return self._deleted_s[row] if self.is_deleted(row) else NO_TIME

    def content_type(self, row: int) -> str:
        return self._words.text(self._types[row])

    def tier(self, row: int) -> str:
        return self._words.text(self._tiers[row])

    def lease_state(self, row: int) -> str:
        return self._words.text(self._leases[row])

    def blob_type(self, row: int) -> BlobType:
        return _BLOB_TYPES[self._blob_types[row]]

    def row(self, row: int) -> Row:
        """All of one row."""
        kind = RowKind(self.kinds[row])
        return Row(
            kind=kind,
            name=self.names[row],
            size_bytes=self.sizes[row],
            modified_s=self.times[row],
            content_type=self.content_type(row),
            tier=self.tier(row),
            blob_type=self.blob_type(row) if kind is RowKind.BLOB else None,
            lease_state=self.lease_state(row),
            is_deleted=self.is_deleted(row),
        )

    def find(self, names: Iterable[str], *, is_folder: bool) -> dict[str, int]:
        """Row numbers of these names, in one walk."""
        wanted = set(names)
        kinds = self.kinds
        return {
            name: row
            for row, name in enumerate(self.names)
            if name in wanted and (kinds[row] != RowKind.BLOB) is is_folder
        }

    def text_ranks(self, column: str) -> tuple[Sequence[int], list[int]]:
        """A text column as (number of each row, place in the alphabet of each number)."""
        columns = {"type": self._types, "tier": self._tiers, "lease": self._leases}
        return columns[column][:], self._words.ranks()

    @property
    def blob_types(self) -> Sequence[int]:
        """Of each row, a number that sorts like the words shown for it."""
        return self._blob_types
