"""Hosts of the storage service: which account they name, and blob and dfs beside each other.

Pure. Knows Azure's own names in every cloud and on Azure Stack, DNS zones, secondary
and IPv6 hosts, private links, addresses with the account in the path (the emulator,
bare IP addresses) and custom domains.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urlsplit

from explorer.base.errors import ConnectionTextError
from explorer.base.patterns import regex
from explorer.base.records import dataclass
from explorer.storage.connection_spec import EMULATOR_ACCOUNT
from explorer.storage.pasted import IncompleteTextError

SERVICES = ("blob", "dfs", "file", "queue", "table", "web")
_SUFFIXES = ("core.windows.net", "core.chinacloudapi.cn", "core.usgovcloudapi.net")
_HOST_ENDINGS = regex(r"-(secondary|ipv6|dualstack|microsoftrouting|internetrouting)(?=$|-)", re.I)
_HOST = regex(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address taken apart. `path` is what follows the account, undecoded.

    `service` is one of SERVICES, empty on hosts that do not say. `account` is empty
    on a custom domain.
    """

    scheme: str
    netloc: str
    host: str
    account: str
    service: str
    path: str
    is_path_style: bool
    is_loopback: bool

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    @property
    def base(self) -> str:
        """As pasted, up to the account."""
        root = f"{self.scheme}://{self.netloc}"
        return f"{root}/{quote(self.account)}" if self.is_path_style and self.account else root

    @property
    def blob_url(self) -> str:
        return self._for("blob")

    @property
    def dfs_url(self) -> str | None:
        """None where the host does not say how its other services are called. An address with
        the account in its path is for both."""
        return self._for("dfs") if self.service in ("blob", "dfs") or self.is_path_style else None

    def _for(self, service: str) -> str:
        if self.service not in ("blob", "dfs") or self.service == service:
            return self.base
        labels = self.netloc.split(".")
        labels[labels.index(self.service, 1)] = service
        return f"{self.scheme}://{'.'.join(labels)}"


def default_endpoint(account: str, suffix: str, service: str, scheme: str) -> str:
    """`https://account.blob.core.windows.net`."""
    return f"{scheme}://{account}.{service}.{suffix}"


def parse_endpoint(address: str, *, account: str = "", field: str = "URL") -> Endpoint:
    """Take `scheme://host[:port][/path]` apart; a query must be off already.

    `account` is the name where it is known from elsewhere. Raises ConnectionTextError,
    IncompleteTextError where more may be coming.
    """
    try:
        address.encode()
    except UnicodeEncodeError:
        raise ConnectionTextError(
            f"{field} is not valid Unicode.", field=field, cure="Copy the address again."
        ) from None
    scheme, mark, rest = address.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in ("http", "https"):
        raise ConnectionTextError(
            f"{field} is not an http or https address.",
            field=field,
            cure="It looks like https://account.blob.core.windows.net.",
        )
    netloc, _, path = rest.partition("/")
    netloc, host = _host(netloc, scheme, field)
    is_local = is_loopback(host)
    first, _, after = path.partition("/")
    labels = host.split(".")
    service = _service(labels)
    if service:
        name = _HOST_ENDINGS.sub("", labels[0]).lower()
        _check_suffix(host, service, field)
        return Endpoint(scheme, netloc, host, name, service, path, False, is_local)
    is_numeric = _is_ip(host)
    if not is_numeric and re.fullmatch(r"[\d.]+", host):
        raise IncompleteTextError(
            f"The network address in {field} is not whole.",
            field=field,
            cure="An address looks like http://127.0.0.1:10000/devstoreaccount1.",
        )
    is_path_style = (
        is_numeric
        or is_local
        or "." not in host
        or (first != "" and first in (account, EMULATOR_ACCOUNT))
    )
    if is_path_style and account and first != account:
        # `BlobEndpoint=http://storage:10000` beside an AccountName: the path is all there is.
        is_path_style = is_numeric or is_local
        if is_path_style and first == "":
            first, after = account, ""
    if is_path_style:
        _check_path_account(host, first, field, is_known=bool(account))
        return Endpoint(scheme, netloc, host, first, "", after, True, is_local)
    _check_custom(host, field)
    return Endpoint(scheme, netloc, host, account, "", path, False, is_local)


def _host(netloc: str, scheme: str, field: str) -> tuple[str, str]:
    """(host and port as they go into an address, host alone), both in small letters."""
    if "@" in netloc:
        raise ConnectionTextError(
            f"{field} holds a user name before an @.",
            field=field,
            cure="Take out everything between :// and @.",
        )
    if not netloc:
        raise IncompleteTextError(f"{field} has no host.", field=field, cure="Paste all of it.")
    try:
        parts = urlsplit(f"{scheme}://{netloc}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    host = host.rstrip(".")
    is_six = ":" in host
    if not host or not (is_six or _HOST.fullmatch(host)) or ".." in host:
        raise ConnectionTextError(
            f"The host or port in {field} is not valid.",
            field=field,
            cure="It looks like https://account.blob.core.windows.net.",
        )
    is_default = port is None or port == {"http": 80, "https": 443}[scheme]
    shown = f"[{host}]" if is_six else host
    return (shown if is_default else f"{shown}:{port}"), host


def _service(labels: list[str]) -> str:
    """The service a host is for: the second or third label (DNS zone, private link)."""
    for label in labels[1:3]:
        if label in SERVICES and len(labels) > 2:
            return label
    return ""


def _check_suffix(host: str, service: str, field: str) -> None:
    """A host that is the beginning of a well-known one is still being typed."""
    tail = host.partition(f".{service}.")[2]
    known = (*_SUFFIXES, "storage.azure.net")
    if any(full != tail and full.startswith(tail) for full in known):
        raise IncompleteTextError(
            f"The host in {field} is not whole.",
            field=field,
            cure="It ends like .core.windows.net.",
        )


def _check_path_account(host: str, account: str, field: str, *, is_known: bool) -> None:
    if not account or (not is_known and account != EMULATOR_ACCOUNT and _is_cut(account)):
        raise IncompleteTextError(
            f"{field} names no account.",
            field=field,
            cure=f"Add it after the host: /{EMULATOR_ACCOUNT} for the emulator, "
            "or type the whole host: account.blob.core.windows.net.",
        )


def _is_cut(account: str) -> bool:
    return EMULATOR_ACCOUNT.startswith(account)


def _check_custom(host: str, field: str) -> None:
    labels = host.split(".")
    tail = ".".join(labels[1:])
    if any(
        f"{service}.{suffix}".startswith(tail) for service in SERVICES[:2] for suffix in _SUFFIXES
    ):
        raise IncompleteTextError(
            f"The host in {field} is not whole.",
            field=field,
            cure="It looks like account.blob.core.windows.net.",
        )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def token_refusal(endpoint: str) -> str:
    """Why no sign-in's token is sent to this endpoint; empty where one may be.

    The token opens every account that its owner may use, so it goes over https only, and to
    nobody but Azure and this machine.
    """
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https":
        return "A sign-in works over https only, and the address is plain http."
    known = tuple(f".{suffix}" for suffix in (*_SUFFIXES, "storage.azure.net"))
    if host.endswith(known) or is_loopback(host):
        return ""
    return f"A sign-in is sent to Azure's own addresses only, and {host} is none of them."


def is_loopback(host: str) -> bool:
    """Whether `host`, with or without brackets, means this machine."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return _is_ip(name) and ipaddress.ip_address(name).is_loopback
