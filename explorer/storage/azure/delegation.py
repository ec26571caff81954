"""A key for signing SAS, handed by the service to whoever signed in.

Source: Microsoft's REST page 'Get User Delegation Key'.
"""

from __future__ import annotations

from datetime import UTC, datetime

from explorer.base.errors import ServiceError
from explorer.base.redact import register_secret
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.markup import MarkupError, parse_markup
from explorer.storage.azure.rest import Rest
from explorer.storage.sas_delegation import UserDelegationKey
from explorer.storage.sas_making import time_text

_FIELDS = (
    "SignedOid",
    "SignedTid",
    "SignedStart",
    "SignedExpiry",
    "SignedService",
    "SignedVersion",
    "Value",
)


def user_delegation_key(rest: Rest, starts: datetime, expires: datetime) -> UserDelegationKey:
    """Blocking. A key for that time, whole seconds, which ends within seven days from now.

    Raises NotAuthorizedError where the request is not by a sign-in, or its roles do not
    include asking for one; ServiceError for an answer that is no key.
    """
    attempt = Attempt(rest.place, "get a key for signing by your sign-in")
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<KeyInfo><Start>{time_text(starts.astimezone(UTC))}</Start>"
        f"<Expiry>{time_text(expires.astimezone(UTC))}</Expiry></KeyInfo>"
    )
    _, data = rest.do(
        attempt,
        "POST",
        "/",
        {"restype": "service", "comp": "userdelegationkey"},
        {"content-type": "application/xml"},
        good=(200,),
        body=body.encode(),
        may_resend=True,
        is_look=True,
    )
    try:
        found = parse_markup(data, "UserDelegationKey").values()
        key = UserDelegationKey(*(found[name] for name in _FIELDS))
    except (MarkupError, KeyError):
        raise ServiceError(
            f"{attempt}: the answer cannot be read.", cure="It is tried again."
        ) from None
    register_secret(key.value)
    return key
