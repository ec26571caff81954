"""Leases of blobs and containers: taken, renewed, given back, broken.

Blocking; functions are safe from many threads. A `BlobRef` without a name is the
container. Sources: Microsoft's REST pages 'Lease Blob' and 'Lease Container'.
"""

from __future__ import annotations

from explorer.base.errors import InputError
from explorer.storage.azure.answer import Answer, is_number
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.names import blob_path, container_path
from explorer.storage.azure.rest import Rest
from explorer.storage.control_model import LEASE_FOREVER_S, MAX_BREAK_S, check_lease_seconds
from explorer.storage.model import BlobRef


def acquire(rest: Rest, ref: BlobRef, seconds: int = LEASE_FOREVER_S, proposed_id: str = "") -> str:
    """Take the lease for `seconds` (15 to 60, or -1 for ever); returns its id, which every
    change of the blob then needs. Raises ConflictError where somebody else has it."""
    check_lease_seconds(seconds)
    fields = {"x-ms-lease-duration": str(seconds)}
    if proposed_id:
        fields["x-ms-proposed-lease-id"] = proposed_id
    return _lease(rest, ref, "acquire", "take the lease of", fields, 201).headers.get(
        "x-ms-lease-id", ""
    )


def renew(rest: Rest, ref: BlobRef, lease_id: str) -> None:
    """Begin its time anew, also where it just ran out and nobody took it since."""
    _lease(rest, ref, "renew", "renew the lease of", {"x-ms-lease-id": lease_id}, 200)


def release(rest: Rest, ref: BlobRef, lease_id: str) -> None:
    """Give it back: others can take it at once."""
    _lease(rest, ref, "release", "give back the lease of", {"x-ms-lease-id": lease_id}, 200)


def break_lease(rest: Rest, ref: BlobRef, after_s: int | None = None) -> int:
    """End somebody's lease without its id, after `after_s` (0 to 60) or, with None, when its
    time is up (an endless one at once); returns the seconds until nobody has it."""
    if after_s is not None and not 0 <= after_s <= MAX_BREAK_S:
        raise InputError(f"A lease is broken after 0 to {MAX_BREAK_S} seconds.")
    fields = {} if after_s is None else {"x-ms-lease-break-period": str(after_s)}
    answer = _lease(rest, ref, "break", "break the lease of", fields, 202)
    left = answer.headers.get("x-ms-lease-time", "")
    return int(left) if is_number(left) else 0


def _lease(
    rest: Rest, ref: BlobRef, action: str, doing: str, fields: dict[str, str], good: int
) -> Answer:
    path = blob_path(ref.container, ref.name) if ref.name else container_path(ref.container)
    parameters = {"comp": "lease"} if ref.name else {"restype": "container", "comp": "lease"}
    answer, _ = rest.do(
        Attempt(rest.place, doing, ref.container, ref.name),
        "PUT",
        path,
        parameters,
        {"x-ms-lease-action": action, **fields},
        good=(good,),
    )
    return answer
