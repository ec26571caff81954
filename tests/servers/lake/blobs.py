"""Blob requests, handed to the emulator on the blob that is behind the path.

What the emulator answers goes back as it is, with what a hierarchical account adds to it.
Writing a blob makes the directories above it.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from tests.servers.lake.acl import born
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Op, Target
from tests.servers.lake.properties import access_headers, kind_headers
from tests.servers.lake.sas import FIELDS
from tests.servers.lake.store import Store
from tests.servers.lake.tree import FOLDER_MARK, Filesystem, Node, checked_path, names_of, put

_OURS = {"host", "authorization", "x-ms-date", "date", "content-length", "connection",
         "transfer-encoding", "expect", "accept-encoding"}  # fmt: skip
_MARK = f"x-ms-meta-{FOLDER_MARK}"
_OVERRIDES = {
    "rscc": "cache-control",
    "rscd": "content-disposition",
    "rsce": "content-encoding",
    "rscl": "content-language",
    "rsct": "content-type",
}
_CREATES = frozenset({Op.PUT_BLOB, Op.PUT_BLOCK_LIST, Op.COPY_BLOB})


def passed_headers(request: Request) -> dict[str, str]:
    """What goes on to the emulator; who it is from is said anew."""
    return {name: value for name, value in request.headers.items() if name not in _OURS}


def passed_query(request: Request) -> str:
    """The query without a SAS."""
    parts = request.query.split("&") if request.query else []
    return "&".join(part for part in parts if part.partition("=")[0].lower() not in FIELDS)


async def read(store: Store, request: Request, target: Target) -> Reply:
    """Get Blob and Get Blob Properties."""
    node = store.node(target.filesystem, checked_path(target.path))
    reply = await _passed(store, request, node.inode, passed_headers(request))
    if reply.status < 300:
        names = store.names if request.header("x-ms-upn").lower() == "true" else None
        reply.headers |= kind_headers(node) | access_headers(node, names)
        reply.headers["x-ms-acl"] = node.access.acl(names)
        params = request.params
        for name, header in _OVERRIDES.items():
            if name in params:
                reply.headers[header] = params[name]
        if node.copied_from:
            reply.headers["x-ms-copy-source"] = node.copied_from
    return reply


async def block_list(store: Store, request: Request, target: Target) -> Reply:
    """Get Block List. Blocks of a file written through dfs are not shown."""
    filesystem = store.filesystem(target.filesystem)
    path = checked_path(target.path)
    node = filesystem.find(path)
    if node is not None and (node.blocks or node.pieces):
        body = b'<?xml version="1.0" encoding="utf-8"?><BlockList><CommittedBlocks />'
        body += b"<UncommittedBlocks /></BlockList>"
        return Reply(200, {"Content-Type": "application/xml", "ETag": node.etag}, body)
    inode = node.inode if node is not None else filesystem.pending.get(path)
    if inode is None:
        raise RefusedError("PathNotFound")
    return await _passed(store, request, inode, passed_headers(request))


async def change(store: Store, request: Request, target: Target) -> Reply:
    """Metadata, properties, tier and lease of what is there."""
    async with store.lock:
        node = store.node(target.filesystem, checked_path(target.path))
        headers = passed_headers(request)
        if node.is_directory and request.params.get("comp") == "metadata":
            headers[_MARK] = "true"
        reply = await _passed(store, request, node.inode, headers)
        await reply.whole()
        if reply.status < 300:
            await store.refresh(node)
        return reply


async def delete(store: Store, request: Request, target: Target) -> Reply:
    """Delete Blob; a directory only when it is empty."""
    async with store.lock:
        node = store.node(target.filesystem, checked_path(target.path))
        if not node.is_empty:
            raise RefusedError("DirectoryIsNotEmpty")
        reply = await _passed(store, request, node.inode, passed_headers(request))
        await reply.whole()
        if reply.status < 300:
            store.discard(node)
        return reply


async def put_block(store: Store, request: Request, target: Target) -> Reply:
    """Put Block, also on a path where nothing is yet."""
    filesystem, path = store.filesystem(target.filesystem), checked_path(target.path)
    node = _writable(filesystem, path)
    inode = node.inode if node is not None else _pending(filesystem, path)
    headers = passed_headers(request)
    if "x-ms-copy-source" in headers:
        headers["x-ms-copy-source"] = _inner_source(store, request)
    reply = await _passed(store, request, inode, headers)
    await reply.whole()
    return reply


async def write(store: Store, request: Request, target: Target) -> Reply:
    """Put Blob, Put Block List, Copy Blob and Append Block."""
    if "x-ms-tags" in request.headers:
        raise RefusedError("FeatureNotYetSupportedForHierarchicalNamespaceAccounts")
    if request.header("x-ms-blob-type") == "PageBlob":
        raise RefusedError("FeatureNotYetSupportedForHierarchicalNamespaceAccounts")
    async with store.lock:
        filesystem, path = store.filesystem(target.filesystem), checked_path(target.path)
        if not path:
            raise RefusedError("InvalidUri")
        is_folder = request.header(_MARK).lower() == "true" and not request.body
        node = _writable(filesystem, path, is_folder=is_folder)
        inode = node.inode if node is not None else _pending(filesystem, path)
        headers = passed_headers(request)
        source = headers.get("x-ms-copy-source", "")
        if source:
            headers["x-ms-copy-source"] = _inner_source(store, request)
        reply = await _passed(store, request, inode, headers)
        await reply.whole()
        if reply.status >= 300:
            return reply
        if node is None:
            node = await _attached(store, filesystem, path, inode, is_folder)
        await store.refresh(node)
        if target.op in _CREATES:
            node.pieces, node.blocks, node.expires_s = {}, [], None
            node.copied_from = source.partition("?")[0]
            node.is_from_blob_api = node.size > 0
        return reply


async def _attached(
    store: Store, filesystem: Filesystem, path: str, inode: str, is_folder: bool
) -> Node:
    """A new node over a blob that has just got its content."""
    filesystem.pending.pop(path, None)
    parent = await store.parent(filesystem, path)
    name = names_of(path)[-1]
    access = born(parent.access, is_directory=is_folder, mode=None, umask=None)
    expired = (parent.children or {}).get(name)
    if expired is not None:
        store.discard(expired)
    node = Node(name, None, access, {} if is_folder else None, inode)
    put(parent, node, name)
    return node


def _writable(filesystem: Filesystem, path: str, *, is_folder: bool = False) -> Node | None:
    """What a blob is to be written over. Raises RefusedError where it is a directory, or a
    file is on the way."""
    filesystem.parent_of(path)
    node = filesystem.find(path)
    if node is not None and node.is_directory is not is_folder:
        raise RefusedError("OperationNotSupportedOnDirectory" if not is_folder else "PathConflict")
    return node


def _pending(filesystem: Filesystem, path: str) -> str:
    return filesystem.pending.setdefault(path, Node("", None, filesystem.root.access).inode)


def source_target(request: Request) -> tuple[str, str, str] | None:
    """Filesystem, path and query of a copy's source on this server; None for one elsewhere."""
    found = urlsplit(request.header("x-ms-copy-source"))
    account = request.path.lstrip("/").partition("/")[0]
    names = found.path.lstrip("/").split("/", 2)
    if found.netloc != request.header("host") or names[0] != account or len(names) < 3:
        return None
    return unquote(names[1]), checked_path(unquote(names[2])), found.query


def _inner_source(store: Store, request: Request) -> str:
    found = source_target(request)
    if found is None:
        return request.header("x-ms-copy-source")
    node = store.node(found[0], found[1])
    return store.upstream.readable_url(f"{store.container}/{node.inode}")


async def _passed(store: Store, request: Request, inode: str, headers: dict[str, str]) -> Reply:
    return await store.upstream.stream(
        request.method, f"{store.container}/{inode}", passed_query(request), headers, request.body
    )
