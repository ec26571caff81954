"""What the dialogs of artifacts say. Pure."""

from __future__ import annotations

from explorer.base.shown import shown
from explorer.base.units import format_bytes
from explorer.workflows.artifact import Registered
from explorer.workflows.artifact_download import Kept
from explorer.workflows.artifact_files import ArtifactSource, Ignored


def files_text(count: int) -> str:
    """`1 file`, `12 files`."""
    return f"{count:,} file{'' if count == 1 else 's'}"


def figures(source: ArtifactSource) -> str:
    """What would be uploaded."""
    text = f"{files_text(len(source.files))}, {format_bytes(source.size_bytes)}"
    return f"{text}. {ignored_text(source.ignored)}" if source.is_folder else f"{text}."


def ignored_text(ignored: Ignored) -> str:
    """What the ignore file leaves out."""
    if not ignored.name:
        return "There is no .amlignore and no .gitignore in the folder: all of it goes."
    return f"{ignored.name} leaves out {files_text(ignored.files)}:"


def registered(found: Registered) -> str:
    """How an upload ended."""
    what = f"{shown(found.name)}, version {shown(found.version)}"
    if found.was_there:
        return f"Already there, nothing was sent: {what}. It is at {shown(found.path)}."
    return f"Uploaded and confirmed: {what}. It is at {shown(found.path)}."


def kept(found: Kept) -> str:
    """What an artifact in storage is."""
    size = f"{files_text(found.files)}, {format_bytes(found.size_bytes)}"
    if not found.is_confirmed:
        return (
            f"{size}. No file says that it is whole: its upload is going on, or broke off. What "
            "is there can be downloaded."
        )
    return f"{shown(found.name)}, version {shown(found.version)}: {size}. It is whole."
