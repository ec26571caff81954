"""How much a listing holds, and how much of it is selected. GUI thread only."""

from __future__ import annotations

from explorer.gui.browse.listing_model import ListingModel
from explorer.gui.browse.rows import RowKind
from explorer.gui.browse.words import Status


def counted(model: ListingModel, spans: list[tuple[int, int]], *, is_scanning: bool) -> Status:
    """Of all rows, and of those in `spans`: stretches from first to last."""
    folders, blobs, size_bytes = model.weigh(spans)
    return Status(
        items=len(model.rows),
        shown=model.rowCount(),
        is_scanning=is_scanning,
        folders_selected=folders,
        blobs_selected=blobs,
        bytes_selected=size_bytes,
        deleted=model.rows.deleted_count,
        deleted_selected=model.count_deleted(spans),
        has_containers=bool(model.rows.kinds) and model.rows.kinds[0] == RowKind.CONTAINER,
    )
