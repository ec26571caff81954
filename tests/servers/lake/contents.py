"""Path - Update with append and flush, and Path - Read.

Appended bytes are blocks of the emulator's blob from the start; a flush makes them the
file. Source: Path - Update, Path - Read.
"""

from __future__ import annotations

import base64
import hashlib
import uuid

from tests.servers.lake import conditions
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.properties import (
    blob_headers,
    kept_headers,
    kind_headers,
    lease_header,
    properties_text,
    stamp,
)
from tests.servers.lake.store import Store
from tests.servers.lake.tree import Node, Piece, checked_path

_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
_UNSERVED = ("x-ms-structured-body", "x-ms-lease-action", "x-ms-encryption-key")
_READ = ("range", "x-ms-range", "x-ms-range-get-content-md5", "x-ms-lease-id", *_CONDITIONS)


async def append(store: Store, request: Request, target: Target) -> Reply:
    """Keep bytes for a position. They may come in any order."""
    node = _file(store, target)
    position = _position(request)
    body = request.body
    if not body:
        raise RefusedError("InvalidHeaderValue", "Content-Length must not be zero.")
    _refuse_unserved(request)
    given = request.header("content-md5")
    if given and base64.b64encode(hashlib.md5(body).digest()).decode() != given:
        raise RefusedError("Md5Mismatch")
    if node.is_from_blob_api:
        raise RefusedError("InvalidFlushOperation")
    block = base64.b64encode(uuid.uuid4().bytes).decode()
    await store.blob(node, "PUT", {"comp": "block", "blockid": block}, lease_header(request), body)
    node.pieces[position] = Piece(position, len(body), block)
    headers = {"x-ms-request-server-encrypted": "true"}
    if given:
        headers["Content-MD5"] = given
    if request.params.get("flush", "").lower() == "true":
        async with store.lock:
            headers |= await _flush(store, node, request, position + len(body))
    return Reply(202, headers)


async def flush(store: Store, request: Request, target: Target) -> Reply:
    """Make what was appended up to `position` the file."""
    if request.body:
        raise RefusedError("ContentLengthMustBeZero")
    _refuse_unserved(request)
    async with store.lock:
        node = _file(store, target)
        conditions.check(request, node)
        return Reply(200, await _flush(store, node, request, _position(request)))


async def _flush(store: Store, node: Node, request: Request, position: int) -> dict[str, str]:
    if node.is_from_blob_api:
        raise RefusedError("InvalidFlushOperation")
    taken, at = [], node.size
    while at < position:
        piece = node.pieces.get(at)
        if piece is None:
            raise RefusedError("InvalidFlushPosition")
        taken.append(piece)
        at += piece.size
    if at != position:
        raise RefusedError("InvalidFlushPosition")
    blocks = [*node.blocks, *(piece.block for piece in taken)]
    kept: dict[Piece, bytes] = {}
    if request.params.get("retainuncommitteddata", "").lower() == "true":
        kept = await _read_ahead(store, node, request, blocks, at)
    await _commit(store, node, request, blocks)
    for piece, data in kept.items():
        query = {"comp": "block", "blockid": piece.block}
        await store.blob(node, "PUT", query, lease_header(request), data)
    node.blocks = blocks
    node.pieces = {piece.position: piece for piece in kept}
    await store.refresh(node)
    return stamp(node) | {"x-ms-request-server-encrypted": "true"}


async def _commit(store: Store, node: Node, request: Request, blocks: list[str]) -> None:
    ids = "".join(f"<Latest>{block}</Latest>" for block in blocks)
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{ids}</BlockList>'.encode()
    headers = kept_headers(node) | blob_headers(request)
    await store.blob(node, "PUT", {"comp": "blocklist"}, headers, body)


async def _read_ahead(
    store: Store, node: Node, request: Request, blocks: list[str], at: int
) -> dict[Piece, bytes]:
    """The bytes of what stays appended: the emulator forgets blocks that a commit leaves
    out, so they are committed for a moment, and read."""
    ahead = sorted(
        (piece for piece in node.pieces.values() if piece.position >= at),
        key=lambda piece: piece.position,
    )
    if not ahead:
        return {}
    await _commit(store, node, request, [*blocks, *(piece.block for piece in ahead)])
    reply = await store.blob(node, "GET", {}, {"range": f"bytes={at}-"})
    found: dict[Piece, bytes] = {}
    start = 0
    for piece in ahead:
        found[piece] = reply.body[start : start + piece.size]
        start += piece.size
    return found


async def read(store: Store, request: Request, target: Target) -> Reply:
    """Path - Read, whole or a range."""
    node = _file(store, target)
    sent = {name: request.headers[name] for name in _READ if name in request.headers}
    reply = await store.upstream.stream("GET", f"{store.container}/{node.inode}", "", sent)
    if reply.status >= 300:
        await reply.whole()
        code = reply.headers.get("x-ms-error-code", "InternalError")
        raise RefusedError(code, status=reply.status)
    reply.headers |= kind_headers(node) | {"x-ms-properties": properties_text(node.metadata)}
    return reply


def _file(store: Store, target: Target) -> Node:
    node = store.node(target.filesystem, checked_path(target.path))
    if node.is_directory:
        raise RefusedError("ResourceTypeMismatch")
    return node


def _refuse_unserved(request: Request) -> None:
    for name in _UNSERVED:
        if name in request.headers:
            raise RefusedError("UnsupportedHeader", name)


def _position(request: Request) -> int:
    text = request.params.get("position", "")
    if not text:
        raise RefusedError("MissingRequiredQueryParameter", "position")
    if not text.isdigit():
        raise RefusedError("OutOfRangeQueryParameterValue", "position")
    return int(text)
