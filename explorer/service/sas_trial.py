"""What a SAS that was tried out turned out to be: what its own words foretold is no failure.

Pure; the clock is passed in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from explorer.base.errors import CredentialExpiredError, NotAuthorizedError, QuaysideError
from explorer.service.claims import utc_now
from explorer.storage.access import Access, Action, Verdict
from explorer.storage.connection import ConnectionSpec, SasToken
from explorer.storage.sas import Sas

if TYPE_CHECKING:  # most commands test nothing
    from explorer.storage.azure.probe import Probe

_OF_ONE_ACTION = frozenset(
    {
        "AuthorizationPermissionMismatch",
        "AuthorizationResourceTypeMismatch",
    }
)
"""Codes by which a service that knows the SAS says that it lacks something for one action."""


def refusal_of(spec: ConnectionSpec, found: Probe) -> QuaysideError | None:
    """Why the connection is of no use at all, None where it may be of some.

    That a SAS is refused what it says itself it does not allow is information: it may do
    what could not be tried, like reading a blob whose name one knows.
    """
    refusal = found.refusal
    if refusal is None or not isinstance(spec.credential, SasToken):
        return refusal
    access = spec.access(utc_now())
    met = (
        (Action.LIST_CONTAINERS, found.list_containers.error),
        (Action.LIST_BLOBS, found.list_blobs.error),
        (Action.READ, found.read.error),
    )
    for action, error in met:
        if error is not None and not _is_foretold(access, action, error):
            return error
    return None if access.allows_anything else refusal


def _is_foretold(access: Access, action: Action, error: QuaysideError) -> bool:
    is_of_one = isinstance(error, NotAuthorizedError) and error.code in _OF_ONE_ACTION
    return is_of_one and access[action].verdict is not Verdict.YES


def bar_of(sas: Sas, error: QuaysideError, now: datetime) -> str:
    """Why nothing at all works with a SAS that the service knows, as a sentence; empty where
    `error` says no such thing."""
    if isinstance(error, CredentialExpiredError):
        if sas.starts is not None and sas.starts > now:
            return f"This SAS starts on {_when(sas.starts)}; nothing works before."
        if sas.usable_until is not None and sas.usable_until <= now:
            return f"This SAS ended on {_when(sas.usable_until)}."
        return "The service says that this SAS is not valid at this time."
    if not isinstance(error, NotAuthorizedError):
        return ""
    return {
        "AuthorizationServiceMismatch": "This SAS is not for the blob service (ss lacks b).",
        "AuthorizationProtocolMismatch": (
            "This SAS works over https only, and the address is http."
        ),
        "AuthorizationSourceIPMismatch": (
            f"This SAS works only from {sas.ip_range or 'certain addresses'}, and the service "
            "sees this computer at another address."
        ),
        "AuthorizationPermissionMismatch": (
            "The service refuses even what the SAS says it allows: whoever signed it may lack "
            "the role for it."
        ),
    }.get(error.code, "")


def _when(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"
