"""A text with connection strings, fetched from an address such as OpenPAI's `/storages/blobs`.

It is a secret: https only, on this machine http too, and a redirect is followed to the same host
alone. Proxy and certificates are those of storage. Blocks; any thread.
"""

from __future__ import annotations

import re
import threading
from contextlib import nullcontext
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from explorer.base.cancel import Cancelled, CancelToken, current_token, running_under
from explorer.base.errors import InputError, NetworkError
from explorer.base.patterns import regex
from explorer.storage.azure.answer import Answer
from explorer.storage.azure.client import StoreOptions, open_pool
from explorer.storage.azure.dial import Origin, ProxyRefusedError
from explorer.storage.azure.pool import Call, Pool
from explorer.storage.azure.wire import WireError
from explorer.storage.endpoint import is_loopback

MOST_BYTES: Final = 1024 * 1024
MOST_S: Final = 30.0
"""So long it may take, from the first byte to the last."""
MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HOST: Final = regex(r"[a-z0-9._-]+|[0-9a-f:.]+", re.IGNORECASE)
"""What goes into a request to a proxy, too: a name of ASCII, or an address."""
_SAFE: Final = "/%:=&;+,!$'()*~@?-._"
_HEAD: Final = "Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n"


def is_address(text: str) -> bool:
    """Whether it is meant as one rather than as a file. Pure."""
    return re.match(r"https?://", text.strip(), re.IGNORECASE) is not None


def fetch_text(address: str, options: StoreOptions, *, most_s: float = MOST_S) -> str:
    """The text at `address`, at most 1 MiB of UTF-8.

    Raises InputError for an address that is not https and for an answer that is no such text,
    NetworkError where there is none within `most_s` seconds, Cancelled where this thread's work
    is. No message quotes the address behind its host.
    """
    address = address.strip()
    host = _parts(address)[0].host
    outer, limit = current_token(), CancelToken()
    alarm = threading.Timer(most_s, limit.cancel)
    alarm.daemon = True
    pool = open_pool(options)
    alarm.start()
    try:
        heard = outer.aborting(limit.cancel) if outer is not None else nullcontext()
        with heard, running_under(limit):
            data = _fetch(pool, address)
            limit.raise_if_cancelled()  # an answer without a length just ends there
    except (OSError, WireError, ProxyRefusedError, Cancelled) as error:
        if outer is not None and outer.is_cancelled:
            raise Cancelled from None
        why = f"no whole answer in {most_s:g} s" if limit.is_cancelled else type(error).__name__
        raise NetworkError(
            f"Nothing was fetched from {host}: {why}.",
            cure="Check address, network and certificates, or save the answer into a file.",
        ) from None
    finally:
        alarm.cancel()
        alarm.join()
        pool.close()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"What {host} answers is no text.") from None


def _fetch(pool: Pool, address: str) -> bytes:
    """The body at the end of the redirects."""
    for _ in range(MOST_REDIRECTS + 1):
        origin, target = _parts(address)
        with pool.exchange(Call(origin, "GET", target, _HEAD, may_resend=True)) as answer:
            if answer.status == 200:
                return _body(answer, origin.host)
            if answer.status not in _REDIRECTS:
                raise InputError(
                    f"{origin.host} refuses ({answer.status}).",
                    cure="Log in there with a browser, and paste the answer or save it into a "
                    "file.",
                )
            address = _next(origin, address, answer)
    raise InputError(f"{origin.host} leads on and on, and was followed no further.")


def _body(answer: Answer, host: str) -> bytes:
    too_long = InputError(f"What {host} answers is too long for connection strings.")
    if answer.length is not None and answer.length > MOST_BYTES:
        raise too_long
    data = bytearray()
    piece = memoryview(bytearray(64 * 1024))
    while count := answer.read_into(piece):
        data += piece[:count]
        if len(data) > MOST_BYTES:
            raise too_long
    return bytes(data)


def _next(origin: Origin, address: str, answer: Answer) -> str:
    """Where a redirect leads, on the same host and port. Raises InputError."""
    leads_to = answer.headers.get("location", "")
    address = urljoin(address, leads_to)
    try:
        is_same = bool(leads_to) and _parts(address)[0] == origin
    except InputError:
        is_same = False
    if not is_same:
        raise InputError(
            f"{origin.host} leads to another address ({answer.status}), which is not followed.",
            cure="Open it in a browser, and paste the answer or the address it ends at.",
        )
    return address


def _parts(address: str) -> tuple[Origin, str]:
    """Where to, and what to ask for there. Raises InputError. Pure."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        host, port = "", None
    if _HOST.fullmatch(host) is None:
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
