"""Blob Batch: many deletes in one request, as multipart/mixed of whole requests.

Pure. Source: Microsoft's REST page 'Blob Batch'.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from explorer.base.patterns import regex
from explorer.storage.azure.answer import is_number, parse_head
from explorer.storage.azure.wire import WireError

_BOUNDARY = regex(r'boundary="?([^";]+)"?', re.I)


class Part(NamedTuple):
    """One answer in a batch. `number` is the request's, -1 where the answer does not say."""

    number: int
    status: int
    headers: dict[str, str]
    body: bytes


def new_boundary() -> str:
    return f"batch_{os.urandom(16).hex()}"


def batch_body(boundary: str, requests: Sequence[tuple[str, str]]) -> bytes:
    """The body for these requests: request line and header lines (each with its CRLF)."""
    pieces = []
    for number, (line, head) in enumerate(requests):
        pieces.append(
            f"--{boundary}\r\nContent-Type: application/http\r\n"
            f"Content-Transfer-Encoding: binary\r\nContent-ID: {number}\r\n\r\n"
            f"{line}\r\n{head}\r\n"
        )
    pieces.append(f"--{boundary}--\r\n")
    return "".join(pieces).encode("ascii")


def batch_answers(content_type: str, body: bytes) -> list[Part]:
    """The answers of a batch, in the order they came. Raises WireError."""
    hit = _BOUNDARY.search(content_type)
    if hit is None:
        raise WireError("the answer to a batch is not multipart")
    mark = b"--" + hit[1].encode("latin-1")
    answers = []
    for piece in body.split(mark)[1:]:
        if piece.startswith(b"--"):
            break
        outer, _, inner = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
        number = -1
        for line in outer.split(b"\r\n"):
            name, _, value = line.partition(b":")
            text = value.decode("latin-1").strip()
            if name.strip().lower() == b"content-id" and is_number(text):
                number = int(text)
        head, _, content = inner.lstrip(b"\r\n").partition(b"\r\n\r\n")
        _, status, _, headers = parse_head(head.rstrip(b"\r\n"))
        answers.append(Part(number, status, headers, content.rstrip(b"\r\n")))
    return answers
