"""Counts of separate parts as one. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from explorer.service.tally import AGES, LARGEST, OLDER, Share, Statistics

_ORDER: Final = (*(word for word, _ in AGES), OLDER)


def sum_of(parts: Iterable[Statistics], *, is_complete: bool) -> Statistics:
    """The statistics of all parts together, which have no blob and no folder of their own in
    common; paths are relative to the same place. Mappings are in the order of `Statistics`."""
    some = list(parts)
    return Statistics(
        blobs=sum(part.blobs for part in some),
        size_bytes=sum(part.size_bytes for part in some),
        folders=sum(part.folders for part in some),
        by_tier=_by_size(part.by_tier for part in some),
        by_type=_by_size(part.by_type for part in some),
        by_ending=_by_size(part.by_ending for part in some),
        by_age=_by(_ORDER.index, (part.by_age for part in some)),
        by_folder=_by(str, (part.by_folder for part in some)),
        largest=tuple(
            heapq.nsmallest(
                LARGEST,
                (one for part in some for one in part.largest),
                key=lambda one: (-one.size_bytes, one.name),
            )
        ),
        oldest_s=min((part.oldest_s for part in some if part.oldest_s), default=0),
        newest_s=max((part.newest_s for part in some), default=0),
        is_complete=is_complete,
    )


def _added(parts: Iterable[Mapping[str, Share]]) -> dict[str, Share]:
    whole: dict[str, Share] = {}
    for part in parts:
        for word, share in part.items():
            known = whole.get(word, Share(0, 0))
            whole[word] = Share(known.blobs + share.blobs, known.size_bytes + share.size_bytes)
    return whole


def _by_size(parts: Iterable[Mapping[str, Share]]) -> dict[str, Share]:
    whole = _added(parts)
    order = sorted(whole.items(), key=lambda one: (-one[1].size_bytes, -one[1].blobs, one[0]))
    return dict(order)


def _by(rank: Callable[[str], object], parts: Iterable[Mapping[str, Share]]) -> dict[str, Share]:
    whole = _added(parts)
    return {word: whole[word] for word in sorted(whole, key=rank)}  # type: ignore[arg-type]
