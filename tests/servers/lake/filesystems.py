"""Filesystem - Create, Get Properties, Set Properties, and Delete.

A filesystem is a container of the emulator, which keeps its properties, lease and policies,
and a namespace here.
"""

from __future__ import annotations

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.properties import parse_properties, properties_text
from tests.servers.lake.store import Store
from tests.servers.lake.tree import Filesystem, below

_META = "x-ms-meta-"
_KEPT = ("etag", "last-modified", "x-ms-lease", "x-ms-blob-public-access")
_CODES = {
    "ContainerAlreadyExists": "FilesystemAlreadyExists",
    "ContainerNotFound": "FilesystemNotFound",
}
_CONDITIONS = ("if-modified-since", "if-unmodified-since", "x-ms-lease-id")


async def create(store: Store, request: Request, target: Target) -> Reply:
    headers = _metadata(request)
    reply = await _container(store, "PUT", target.filesystem, {}, headers)
    added(store, target.filesystem)
    return Reply(201, _stamp(reply) | {"x-ms-namespace-enabled": "true"})


async def get_properties(store: Store, request: Request, target: Target) -> Reply:
    reply = await _container(store, "HEAD", target.filesystem, {}, {})
    metadata = {n.removeprefix(_META): v for n, v in reply.headers.items() if n.startswith(_META)}
    kept = {n: v for n, v in reply.headers.items() if n.startswith(_KEPT)}
    own = {"x-ms-namespace-enabled": "true", "x-ms-properties": properties_text(metadata)}
    return Reply(200, kept | _stamp(reply) | own)


async def set_properties(store: Store, request: Request, target: Target) -> Reply:
    sent = _metadata(request) | _conditions(request)
    reply = await _container(store, "PUT", target.filesystem, {"comp": "metadata"}, sent)
    return Reply(200, _stamp(reply))


async def delete(store: Store, request: Request, target: Target) -> Reply:
    await _container(store, "DELETE", target.filesystem, {}, _conditions(request))
    removed(store, target.filesystem)
    return Reply(202)


def added(store: Store, name: str) -> None:
    """A container is there: so is its namespace."""
    store.filesystems.setdefault(name, Filesystem(name))
    store.changes += 1


def removed(store: Store, name: str) -> None:
    filesystem = store.filesystems.pop(name, None)
    if filesystem is not None:
        for node in list(below(filesystem.root, is_recursive=False)):
            store.discard(node)
    store.changes += 1


async def _container(
    store: Store, method: str, name: str, query: dict[str, str], headers: dict[str, str]
) -> Reply:
    if name == store.container:
        raise RefusedError("InvalidResourceName")
    reply = await store.upstream.ask(method, name, {"restype": "container", **query}, headers)
    if reply.status >= 300:
        code = reply.headers.get("x-ms-error-code", "")
        if not code and reply.status == 404:
            code = "FilesystemNotFound"
        raise RefusedError(_CODES.get(code, code or "InternalError"), status=reply.status)
    return reply


def _metadata(request: Request) -> dict[str, str]:
    found = parse_properties(request.header("x-ms-properties"))
    return {f"{_META}{name}": value for name, value in found.items()}


def _conditions(request: Request) -> dict[str, str]:
    return {name: request.headers[name] for name in _CONDITIONS if name in request.headers}


def _stamp(reply: Reply) -> dict[str, str]:
    return {
        "ETag": reply.headers.get("etag", ""),
        "Last-Modified": reply.headers.get("last-modified", ""),
    }
