"""Path - List, and the account's filesystems as Filesystem - List shows them.

Source: the REST pages of these names. Numbers and booleans come as strings, as the
service sends them.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import islice

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.properties import access_headers
from tests.servers.lake.store import Store
from tests.servers.lake.tree import Node, below, checked_path, filetime, path_of_token, token_of

_JSON = "application/json;charset=utf-8"


async def list_paths(store: Store, request: Request, target: Target) -> Reply:
    """What is below a directory, each page in the order of paths."""
    params = request.params
    if "recursive" not in params:
        raise RefusedError("MissingRequiredQueryParameter", "recursive")
    directory = checked_path(params.get("directory", ""))
    top = store.node(target.filesystem, directory)
    if not top.is_directory:
        raise RefusedError("PathNotFound")
    page = page_size(params.get("maxresults", ""), store.limits.list)
    after = path_of_token(params["continuation"]) if params.get("continuation") else ""
    first = params.get("beginfrom", "")
    start = f"{directory}/{first}".strip("/") if first else ""
    nodes = list(
        islice(
            (
                node
                for node in below(
                    top, after=after, is_recursive=params["recursive"].lower() == "true"
                )
                if not start or node.path.split("/") >= start.split("/")
            ),
            page + 1,
        )
    )
    names = store.names if params.get("upn", "").lower() == "true" else None
    body = json.dumps({"paths": [_entry(node, names) for node in nodes[:page]]})
    headers = {"Content-Type": _JSON}
    if len(nodes) > page:
        headers["x-ms-continuation"] = token_of(nodes[page - 1].path)
    return Reply(200, headers, body.encode())


def page_size(asked: str, limit: int) -> int:
    """How many a page has. Raises RefusedError for what is no number above 0."""
    if not asked:
        return limit
    if not asked.isdigit() or int(asked) < 1:
        raise RefusedError("OutOfRangeQueryParameterValue", "maxResults")
    return min(int(asked), limit)


def _entry(node: Node, names: dict[str, str] | None) -> dict[str, str]:
    access = access_headers(node, names)
    entry = {
        "contentLength": str(node.size),
        "creationTime": filetime(node.created_s),
        "etag": node.etag.strip('"'),
        "group": access["x-ms-group"],
        "lastModified": node.facts.get("last-modified", ""),
        "name": node.path,
        "owner": access["x-ms-owner"],
        "permissions": access["x-ms-permissions"],
    }
    if node.is_directory:
        entry["isDirectory"] = "true"
    if node.expires_s is not None:
        entry["expiryTime"] = filetime(node.expires_s)
    return entry


async def list_filesystems(store: Store, request: Request, target: Target) -> Reply:
    """The filesystems of the account by name."""
    params = request.params
    query = {"comp": "list", "prefix": params.get("prefix", "")}
    query["maxresults"] = str(page_size(params.get("maxresults", ""), store.limits.list))
    query["marker"] = params.get("continuation", "")
    reply = await store.upstream.ask("GET", "", {n: v for n, v in query.items() if v})
    root = ET.fromstring(reply.body)
    found = [
        {
            "name": item.findtext("Name", ""),
            "lastModified": item.findtext("Properties/Last-Modified", ""),
            "etag": item.findtext("Properties/Etag", "").strip('"'),
        }
        for item in root.iter("Container")
        if item.findtext("Name") in store.filesystems
    ]
    headers = {"Content-Type": _JSON}
    marker = root.findtext("NextMarker", "")
    if marker:
        headers["x-ms-continuation"] = marker
    return Reply(200, headers, json.dumps({"filesystems": found}).encode())
