"""Which connection serves: for a place that is to be reached, for a text that was pasted."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from explorer.service.entries import Entry
from explorer.storage.connection import ConnectionSpec

if TYPE_CHECKING:  # a command that only looks does not load what transfers are made of
    from explorer.transfer.model import RemotePlace


def another_for(
    place: RemotePlace, entry: Entry | None, entries: Collection[Entry]
) -> Entry | None:
    """Who reaches the place where its own connection, `entry`, is gone or lacks its secret."""
    is_read_only = entry is not None and entry.marks.is_read_only
    others = [
        other
        for other in reversed(tuple(entries))
        if other.has_credential
        and other.marks.is_read_only >= is_read_only  # nobody writes for one that must not
        and other.spec.blob_endpoint == place.endpoint
        and other.spec.scope.container in ("", place.container)
    ]
    # Whoever reaches all of the place goes first; a SAS of one folder may be enough.
    others.sort(key=lambda other: not other.spec.scope.holds(place.container, place.prefix))
    return others[0] if others else None


def twin_of(spec: ConnectionSpec, entries: Collection[Entry]) -> Entry | None:
    """The same reach with the same secret is the same connection."""
    wanted = _reach(spec)
    return next((one for one in entries if one.has_credential and _reach(one.spec) == wanted), None)


def _reach(spec: ConnectionSpec) -> tuple[object, ...]:
    return spec.blob_endpoint, spec.scope, spec.secret, spec.credential_kind
