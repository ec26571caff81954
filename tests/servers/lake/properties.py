"""Properties and metadata between their dfs and their blob headers.

Source: Path - Create, Path - Update and Path - Get Properties (x-ms-properties holds
`name=base64` pairs between commas).
"""

from __future__ import annotations

import base64
import binascii
from email.utils import formatdate

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.tree import Node

_CONTENT = ("cache-control", "content-type", "content-encoding", "content-language",
            "content-disposition", "content-md5")  # fmt: skip
_SHOWN = {
    "content-type": "Content-Type",
    "content-encoding": "Content-Encoding",
    "content-language": "Content-Language",
    "content-disposition": "Content-Disposition",
    "cache-control": "Cache-Control",
    "content-md5": "Content-MD5",
    "x-ms-lease-state": "x-ms-lease-state",
    "x-ms-lease-status": "x-ms-lease-status",
    "x-ms-lease-duration": "x-ms-lease-duration",
    "x-ms-access-tier": "x-ms-access-tier",
}


def parse_properties(text: str) -> dict[str, str]:
    """`x-ms-properties` decoded. Raises RefusedError."""
    found: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = base64.b64decode(value, validate=True).decode("latin-1")
        except (binascii.Error, ValueError):
            raise RefusedError("InvalidHeaderValue", "x-ms-properties") from None
    return found


def properties_text(metadata: dict[str, str]) -> str:
    return ",".join(
        f"{name}={base64.b64encode(value.encode('latin-1')).decode()}"
        for name, value in metadata.items()
    )


def blob_headers(request: Request) -> dict[str, str]:
    """What a dfs request says of content and metadata, as headers of a blob request."""
    headers = {
        f"x-ms-blob-{name}": request.header(f"x-ms-{name}")
        for name in _CONTENT
        if request.header(f"x-ms-{name}")
    }
    for name, value in parse_properties(request.header("x-ms-properties")).items():
        headers[f"x-ms-meta-{name}"] = value
    return headers | lease_header(request)


def kept_headers(node: Node) -> dict[str, str]:
    """What a node's blob has, as headers that write it again."""
    headers = {
        f"x-ms-blob-{name}": node.facts[name]
        for name in _CONTENT
        if name in node.facts and name != "content-md5"
    }
    return headers | {f"x-ms-meta-{name}": value for name, value in node.metadata.items()}


def lease_header(request: Request) -> dict[str, str]:
    lease = request.header("x-ms-lease-id")
    return {"x-ms-lease-id": lease} if lease else {}


def stamp(node: Node) -> dict[str, str]:
    """ETag and Last-Modified, as every change answers."""
    # The root has no blob that would know.
    changed = node.facts.get("last-modified") or formatdate(node.created_s, usegmt=True)
    return {"ETag": node.etag, "Last-Modified": changed}


def access_headers(node: Node, names: dict[str, str] | None = None) -> dict[str, str]:
    """Owner, group and permissions; names in place of object ids where they are given."""
    access = node.access
    known = names or {}
    return {
        "x-ms-owner": known.get(access.owner, access.owner),
        "x-ms-group": known.get(access.group, access.group),
        "x-ms-permissions": access.permissions(),
    }


def kind_headers(node: Node) -> dict[str, str]:
    """What a hierarchical account says of a path beyond a blob's properties."""
    headers = {
        "x-ms-resource-type": "directory" if node.is_directory else "file",
        "x-ms-creation-time": formatdate(node.created_s, usegmt=True),
    }
    if node.expires_s is not None:
        headers["x-ms-expiry-time"] = formatdate(node.expires_s, usegmt=True)
    return headers


def status_reply(node: Node, names: dict[str, str] | None) -> Reply:
    """Path - Get Properties, all of them; without a body, whatever its length says."""
    headers = {shown: node.facts[name] for name, shown in _SHOWN.items() if node.facts.get(name)}
    headers |= stamp(node) | kind_headers(node) | access_headers(node, names)
    headers |= {
        "Content-Length": str(node.size),
        "Accept-Ranges": "bytes",
        "x-ms-properties": properties_text(node.metadata),
        "x-ms-server-encrypted": "true",
    }
    return Reply(200, headers)
