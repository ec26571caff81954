"""Path - Create, Get Properties, Set Properties, Delete, and Set Expiry.

Source: the pages of Microsoft's Data Lake Storage Gen2 REST reference of these names,
and 'Set Blob Expiry'.
"""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import parsedate_to_datetime
from itertools import islice

from tests.servers.lake import conditions
from tests.servers.lake.acl import Access, born, parse_entries, parse_mode, parse_umask, replaced
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Op, Target
from tests.servers.lake.properties import (
    blob_headers,
    lease_header,
    stamp,
    status_reply,
)
from tests.servers.lake.store import Store
from tests.servers.lake.tree import Node, below, checked_path, names_of, put, token_of

_DELETE_PAGE = 5000


async def create(store: Store, request: Request, target: Target) -> Reply:
    """Path - Create of a file or a directory; directories above it are made."""
    filesystem = store.filesystem(target.filesystem)
    path = checked_path(target.path)
    if not path:
        raise RefusedError("InvalidUri")
    is_directory = request.params.get("resource") == "directory"
    async with store.lock:
        node = filesystem.find(path)
        if node is not None and conditions.wants_absent(request):
            raise RefusedError("PathAlreadyExists")
        conditions.check(request, node)
        if node is not None and node.is_directory is not is_directory:
            raise RefusedError("PathConflict")
        headers = blob_headers(request)
        parent = await store.parent(filesystem, path)
        name = names_of(path)[-1]
        old = parent.children.get(name) if parent.children is not None else None
        made = Node(name, None, _access_for(request, parent, is_directory), None)
        if is_directory:
            made.children = {}
        if old is not None and not old.is_expired:
            made = old
            made.access = _access_for(request, parent, is_directory)
            made.expires_s, made.is_from_blob_api = None, False
        elif old is not None:
            store.discard(old)
        await store.write_empty(made, headers)
        put(parent, made, name)
        if request.header("x-ms-expiry-option") and not is_directory:
            _set_expiry(made, request)
        if request.header("x-ms-proposed-lease-id"):
            await _lease_new(store, made, request)
    encrypted = {"x-ms-request-server-encrypted": "true"}
    return Reply(201, stamp(made) | encrypted)


async def _lease_new(store: Store, node: Node, request: Request) -> None:
    await store.blob(
        node,
        "PUT",
        {"comp": "lease"},
        {
            "x-ms-lease-action": "acquire",
            "x-ms-lease-duration": request.header("x-ms-lease-duration") or "-1",
            "x-ms-proposed-lease-id": request.header("x-ms-proposed-lease-id"),
        },
    )
    await store.refresh(node)


def _access_for(request: Request, parent: Node, is_directory: bool) -> Access:
    asked, umask = request.header("x-ms-permissions"), request.header("x-ms-umask")
    mode, is_sticky = parse_mode(asked) if asked else (None, False)
    access = born(
        parent.access,
        is_directory=is_directory,
        mode=mode,
        umask=parse_umask(umask) if umask else None,
    )
    acl = request.header("x-ms-acl")
    if acl:
        if asked:
            raise RefusedError("InvalidInput", "x-ms-acl and x-ms-permissions exclude another.")
        access = replaced(access, parse_entries(acl), is_directory=is_directory)
    owner, group = request.header("x-ms-owner"), request.header("x-ms-group")
    return replace(
        access,
        owner=owner or access.owner,
        group=group or access.group,
        is_sticky=is_sticky,
    )


async def get_properties(store: Store, request: Request, target: Target) -> Reply:
    """Path - Get Properties: the status, or the access control list."""
    node = store.node(target.filesystem, checked_path(target.path))
    if node.parent is not None:
        await store.refresh(node)
    conditions.check(request, node, is_read=True)
    names = store.names if request.params.get("upn") == "true" else None
    reply = status_reply(node, names)
    if target.op is Op.PATH_ACCESS:
        reply.headers = {
            name: value
            for name, value in reply.headers.items()
            if not name.startswith(("Content-", "x-ms-lease", "x-ms-prop", "Accept"))
        }
        reply.headers["x-ms-acl"] = node.access.acl(names)
        reply.headers["Content-Length"] = "0"
    return reply


async def set_properties(store: Store, request: Request, target: Target) -> Reply:
    """Path - Update with setProperties: metadata and content headers, all anew."""
    async with store.lock:
        node = store.node(target.filesystem, checked_path(target.path))
        conditions.check(request, node)
        headers = blob_headers(request)
        metadata = {n: v for n, v in headers.items() if n.startswith("x-ms-meta-")}
        if node.is_directory:
            metadata["x-ms-meta-hdi_isfolder"] = "true"
        lease = lease_header(request)
        if "x-ms-properties" in request.headers:
            await store.blob(node, "PUT", {"comp": "metadata"}, metadata | lease)
        content = {n: v for n, v in headers.items() if n.startswith("x-ms-blob-")}
        if content:
            await store.blob(node, "PUT", {"comp": "properties"}, content | lease)
        await store.refresh(node)
        return Reply(200, stamp(node))


async def delete(store: Store, request: Request, target: Target) -> Reply:
    """Path - Delete of a file, or of a directory with all below it where `recursive` says so.

    Where a request does only so much, deeper paths go first, and a continuation comes.
    """
    params = request.params
    async with store.lock:
        node = store.node(target.filesystem, checked_path(target.path))
        if node.parent is None:
            raise RefusedError("InvalidUri", "The root cannot be deleted.")
        if not params.get("continuation"):
            conditions.check(request, node)
        await check_lease(store, node, request.header("x-ms-lease-id"))
        if not node.is_empty:
            if params.get("recursive", "").lower() != "true":
                raise RefusedError("DirectoryNotEmpty")
            limit = store.limits.delete
            if limit is None and params.get("paginated", "").lower() == "true":
                limit = _DELETE_PAGE
            if limit is not None and _more_than(node, limit):
                for each in list(islice(reversed(list(below(node))), limit)):
                    store.discard(each)
                return Reply(200, {"x-ms-continuation": token_of(node.path)})
        store.discard(node)
        return Reply(200)


def _more_than(node: Node, limit: int) -> bool:
    return next(islice(below(node), limit, None), None) is not None


async def check_lease(store: Store, node: Node, lease: str, prefix: str = "LeaseId") -> None:
    """Raises RefusedError where the node is leased and `lease` is not what it has."""
    await store.refresh(node)
    if node.facts.get("x-ms-lease-state") not in ("leased", "breaking"):
        return
    if not lease:
        raise RefusedError(f"{prefix}Missing")
    # A renewal is refused for every other id.
    await store.blob(
        node, "PUT", {"comp": "lease"}, {"x-ms-lease-action": "renew", "x-ms-lease-id": lease}
    )


async def set_expiry(store: Store, request: Request, target: Target) -> Reply:
    """Set Blob Expiry, on files alone."""
    async with store.lock:
        node = store.node(target.filesystem, checked_path(target.path))
        if node.is_directory:
            raise RefusedError("OperationNotSupportedOnDirectory")
        _set_expiry(node, request)
        store.changes += 1
        return Reply(200, stamp(node))


def _set_expiry(node: Node, request: Request) -> None:
    option, when = request.header("x-ms-expiry-option"), request.header("x-ms-expiry-time")
    try:
        ends = _expiry(option.lower(), when, node.created_s)
    except (TypeError, ValueError):
        raise RefusedError("InvalidHeaderValue", "x-ms-expiry-option") from None
    if ends is not None and ends < time.time():
        raise RefusedError("InvalidHeaderValue", "x-ms-expiry-time is past.")
    node.expires_s = ends


def _expiry(option: str, when: str, created_s: float) -> float | None:
    match option:
        case "neverexpire":
            return None
        case "absolute":
            return parsedate_to_datetime(when).timestamp()
        case "relativetocreation":
            return created_s + int(when) / 1000
        case "relativetonow":
            return time.time() + int(when) / 1000
    raise ValueError(option)


async def lease(store: Store, request: Request, target: Target) -> Reply:
    """Path - Lease: the emulator's lease on the path's blob."""
    async with store.lock:
        node = store.node(target.filesystem, checked_path(target.path))
        conditions.check(request, node)
        names = ("action", "duration", "break-period", "id")
        sent = {f"x-ms-lease-{name}": request.header(f"x-ms-lease-{name}") for name in names}
        sent["x-ms-proposed-lease-id"] = request.header("x-ms-proposed-lease-id")
        reply = await store.blob(
            node, "PUT", {"comp": "lease"}, {n: v for n, v in sent.items() if v}
        )
        await store.refresh(node)
        given = {n: v for n, v in reply.headers.items() if n.startswith("x-ms-lease")}
        return Reply(reply.status, stamp(node) | given)
