"""Which connection a command uses: options, environment, or the target itself.

Pure but for the reader that is passed in. The order is that of the README: options first,
then a URL that brings its own SAS, then the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.base.errors import ConnectionTextError, InputError
from explorer.base.records import dataclass
from explorer.storage.connection import (
    Anonymous,
    ConnectionSpec,
    Missing,
    NeedsCredential,
    SasToken,
    TokenSource,
    complete,
    parse,
    spec_of_account,
    with_sign_in,
)
from explorer.storage.connection_url import is_same_account, is_url_like
from explorer.storage.environment import (
    TOKEN_VARIABLE,
    from_environment,
    sign_in_from_environment,
)

SOURCES = (
    "--connection NAME (a saved one), --connection-string TEXT, - or @FILE, --auth az or token "
    "with --account NAME, AZURE_STORAGE_CONNECTION_STRING, STORAGE_CONNECTION_STRING, "
    "AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, "
    f"{TOKEN_VARIABLE} or AZURE_STORAGE_AUTH_MODE=login, or a TARGET that is a URL with a SAS"
)
SIGN_INS = {
    "az": TokenSource.AZURE_CLI,
    "token": TokenSource.VARIABLE,
    "browser": TokenSource.BROWSER,
    "device": TokenSource.DEVICE_CODE,
}
"""What `--auth` says: whom to ask for a token of Microsoft Entra ID."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The connection to use: a saved one by name, or a spec of this run. `note` is for people."""

    saved_name: str = ""
    spec: ConnectionSpec | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What options say; empty where they say nothing."""

    connection: str = ""
    connection_string: str = ""
    allow_http: bool = False
    account: str = ""
    """A name, or an address of the account; for a sign-in."""
    auth: str = ""
    """One of SIGN_INS."""
    source: str = "--connection-string"
    """What errors call the place that the connection string is from."""


def choose(
    target: str,
    given: Given,
    environ: Mapping[str, str],
    read: Callable[[str], str],
) -> Chosen:
    """Decide which connection `target` (empty for the account) is reached with.

    `read` gets the text behind `-` or `@FILE`. Raises InputError with what to do.
    """
    if given.connection and given.connection_string:
        raise InputError(
            "Both --connection and --connection-string are given.", cure="Leave one of them out."
        )
    own = parse(target) if is_url_like(target) else None
    if given.auth or given.account:
        return Chosen(spec=_usable(_signed_in(own, given, environ), given, target))
    if given.connection:
        if own is not None and isinstance(own.credential, SasToken):
            raise _two_credentials()
        return Chosen(saved_name=given.connection)
    if given.connection_string:
        spec = _parsed(_read(given.connection_string, read), given.source)
        if own is not None:
            if isinstance(own.credential, SasToken):
                raise _two_credentials()
            _check_same(own, spec)
        return Chosen(spec=_usable(spec, given, target))
    if own is not None and isinstance(own.credential, SasToken):
        return Chosen(spec=_usable(own, given, target))
    label, found = _of_environment(environ)
    if own is None or Missing.ACCOUNT in own.missing:
        if found is None:
            raise InputError("There are no credentials.", cure=f"Give one of: {SOURCES}.")
        return Chosen(spec=_usable(found, given, target))
    if found is not None and is_same_account(own, found):
        return Chosen(spec=_usable(found, given, target))
    if isinstance(own.credential, NeedsCredential):
        raise InputError(
            f"The address has no SAS, and there are no credentials for '{own.account}'.",
            cure=f"Give one of: {SOURCES}.",
        )
    note = ""
    if found is not None and isinstance(own.credential, Anonymous):
        note = (
            f"{label} is for another account than the address ('{own.account}'), "
            "which is opened as a public one."
        )
    return Chosen(spec=_usable(own, given, target), note=note)


def _signed_in(
    own: ConnectionSpec | None, given: Given, environ: Mapping[str, str]
) -> ConnectionSpec:
    """The account of the target or of the options, by the sign-in that is asked for."""
    if not given.auth:
        raise InputError(
            "--account says where, but not as whom.",
            cure="Add --auth az, or another of its values.",
        )
    if given.connection or given.connection_string:
        raise InputError(
            "Both --auth and another connection are given.", cure="Leave one of them out."
        )
    if own is not None and isinstance(own.credential, SasToken):
        raise _two_credentials()
    if own is None or Missing.ACCOUNT in own.missing:
        name = given.account or environ.get("AZURE_STORAGE_ACCOUNT", "").strip()
        if not name:
            raise InputError(
                "It is not said which account to sign in to.",
                cure="Add --account NAME, or let TARGET be a URL of it.",
            )
        own = spec_of_account(name)
    return with_sign_in(own, SIGN_INS[given.auth])


def _of_environment(environ: Mapping[str, str]) -> tuple[str, ConnectionSpec | None]:
    """(name of the variable, what it says); None where there is nothing."""
    label, text = from_environment(environ)
    if text:
        return label, _parsed(text, label)
    label, account, source = sign_in_from_environment(environ)
    return label, with_sign_in(spec_of_account(account), source) if source else None


def _read(text: str, read: Callable[[str], str]) -> str:
    return read(text) if text == "-" or text.startswith("@") else text


def _parsed(text: str, label: str) -> ConnectionSpec:
    try:
        return parse(text)
    except ConnectionTextError as error:
        raise ConnectionTextError(
            f"{label}: {error.message}", field=error.field, cure=error.cure
        ) from None


def _two_credentials() -> InputError:
    return InputError(
        "The address brings a SAS, and the options name other credentials.",
        cure="Leave one of them out.",
    )


def _check_same(own: ConnectionSpec, spec: ConnectionSpec) -> None:
    if Missing.ACCOUNT not in own.missing and not is_same_account(own, spec):
        raise InputError(
            f"The address is of '{own.account}', the credentials are for '{spec.account}'.",
            cure="Use the credentials of that account.",
        )


def _usable(spec: ConnectionSpec, given: Given, target: str) -> ConnectionSpec:
    """The spec with what the target and the options add to it, or what is still missing."""
    if spec.needs_http_consent:
        if not given.allow_http:
            raise InputError(
                "The address is plain http: everything, the credential too, could be read on the "
                "way.",
                cure="Use https, or add --allow-http where the network is your own.",
            )
        spec = spec.with_http_allowed()
    if Missing.CONTAINER in spec.missing and target and not is_url_like(target):
        container, _, path = target.strip("/").partition("/")
        spec = complete(spec, container=container, path=_reach(spec, path))
    if spec.missing or isinstance(spec.credential, NeedsCredential):
        what = " and ".join(item.value for item in spec.missing) or Missing.CREDENTIAL.value
        cure = f"Give one of: {SOURCES}."
        if spec.missing == (Missing.CONTAINER,):
            cure = "This SAS is for one container: name it as the TARGET."
        raise InputError(f"The {spec.kind.value} does not say which {what}.", cure=cure)
    return spec


def _reach(spec: ConnectionSpec, path: str) -> str:
    """What of a typed path a SAS without a place of its own is for: as deep as it says."""
    if Missing.PATH not in spec.missing:
        return ""
    depth = spec.sas.depth if spec.sas is not None else None
    return path if depth is None else "/".join(path.split("/")[:depth])
