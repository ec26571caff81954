"""Puts address, credential and place together into a ConnectionSpec: scope, what is missing.

Pure.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from urllib.parse import unquote

from explorer.base.errors import ConnectionTextError
from explorer.base.patterns import regex
from explorer.storage.connection_spec import (
    EMULATOR_ACCOUNT,
    Anonymous,
    ConnectionSpec,
    Credential,
    EntraSignIn,
    Missing,
    NeedsCredential,
    PastedKind,
    Place,
    SasToken,
    Scope,
    ScopeLevel,
    SharedKey,
)
from explorer.storage.endpoint import parse_endpoint, token_refusal
from explorer.storage.pasted import IncompleteTextError, trim_value, without_spaces
from explorer.storage.sas import SasKind

NOWHERE = Place()
_CONTAINER = regex(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_ACCOUNT = regex(r"[a-z0-9]{3,24}")


def is_container_name(name: str) -> bool:
    """Whether a container may be called so; `$root`, `$web`, `$logs` and the like included."""
    return _CONTAINER.fullmatch(name) is not None or re.fullmatch(r"\$[a-z]+", name) is not None


def is_account_name(name: str) -> bool:
    """Whether Azure may have an account of that name."""
    return _ACCOUNT.fullmatch(name) is not None


def place_of(raw_path: str, *, field: str = "path") -> Place:
    """Container and name of a URL's path, decoded once; `raw_path` has no leading slash.

    A single segment that cannot be a container is a blob of `$root`. Refuses dot segments.
    """
    try:
        path = unquote(raw_path, errors="strict")
    except UnicodeDecodeError:
        raise ConnectionTextError(
            "The path is percent-encoded, but not as UTF-8.",
            field=field,
            cure="Copy the address again from where it was shown.",
        ) from None
    check_path(path, field=field)
    container, slash, name = path.partition("/")
    if not container and not name:
        return Place()
    if is_container_name(container):
        return Place(container, name)
    if slash:
        raise ConnectionTextError(
            "The first part of the path cannot be the name of a container.",
            field="container",
            cure="A container's name has 3 to 63 of a-z, 0-9 and single hyphens.",
        )
    if re.fullmatch(r"[a-z0-9-]+|\$", container):
        raise IncompleteTextError(
            "The name of the container is not whole.",
            field="container",
            cure="A container's name has 3 to 63 of a-z, 0-9 and single hyphens.",
        )
    return Place("$root", container)


def check_path(path: str, *, field: str = "path") -> None:
    """Refuse `.` and `..` as segments: something on the way would turn them into another name.

    A backslash counts as a slash, since the service makes one of it.
    """
    if any(segment in (".", "..") for segment in re.split(r"[/\\]", path)):
        raise ConnectionTextError(
            "The path holds '.' or '..' as a part of its own.",
            field=field,
            cure="Write the path without them; names that hold them cannot be addressed.",
        )


def parse_key(text: str, *, field: str = "AccountKey") -> tuple[str, tuple[str, ...]]:
    """(the key as clean base64, warnings). Raises without ever holding the text."""
    value = trim_value(text)
    if re.search(r"[*<>…]|\.\.\.|redacted|hidden", value, re.I):
        raise ConnectionTextError(
            f"{field} is masked, not the key itself.",
            field=field,
            cure="Press 'Show' where the key is kept, then copy it.",
        )
    value = without_spaces(value)
    if "%" in value:
        value = unquote(value)
    value = value.rstrip("=")
    if not value:
        raise IncompleteTextError(f"{field} is empty.", field=field, cure="Paste the whole key.")
    if re.search(r"[^A-Za-z0-9+/]", value):
        raise ConnectionTextError(
            f"{field} is not base64: it holds a character that no key has.",
            field=field,
            cure="Copy the key again, alone and whole; it has 88 characters and ends with ==.",
        )
    padded = value + "=" * (-len(value) % 4)
    try:
        size = len(base64.b64decode(padded, validate=True))
    except (binascii.Error, ValueError):
        raise IncompleteTextError(
            f"{field} is not whole: it is no valid base64.",
            field=field,
            cure="Copy the key again, to its very end; it has 88 characters and ends with ==.",
        ) from None
    # The unused low bits of the last character are zero in every key.
    padded = base64.b64encode(base64.b64decode(padded)).decode("ascii")
    if size == 64:
        return padded, ()
    return padded, (
        f"The key has {len(padded)} characters; Azure's have 88. Perhaps a part is missing.",
    )


def shared_key(account: str, text: str) -> tuple[SharedKey, tuple[str, ...]]:
    """A key for an account, or a refusal that names what is wrong."""
    key, warnings = parse_key(text)
    return SharedKey(account, key), warnings


def build(
    kind: PastedKind,
    *,
    account: str,
    blob_endpoint: str,
    dfs_endpoint: str | None = None,
    credential: Credential,
    place: Place = NOWHERE,
    is_dfs_hint: bool = False,
    is_http_allowed: bool = False,
    warnings: tuple[str, ...] = (),
) -> ConnectionSpec:
    """The spec, its scope drawn from the credential and the place."""
    scope, missing = _scope(credential, place)
    lacking = list(missing)
    is_loopback = False
    if blob_endpoint:
        end = parse_endpoint(blob_endpoint, account=account)
        if isinstance(credential, EntraSignIn) and (reason := token_refusal(blob_endpoint)):
            raise ConnectionTextError(
                reason,
                field="URL",
                cure="Use https://ACCOUNT.blob.core.windows.net, or a key or a SAS.",
            )
        is_loopback = end.is_loopback
        ends = [end]
        if dfs_endpoint:
            ends.append(parse_endpoint(dfs_endpoint, account=account))
        if not is_http_allowed and any(not one.is_https and not one.is_loopback for one in ends):
            lacking.append(Missing.HTTP_CONSENT)
    else:
        lacking.insert(0, Missing.ACCOUNT)
    if isinstance(credential, NeedsCredential):
        lacking.append(Missing.CREDENTIAL)
    if scope.level is ScopeLevel.BLOB and place.path.endswith("/"):
        place = replace(place, path=place.path.rstrip("/"))
    return ConnectionSpec(
        kind=kind,
        account=account,
        blob_endpoint=blob_endpoint,
        dfs_endpoint=dfs_endpoint,
        credential=credential,
        scope=scope,
        start=place,
        is_emulator=account == EMULATOR_ACCOUNT or (is_loopback and bool(account)),
        is_dfs_hint=is_dfs_hint,
        is_http_allowed=is_http_allowed,
        missing=tuple(lacking),
        warnings=warnings,
    )


def _scope(credential: Credential, place: Place) -> tuple[Scope, tuple[Missing, ...]]:
    if isinstance(credential, Anonymous):
        if place.container:
            return Scope(ScopeLevel.CONTAINER, place.container), ()
        return Scope(), ()
    if not isinstance(credential, SasToken):
        return Scope(), ()
    sas = credential.sas
    if not sas.is_for_blobs:
        raise ConnectionTextError(
            "This SAS is not for the blob service ('ss' lacks b).",
            field="ss",
            cure="Make an account SAS with the service Blob allowed.",
        )
    if sas.kind is SasKind.ACCOUNT:
        return Scope(), ()
    if not place.container:
        needs_path = sas.kind is not SasKind.CONTAINER and sas.depth != 0
        more = (Missing.PATH,) if needs_path else ()
        return Scope(_LEVELS[sas.kind]), (Missing.CONTAINER, *more)
    if sas.kind is SasKind.CONTAINER:
        return Scope(ScopeLevel.CONTAINER, place.container), ()
    path = place.path.strip("/")
    if sas.kind is SasKind.DIRECTORY:
        segments = path.split("/") if path else []
        depth = len(segments) if sas.depth is None else sas.depth
        if len(segments) < depth or (sas.depth is None and not segments):
            return Scope(ScopeLevel.DIRECTORY, place.container), (Missing.PATH,)
        root = "/".join(segments[:depth])
        return Scope(ScopeLevel.DIRECTORY, place.container, root), ()
    if not path:
        return Scope(ScopeLevel.BLOB, place.container), (Missing.PATH,)
    wanted = {SasKind.SNAPSHOT: "snapshot", SasKind.VERSION: "versionid"}.get(sas.kind)
    if wanted is not None and not (place.snapshot or place.version_id):
        raise ConnectionTextError(
            f"This SAS is for one {sas.kind.value} of a blob, and the address does not say which.",
            field=wanted,
            cure=f"Copy the whole URL, with its '{wanted}'.",
        )
    return Scope(ScopeLevel.BLOB, place.container, place.path.rstrip("/")), ()


_LEVELS = {
    SasKind.CONTAINER: ScopeLevel.CONTAINER,
    SasKind.DIRECTORY: ScopeLevel.DIRECTORY,
    SasKind.BLOB: ScopeLevel.BLOB,
    SasKind.SNAPSHOT: ScopeLevel.BLOB,
    SasKind.VERSION: ScopeLevel.BLOB,
}
