"""Texts made of `Key=Value` pairs: connection strings, account and key, variables of a shell.

Pure. Source: Microsoft's page 'Configure Azure Storage connection strings'. Keys are
found by name, wherever line breaks, commas or spaces stand in place of semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from explorer.base.errors import ConnectionTextError
from explorer.base.patterns import regex
from explorer.storage.connection_build import build, is_account_name, place_of, shared_key
from explorer.storage.connection_spec import (
    EMULATOR_ACCOUNT,
    EMULATOR_KEY,
    ConnectionSpec,
    Credential,
    PastedKind,
    Place,
    SasToken,
    SharedKey,
)
from explorer.storage.endpoint import Endpoint, default_endpoint, parse_endpoint
from explorer.storage.pasted import IncompleteTextError, trim_value, without_spaces
from explorer.storage.sas import parse_sas

PROTOCOL, ACCOUNT, KEY, SUFFIX = (
    "DefaultEndpointsProtocol",
    "AccountName",
    "AccountKey",
    "EndpointSuffix",
)
BLOB, DFS, SAS = "BlobEndpoint", "DfsEndpoint", "SharedAccessSignature"
DEVELOPMENT, PROXY = "UseDevelopmentStorage", "DevelopmentStorageProxyUri"
OTHER_SERVICES = ("FileEndpoint", "QueueEndpoint", "TableEndpoint")
_SECONDARY = tuple(f"{name}SecondaryEndpoint" for name in ("Blob", "File", "Queue", "Table"))

_MAIN = (PROTOCOL, ACCOUNT, KEY, SUFFIX, BLOB, DFS, SAS, DEVELOPMENT, PROXY)
KEYS = (*_MAIN, *OTHER_SERVICES, *_SECONDARY)

# Other names of the same things: variables, labels on a page, options of tools.
_ALIASES = {
    ACCOUNT: (
        "azure storage account name",
        "azure storage account",
        "storage account name",
        "storage account",
        "account name",
        "account",
    ),
    KEY: (
        "azure storage account key",
        "azure storage access key",
        "azure storage key",
        "storage account key",
        "storage key",
        "account key",
        "access key",
        "key1",
        "key2",
        "key",
    ),
    SAS: ("azure storage sas token", "sas token", "sas"),
}


def _folded(name: str) -> str:
    return without_spaces(name).replace("_", "").replace("-", "").lower()


_CANONICAL = {_folded(name): name for name in KEYS}
_CANONICAL |= {_folded(alias): name for name, aliases in _ALIASES.items() for alias in aliases}


def _pattern(name: str) -> str:
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name).split()
    return r"[ _-]?".join(words)


_NAMES = sorted({_pattern(name) for name in KEYS}, key=len, reverse=True)
_ALIAS_NAMES = sorted(
    {_pattern(alias) for aliases in _ALIASES.values() for alias in aliases}, key=len, reverse=True
)
# A key stands at the beginning or after a separator; its sign may have spaces around it.
# An alias may have a colon for a sign; its URL-like neighbours (`sas://`) are none.
_FIND = regex(
    rf"(?:(?<=[\s;,=:\"'`{{(])|^)(?:--|\$env:)?"
    rf"(?:({'|'.join(_NAMES)})[\"'`]?\s*=|({'|'.join(_ALIAS_NAMES)})[\"'`]?\s*(?:=|:(?!//)))",
    re.I,
)

_PLAIN_VALUE = regex(r"(?:https?://)?[A-Za-z0-9._+/-]*(?::[0-9][A-Za-z0-9._+/-]*)?=*")


def has_keys(text: str) -> bool:
    """Whether there is a known `Key=` in it, outside of any URL before it."""
    if _as_written(text):
        return True
    hit = _FIND.search(text)
    return hit is not None and "://" not in text[: hit.start()] and "?" not in text[: hit.start()]


def could_become_keys(text: str) -> bool:
    """Whether it is the beginning of a key's name."""
    start = _folded(text)
    return bool(start) and any(name.startswith(start) for name in _CANONICAL)


def parse_strings(text: str) -> tuple[ConnectionSpec, ...]:
    """Every connection in the text, one after the other. Raises ConnectionTextError."""
    return tuple(_spec(record) for record in _records(text))


def _as_written(text: str) -> list[tuple[str, str]]:
    """The pairs of a text that is as Azure writes it, which most are: nothing has to be searched
    for. Empty for any other, and where a value could be taken for more than that."""
    pairs = [part.partition("=") for part in text.split(";") if part]
    if all(name in KEYS and _PLAIN_VALUE.fullmatch(value) for name, _, value in pairs):
        return [(name, value) for name, _, value in pairs]
    return []


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    if pairs := _as_written(text):
        yield from pairs
        return
    hits = list(_FIND.finditer(text))
    for hit, following in zip(hits, [*hits[1:], None], strict=True):
        name = _CANONICAL[_folded(hit.group(1) or hit.group(2))]
        raw = text[hit.end() : following.start() if following else len(text)].strip()
        quote = raw[:1] if raw[:1] in ("\"'`") else ""
        body = raw[1:] if quote else raw
        # No value of a connection string holds a semicolon or a quote.
        body = re.split(r"[;\"'`]", body, maxsplit=1)[0]
        yield name, trim_value(body)


def _records(text: str) -> list[dict[str, str]]:
    """Pairs as one dictionary for each string; a new one begins where the first key returns."""
    records: list[dict[str, str]] = []
    for name, value in _pairs(text):
        if not records:
            records.append({name: value})
        elif name not in records[-1]:
            records[-1][name] = value
        elif without_spaces(records[-1][name]) == without_spaces(value) and len(records[-1]) > 1:
            if name == next(iter(records[-1])):
                records.append({name: value})
        elif name == next(iter(records[-1])):
            records.append({name: value})
        else:
            raise ConnectionTextError(
                f"{name} is there twice, with different values.",
                field=name,
                cure="Paste one connection string, or each on a line of its own.",
            )
    return records


def _spec(values: dict[str, str]) -> ConnectionSpec:
    if DEVELOPMENT in values and _is_true(values):
        return _emulator(values)
    account = without_spaces(values.get(ACCOUNT, ""))
    is_derived = not values.get(BLOB) and not values.get(DFS)
    credential_given = bool(values.get(KEY) or values.get(SAS))
    _require_blob_service(values, account, is_derived, credential_given)
    last = next(reversed(values))
    if last in (BLOB, DFS) and not values[last]:
        raise IncompleteTextError(f"{last} is empty.", field=last, cure="Paste all of it.")
    if not credential_given:
        raise IncompleteTextError(
            "There is neither a key nor a SAS in it.",
            field=KEY,
            cure=f"Add {KEY}=... or {SAS}=..., or paste the URL alone for a public container.",
        )
    scheme = _protocol(values)
    if is_derived and account == EMULATOR_ACCOUNT and SUFFIX not in values:
        address = f"http://127.0.0.1:10000/{EMULATOR_ACCOUNT}"
    elif is_derived:
        account = _checked_account(account)
        address = default_endpoint(account, _suffix(values), "blob", scheme)
    else:
        address = values.get(BLOB) or values[DFS]
    end, place, query = _address(address, account, scheme, BLOB if values.get(BLOB) else DFS)
    account, warnings = _account(account, end, KEY in values)
    credential: Credential
    if values.get(KEY):
        credential, more = shared_key(account, values[KEY])
        warnings += more
        if values.get(SAS):
            warnings += ("It holds a key and a SAS; the key is used.",)
    else:
        token = values.get(SAS) or query
        credential = SasToken(parse_sas(token.rpartition("?")[2] if "://" in token else token))
    is_plain_pair = set(values) <= {ACCOUNT, KEY}
    return build(
        PastedKind.ACCOUNT_AND_KEY if is_plain_pair else PastedKind.CONNECTION_STRING,
        account=account,
        blob_endpoint=end.blob_url,
        dfs_endpoint=_dfs(values, end, account, scheme),
        credential=credential,
        place=place,
        is_dfs_hint=end.service == "dfs",
        warnings=warnings,
    )


def _is_true(values: dict[str, str]) -> bool:
    text = without_spaces(values[DEVELOPMENT]).lower()
    if text == "true":
        return True
    if text in ("", "t", "tr", "tru") and len(values) == 1:
        raise IncompleteTextError(
            f"{DEVELOPMENT} is not whole.", field=DEVELOPMENT, cure=f"Write {DEVELOPMENT}=true."
        )
    if len(values) == 1:
        raise ConnectionTextError(
            f"{DEVELOPMENT} is neither true nor followed by anything else.",
            field=DEVELOPMENT,
            cure=f"Write {DEVELOPMENT}=true for the emulator.",
        )
    return False


def _emulator(values: dict[str, str]) -> ConnectionSpec:
    address = values.get(BLOB, "")
    if not address:
        proxy = without_spaces(values.get(PROXY, "")).rstrip("/")
        if proxy:
            scheme, _, rest = proxy.rpartition("://")
            netloc = rest.partition("/")[0]
            has_port = re.search(r":\d+$", netloc) is not None
            root = f"{scheme or 'http'}://{netloc}" + ("" if has_port else ":10000")
            address = f"{root}/{EMULATOR_ACCOUNT}"
        else:
            address = f"http://127.0.0.1:10000/{EMULATOR_ACCOUNT}"
    end, place, _ = _address(address, EMULATOR_ACCOUNT, "http", BLOB if BLOB in values else PROXY)
    return build(
        PastedKind.EMULATOR,
        account=EMULATOR_ACCOUNT,
        blob_endpoint=end.blob_url,
        credential=SharedKey(EMULATOR_ACCOUNT, EMULATOR_KEY),
        place=place,
    )


def _require_blob_service(
    values: dict[str, str], account: str, is_derived: bool, credential_given: bool
) -> None:
    if not is_derived:
        return
    others = [name for name in OTHER_SERVICES if name in values]
    if others and not (account and (PROTOCOL in values or SUFFIX in values)):
        error = ConnectionTextError if credential_given else IncompleteTextError
        raise error(
            f"This string has no blob service: its only address is {others[0]}.",
            field=BLOB,
            cure=f"Copy a connection string with {BLOB}, or with {ACCOUNT} and {PROTOCOL}.",
        )
    if not account:
        raise IncompleteTextError(
            "There is neither an account nor the address of one in it.",
            field=ACCOUNT,
            cure=f"Add {ACCOUNT}=... or {BLOB}=https://....",
        )


def _protocol(values: dict[str, str]) -> str:
    text = without_spaces(values.get(PROTOCOL, "https")).lower().removesuffix("://")
    if text in ("http", "https"):
        return text
    raise ConnectionTextError(
        f"{PROTOCOL} is neither https nor http.",
        field=PROTOCOL,
        cure=f"Write {PROTOCOL}=https.",
    )


def _suffix(values: dict[str, str]) -> str:
    text = without_spaces(values.get(SUFFIX, "")).lower().rpartition("://")[2].strip("./")
    if not text:
        return "core.windows.net"
    if re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", text) and ".." not in text:
        return text
    raise ConnectionTextError(
        f"{SUFFIX} is not the end of a host name.",
        field=SUFFIX,
        cure=f"It looks like core.windows.net; leave {SUFFIX} out for Azure itself.",
    )


def _checked_account(account: str) -> str:
    if is_account_name(account.lower()):
        return account.lower()
    raise ConnectionTextError(
        f"{ACCOUNT} cannot be the name of an account.",
        field=ACCOUNT,
        cure="An account's name has 3 to 24 of a-z and 0-9.",
    )


def _address(address: str, account: str, scheme: str, field: str) -> tuple[Endpoint, Place, str]:
    """(endpoint, place behind it, query) of an endpoint's value, which may lack its scheme."""
    address, _, query = without_spaces(address).partition("?")
    if "://" not in address:
        address = f"{scheme}://{address}"
    end = parse_endpoint(address, account=account, field=field)
    if end.service not in ("", "blob", "dfs"):
        raise ConnectionTextError(
            f"{field} is the address of the {end.service} service, not of blobs.",
            field=field,
            cure="It looks like https://account.blob.core.windows.net.",
        )
    return end, place_of(end.path.lstrip("/"), field=field), query


def _account(account: str, end: Endpoint, has_key: bool) -> tuple[str, tuple[str, ...]]:
    if not account:
        if not end.account and has_key:
            raise IncompleteTextError(
                "The host does not say which account the key belongs to.",
                field=ACCOUNT,
                cure=f"Add {ACCOUNT}=....",
            )
        return end.account, ()
    if end.account and end.account.lower() != account.lower():
        return account, (f"{ACCOUNT} and {BLOB} name different accounts.",)
    return (end.account or account), ()


def _dfs(values: dict[str, str], end: Endpoint, account: str, scheme: str) -> str | None:
    if not values.get(DFS):
        return end.dfs_url
    dfs, _, _ = _address(values[DFS], account, scheme, DFS)
    return dfs.dfs_url or dfs.base
