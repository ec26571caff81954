"""Headers, metadata and tags of one blob as they are edited, and the wish an edit makes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from explorer.base.records import dataclass
from explorer.service.change_plan import PropertyWish


@dataclass(frozen=True, slots=True)
class Labels:
    """`headers` by the names of `PropertyWish`; `tags` is None where they cannot be read."""

    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] | None = None


def wish_between(before: Labels, after: Labels) -> PropertyWish:
    """What makes `after` of `before` and leaves alone what somebody else set meanwhile."""
    headers = {
        name: value
        for name, value in after.headers.items()
        if value != before.headers.get(name, "")
    }
    metadata, gone = _difference(before.metadata, after.metadata)
    tags, gone_tags = _difference(before.tags or {}, after.tags or {})
    if after.tags is None:
        gone_tags = ()
    return PropertyWish(
        content_type=headers.get("content_type"),
        content_encoding=headers.get("content_encoding"),
        content_language=headers.get("content_language"),
        content_disposition=headers.get("content_disposition"),
        cache_control=headers.get("cache_control"),
        metadata=metadata,
        removed_metadata=gone,
        tags=tags,
        removed_tags=gone_tags,
    )


def _difference(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """(set, taken away)."""
    fresh = {name: value for name, value in after.items() if before.get(name) != value}
    return fresh, tuple(name for name in before if name not in after)
