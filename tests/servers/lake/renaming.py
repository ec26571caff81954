"""Path - Create with a source: rename and move, within a filesystem and across.

The blob behind a path does not move; its node does, with all below it, in one step that
keeps ETag and Last-Modified. Modes as the service has them: `legacy` replaces an empty
directory and refuses a full one, `posix` moves into a directory that is there.
"""

from __future__ import annotations

from urllib.parse import unquote

from tests.servers.lake import conditions
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.paths import check_lease
from tests.servers.lake.properties import blob_headers, stamp
from tests.servers.lake.store import Store
from tests.servers.lake.tree import (
    Node,
    below,
    checked_path,
    is_within,
    names_of,
    path_of_token,
    put,
    token_of,
)


def source_of(request: Request) -> tuple[str, str, str]:
    """Filesystem, path and query of `x-ms-rename-source`. Raises RefusedError."""
    text, _, query = request.header("x-ms-rename-source").partition("?")
    filesystem, _, path = text.lstrip("/").partition("/")
    if not text.startswith("/") or not path.strip("/"):
        raise RefusedError("InvalidSourceUri")
    return unquote(filesystem), checked_path(unquote(path)), query


async def rename(store: Store, request: Request, target: Target) -> Reply:
    """Raises RefusedError; nothing has changed then."""
    source_filesystem, source_path, _ = source_of(request)
    path = checked_path(target.path)
    async with store.lock:
        filesystem = store.filesystem(target.filesystem)
        source = store.node(source_filesystem, source_path, "SourcePathNotFound")
        conditions.check_source(request, source)
        await check_lease(store, source, request.header("x-ms-source-lease-id"))
        parent, name, there = _destination(filesystem.find(path), request, source)
        if parent is None:
            parent = filesystem.parent_of(path)
            if parent is None:
                raise RefusedError("RenameDestinationParentPathNotFound")
            name = names_of(path)[-1]
        if is_within(parent, source) or (there is source and source.is_directory):
            raise RefusedError("InvalidRenameSourcePath")
        left = _left(store, request, source)
        if left:
            return Reply(201, {"x-ms-continuation": left})
        content = blob_headers(request)
        content = {n: v for n, v in content.items() if n.startswith("x-ms-blob-")}
        if content:
            await store.blob(source, "PUT", {"comp": "properties"}, content)
            await store.refresh(source)
        old = there if there is not None else (parent.children or {}).get(name)
        if old is not None and old is not source:
            store.discard(old)
        put(parent, source, name)
        store.changes += 1
        return Reply(201, stamp(source))


def _destination(
    there: Node | None, request: Request, source: Node
) -> tuple[Node | None, str, Node | None]:
    """The directory and name to move to, and what is replaced there. No directory where
    nothing is there yet."""
    if there is not None and conditions.wants_absent(request):
        raise RefusedError("PathAlreadyExists")
    conditions.check(request, there)
    if there is None:
        return None, "", None
    if there.children is not None and request.params.get("mode", "posix") == "posix":
        inner = there.children.get(source.name)
        if inner is not None and inner is not source:
            if inner.is_directory is not source.is_directory:
                raise RefusedError("InvalidSourceOrDestinationResourceType")
            if not inner.is_empty:
                raise RefusedError("DirectoryNotEmpty")
        return there, source.name, inner
    if there.is_directory is not source.is_directory:
        raise RefusedError("InvalidSourceOrDestinationResourceType")
    if not there.is_empty and there is not source:
        raise RefusedError("DirectoryNotEmpty")
    if there.parent is None:
        raise RefusedError("PathConflict")
    return there.parent, there.name, there


def _left(store: Store, request: Request, source: Node) -> str:
    """The continuation to come back with; empty where this request does the rename."""
    limit = store.limits.rename
    if limit is None:
        return ""
    token = request.params.get("continuation", "")
    counted = int(path_of_token(token)) if token else 0
    counted += limit
    return token_of(str(counted)) if counted < sum(1 for _ in below(source)) + 1 else ""
