"""Blob Batch: its requests one after the other, each with an answer of its own.

Source: 'Blob Batch'.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable

from tests.servers.lake.failures import RefusedError, failure_reply
from tests.servers.lake.messages import Reply, Request, head_of, parse_headers
from tests.servers.lake.operations import Op, Target, target_of

_LIMIT = 256
_INNER = frozenset({Op.DELETE_BLOB, Op.SET_BLOB})


async def run(request: Request, handle: Callable[[Request, Target], Awaitable[Reply]]) -> Reply:
    """The multipart answer to a multipart request. Raises RefusedError for a broken one."""
    hit = re.search(r'boundary="?([^";]+)', request.header("content-type"))
    if hit is None:
        raise RefusedError("InvalidHeaderValue", "Content-Type")
    parts = _parts(request.body, hit[1])
    if not 0 < len(parts) <= _LIMIT:
        raise RefusedError("InvalidInput", "A batch has 1 to 256 requests.")
    boundary = f"batchresponse_{uuid.uuid4()}"
    body = b""
    for number, inner in parts:
        try:
            target = target_of(inner)
            if target.op not in _INNER:
                raise RefusedError("InvalidInput", "A batch deletes or sets tiers.")
            reply = await handle(inner, target)
            await reply.whole()
        except RefusedError as refused:
            reply = failure_reply(refused, is_dfs=False)
        body += f"--{boundary}\r\nContent-Type: application/http\r\n".encode()
        body += f"Content-ID: {number}\r\n\r\n".encode() if number else b"\r\n"
        body += head_of(reply, inner) + reply.body + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return Reply(202, {"Content-Type": f"multipart/mixed; boundary={boundary}"}, body)


def _parts(body: bytes, boundary: str) -> list[tuple[str, Request]]:
    found = []
    for part in body.split(f"--{boundary}".encode())[1:-1]:
        text = part.decode("latin-1").lstrip("\r\n").replace("\r\n", "\n")
        outer, _, rest = text.partition("\n\n")
        head, _, _ = rest.partition("\n\n")
        first, *lines = head.split("\n")
        try:
            method, url, _ = first.split(" ", 2)
        except ValueError:
            raise RefusedError("InvalidInput", "A part of the batch is no request.") from None
        path, _, query = url.partition("?")
        number = parse_headers(outer.split("\n")).get("content-id", "")
        found.append((number, Request(method, path, query, parse_headers(lines))))
    return found
