"""What the preview of a mirror says. Pure."""

from __future__ import annotations

from typing import Final

from explorer.base.errors import InputError
from explorer.base.units import format_bytes
from explorer.workflows.mirror_model import Deed
from explorer.workflows.mirror_session import Ended, Preview

TYPED_ABOVE: Final = 20
"""More deletions than this are confirmed by typing their number."""


def figures(preview: Preview) -> str:
    """`3 to move (1.2 MiB), 2 to delete (5 B), 120 the same`."""
    files, sizes = preview.files, preview.sizes
    if preview.is_nothing:
        return f"Nothing to do: {files[Deed.SAME]:,} are the same"
    size = format_bytes(sizes[Deed.ADD] + sizes[Deed.UPDATE])
    parts = [f"{files[Deed.ADD] + files[Deed.UPDATE]:,} to move ({size})"]
    if files[Deed.DELETE]:
        parts.append(f"{files[Deed.DELETE]:,} to delete ({format_bytes(sizes[Deed.DELETE])})")
    parts.append(f"{files[Deed.SAME]:,} the same")
    if files[Deed.REFUSE]:
        parts.append(f"{files[Deed.REFUSE]:,} that cannot be mirrored")
    return ", ".join(parts)


def ending(ended: Ended) -> str:
    """The last word of a run."""
    if ended.stopped:
        return (
            f"The transfer is {ended.stopped}, so nothing was deleted. Let it go on, then mirror "
            "again."
        )
    text = f"{ended.moved:,} moved, {ended.deleted:,} deleted, {ended.failed:,} failed."
    if ended.not_deleted:
        text += f" Nothing was deleted, since {ended.not_deleted}."
    if ended.failures:
        name, failure = ended.failures[0]
        text += f" {name}: {failure.message}"
    return text


def warning_of(preview: Preview) -> str:
    """What a person should know before they start; empty where there is nothing."""
    if preview.problems:
        count = len(preview.problems)
        return (
            f"{count:,} {'folder or file' if count == 1 else 'folders or files'} could not be "
            f"read, so nothing will be deleted: {preview.problems[0].message}"
        )
    if preview.files[Deed.REFUSE] and preview.files[Deed.DELETE]:
        return "Some files cannot be mirrored, so nothing will be deleted."
    return ""


def deletion_text(preview: Preview) -> str:
    """What is asked before anything is deleted."""
    count, size = preview.files[Deed.DELETE], format_bytes(preview.sizes[Deed.DELETE])
    return (
        f"{count:,} of {preview.there:,} files at {preview.target} ({size}) are not at the source "
        "and will be deleted once everything else went well. What changes meanwhile stays."
    )


def check_count(text: str, count: int) -> None:
    """Raises InputError while the number of deletions is not what was typed."""
    if text.replace(",", "").strip() != str(count):
        raise InputError(f"Type {count} to delete so many files.")
