"""Which proxy a request goes through: a setting, the environment, or the system's.

The rules are those most programs share: `https_proxy`, `http_proxy`, `all_proxy`
and `no_proxy` in either case, `HTTP_PROXY` in capitals not under CGI, and nothing
on this machine is ever asked for through a proxy.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import sys
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import unquote, urlsplit

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.storage.endpoint import is_loopback

DIRECT = "direct"
"""The setting that goes past every proxy."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. `authorization` is the value of Proxy-Authorization, a secret."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)


def proxy_for(
    scheme: str, host: str, port: int, setting: str, environ: Mapping[str, str] | None = None
) -> Proxy | None:
    """The proxy for `scheme://host:port`, or None to go there directly.

    `setting` is a proxy's URL, `direct`, or empty for the environment's (and on
    Windows and macOS the system's). Raises InputError when it cannot be used.
    """
    if setting == DIRECT or is_loopback(host):
        return None
    environ = os.environ if environ is None else environ
    if _is_excepted(host, port, _variable("no_proxy", environ)):
        return None
    if setting:
        return parse_proxy(setting)
    name = f"{scheme}_proxy"
    text = _variable(name, environ) or _variable("all_proxy", environ)
    if not text:
        text = _system_proxy(scheme, host)
    return parse_proxy(text) if text else None


def parse_proxy(text: str) -> Proxy:
    """A proxy's URL; `host:port` alone is taken as http. Never echoes a password."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host:
        raise InputError(
            "The proxy is not an address that can be used.",
            cure="Write it as http://host:port in the settings or in HTTPS_PROXY.",
        )
    if parts.scheme != "http":
        raise InputError(
            f"A proxy of the kind {parts.scheme}:// is not supported.",
            cure="Give the address of an HTTP proxy, as http://host:port.",
        )
    authorization = ""
    if parts.username:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(user.encode()).decode()
    return Proxy(host, port or 80, authorization)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if value or (name == "http_proxy" and "REQUEST_METHOD" in environ):
        return value
    return environ.get(name.upper(), "")


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Whether `no_proxy` names the host: `*`, names with their subdomains, addresses, CIDR."""
    host = host.strip("[]").lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    for entry in exceptions.replace(" ", ",").split(","):
        entry = entry.strip().lower()
        if not entry:
            continue
        if entry == "*":
            return True
        if address is not None:
            try:
                if address in ipaddress.ip_network(entry.strip("[]"), strict=False):
                    return True
            except ValueError:
                pass
        name, _, only_port = entry.partition(":")
        if only_port.isdecimal() and int(only_port) != port:
            continue
        name = name.removeprefix("*").removeprefix(".")
        if name and (host == name or host.endswith(f".{name}")):
            return True
    return False


def _system_proxy(scheme: str, host: str) -> str:
    """What Windows' or macOS' own settings say; elsewhere there is no such place."""
    if sys.platform == "win32" or sys.platform == "darwin":
        import urllib.request

        if urllib.request.proxy_bypass(host):
            return ""
        return urllib.request.getproxies().get(scheme, "")
    return ""
