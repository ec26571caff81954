"""How a request says who it is from: an account key, a SAS, a sign-in's token, or nothing.

Pure, but that a token may have to be asked for. Sources: Microsoft's REST pages 'Authorize
with Shared Key' (Blob, version 2009-09-19 and later), 'Create a service SAS' and 'Authorize
with Microsoft Entra ID'.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote_plus

from explorer.base.errors import ConnectionTextError
from explorer.base.known import Known
from explorer.base.records import dataclass
from explorer.storage.azure.names import quoted
from explorer.storage.connection_spec import Credential, EntraSignIn, SasToken, SharedKey

if TYPE_CHECKING:
    from explorer.storage.azure.tokens import TokenKeeper

_SIGNED = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
_BEARER = "Bearer "
_WEIGHTS = str.maketrans({"-": "", "_": "!"})


class SignedBy(Enum):
    """What a signer has in hand; errors explain themselves by it."""

    KEY = "account key"
    SAS = "SAS"
    TOKEN = "sign-in"  # noqa: S105 - a kind, not a secret
    NOTHING = "nothing"


class Signer(Protocol):
    """Makes a request one of ours. Headers have lower-case names."""

    @property
    def kind(self) -> SignedBy: ...

    @property
    def expires_s(self) -> float | None:
        """When the credential ends by its own words, seconds since 1970."""
        ...

    def sign(self, method: str, path: str, query: str, headers: dict[str, str]) -> str:
        """Complete `headers` in place; returns the query to send (both without `?`)."""
        ...


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs every request with the account's key."""

    account: str
    key: bytes = field(repr=False)
    kind: SignedBy = SignedBy.KEY
    expires_s: float | None = None
    _begun: hmac.HMAC = field(init=False, repr=False, compare=False)
    """With the key in it already, which is half of the work; each request takes a copy."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_begun", hmac.new(self.key, digestmod="sha256"))

    def __reduce__(self) -> tuple[type[KeySigner], tuple[str, bytes]]:
        return KeySigner, (self.account, self.key)

    @property
    def key_text(self) -> str:
        """The key in base64, as the SDK wants it."""
        return base64.b64encode(self.key).decode()

    def sign(self, method: str, path: str, query: str, headers: dict[str, str]) -> str:
        text = string_to_sign(self.account, method, path, query, headers)
        mac = self._begun.copy()
        mac.update(text.encode())
        told = binascii.b2a_base64(mac.digest(), newline=False).decode()
        headers["authorization"] = f"SharedKey {self.account}:{told}"
        return query


@dataclass(frozen=True, slots=True)
class SasSigner:
    """Appends a SAS to every query."""

    token: str = field(repr=False)
    expires_s: float | None = None
    starts_s: float | None = None
    kind: SignedBy = SignedBy.SAS

    def sign(self, method: str, path: str, query: str, headers: dict[str, str]) -> str:
        return f"{query}&{self.token}" if query else self.token


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Shows the token of a sign-in. It replaces itself, so that it has no end of its own."""

    keeper: TokenKeeper
    kind: SignedBy = SignedBy.TOKEN
    expires_s: float | None = None

    def sign(self, method: str, path: str, query: str, headers: dict[str, str]) -> str:
        """Blocks while a token is asked for. Raises as `TokenKeeper.value`."""
        headers["authorization"] = self.authorization()
        return query

    def authorization(self) -> str:
        """`Bearer ...`: a secret. Raises as `TokenKeeper.value`."""
        return f"{_BEARER}{self.keeper.value()}"

    def renew(self, headers: Mapping[str, str]) -> bool:
        """After a request with these headers was refused: whether to sign it once more."""
        return self.keeper.renew(headers.get("authorization", "").removeprefix(_BEARER))


@dataclass(frozen=True, slots=True)
class NoSigner:
    """Asks for what is public."""

    kind: SignedBy = SignedBy.NOTHING
    expires_s: float | None = None

    def sign(self, method: str, path: str, query: str, headers: dict[str, str]) -> str:
        return query


def signer_for(credential: Credential) -> Signer:
    """The signer of a connection's credential. Raises ConnectionTextError for a broken key."""
    if isinstance(credential, SharedKey):
        try:
            key = base64.b64decode(credential.key, validate=True)
        except (binascii.Error, ValueError):
            raise ConnectionTextError(
                "The account key is not valid base64.",
                field="AccountKey",
                cure="Copy it again from 'Access keys' of the account.",
            ) from None
        return KeySigner(credential.account, key)
    if isinstance(credential, SasToken):
        sas = credential.sas
        return SasSigner(
            sas.token,
            sas.usable_until.timestamp() if sas.usable_until else None,
            sas.starts.timestamp() if sas.starts else None,
        )
    if isinstance(credential, EntraSignIn):
        from explorer.storage.azure.tokens import keeper_of  # late: others need no process

        return TokenSigner(keeper_of(credential.source))
    return NoSigner()


def string_to_sign(
    account: str, method: str, path: str, query: str, headers: Mapping[str, str]
) -> str:
    """What the account's key signs. `path` is the encoded path as sent, account in it or not."""
    if headers.get("content-length") == "0":
        headers = {**headers, "content-length": ""}
    form, signed = _FORMS[tuple(headers)]
    lines = [form % (method, *map(headers.__getitem__, signed), account, path)]
    if query:
        values: dict[str, list[str]] = {}
        for part in query.split("&"):
            name, _, value = part.partition("=")
            values.setdefault(unquote_plus(name).lower(), []).append(unquote_plus(value))
        lines += [f"{name}:{','.join(sorted(values[name]))}" for name in sorted(values)]
    return "\n".join(lines)


def _form(names: tuple[str, ...]) -> tuple[str, list[str]]:
    """What is signed of a request with headers of these names, as a text with a `%s` for the
    method, each of the headers given beside it, the account and the path."""
    service = sorted((name for name in names if name.startswith("x-ms-")), key=header_order)
    lines = ["%s", *("%s" if name in names else "" for name in _SIGNED)]
    lines += [f"{name.replace('%', '%%')}:%s" for name in service]
    return "\n".join([*lines, "/%s%s"]), [*(n for n in _SIGNED if n in names), *service]


_FORMS = Known(_form, 256)
"""One kind of request has the same names."""


def header_order(name: str) -> tuple[str, str]:
    """The service's order of header names: hyphens count for nothing, `_` comes first."""
    return name.translate(_WEIGHTS), name


def query_text(parameters: Mapping[str, str]) -> str:
    """`a=1&b=two%20words` of the parameters that are not empty. Raises UnsafeNameError."""
    return "&".join(f"{name}={quoted(value, '')}" for name, value in parameters.items() if value)
