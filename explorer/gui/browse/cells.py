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
from explorer.gui.browse.rows import NO_SIZE, NO_TIME, RowKind, Rows
from explorer.gui.browse.sorting import Column
from explorer.gui.file_kinds import file_icon_name
from explorer.gui.icons import icon as named_icon
from explorer.gui.parts.texts import tooltip as safe_tooltip
from explorer.storage.model import BlobType

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
HEADERS = ("Name", "Size", "Last modified", "Type", "Tier", "Blob type", "Lease")
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
    return rows.lease_state(row)


def icon(rows: Rows, row: int) -> QIcon:
    """The icon before the name."""
    kind = rows.kinds[row]
    if kind == RowKind.BLOB:
        return named_icon(file_icon_name(rows.names[row], rows.content_type(row)))
    return named_icon("folder" if kind == RowKind.FOLDER else "container")


def tooltip(rows: Rows, row: int, column: int) -> str:
    """The whole name, the exact bytes, the moment in UTC."""
    if column == Column.NAME:
        return safe_tooltip(shown(rows.names[row]))
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
        return f"{_SPOKEN_KINDS[RowKind(rows.kinds[row])]} {shown}"
    return f"{HEADERS[column]}: {shown}" if shown else ""
