"""Blob Batch: its requests are answered one by one, as if each had come by itself.

The outer request is not checked: each inner one carries its own credential, and is.
Source: 'Blob Batch'.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.servers.front import Reply, Request, refused

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.I)


def answer_batch(request: Request, answer: Callable[[Request], Reply]) -> Reply:
    """One multipart answer with as many parts as there are requests."""
    hit = _BOUNDARY.search(request.header("content-type"))
    if hit is None:
        return refused(400, "InvalidHeaderValue", "A batch is multipart/mixed.")
    version = request.header("x-ms-version")
    mark = b"--" + hit[1].encode()
    parts = []
    for piece in request.body.split(mark)[1:]:
        if piece.startswith(b"--"):
            break
        outer, _, inner = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
        number = re.search(rb"(?i)content-id: *(\d+)", outer)
        reply = answer(_inner(inner.decode("latin-1"), version))
        lines = [f"HTTP/1.1 {reply.status} Answer"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        head = "\r\n".join(lines)
        parts.append(
            f"--batchresponse\r\nContent-Type: application/http\r\n"
            f"Content-ID: {number[1].decode() if number else 0}\r\n\r\n{head}\r\n\r\n".encode()
            + reply.body
            + b"\r\n"
        )
    body = b"".join(parts) + b"--batchresponse--\r\n"
    return Reply(202, {"content-type": "multipart/mixed; boundary=batchresponse"}, body)


def _inner(text: str, version: str) -> Request:
    """A request of the batch; without a version of its own it has that of the batch."""
    first, *lines = text.strip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = [line.partition(":") for line in lines if ":" in line]
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, spelled={n.lower(): n for n, _, _ in pairs})
