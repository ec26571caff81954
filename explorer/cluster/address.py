"""The address of a cluster as a person types it, and whether a secret may travel there. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from enum import Enum
from typing import Final

from explorer.base.errors import InputError
from explorer.base.records import dataclass

PORT: Final = 8786
"""Where a Dask scheduler listens if nothing else is said."""
_FORM: Final = re.compile(
    r"(?P<way>[a-z+]+)://(?P<host>\[[0-9a-f:.%]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?/?",
    re.IGNORECASE | re.ASCII,
)


class Way(Enum):
    """How the scheduler and its workers are spoken to."""

    PLAIN = "dask"
    TLS = "dask+tls"
    INSECURE = "dask+insecure"
    """Plain, and a person has agreed that a secret goes over it."""


_WORDS: Final = {
    "dask": Way.PLAIN,
    "tcp": Way.PLAIN,
    "dask+tls": Way.TLS,
    "tls": Way.TLS,
    "dask+insecure": Way.INSECURE,
}


@dataclass(frozen=True, slots=True)
class Address:
    """A scheduler. `host` is a name or an address, IPv6 in brackets."""

    way: Way
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.way.value}://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """As Dask writes it."""
        return f"{'tls' if self.way is Way.TLS else 'tcp'}://{self.host}:{self.port}"

    def may_carry_secrets(self, workers: tuple[str, ...] = ()) -> bool:
        """Whether nobody on the way reads along: over TLS all the way to the workers (Dask's
        addresses), or where all of them are on this machine, or a person agreed."""
        if self.way is Way.INSECURE:
            return True
        if self.way is Way.PLAIN and not is_loopback(self.host):
            return False
        return all(one.startswith("tls://") or is_loopback(host_of(one)) for one in workers)

    def with_consent(self) -> Address:
        """The same, a person having agreed to plain connections."""
        return replace(self, way=Way.INSECURE) if self.way is Way.PLAIN else self


def parse_address(text: str) -> Address:
    """`dask://HOST:PORT`, `dask+tls://HOST:PORT`. Raises InputError."""
    found = _FORM.fullmatch(text.strip())
    way = _WORDS.get(found["way"].lower()) if found else None
    port = int(found["port"] or PORT) if found else 0
    if found is None or way is None or not 0 < port < 65536:
        raise InputError(
            "This is no address of a cluster.",
            cure="Write --on dask://HOST:PORT, or dask+tls://HOST:PORT, with the scheduler's "
            f"host; the port is {PORT} if it is left out.",
        )
    return Address(way, found["host"].lower(), port)


def host_of(address: str) -> str:
    """`tcp://10.0.0.1:40123` as `10.0.0.1`."""
    return address.partition("://")[2].rpartition(":")[0]


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
