"""What stands in a cell of the listing: text, icon, tool tip, words for a screen reader.

Called for every cell that is painted, so it is plain and quick.
"""

from __future__ import annotations

from datetime import UTC, datetime
from time import localtime, strftime

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon

from explorer.base.shown import shown
from explorer.base.units import format_bytes
from explorer.gui.browse.rows import (
    ALL_DELETED,
    NO_END,
    NO_SIZE,
    NO_TIME,
    NOT_DELETED,
    RowKind,
    Rows,
)
from explorer.gui.browse.sorting import Column
from explorer.gui.file_kinds import file_icon_name
from explorer.gui.icons import icon as named_icon
from explorer.gui.parts.texts import tooltip as safe_tooltip
from explorer.storage.model import BlobType

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
HEADERS = ("Name", "Size", "Last modified", "Type", "Tier", "Blob type", "Lease", "Deleted")
FOLDER_TYPE = "Folder"
CONTAINER_TYPE = "Container"
_BLOB_TYPE_WORDS = {BlobType.BLOCK: "Block", BlobType.PAGE: "Page", BlobType.APPEND: "Append"}
_SPOKEN_KINDS = {
    RowKind.CONTAINER: CONTAINER_TYPE,
    RowKind.FOLDER: FOLDER_TYPE,
    RowKind.BLOB: "File",
}


def local_time(modified_s: int) -> str:
    """The moment by this machine's clock and zone; empty for an unknown one."""
    return strftime("%Y-%m-%d %H:%M", localtime(modified_s)) if modified_s != NO_TIME else ""


def text(rows: Rows, row: int, column: int) -> str:
    """What the cell shows."""
    if column == Column.NAME:
        return shown(rows.names[row])
    kind = rows.kinds[row]
    if column == Column.SIZE:
        size = rows.sizes[row]
        return format_bytes(size) if size != NO_SIZE else ""
    if column == Column.MODIFIED:
        return local_time(rows.times[row])
    if column == Column.TYPE:
        if kind == RowKind.BLOB:
            return rows.content_type(row)
        return FOLDER_TYPE if kind == RowKind.FOLDER else CONTAINER_TYPE
    if column == Column.TIER:
        return rows.tier(row)
    if column == Column.BLOB_TYPE:
        return _BLOB_TYPE_WORDS[rows.blob_type(row)] if kind == RowKind.BLOB else ""
    if column == Column.DELETED:
        return left_text(rows.days_left(row))
    return rows.lease_state(row)


def left_text(days_left: int) -> str:
    """How long what is deleted can come back, as the column shows it; empty for what is not."""
    words = {NOT_DELETED: "", ALL_DELETED: "All in it", NO_END: "As a version", 1: "1 day left"}
    found = words.get(days_left)
    return f"{days_left:,} days left" if found is None else found


def deleted_hint(rows: Rows, row: int) -> str:
    """That it is deleted, since when, and for how long it can come back."""
    days_left = rows.days_left(row)
    if days_left == ALL_DELETED:
        return "Everything in it is deleted, and some of it can come back."
    if days_left == NO_END:
        return "Deleted. A version of it is kept, and can become the blob again."
    when = local_time(rows.deleted_s(row))
    since = f"Deleted {when}" if when else "Deleted"
    return f"{since}, {left_text(days_left)} until it is gone for good."


def icon(rows: Rows, row: int) -> QIcon:
    """The icon before the name."""
    kind = rows.kinds[row]
    if kind == RowKind.BLOB:
        return named_icon(file_icon_name(rows.names[row], rows.content_type(row)))
    return named_icon("folder" if kind == RowKind.FOLDER else "container")


def tooltip(rows: Rows, row: int, column: int) -> str:
    """The whole name, the exact bytes, the moment in UTC."""
    if column == Column.NAME:
        name = shown(rows.names[row])
        return safe_tooltip(f"{name}\n{deleted_hint(rows, row)}" if rows.is_deleted(row) else name)
    if column == Column.DELETED and rows.is_deleted(row):
        return safe_tooltip(deleted_hint(rows, row))
    if column == Column.SIZE and rows.sizes[row] != NO_SIZE:
        return safe_tooltip(f"{rows.sizes[row]:,} bytes")
    if column == Column.MODIFIED and rows.times[row] != NO_TIME:
        moment = datetime.fromtimestamp(rows.times[row], UTC)
        return safe_tooltip(f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    return safe_tooltip(text(rows, row, column))


def spoken(rows: Rows, row: int, column: int) -> str:
    """The cell for a screen reader: the name comes with what it is."""
    shown = text(rows, row, column)
    if column == Column.NAME:
        kind = _SPOKEN_KINDS[RowKind(rows.kinds[row])]
        return f"Deleted {kind.lower()} {shown}" if rows.is_deleted(row) else f"{kind} {shown}"
    return f"{HEADERS[column]}: {shown}" if shown else ""
