"""The Shared Key scheme from the service's side: what must have been signed, and signing on.

Written from Microsoft's page 'Authorize with Shared Key' (Blob Storage and Data Lake
Storage, version 2015-02-21 and later), apart from the client's own implementation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cmp_to_key
from itertools import zip_longest
from urllib.parse import unquote

from tests.servers.lake.messages import Request

_STANDARD = (
    "Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type",
    "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range",
)  # fmt: skip
_PUNCTUATION = "_"


def signature(key: bytes, text: str) -> str:
    """Base64 of the HMAC-SHA256 over the text in UTF-8."""
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


def text_to_sign(account: str, request: Request) -> str:
    """The string whose signature the Authorization header carries."""
    rows = [request.method]
    for name in _STANDARD:
        value = request.header(name.lower())
        rows.append("" if name == "Content-Length" and value == "0" else value)
    return "\n".join(rows) + "\n" + _canonical_headers(request) + _resource(account, request)


def _canonical_headers(request: Request) -> str:
    # The page wants white space within a value folded; neither clients nor the service do.
    own = {name.lower(): text for name, text in request.headers.items() if name.startswith("x-ms-")}
    names = sorted(own, key=cmp_to_key(_header_order))
    return "".join(f"{name}:{own[name]}\n" for name in names)


def _header_order(left: str, right: str) -> int:
    """The service sorts by culture: hyphens weigh nothing, unless all else is equal."""
    for one, other in zip_longest(left.replace("-", ""), right.replace("-", ""), fillvalue=""):
        if one != other:
            return -1 if _weight(one) < _weight(other) else 1
    return (left > right) - (left < right)


def _weight(letter: str) -> tuple[int, str]:
    if not letter:
        return 0, ""
    return (1, letter) if letter in _PUNCTUATION else (2, letter)


def _resource(account: str, request: Request) -> str:
    text = f"/{account}{request.path}"
    values: dict[str, list[str]] = {}
    for part in request.query.split("&"):
        if part:
            name, _, value = part.partition("=")
            values.setdefault(unquote(name).lower(), []).append(unquote(value))
    for name in sorted(values):
        text += f"\n{name}:{','.join(sorted(values[name]))}"
    return text


def authorization(account: str, key: bytes, request: Request) -> str:
    """The header that signs this request."""
    return f"SharedKey {account}:{signature(key, text_to_sign(account, request))}"
