"""A SAS by user delegation: signed with a key that the service hands to a sign-in for a while.

Pure; the clock is passed in. Sources: Microsoft's REST pages 'Get User Delegation Key' and
'Create a user delegation SAS', in the layouts of versions 2018-11-09, 2020-02-10 (which adds
the agents), 2020-12-06 (the encryption scope), 2025-07-05 (the user it is bound to) and
2026-04-06 (headers and parameters of the request). What is added is left empty here.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.sas import Sas, SasKind
from explorer.storage.sas_making import (
    ANSWERS,
    OLDEST_VERSION,
    SAS_VERSION,
    WITH_SCOPE,
    parameters_of,
    resource_line,
    signed,
)
from explorer.storage.sas_wish import SasWish, checked

LONGEST = timedelta(days=7)
"""A user delegation key, and so what is signed with it, lasts no longer."""
NO_ACCOUNT = "A SAS for the whole account takes the account's key."
NO_POLICY = "A SAS by a stored policy takes the account's key."

_WITH_AGENTS = "2020-02-10"
_WITH_USER = "2025-07-05"
_WITH_REQUEST = "2026-04-06"


@dataclass(frozen=True, slots=True)
class UserDelegationKey:
    """As the service gave it: `starts` and `expires` in its own spelling, `value` in base64."""

    object_id: str
    tenant_id: str
    starts: str
    expires: str
    service: str
    version: str
    value: str = field(repr=False)


def checked_for_delegation(wish: SasWish, now: datetime) -> SasWish:
    """As `sas_wish.checked`; raises InputError also for what only the account's key signs, and
    for a SAS that would last longer than its key can."""
    if wish.kind is SasKind.ACCOUNT:
        raise InputError(NO_ACCOUNT, cure="Make one for a container, a folder or a blob.")
    if wish.policy:
        raise InputError(NO_POLICY, cure="Leave the policy out.")
    wish = checked(wish)
    if wish.expires is not None and wish.expires - now > LONGEST:
        raise InputError(
            "A SAS by user delegation lasts for 7 days at most.", cure="Choose an earlier end."
        )
    return wish


def make_delegated_sas(
    wish: SasWish, account: str, key: UserDelegationKey, *, version: str = SAS_VERSION
) -> Sas:
    """Sign `wish`, which `checked_for_delegation` has seen; `Sas.token` is the query text.

    Raises InputError for a version of the service that does not know it.
    """
    oldest = _WITH_AGENTS if wish.kind is SasKind.DIRECTORY else OLDEST_VERSION
    if version < oldest:
        raise InputError(
            f"No SAS by user delegation of version {version} is made here.",
            cure=f"Use version {oldest} or later of the service.",
        )
    values = parameters_of(wish, version) | {
        "skoid": key.object_id,
        "sktid": key.tenant_id,
        "skt": key.starts,
        "ske": key.expires,
        "sks": key.service,
        "skv": key.version,
    }
    return signed(values, string_to_sign(wish, values, account), key.value)


def string_to_sign(wish: SasWish, values: dict[str, str], account: str) -> str:
    """Its lines; empty ones stand for what is not said."""
    version = values["sv"]
    empty = (3 if version >= _WITH_AGENTS else 0) + (2 if version >= _WITH_USER else 0)
    said = [values.get(name, "") for name in ("sp", "st", "se")]
    said.append(resource_line(wish, account))
    said += [values[name] for name in ("skoid", "sktid", "skt", "ske", "sks", "skv")]
    said += [""] * empty
    said += [values.get(name, "") for name in ("sip", "spr", "sv", "sr")]
    said.append(wish.snapshot or wish.version_id)
    said += [values.get("ses", "")] if version >= WITH_SCOPE else []
    said += ["", ""] if version >= _WITH_REQUEST else []
    said += [values.get(name, "") for name in ANSWERS]
    return "\n".join(said)
