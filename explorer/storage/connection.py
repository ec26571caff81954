"""From a pasted text to a connection: the one door to everything that is recognised.

Pure; the clock is passed in. The SDK's own parsers never see what was pasted: they drop
credentials silently where a space or an entity is in the way.
"""

from __future__ import annotations

from explorer.storage.connection_spec import (
    EMULATOR_ACCOUNT,
    EMULATOR_KEY,
    Anonymous,
    ConnectionSpec,
    Credential,
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
)

__all__ = [
    "EMULATOR_ACCOUNT",
    "EMULATOR_KEY",
    "Anonymous",
    "ConnectionSpec",
    "Credential",
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
]
