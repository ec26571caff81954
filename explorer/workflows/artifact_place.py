"""Where artifacts are in a container, as azure-ai-ml 1.35 puts them. Pure, and quickly loaded."""

from __future__ import annotations

from typing import Final

from explorer.base.patterns import regex

ORIGIN: Final = "LocalUpload"
LEGACY: Final = "az-ml-artifacts"
_PLACE: Final = regex(rf"(({ORIGIN}|{LEGACY})/(?:[0-9a-f]{{64}}|[0-9a-f]{{32}})/)([^/]+/)?")


def is_artifact(path: str) -> bool:
    """Whether the folder `path` of a container is one: `LocalUpload/<hash>/`, or the folder in
    it."""
    return _PLACE.fullmatch(path) is not None


def hash_folder(path: str) -> str:
    """The folder of the hash, without its last slash; empty for what is no artifact."""
    hit = _PLACE.fullmatch(path)
    return hit[1].rstrip("/") if hit is not None else ""
