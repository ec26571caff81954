"""Tells what sort of text was pasted, and hands it to the one that can read it.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from explorer.base.errors import ConnectionTextError
from explorer.storage.connection_build import build, is_account_name, parse_key, shared_key
from explorer.storage.connection_json import looks_like_json, texts_in_json
from explorer.storage.connection_spec import (
    EMULATOR_ACCOUNT,
    ConnectionSpec,
    Credential,
    NeedsCredential,
    PastedKind,
    Place,
    SasToken,
)
from explorer.storage.connection_string import could_become_keys, has_keys, parse_strings
from explorer.storage.connection_url import could_become_url, is_url_like, parse_url
from explorer.storage.endpoint import default_endpoint
from explorer.storage.pasted import (
    IncompleteTextError,
    join_lines,
    tidy,
    unescape,
    unquote_outer,
)
from explorer.storage.sas import looks_like_sas, parse_sas

LONGEST_TEXT = 200_000
"""Characters; a longer text is no connection."""

ANYTHING_KNOWN = (
    "Paste a connection string, a SAS URL, a blob's URL, or an account's name and its key."
)


def parse_one(text: str) -> ConnectionSpec:
    """The one connection in the text. Raises ConnectionTextError, also where there are several."""
    candidates = parse_all(text)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise ConnectionTextError(
            f"There are {len(candidates)} connections in this text.",
            cure="Choose one of them.",
        )
    raise ConnectionTextError("There is nothing in it.", cure=ANYTHING_KNOWN)


def cleaned(text: str) -> str:
    return unescape(unquote_outer(tidy(text)))


def parse_all(text: str) -> tuple[ConnectionSpec, ...]:
    """Every connection in the text, in its order, each once."""
    if len(text) > LONGEST_TEXT:
        raise ConnectionTextError("The text is far too long.", cure=ANYTHING_KNOWN)
    clean = tidy(text)
    if not clean:
        return ()
    if looks_like_json(clean):
        return _parse_json(clean)
    return tuple(dict.fromkeys(_parse_plain(clean)))


def _parse_json(text: str) -> tuple[ConnectionSpec, ...]:
    found: dict[ConnectionSpec, None] = {}
    first_error: ConnectionTextError | None = None
    for item in texts_in_json(text):
        try:
            specs = _parse_plain(tidy(item.text))
        except ConnectionTextError as error:
            if item.is_announced:
                first_error = first_error or error
            continue
        # Other addresses in a document are links, unless they carry a credential.
        found.update((spec, None) for spec in specs if item.is_announced or spec.secret)
    if found:
        return tuple(found)
    raise first_error or ConnectionTextError(
        "There is no connection string in this JSON.",
        field="connectionStrings",
        cure="Paste JSON with a list 'connectionStrings', or one connection string.",
    )


def _parse_plain(text: str) -> tuple[ConnectionSpec, ...]:
    text = cleaned(text)
    if not text:
        return ()
    if has_keys(text):
        return parse_strings(text)
    assigned = re.match(r"(?:export\s+|set\s+|\$env:)?\w+\s*[=:]\s*[\"']*(?=\w+://|\?)", text, re.I)
    if assigned is not None and not is_url_like(text) and not looks_like_sas(text):
        text = cleaned(text[assigned.end() :])
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(is_url_like(line) for line in lines):
        return tuple(parse_url(unquote_outer(line)) for line in lines)
    if looks_like_sas(text):
        return (_bare_sas(text),)
    pair = _pair(text)
    if pair is not None:
        return (pair,)
    if is_url_like(text):
        return (parse_url(text),)
    return (_begun(text),)


def _bare_sas(text: str) -> ConnectionSpec:
    return build(
        PastedKind.SAS_TOKEN,
        account="",
        blob_endpoint="",
        credential=SasToken(parse_sas(text)),
    )


def _pair(text: str) -> ConnectionSpec | None:
    """`name key`, `name ?sas`, or an address in place of the name; on one line or two."""
    parts = re.split(r"[\s,;|]+", text, maxsplit=1)
    if len(parts) < 2:
        return None
    name, rest = unquote_outer(parts[0]).removesuffix(":"), unquote_outer(parts[1])
    is_name = is_account_name(name.lower())
    if not is_name and not (is_url_like(name) and "?" not in name):
        return None
    is_sas, is_key = looks_like_sas(rest), looks_like_key(rest)
    is_whole_name = is_name or re.fullmatch(r"(?:https?://)?[^/]+/?", name, re.I) is not None
    # Lines of a key may be broken; words with spaces between them are somebody's sentence.
    is_begun_key = re.fullmatch(r"[A-Za-z0-9+/=\n]+", rest) is not None
    if is_whole_name and not is_sas and not is_key and is_begun_key:
        raise IncompleteTextError(
            "This looks like an account's name and the beginning of its key.",
            field="AccountKey",
            cure="Paste the whole key; it has 88 characters and ends with ==.",
        )
    if not is_sas and not is_key:
        return None
    base = build(
        PastedKind.ACCOUNT_AND_KEY if is_key else PastedKind.SAS_URL,
        account="",
        blob_endpoint="",
        credential=SasToken(parse_sas(rest)) if is_sas else NeedsCredential(),
    )
    spec = with_account(base, name)
    if is_sas:
        return spec
    key, warnings = shared_key(spec.account, rest)
    return rebuilt(spec, credential=key, warnings=warnings)


def looks_like_key(text: str) -> bool:
    """At least most of a key: an address or a path in base64's alphabet is shorter or has dots."""
    value = re.sub(r"\s", "", text)
    return re.fullmatch(r"[A-Za-z0-9+/%]{80,90}={0,2}", value) is not None


def _begun(text: str) -> ConnectionSpec:
    """Nothing known: the beginning of something, or a refusal."""
    joined = join_lines(text)
    if looks_like_key(joined):
        parse_key(joined)
        raise IncompleteTextError(
            "This is an account's key, and it does not say of which account.",
            field="AccountName",
            cure="Put the account's name in front of it.",
        )
    if could_become_url(joined) or could_become_keys(joined) or looks_like_sas(f"{joined}&sig="):
        raise IncompleteTextError("Go on.", cure=ANYTHING_KNOWN)
    if is_account_name(joined.lower()):
        raise IncompleteTextError(
            "This may be the name of an account.",
            field="AccountKey",
            cure="Add its key, or paste a connection string or a URL.",
        )
    raise ConnectionTextError("This is nothing that is known.", cure=ANYTHING_KNOWN)


def with_account(spec: ConnectionSpec, text: str) -> ConnectionSpec:
    """`spec` for the account that `text` names, or gives an address of."""
    clean = cleaned(text)
    if is_account_name(clean.lower()):
        name = clean.lower()
        if name == EMULATOR_ACCOUNT:
            found = parse_url(f"http://127.0.0.1:10000/{name}")
        else:
            found = parse_url(default_endpoint(name, "core.windows.net", "blob", "https"))
    elif is_url_like(clean):
        found = parse_url(clean.partition("?")[0])
    else:
        raise ConnectionTextError(
            "That is neither the name of an account nor its address.",
            field="AccountName",
            cure="A name has 3 to 24 of a-z and 0-9; an address looks like "
            "https://account.blob.core.windows.net.",
        )
    return with_endpoints_of(spec, found)


def with_endpoints_of(spec: ConnectionSpec, found: ConnectionSpec) -> ConnectionSpec:
    """`spec` in the account of `found`; its place too, where `spec` has none of its own."""
    place = spec.start
    if not place.container:
        place = replace(found.start, path=found.start.path or place.path)
    return build(
        spec.kind,
        account=found.account,
        blob_endpoint=found.blob_endpoint,
        dfs_endpoint=found.dfs_endpoint,
        credential=spec.credential,
        place=place,
        is_dfs_hint=spec.is_dfs_hint or found.is_dfs_hint,
        warnings=spec.warnings,
    )


def rebuilt(
    spec: ConnectionSpec,
    *,
    credential: Credential | None = None,
    place: Place | None = None,
    warnings: tuple[str, ...] = (),
) -> ConnectionSpec:
    """The same connection with another credential or place; scope and needs follow."""
    return build(
        spec.kind,
        account=spec.account,
        blob_endpoint=spec.blob_endpoint,
        dfs_endpoint=spec.dfs_endpoint,
        credential=credential or spec.credential,
        place=place or spec.start,
        is_dfs_hint=spec.is_dfs_hint,
        is_http_allowed=spec.is_http_allowed,
        warnings=spec.warnings + warnings,
    )
