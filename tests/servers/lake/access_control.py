"""Path - Update with setAccessControl and setAccessControlRecursive.

Source: Path - Update; entries and their rules are in `acl`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain, islice

from tests.servers.lake import conditions
from tests.servers.lake.acl import (
    Access,
    Entry,
    modified,
    parse_entries,
    parse_mode,
    removed,
    replaced,
    with_mode,
)
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.properties import stamp
from tests.servers.lake.store import Store
from tests.servers.lake.tree import Node, below, checked_path, path_of_token, token_of


async def set_access_control(store: Store, request: Request, target: Target) -> Reply:
    """Owner, group, and permissions or the list of one path."""
    node = store.node(target.filesystem, checked_path(target.path))
    conditions.check(request, node)
    owner, group = request.header("x-ms-owner"), request.header("x-ms-group")
    mode, acl = request.header("x-ms-permissions"), request.header("x-ms-acl")
    if not (owner or group or mode or acl):
        raise RefusedError("MissingRequiredHeader", "x-ms-acl")
    if mode and acl:
        raise RefusedError("InvalidInput", "x-ms-acl and x-ms-permissions exclude another.")
    access = node.access
    if acl:
        access = replaced(access, parse_entries(acl), is_directory=node.is_directory)
    if mode:
        access = with_mode(access, *parse_mode(mode))
    node.access = replace(access, owner=owner or access.owner, group=group or access.group)
    store.changes += 1
    return Reply(200, stamp(node))


async def set_recursively(store: Store, request: Request, target: Target) -> Reply:
    """The entries set, modified or removed on a path and all below it, a batch at a time.

    Paths of `store.acl_refused` fail. Without forceFlag the batch ends there, with no
    continuation; with it they are counted, and the work goes on.
    """
    params = request.params
    mode = params.get("mode", "")
    if mode not in ("set", "modify", "remove"):
        raise RefusedError("InvalidQueryParameterValue", "mode")
    entries = parse_entries(request.header("x-ms-acl"), has_bits=mode != "remove")
    asked = params.get("maxrecords", "")
    if asked and (not asked.isdigit() or int(asked) < 1):
        raise RefusedError("OutOfRangeQueryParameterValue", "maxRecords")
    batch = min(int(asked or store.limits.acl), store.limits.acl)
    forced = params.get("forceflag", "").lower() == "true"
    top = store.node(target.filesystem, checked_path(target.path))
    token = params.get("continuation", "")
    nodes = below(top, after=path_of_token(token)) if token else chain([top], below(top))
    counts = {"directoriesSuccessful": 0, "filesSuccessful": 0, "failureCount": 0}
    failed: list[dict[str, str]] = []
    last: Node | None = None
    for node in islice(nodes, batch):
        last = node
        if (target.filesystem, node.path) in store.acl_refused:
            counts["failureCount"] += 1
            kind = "DIRECTORY" if node.is_directory else "FILE"
            words = "This request is not authorized to perform this operation."
            failed.append({"name": node.path, "type": kind, "errorMessage": words})
            if not forced:
                break
            continue
        node.access = _changed(node, mode, entries)
        counts["directoriesSuccessful" if node.is_directory else "filesSuccessful"] += 1
    store.changes += 1
    headers = {"Content-Type": "application/json;charset=utf-8"}
    if last is not None and (forced or not failed):
        # The path of the request comes first of all: its own token starts below it.
        after = last.path
        if next(below(top, after=after if last is not top else ""), None) is not None:
            headers["x-ms-continuation"] = token_of(after)
    body = json.dumps({**counts, "failedEntries": failed})
    return Reply(200, headers, body.encode())


def _changed(node: Node, mode: str, entries: tuple[Entry, ...]) -> Access:
    if mode == "remove":
        return removed(node.access, entries)
    if mode == "modify":
        return modified(node.access, entries, is_directory=node.is_directory)
    if not node.is_directory:
        entries = tuple(entry for entry in entries if not entry.is_default)
    return replaced(node.access, entries, is_directory=node.is_directory)
