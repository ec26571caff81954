"""Blob requests on the account and on containers, handed on; and account information."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.servers.lake import filesystems
from tests.servers.lake.blobs import passed_headers, passed_query
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply, Request
from tests.servers.lake.operations import Op, Target
from tests.servers.lake.store import Store


async def account_info(store: Store, request: Request, target: Target) -> Reply:
    """Get Account Information, of the account, a container or a blob."""
    return Reply(
        200,
        {
            "x-ms-sku-name": "Standard_LRS",
            "x-ms-account-kind": "StorageV2",
            "x-ms-is-hns-enabled": "true",
        },
    )


async def unsupported(store: Store, request: Request, target: Target) -> Reply:
    """Tags, versions, snapshots and what else a hierarchical account refuses here."""
    comp = request.params.get("comp", "")
    if comp in ("tags", "blobs", "query"):
        raise RefusedError(
            "InvalidQueryParameterValue", QueryParameterName="comp", QueryParameterValue=comp
        )
    raise RefusedError("FeatureNotYetSupportedForHierarchicalNamespaceAccounts")


async def passed(store: Store, request: Request, target: Target) -> Reply:
    """A request on the account or on a container. Only what is ours of the emulator is shown."""
    if target.filesystem == store.container:
        raise RefusedError("InvalidResourceName")
    if request.params.get("comp") == "blobs":
        return await unsupported(store, request, target)
    reply = await store.upstream.ask(
        request.method, target.filesystem, passed_query(request), passed_headers(request),
        request.body,
    )  # fmt: skip
    if target.op is Op.CREATE_CONTAINER and reply.status == 201:
        filesystems.added(store, target.filesystem)
    if target.op is Op.DELETE_CONTAINER and reply.status == 202:
        filesystems.removed(store, target.filesystem)
    if target.op is Op.LIST_CONTAINERS and reply.status == 200:
        reply.body = _ours(store, reply.body)
        reply.headers.pop("content-length", None)
    return reply


def _ours(store: Store, listed: bytes) -> bytes:
    root = ET.fromstring(listed)
    items = root.find("Containers")
    if items is not None:
        for item in items.findall("Container"):
            if item.findtext("Name") not in store.filesystems:
                items.remove(item)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text
