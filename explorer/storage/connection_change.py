"""Fills in what a pasted text left open, and puts a new credential in place of an old one.

Pure.
"""

from __future__ import annotations

from dataclasses import replace

from explorer.base.errors import ConnectionTextError
from explorer.storage.connection_build import build, is_container_name, shared_key
from explorer.storage.connection_parse import (
    cleaned,
    looks_like_key,
    parse_one,
    rebuilt,
    with_account,
    with_endpoints_of,
)
from explorer.storage.connection_spec import (
    ConnectionSpec,
    Credential,
    EntraSignIn,
    NeedsCredential,
    PastedKind,
    Place,
    SasToken,
    Scope,
    ScopeLevel,
    SharedKey,
    TokenSource,
)
from explorer.storage.connection_url import is_same_account
from explorer.storage.sas import looks_like_sas, parse_sas


def complete(
    spec: ConnectionSpec,
    *,
    account: str = "",
    container: str = "",
    path: str = "",
    credential: str = "",
) -> ConnectionSpec:
    """Fill in what `spec.missing` asks for.

    `account` is a name or any URL of it (whose container and path count too where none
    are given); `credential` is a key, a SAS, or a text holding one. Raises ConnectionTextError.
    """
    if account:
        spec = with_account(spec, account)
    if container or path:
        place = Place(container or spec.start.container, path or spec.start.path)
        if place.container and not is_container_name(place.container):
            raise ConnectionTextError(
                "That cannot be the name of a container.",
                field="container",
                cure="A container's name has 3 to 63 of a-z, 0-9 and single hyphens.",
            )
        spec = rebuilt(spec, place=place)
    return replace_credential(spec, credential) if credential else spec


def replace_credential(spec: ConnectionSpec, text: str) -> ConnectionSpec:
    """`spec` with the key or SAS of `text`: a bare one, a URL or a connection string.

    What was reached before must still be reached, so that open tabs stay valid. Raises
    ConnectionTextError for another account, a narrower SAS, or a text without a credential.
    """
    credential, found = _credential_in(text, spec)
    if found is not None and found.blob_endpoint:
        if spec.blob_endpoint and not is_same_account(found, spec):
            raise ConnectionTextError(
                f"This is for {found.account or 'another host'}, "
                f"the connection is for {spec.account or 'another'}.",
                field="account",
                cure="Paste one for the same account, or make a new connection of it.",
            )
        _require_same_container(found, spec)
    if found is not None and not spec.blob_endpoint:
        spec = with_endpoints_of(spec, found)
    own = spec.start
    if found is not None and found.scope.level is not ScopeLevel.ACCOUNT and found.start.container:
        # Where the new SAS has its root decides how far it reaches.
        own = replace(own, container=found.start.container, path=found.start.path)
    elif spec.scope.container:
        own = replace(own, container=spec.scope.container, path=spec.scope.path or own.path)
    fresh = rebuilt(spec, credential=credential, place=own)
    if isinstance(spec.credential, NeedsCredential):
        return rebuilt(fresh, place=spec.start) if spec.start.container else fresh
    _require_as_wide(spec.scope, fresh.scope)
    return replace(fresh, scope=_narrower(spec.scope, fresh.scope), start=spec.start)


def spec_of_account(text: str) -> ConnectionSpec:
    """The account that `text` names, or gives an address of, without a credential.

    Raises ConnectionTextError.
    """
    nothing = build(PastedKind.URL, account="", blob_endpoint="", credential=NeedsCredential())
    return with_account(nothing, text)


def with_sign_in(spec: ConnectionSpec, source: TokenSource) -> ConnectionSpec:
    """`spec` reached with a sign-in in place of what it had; it starts where it did.

    Raises ConnectionTextError for an address to which no token is sent.
    """
    return rebuilt(spec, credential=EntraSignIn(source))


def _require_same_container(found: ConnectionSpec, spec: ConnectionSpec) -> None:
    wanted = spec.scope.container
    if isinstance(spec.credential, NeedsCredential):
        wanted = spec.start.container
    named = found.start.container
    if found.scope.level is ScopeLevel.ACCOUNT or not wanted or named in ("", wanted):
        return
    raise ConnectionTextError(
        f"This is for the container '{named}', the connection is for '{wanted}'.",
        field="container",
        cure="Paste one for the same container, or make a new connection of it.",
    )


def _require_as_wide(old: Scope, new: Scope) -> None:
    is_as_wide = new.level is ScopeLevel.ACCOUNT or (
        old.level is not ScopeLevel.ACCOUNT
        and new.holds(old.container, old.path)
        and not (new.level is ScopeLevel.BLOB and old.level is not ScopeLevel.BLOB)
    )
    if not is_as_wide:
        raise ConnectionTextError(
            f"This SAS reaches one {new.level.value} only, the connection more than that.",
            field="sr",
            cure=f"Ask for a SAS for the whole {old.level.value}, or connect anew with this one.",
        )


def _narrower(old: Scope, new: Scope) -> Scope:
    return new if old.level is ScopeLevel.ACCOUNT else old


def _credential_in(text: str, spec: ConnectionSpec) -> tuple[Credential, ConnectionSpec | None]:
    clean = cleaned(text)
    if looks_like_sas(clean):
        return SasToken(parse_sas(clean)), None
    if looks_like_key(clean):
        if not spec.account:
            raise ConnectionTextError(
                "A key needs the name of its account.",
                field="AccountName",
                cure="Paste the name and the key, one after the other.",
            )
        return shared_key(spec.account, clean)[0], None
    found = parse_one(text)
    if isinstance(found.credential, SharedKey | SasToken):
        return found.credential, found
    raise ConnectionTextError(
        "There is neither a key nor a SAS in it.",
        field="AccountKey",
        cure="Paste a SAS, a SAS URL, a key or a connection string.",
    )
