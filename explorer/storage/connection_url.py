"""URLs and URIs of storage, both ways: taken apart, and built segment by segment.

Pure. Sources: RFC 3986; Microsoft's pages 'Naming and referencing containers, blobs and
metadata' and 'Use the Azure Data Lake Storage URI' (abfs); fsspec's `az://`.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from explorer.base.errors import ConnectionTextError, InputError
from explorer.base.patterns import regex
from explorer.storage.connection_build import build, check_path, is_container_name, place_of
from explorer.storage.connection_spec import (
    EMULATOR_ACCOUNT,
    EMULATOR_KEY,
    Anonymous,
    ConnectionSpec,
    Credential,
    NeedsCredential,
    PastedKind,
    Place,
    SasToken,
    SharedKey,
)
from explorer.storage.endpoint import Endpoint, parse_endpoint
from explorer.storage.pasted import IncompleteTextError, join_lines
from explorer.storage.sas import SAS_PARAMETERS, sas_of, split_query

_SCHEME = regex(r"([a-z][a-z0-9+.-]*):(//)?", re.I)
_HADOOP = ("abfs", "abfss", "wasb", "wasbs")
_BARE_HOST = regex(
    r"(?:[\w-]+\.)+(?:blob|dfs)\.[\w.-]+(?:[:/?]|$)"
    r"|(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d+)?/",
    re.I,
)
_ELSEWHERE = {
    "s3": "Amazon S3", "gs": "Google Cloud Storage", "gcs": "Google Cloud Storage",
    "file": "this computer", "ftp": "an FTP server", "sftp": "an SFTP server",
    "adl": "Data Lake Storage Gen1, which has been shut down", "hdfs": "a Hadoop cluster",
}  # fmt: skip
_PORTALS = ("portal.azure.", "ml.azure.com", "login.microsoftonline.", "shell.azure.com")


def is_url_like(text: str) -> bool:
    """Whether it begins like an address, with a scheme or with a host of the service."""
    if not any(mark in text.lower() for mark in (":", ".", "[", "localhost")):
        return False  # quickly, for the names that are typed most
    hit = _SCHEME.match(text)
    if hit is not None and (hit.group(2) or hit.group(1).lower() == "azureml"):
        return True
    return _BARE_HOST.match(text) is not None


def could_become_url(text: str) -> bool:
    """Whether it is the beginning of a scheme that is known."""
    schemes = ("https", "http", "az", "azure", "azureml", *_HADOOP)
    return any(f"{scheme}://".startswith(text.lower()) for scheme in schemes)


def parse_url(text: str) -> ConnectionSpec:
    """One URL or URI as a connection. Raises ConnectionTextError."""
    text = join_lines(text.strip())
    if _BARE_HOST.match(text) and "://" not in text.partition("?")[0]:
        is_service = re.match(r"[^/:?]+\.(?:blob|dfs)\.", text) is not None
        text = f"{'https' if is_service else 'http'}://{text}"
    hit = _SCHEME.match(text)
    scheme = hit.group(1).lower() if hit is not None else ""
    if scheme in ("http", "https"):
        return _web(text)
    if scheme in _HADOOP:
        return _hadoop(text)
    if scheme in ("az", "azure"):
        return _fsspec(text)
    if scheme == "azureml":
        return _datastore(text)
    if scheme in _ELSEWHERE:
        raise ConnectionTextError(
            f"An address that begins with {scheme}:// leads to {_ELSEWHERE[scheme]}.",
            field="URL",
            cure="Quayside opens Azure Blob Storage and Data Lake Storage Gen2.",
        )
    raise ConnectionTextError(
        "Addresses of this sort are not known.",
        field="URL",
        cure="Paste one that begins with https://, abfss://, wasbs:// or az://.",
    )


def address_to_fetch(text: str) -> str:
    """The web address that the text is, where it is not one of storage for sure: a page such as
    OpenPAI's may answer with connection strings. Empty otherwise. Pure."""
    address = text.strip()
    hit = re.fullmatch(r"https?://[^\s/?]+(/[^\s?]*)?(?:\?(\S*))?", address, re.I)
    if hit is None:
        return ""
    path, query = hit[1] or "/", hit[2] or ""
    try:
        end = parse_endpoint(address.partition("?")[0])
    except ConnectionTextError:
        return ""  # of storage, and not whole yet
    is_of_storage = end.service or end.account == EMULATOR_ACCOUNT or end.host.startswith(_PORTALS)
    is_signed = any(name == "sig" for name, _ in split_query(query)[0])
    is_bare = path == "/" and not query
    return "" if is_of_storage or is_signed or is_bare else address


def _web(text: str) -> ConnectionSpec:
    # A blob's name may hold a '#', and storage has no fragments.
    address, _, query = text.partition("?")
    host = address.partition("://")[2].partition("/")[0].lower()
    if host.startswith(_PORTALS):
        raise ConnectionTextError(
            "This is the address of a web page for people, not of storage.",
            field="URL",
            cure="Open that page and copy the 'Blob service URL', a SAS or a connection string.",
        )
    end = parse_endpoint(address)
    _check_service(end)
    signed, others = split_query(query)
    place = _place(end, others)
    credential: Credential
    if any(name == "sig" for name, _ in signed) or _is_begun_sas(signed):
        credential, kind = SasToken(sas_of(signed)), PastedKind.SAS_URL
    elif end.is_loopback and end.account == EMULATOR_ACCOUNT:
        credential, kind = SharedKey(EMULATOR_ACCOUNT, EMULATOR_KEY), PastedKind.EMULATOR
    else:
        if not end.account and not place.container:
            raise IncompleteTextError(
                "A custom domain alone names neither an account nor a container.",
                field="URL",
                cure="Add the container: https://host/container.",
            )
        credential, kind = Anonymous(), PastedKind.URL
    return build(
        kind,
        account=end.account,
        blob_endpoint=end.blob_url,
        dfs_endpoint=end.dfs_url,
        credential=credential,
        place=place,
        is_dfs_hint=end.service == "dfs",
    )


def _is_begun_sas(signed: list[tuple[str, str]]) -> bool:
    return any(name in SAS_PARAMETERS for name, _ in signed)


def _check_service(end: Endpoint) -> None:
    if end.service in ("", "blob", "dfs"):
        return
    what = {"web": "a static website", "file": "Azure Files"}.get(
        end.service, f"the {end.service} service"
    )
    raise ConnectionTextError(
        f"This is the address of {what}; it has no blob service.",
        field="URL",
        cure=f"The account's blobs are at https://{end.account}.blob.core.windows.net "
        "(or the like in other clouds).",
    )


def _place(end: Endpoint, query: dict[str, str]) -> Place:
    place = place_of(end.path)
    inside = query.get("prefix", "") or query.get("directory", "")
    if inside and place.container and not place.path:
        check_path(inside)
        return Place(place.container, inside)
    if query.get("snapshot") or query.get("versionid"):
        snapshot, version = query.get("snapshot", ""), query.get("versionid", "")
        return Place(place.container, place.path, snapshot, version)
    return place


def _hadoop(text: str) -> ConnectionSpec:
    """`abfs[s]://container@account.dfs.core.windows.net/path`, `wasb[s]://` likewise."""
    scheme, _, rest = text.partition("://")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    container, at, host = authority.partition("@")
    container = unquote(container)
    if not at:
        # The account is in the settings of the program it was copied from.
        return _without_account(rest)
    if "." not in host:
        raise IncompleteTextError(
            f"The address {scheme.lower()}:// has no whole host.",
            field="URL",
            cure=f"It looks like {scheme.lower()}://container@account.dfs.core.windows.net/path.",
        )
    _require_container(container)
    end = parse_endpoint(f"https://{host}/{path}")
    _check_service(end)
    inner = place_of(f"{quote(container, safe='$')}/{end.path}")
    signed, _ = split_query(query)
    credential: Credential = NeedsCredential()
    if signed:
        credential = SasToken(sas_of(signed))
    return build(
        PastedKind.URI,
        account=end.account,
        blob_endpoint=end.blob_url,
        dfs_endpoint=end.dfs_url,
        credential=credential,
        place=inner,
        is_dfs_hint=scheme.lower().startswith("abfs"),
    )


def _require_container(container: str) -> None:
    if is_container_name(container):
        return
    error = IncompleteTextError if re.fullmatch(r"[a-z0-9$-]*", container) else ConnectionTextError
    raise error(
        "The address names no valid container.",
        field="container",
        cure="A container's name has 3 to 63 of a-z, 0-9 and single hyphens.",
    )


def _fsspec(text: str) -> ConnectionSpec:
    """`az://container/path`; some write `az://container@account.blob...` or the host first."""
    rest = text.partition("://")[2]
    authority = rest.partition("?")[0].partition("/")[0]
    if "@" in authority:
        return _hadoop(f"wasbs://{rest}")
    if "." in authority:
        return _web(f"https://{rest}")
    return _without_account(rest.partition("?")[0])


def _without_account(rest: str) -> ConnectionSpec:
    container, _, path = rest.partition("/")
    _require_container(unquote(container))
    return build(
        PastedKind.URI,
        account="",
        blob_endpoint="",
        credential=NeedsCredential(),
        place=place_of(f"{container}/{path}"),
    )


def _datastore(text: str) -> ConnectionSpec:
    """`azureml://.../datastores/<name>/paths/<path>`: neither account nor container is in it."""
    parts = re.search(r"datastores/([^/]+)/paths/(.*)", text.partition("?")[0], re.I)
    if parts is None:
        raise IncompleteTextError(
            "This address of Azure Machine Learning leads to no path of a datastore.",
            field="URL",
            cure="Paste azureml://.../datastores/NAME/paths/PATH, or the blob's own https:// URL.",
        )
    check_path(unquote(parts.group(2)))
    spec = build(
        PastedKind.URI,
        account="",
        blob_endpoint="",
        credential=NeedsCredential(),
        place=Place("", unquote(parts.group(2))),
        warnings=(
            f"The datastore '{unquote(parts.group(1))}' hides its account and container: "
            "its page in the studio shows both.",
        ),
    )
    return spec


def blob_url(endpoint: str, container: str, name: str = "") -> str:
    """`endpoint/container/name`, every segment percent-encoded (RFC 3986, section 2).

    `endpoint` is a spec's. Raises InputError for dot segments, which something on the
    way would resolve into another name.
    """
    check_path(name, field="name")
    path = "/".join(quote(segment, safe="") for segment in name.split("/"))
    root = f"{endpoint.rstrip('/')}/{quote(container, safe='$')}" if container else endpoint
    return f"{root}/{path}" if name else root


def locate(text: str, spec: ConnectionSpec) -> Place:
    """A path field's text as a place of this connection: `container/path`, or any URL of it.

    In a connection of one container the container may be left out, and a leading slash
    means 'from the top'. Typed paths are taken literally, URLs are decoded. Raises
    InputError where it is malformed, of another account, or out of reach.
    """
    text = text.strip()
    place = _located_url(text, spec) if is_url_like(text) else _typed(text, spec)
    if not spec.scope.holds(place.container, place.path) and place.container:
        what = spec.scope.path or spec.scope.container
        raise InputError(
            f"That is outside of what this connection reaches ('{what}').",
            cure="Connect with a SAS or a key for it.",
        )
    return place


def _typed(text: str, spec: ConnectionSpec) -> Place:
    from_top = text.startswith("/")
    path = text.lstrip("/")
    check_path(path)
    container, _, name = path.partition("/")
    own = spec.scope.container
    if own and container != own and not from_top:
        return Place(own, path)
    if container and not is_container_name(container):
        raise InputError(
            "The path begins with something that cannot be a container.",
            cure="A container's name has 3 to 63 of a-z, 0-9 and single hyphens.",
        )
    return Place(container, name)


def _located_url(text: str, spec: ConnectionSpec) -> Place:
    # What is secret in it is of no use here, and a damaged SAS no obstacle.
    address, _, query = text.partition("?")
    _, others = split_query(query)
    kept = "&".join(f"{name}={quote(value)}" for name, value in others.items())
    found = parse_url(f"{address}?{kept}" if kept else address)
    if found.blob_endpoint and not is_same_account(found, spec):
        raise InputError(
            f"That address belongs to {found.account or 'another host'}, "
            f"this connection to {spec.account or 'another'}.",
            cure="Open it as a connection of its own.",
        )
    if not found.start.container and found.start.path:
        raise InputError(
            "That address does not say which container it means.",
            cure="Write container/path.",
        )
    return found.start


def is_same_account(one: ConnectionSpec, other: ConnectionSpec) -> bool:
    """By name where both have one, else by host."""
    if one.account and other.account:
        return one.account.lower() == other.account.lower()
    return _host(one) == _host(other)


def _host(spec: ConnectionSpec) -> str:
    return spec.blob_endpoint.partition("://")[2].partition("/")[0]
