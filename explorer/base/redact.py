"""Takes secrets out of text, in two layers: the values that are known, and what looks like one.

Safe to call from any thread. Registered values are found raw, percent-encoded in every
usual way, escaped for JSON and XML, and decoded from base64; also where only their
beginning is left.
"""

# ruff: noqa: E501 - a table: one pattern a line

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
from collections import deque
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote

from explorer.base.patterns import regex

MASK = "[redacted]"
PASSING = 256
"""So many secrets of a moment are known at a time: more requests than run at once."""
SHORTEST_SECRET = 8
"""Shorter values are not registered: they would blank out ordinary words."""
_HEAD = 12
"""So many first characters give a cut secret away."""
_SPELLING = regex(r"[A-Za-z0-9+/%=_\\-]*")


class Redactor:
    """Known secrets and the patterns; one for the process, `redact` below."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._variants: dict[str, tuple[str, ...]] = {}
        self._passing: deque[str] = deque(maxlen=PASSING)
        self._spelled: dict[str, dict[str, tuple[str, ...]]] = {}
        """Of those that are passing, as far as a text was looked at since."""

    def register(self, secret: str) -> None:
        """From now on `secret` (a key, a SAS, a password) is masked in every text.

        For good: one that was replaced may still be valid, or in use elsewhere.
        """
        if len(secret.strip()) < SHORTEST_SECRET or secret in self._known:
            return
        with self._lock:
            self._known.add(secret)
            fresh = dict(self._variants)
            for variant in _variants(secret):
                head = variant[:_HEAD]
                fresh[head] = tuple({*fresh.get(head, ()), variant})
            # Replaced as a whole, so that readers need no lock.
            self._variants = fresh

    def register_passing(self, signature: str) -> None:
        """The same for the signature of a SAS that is made for one request: it costs next to
        nothing, and the last `PASSING` of them are known."""
        with self._lock:
            self._passing.append(signature)

    def redact(self, text: str) -> str:
        """`text` without secrets; the same object where there is none."""
        if self._passing:
            text = self._without_passing(text)
        for head, variants in self._variants.items():
            if head in text:
                text = _masked(text, head, variants)
        for triggers, pattern, replacement in _PATTERNS:
            if not triggers or any(trigger in text for trigger in triggers):
                text = pattern.sub(replacement, text)
        return text

    def _without_passing(self, text: str) -> str:
        with self._lock:
            known = self._spelled
            spelled = self._spelled = {
                one: known.get(one) or _by_head(_spelled(one)) for one in self._passing
            }
        for by_head in spelled.values():
            for head, variants in by_head.items():
                if head in text:
                    text = _masked(text, head, variants)
        return text


def _by_head(variants: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for variant in variants:
        head = variant[:_HEAD]
        found[head] = (*found.get(head, ()), variant)
    return found


def _masked(text: str, head: str, variants: tuple[str, ...]) -> str:
    """Every occurrence of a variant, or of as much of one as is there, at least its head."""
    pieces: list[str] = []
    done = 0
    while (start := text.find(head, done)) >= 0:
        size, is_whole = max(_common(text, start, variant) for variant in variants)
        pieces += (text[done:start], MASK)
        done = start + size
        if not is_whole and (rest := _SPELLING.match(text, done)) is not None:
            done = rest.end()  # cut, or spelled in a way nobody thought of: better too much
    return "".join((*pieces, text[done:]))


def _common(text: str, start: int, variant: str) -> tuple[int, bool]:
    """How many characters of the variant stand at `start`, and whether that is all of it."""
    if text.startswith(variant, start):
        return len(variant), True
    window = text[start : start + len(variant)]
    for index, (wanted, found) in enumerate(zip(variant, window, strict=False)):
        if wanted != found:
            return index, False
    return len(window), False


def _variants(secret: str) -> tuple[str, ...]:
    values = {secret.strip()}
    for name, value in parse_qsl(secret.lstrip("?").replace("+", "%2B"), keep_blank_values=False):
        if name == "sig":
            # Of a SAS, the signature alone is what is secret; the rest may be shown.
            values = {value, *({secret.strip()} if len(secret) < 40 else ())}
    found: set[str] = set()
    for value in values:
        found |= _spelled(value)
        found |= _decoded(value)
    return tuple(text for text in found if len(text) >= SHORTEST_SECRET)


def _spelled(value: str) -> set[str]:
    """The ways in which texts and addresses write it."""
    core = value.rstrip("=")  # finds it with and without its padding
    plain = {core, unquote(core), core.replace("+", "-").replace("/", "_")}
    spelled = set(plain)
    for text in plain:
        for safe in ("", "/", "+", "&=/+:"):
            once = quote(text, safe=safe, errors="surrogatepass")  # an argument may hold any byte
            lower = re.sub(r"%[0-9A-F]{2}", lambda hit: hit.group().lower(), once)
            spelled |= {once, lower, quote(once, safe=""), quote(lower, safe="")}
        in_json = json.dumps(text)[1:-1]
        spelled |= {in_json, in_json.replace("/", "\\/"), text.replace("+", "\\u002b")}
        spelled |= {text.replace("+", "\\u002B"), text.replace("+", " ")}
        spelled |= {text.replace("&", "&amp;"), text.replace("&", "\\u0026")}
    return spelled


def _decoded(value: str) -> set[str]:
    """The bytes behind base64, as a program might print them."""
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return set()
    texts = {raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex(":"), repr(raw)[2:-1]}
    texts.add(raw.decode("latin-1"))
    texts.add(raw.decode("utf-8", "backslashreplace"))
    texts.add(raw.decode("utf-8", "replace"))
    texts.add(str(list(raw))[1:-1])
    return {text for text in texts if len(text.replace("\ufffd", "")) >= SHORTEST_SECRET}


_VALUE = r"[^&;\s\"'<>,)}\]\\]+"
_QUOTED = r"[\"']?\s*[=:]\s*[\"']?"
_NOT_YET = r"(?!\[redacted)"
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    # A signature in a query, encoded once, twice or not at all.
    (
        ("sig", "Sig", "SIG"),
        regex(
            rf"((?:(?<![A-Za-z0-9])|(?<=%26)|(?<=u0026)|(?<=%2526))"
            rf"(?:sig|signature)(?:{_QUOTED}|%3d|%253d)){_NOT_YET}[A-Za-z0-9%+/=_-]{{6,}}",
            re.I,
        ),
        rf"\1{MASK}",
    ),
    (
        (),
        regex(
            rf"((?:account|storage|access|shared|encryption)[_ -]?key\d?{_QUOTED}){_NOT_YET}{_VALUE}",
            re.I,
        ),
        rf"\1{MASK}",
    ),
    (
        (),
        regex(
            rf"((?:shared[_ -]?access[_ -]?signature|sas[_ -]?token){_QUOTED}){_NOT_YET}"
            rf"[^;\s\"'<>]+",
            re.I,
        ),
        rf"\1{MASK}",
    ),
    (
        ("hared", "HARED"),
        regex(r"\b(SharedKey(?:Lite)?\s+[\w-]+:)[A-Za-z0-9+/=]{8,}", re.I),
        rf"\1{MASK}",
    ),
    (
        ("earer", "EARER"),
        regex(r"\b(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}", re.I),
        rf"\1{MASK}",
    ),
    # A JSON web token says who signed in, and is what signs in.
    (("eyJ",), regex(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"), MASK),
    (
        ("uthorization", "UTHORIZATION"),
        regex(rf"(authorization{_QUOTED}(?:Basic|Digest|Negotiate)\s+){_NOT_YET}[^\s\"',}}]+", re.I),
        rf"\1{MASK}",
    ),
    (
        ("-source", "-Source", "-SOURCE"),
        regex(rf"(x-ms-(?:copy|rename)-source{_QUOTED}[^\s\"'?]{{0,2048}}\?){_NOT_YET}[^\s\"'}}]+", re.I),
        rf"\1{MASK}",
    ),
    (("://",), regex(rf"(://[^\s/:@]*:){_NOT_YET}[^\s/@]+(?=@)"), rf"\1{MASK}"),
    # 64 bytes in base64 are an account's key, wherever they stand.
    (("==",), regex(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="), MASK),
)  # fmt: skip

_redactor = Redactor()
register_secret = _redactor.register
register_passing = _redactor.register_passing
redact = _redactor.redact
