"""From a pasted text to a connection: the one door to everything that is recognised.

Pure; the clock is passed in. The SDK's own parsers never see what was pasted: they drop
credentials silently where a space or an entity is in the way.
"""

from __future__ import annotations

from datetime import datetime

from explorer.base.errors import ConnectionTextError
from explorer.storage.connection_change import (
    complete,
    replace_credential,
    spec_of_account,
    with_sign_in,
)
from explorer.storage.connection_parse import parse_all, parse_one
from explorer.storage.connection_spec import (
    EMULATOR_ACCOUNT,
    EMULATOR_KEY,
    SIGN_IN,
    Anonymous,
    ConnectionSpec,
    Credential,
    EntraSignIn,
    Missing,
    NeedsCredential,
    PastedKind,
    Place,
    Recognition,
    RecognitionState,
    SasToken,
    Scope,
    ScopeLevel,
    SharedKey,
    TokenSource,
)
from explorer.storage.connection_url import address_to_fetch, blob_url, locate
from explorer.storage.pasted import IncompleteTextError

__all__ = [
    "EMULATOR_ACCOUNT",
    "EMULATOR_KEY",
    "SIGN_IN",
    "Anonymous",
    "ConnectionSpec",
    "Credential",
    "EntraSignIn",
    "Missing",
    "NeedsCredential",
    "PastedKind",
    "Place",
    "Recognition",
    "RecognitionState",
    "SasToken",
    "Scope",
    "ScopeLevel",
    "SharedKey",
    "TokenSource",
    "address_to_fetch",
    "blob_url",
    "complete",
    "locate",
    "parse",
    "recognise",
    "replace_credential",
    "spec_of_account",
    "summary",
    "with_sign_in",
]


def recognise(text: str, now: datetime) -> Recognition:
    """What the text is so far. Never raises; nothing it returns shows a secret."""
    try:
        candidates = parse_all(text)
    except IncompleteTextError as error:
        return Recognition(RecognitionState.INCOMPLETE, error=error, texts=(str(error),))
    except ConnectionTextError as error:
        return Recognition(RecognitionState.REFUSED, error=error, texts=(str(error),))
    if not candidates:
        return Recognition(RecognitionState.EMPTY)
    lines = tuple(summary(spec, now) for spec in candidates)
    return Recognition(RecognitionState.RECOGNISED, candidates, texts=lines)


def parse(text: str) -> ConnectionSpec:
    """The one connection in the text. Raises ConnectionTextError, also where there are several."""
    return parse_one(text)


def summary(spec: ConnectionSpec, now: datetime) -> str:
    """One line for people: what it is, for which account, what it allows and until when."""
    target = spec.account or spec.blob_endpoint.partition("://")[2]
    place = "/".join(part for part in (target, spec.start.container) if part)
    line = f"{spec.kind.value[:1].upper()}{spec.kind.value[1:]}"
    if place:
        line += f" for {place}"
    if spec.sas is not None:
        line += f" ({spec.credential_kind}: {spec.access(now).describe(now)})"
    elif not isinstance(spec.credential, NeedsCredential):
        line += f" ({spec.credential_kind})"
    if spec.missing:
        line += "; still needed: " + ", ".join(item.value for item in spec.missing)
    return line
