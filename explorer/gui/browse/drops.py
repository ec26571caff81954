"""What can be dropped or pasted: local files and folders, as absolute paths."""

from __future__ import annotations

from PySide6.QtCore import QMimeData


def local_paths(mime: QMimeData | None) -> list[str]:
    """Local files and folders in a drop or on the clipboard, each once, in their order."""
    if mime is None or not mime.hasUrls():
        return []
    found = [url.toLocalFile().rstrip("/\\") for url in mime.urls() if url.isLocalFile()]
    return list(dict.fromkeys(path for path in found if path))
