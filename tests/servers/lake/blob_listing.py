"""List Blobs over the namespace, as a hierarchical account answers it.

Source: 'List Blobs'. Without a delimiter directories are blobs of no bytes that bear
`hdi_isfolder`; with `/` they are prefixes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from xml.sax.saxutils import escape

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.listing import page_size
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Target
from tests.servers.lake.properties import access_headers, kind_headers
from tests.servers.lake.store import Store
from tests.servers.lake.tree import FOLDER_MARK, Filesystem, Node, below, path_of_token, token_of

_ELEMENTS = {
    "last-modified": "Last-Modified",
    "etag": "Etag",
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "content-encoding": "Content-Encoding",
    "content-language": "Content-Language",
    "content-md5": "Content-MD5",
    "cache-control": "Cache-Control",
    "content-disposition": "Content-Disposition",
    "x-ms-blob-type": "BlobType",
    "x-ms-access-tier": "AccessTier",
    "x-ms-lease-status": "LeaseStatus",
    "x-ms-lease-state": "LeaseState",
    "x-ms-lease-duration": "LeaseDuration",
    "x-ms-server-encrypted": "ServerEncrypted",
}


async def list_blobs(store: Store, request: Request, target: Target) -> Reply:
    """A page of the blobs below a prefix. Raises RefusedError."""
    params = request.params
    filesystem = store.filesystem(target.filesystem)
    prefix, delimiter = params.get("prefix", ""), params.get("delimiter", "")
    if delimiter not in ("", "/"):
        raise RefusedError("InvalidQueryParameterValue", QueryParameterName="delimiter")
    page = page_size(params.get("maxresults", ""), store.limits.list)
    marker = params.get("marker", "")
    shown = params.get("showonly", "").split(",")
    found = _matching(filesystem, prefix, path_of_token(marker) if marker else "", bool(delimiter))
    if "files" in shown:
        found = (node for node in found if not node.is_directory)
    if "directories" in shown:
        found = (node for node in found if node.is_directory)
    nodes = list(islice(found, page + 1))
    include = set(params.get("include", "").split(","))
    next_marker = token_of(nodes[page - 1].path) if len(nodes) > page else ""
    items = "".join(
        f"<BlobPrefix><Name>{escape(node.path)}/</Name></BlobPrefix>"
        if node.is_directory and delimiter
        else _item(store, node, include)
        for node in nodes[:page]
    )
    if "uncommittedblobs" in include and not next_marker and not delimiter:
        items += "".join(
            f"<Blob><Name>{escape(path)}</Name><Properties><Content-Length>0</Content-Length>"
            "<BlobType>BlockBlob</BlobType></Properties></Blob>"
            for path in sorted(filesystem.pending)
            if path.startswith(prefix)
        )
    service = f"http://{request.header('host')}/{target.account}/"
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<EnumerationResults ServiceEndpoint="{service}" ContainerName="{target.filesystem}">'
        f"<Prefix>{escape(prefix)}</Prefix><Marker>{escape(marker)}</Marker>"
        f"<MaxResults>{page}</MaxResults>"
        + (f"<Delimiter>{delimiter}</Delimiter>" if delimiter else "")
        + f"<Blobs>{items}</Blobs><NextMarker>{next_marker}</NextMarker></EnumerationResults>"
    )
    return Reply(200, {"Content-Type": "application/xml"}, body.encode())


def _matching(
    filesystem: Filesystem, prefix: str, after: str, has_delimiter: bool
) -> Iterator[Node]:
    """Nodes whose path begins with the prefix, from the directory that it names down."""
    top = filesystem.find(prefix.rpartition("/")[0])
    if top is None:
        return
    for node in below(top, after=after, is_recursive=not has_delimiter):
        if node.path.startswith(prefix):
            yield node


def _item(store: Store, node: Node, include: set[str]) -> str:
    properties = {"Creation-Time": kind_headers(node)["x-ms-creation-time"]}
    for name, element in _ELEMENTS.items():
        if node.facts.get(name):
            value = node.facts[name]
            properties[element] = value.strip('"') if name == "etag" else value
    properties["ResourceType"] = "directory" if node.is_directory else "file"
    if node.expires_s is not None:
        properties["Expiry-Time"] = kind_headers(node)["x-ms-expiry-time"]
    if "permissions" in include:
        access = access_headers(node)
        properties["Owner"] = access["x-ms-owner"]
        properties["Group"] = access["x-ms-group"]
        properties["Permissions"] = access["x-ms-permissions"]
        properties["Acl"] = node.access.acl()
    inner = _elements(properties)
    if "metadata" in include:
        metadata = {**node.metadata, **({FOLDER_MARK: "true"} if node.is_directory else {})}
        inner_metadata = _elements(metadata)
        return (
            f"<Blob><Name>{escape(node.path)}</Name><Properties>{inner}</Properties>"
            f"<Metadata>{inner_metadata}</Metadata></Blob>"
        )
    return f"<Blob><Name>{escape(node.path)}</Name><Properties>{inner}</Properties></Blob>"


def _elements(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
