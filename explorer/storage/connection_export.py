"""Connections as a file to take along: without secrets, or with them under a passphrase.

Pure but for the random salt. The file is JSON, read strictly: what is not known is refused.

Secrets are one JSON object (number of the connection: secret), encrypted by AES-256-GCM
(NIST SP 800-38D) under a key that scrypt (RFC 7914) derives from the passphrase; its
parameters stand beside. The rest of the file is authenticated with them, so that nobody
can point a secret to another address.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, replace
from typing import Any

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.marks import marks_from_json
from explorer.storage.saved_connection import SavedConnection, from_json, spec_of, to_json

FORMAT = "quayside-connection-export"
VERSION = 1
MAX_FILE_BYTES = 8 << 20
MAX_CONNECTIONS = 5000
SHORTEST_PASSPHRASE = 8

_KDF, _CIPHER = "scrypt", "AES-256-GCM"
_COST, _BLOCK, _PARALLEL = 1 << 17, 8, 1
"""128 MiB and some tenths of a second for each guess."""
_COSTS = tuple(1 << power for power in range(14, 19))
"""What is accepted: a file must not make this machine work for minutes."""
_SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 16, 12, 16

_WHAT = "This is no export of Quayside's connections that can be read"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One connection of an export. `saved.id` is a number within the file; `secret` is
    empty where the file has none, or was not opened."""

    saved: SavedConnection
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Export:
    """What is in a file. `is_locked` says that there are secrets, still encrypted."""

    parcels: tuple[Parcel, ...]
    is_locked: bool


def pack(parcels: Sequence[Parcel], passphrase: str = "") -> bytes:
    """The file's bytes. Secrets go in only with a passphrase of at least 8 characters.

    Raises InputError for a shorter one. Takes some tenths of a second with one: call it
    in a thread.
    """
    listed = [to_json(replace(one.saved, id=str(number))) for number, one in enumerate(parcels, 1)]
    document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "connections": listed}
    if passphrase:
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise InputError(
                f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters.",
                cure="Choose a longer one; some words in a row are easy to remember.",
            )
        secrets = {str(number): one.secret for number, one in enumerate(parcels, 1) if one.secret}
        document["secrets"] = _encrypted(secrets, passphrase, _bound(document))
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def unpack(data: bytes, passphrase: str = "") -> Export:
    """Read a file; without a passphrase its secrets stay locked.

    Raises InputError for what is no such file, is of a newer version, was changed, or is
    locked with another passphrase. Takes some tenths of a second with one.
    """
    document = _document(data)
    parcels = [_parcel(entry, number) for number, entry in enumerate(document["connections"], 1)]
    locked = document.get("secrets")
    if locked is None or not passphrase:
        return Export(tuple(parcels), is_locked=locked is not None)
    secrets = _decrypted(locked, passphrase, _bound(document))
    known = {one.saved.id for one in parcels if one.saved.needs_secret}
    if set(secrets) - known:
        raise InputError(f"{_WHAT}: it holds secrets of connections it does not list.")
    opened = [replace(one, secret=secrets.get(one.saved.id, "")) for one in parcels]
    for one in opened:
        if one.secret:
            _check_secret(one)
    return Export(tuple(opened), is_locked=False)


def _check_secret(one: Parcel) -> None:
    """It must be one that a person could have pasted."""
    try:
        spec_of(one.saved, one.secret)
    except InputError:
        raise InputError(f"{_WHAT}: the secret of '{one.saved.name}' is damaged.") from None


# -- the document --------------------------------------------------------------


def _document(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"{_WHAT}: it is too large.")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError(f"{_WHAT}.", cure="Choose a file that Quayside wrote.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(f"{_WHAT}.", cure="Choose a file that Quayside wrote.")
    version = document.get("version")
    if type(version) is not int or version < 1:
        raise InputError(f"{_WHAT}: its version makes no sense.")
    if version > VERSION:
        raise InputError("This file is of a newer Quayside.", cure="Use that one to read it.")
    unknown = set(document) - {"format", "version", "connections", "secrets"}
    if unknown:
        raise InputError(f"{_WHAT}: it holds something unknown.")
    entries = document.get("connections")
    if not isinstance(entries, list) or len(entries) > MAX_CONNECTIONS:
        raise InputError(f"{_WHAT}: its list is damaged.")
    return document


_FIELDS = frozenset(one.name for one in fields(SavedConnection))


def _parcel(entry: object, number: int) -> Parcel:
    try:
        if not isinstance(entry, dict) or set(entry) - _FIELDS:
            raise ValueError("an unknown field")
        if entry.get("id") != str(number):
            raise ValueError("the id is none of this file")
        saved = from_json(entry)
        if "marks" in entry:
            marks_from_json(entry["marks"], is_strict=True)
        if not saved.name.strip() or not saved.name.isprintable():
            raise ValueError("the name is empty")
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{_WHAT}: connection {number} is damaged ({error}).") from None
    return Parcel(saved)


def _bound(document: Mapping[str, Any]) -> bytes:
    """What the secrets are bound to, written in one way only."""
    parts = [document["format"], document["version"], document["connections"]]
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()


# -- secrets -------------------------------------------------------------------


def _encrypted(secrets: Mapping[str, str], passphrase: str, bound: bytes) -> dict[str, Any]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # late: seldom needed

    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    key = _key(passphrase, salt, _COST, _BLOCK, _PARALLEL)
    data = AESGCM(key).encrypt(nonce, json.dumps(dict(secrets)).encode(), bound)
    return {
        "kdf": _KDF,
        "n": _COST,
        "r": _BLOCK,
        "p": _PARALLEL,
        "salt": base64.b64encode(salt).decode(),
        "cipher": _CIPHER,
        "nonce": base64.b64encode(nonce).decode(),
        "data": base64.b64encode(data).decode(),
    }


def _decrypted(locked: object, passphrase: str, bound: bytes) -> dict[str, str]:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    names = {"kdf", "n", "r", "p", "salt", "cipher", "nonce", "data"}
    if not isinstance(locked, dict) or set(locked) != names:
        raise InputError(f"{_WHAT}: its secrets are damaged.")
    is_known = (locked["kdf"], locked["cipher"]) == (_KDF, _CIPHER) and (
        locked["n"] in _COSTS and locked["r"] == _BLOCK and locked["p"] in (1, 2, 4)
    )
    if not is_known or any(type(locked[name]) is not int for name in "nrp"):
        raise InputError(f"{_WHAT}: its secrets are locked in a way that is not known here.")
    salt, nonce, data = (_decoded(locked[name]) for name in ("salt", "nonce", "data"))
    if len(salt) != _SALT_BYTES or len(nonce) != _NONCE_BYTES or len(data) < _TAG_BYTES:
        raise InputError(f"{_WHAT}: its secrets are damaged.")
    key = _key(passphrase, salt, locked["n"], locked["r"], locked["p"])
    try:
        text = AESGCM(key).decrypt(nonce, data, bound)
    except InvalidTag:
        raise InputError(
            "The passphrase does not fit, or the file was changed.",
            cure="Type it again, or import without the secrets.",
        ) from None
    try:
        secrets = json.loads(text)
    except (ValueError, RecursionError):
        secrets = None
    is_plain = isinstance(secrets, dict) and all(isinstance(one, str) for one in secrets.values())
    if not is_plain:
        raise InputError(f"{_WHAT}: its secrets are damaged.")
    return dict(secrets)


def _key(passphrase: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    try:
        words = passphrase.encode()
    except UnicodeEncodeError:
        raise InputError("The passphrase is not valid Unicode.") from None
    return Scrypt(salt=salt, length=32, n=cost, r=block, p=parallel).derive(words)


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raise InputError(f"{_WHAT}: its secrets are damaged.") from None
