"""A text with connection strings, fetched from an address such as OpenPAI's `/storages/blobs`.

It is a secret: https only, on this machine http too, and no redirect is followed. Proxy and
certificates are those of storage. Blocks; any thread.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from explorer.base.errors import InputError, NetworkError
from explorer.storage.azure.client import StoreOptions, open_pool
from explorer.storage.azure.dial import Origin, ProxyRefusedError
from explorer.storage.azure.pool import Call
from explorer.storage.azure.wire import WireError
from explorer.storage.endpoint import is_loopback

MOST_BYTES: Final = 1024 * 1024
_SAFE: Final = "/%:=&;+,!$'()*~@?-._"


def is_address(text: str) -> bool:
    """Whether it is meant as one rather than as a file. Pure."""
    return re.match(r"https?://", text.strip(), re.IGNORECASE) is not None


def fetch_text(address: str, options: StoreOptions) -> str:
    """The text at `address`, at most 1 MiB of UTF-8.

    Raises InputError for an address that is not https and for an answer that is no such text,
    NetworkError where there is none. Neither quotes the address behind its host.
    """
    origin, target = _parts(address.strip())
    pool = open_pool(options)
    head = "Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
    call = Call(origin, "GET", target, head, may_resend=True)
    try:
        with pool.exchange(call) as answer:
            if answer.status != 200:
                raise _refused(origin.host, answer.status)
            data = bytes(answer.read(MOST_BYTES + 1))
    except (OSError, WireError, ProxyRefusedError) as error:
        raise NetworkError(
            f"Nothing was fetched from {origin.host}: {type(error).__name__}.",
            cure="Check address, network and certificates, or save the answer into a file.",
        ) from None
    finally:
        pool.close()
    if len(data) > MOST_BYTES:
        raise InputError(f"What {origin.host} answers is too long for connection strings.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"What {origin.host} answers is no text.") from None


def _parts(address: str) -> tuple[Origin, str]:
    """Where to, and what to ask for there. Raises InputError. Pure."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host:
        raise InputError("That is no address.", cure="Write it with https:// in front.")
    scheme = parts.scheme.lower()
    if scheme != "https" and not is_loopback(host):
        raise InputError(
            "Connection strings are fetched by https only: others could read them on the way.",
            cure="Use the address that begins with https://, or save the answer into a file.",
        )
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    usual = 443 if scheme == "https" else 80
    return Origin(scheme, host, port or usual), (quote(parts.path, safe=_SAFE) or "/") + query


def _refused(host: str, status: int) -> InputError:
    if 300 <= status < 400:
        return InputError(
            f"{host} leads to another address ({status}), which is not followed.",
            cure="Open it in a browser, and paste the answer or the address it ends at.",
        )
    return InputError(
        f"{host} refuses ({status}).",
        cure="Log in there with a browser, and paste the answer or save it into a file.",
    )
