"""Takes the secrets out of a pasted text, so that the rest can be read over a shoulder. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from explorer.storage.connection import ConnectionSpec, SharedKey

HIDDEN = "•" * 8

_SIGNATURE = re.compile(r"(\bsig\s*(?:=|%3d)\s*)[^&;\s\"'<>,]+", re.IGNORECASE)
_KEY = re.compile(r"(\bAccount_?Key[\"']?\s*[=:]\s*[\"']?)[^;\s\"'<>,]+", re.IGNORECASE)


def masked(text: str, specs: Iterable[ConnectionSpec]) -> str:
    """`text` with every key and signature hidden.

    Where one is written in a way that cannot be found in the text (spread over
    lines, say), all of the text is hidden.
    """
    shown = _KEY.sub(rf"\g<1>{HIDDEN}", _SIGNATURE.sub(rf"\g<1>{HIDDEN}", text))
    for secret in _secrets(specs):
        for form in {secret, quote(secret, safe=""), quote(secret)}:
            shown = shown.replace(form, HIDDEN)
    if any(_still_there(shown, secret) for secret in _secrets(specs)):
        return HIDDEN
    return shown


def _secrets(specs: Iterable[ConnectionSpec]) -> list[str]:
    found = []
    for spec in specs:
        if isinstance(spec.credential, SharedKey):
            found.append(spec.credential.key)
        elif spec.sas is not None:
            hit = re.search(r"(?:^|&)sig=([^&]+)", spec.sas.token)
            if hit is not None:
                found.append(unquote(hit.group(1)))
    return found


def _still_there(shown: str, secret: str) -> bool:
    """Whether a good part of the secret is left, white space and encoding aside."""
    plain = re.sub(r"\s+", "", unquote(shown))
    return any(secret[at : at + 12] in plain for at in range(0, max(1, len(secret) - 12), 12))
