"""Which operation of which API a request asks for, and where.

One port serves both APIs, so it is told from what the request carries: dfs requests have
`resource` or `action`, PATCH, a rename source; what is left and fits both (GET, HEAD and
DELETE of a bare path) is dfs where JSON is accepted, as the generated clients say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Request


class Op(Enum):
    """An operation; dfs ones under their REST names, blob ones with theirs."""

    FILESYSTEM_LIST = "Filesystem - List"
    FILESYSTEM_CREATE = "Filesystem - Create"
    FILESYSTEM_GET = "Filesystem - Get Properties"
    FILESYSTEM_SET = "Filesystem - Set Properties"
    FILESYSTEM_DELETE = "Filesystem - Delete"
    PATH_CREATE = "Path - Create"
    PATH_RENAME = "Path - Rename"
    PATH_APPEND = "Path - Append"
    PATH_FLUSH = "Path - Flush"
    PATH_SET = "Path - Set Properties"
    PATH_SET_ACCESS = "Path - Set Access Control"
    PATH_SET_ACCESS_RECURSIVE = "Path - Set Access Control Recursive"
    PATH_LEASE = "Path - Lease"
    PATH_READ = "Path - Read"
    PATH_STATUS = "Path - Get Status"
    PATH_ACCESS = "Path - Get Access Control"
    PATH_DELETE = "Path - Delete"
    PATH_LIST = "Path - List"
    SET_EXPIRY = "Set Blob Expiry"
    UNDELETE = "Undelete Blob"
    ACCOUNT_INFO = "Get Account Information"
    SERVICE = "Blob service"
    USER_DELEGATION_KEY = "Get User Delegation Key"
    LIST_CONTAINERS = "List Containers"
    BATCH = "Blob Batch"
    CREATE_CONTAINER = "Create Container"
    DELETE_CONTAINER = "Delete Container"
    READ_CONTAINER = "Get Container"
    WRITE_CONTAINER = "Set Container"
    CONTAINER_ACL = "Container ACL"
    LIST_BLOBS = "List Blobs"
    PUT_BLOB = "Put Blob"
    COPY_BLOB = "Copy Blob"
    PUT_BLOCK = "Put Block"
    PUT_BLOCK_LIST = "Put Block List"
    APPEND_BLOCK = "Append Block"
    GET_BLOCK_LIST = "Get Block List"
    GET_BLOB = "Get Blob"
    HEAD_BLOB = "Get Blob Properties"
    SET_BLOB = "Set Blob Properties"
    LEASE_BLOB = "Lease Blob"
    DELETE_BLOB = "Delete Blob"
    UNSUPPORTED = "not on hierarchical accounts"


DFS = frozenset(op for op in Op if op.value.startswith(("Path", "Filesystem")))
_ACTIONS = {
    "append": Op.PATH_APPEND,
    "flush": Op.PATH_FLUSH,
    "setproperties": Op.PATH_SET,
    "setaccesscontrol": Op.PATH_SET_ACCESS,
    "setaccesscontrolrecursive": Op.PATH_SET_ACCESS_RECURSIVE,
}
_FILESYSTEM = {
    "PUT": Op.FILESYSTEM_CREATE,
    "HEAD": Op.FILESYSTEM_GET,
    "PATCH": Op.FILESYSTEM_SET,
    "DELETE": Op.FILESYSTEM_DELETE,
    "GET": Op.PATH_LIST,
}
_BARE = {
    "GET": (Op.GET_BLOB, Op.PATH_READ),
    "HEAD": (Op.HEAD_BLOB, Op.PATH_STATUS),
    "DELETE": (Op.DELETE_BLOB, Op.PATH_DELETE),
}
_ACCOUNT_COMPS = {
    "list": Op.LIST_CONTAINERS,
    "batch": Op.BATCH,
    "userdelegationkey": Op.USER_DELEGATION_KEY,
}
_BLOB_COMPS = {
    ("PUT", "block"): Op.PUT_BLOCK,
    ("PUT", "blocklist"): Op.PUT_BLOCK_LIST,
    ("GET", "blocklist"): Op.GET_BLOCK_LIST,
    ("PUT", "appendblock"): Op.APPEND_BLOCK,
    ("PUT", "metadata"): Op.SET_BLOB,
    ("PUT", "properties"): Op.SET_BLOB,
    ("PUT", "tier"): Op.SET_BLOB,
    ("PUT", "copy"): Op.COPY_BLOB,
    ("PUT", "lease"): Op.LEASE_BLOB,
    ("PUT", "expiry"): Op.SET_EXPIRY,
    ("PUT", "undelete"): Op.UNDELETE,
    ("GET", "metadata"): Op.HEAD_BLOB,
    ("HEAD", "metadata"): Op.HEAD_BLOB,
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about. `path` is decoded, without slashes around it."""

    op: Op
    account: str
    filesystem: str
    path: str

    @property
    def is_dfs(self) -> bool:
        return self.op in DFS


def target_of(request: Request) -> Target:
    """Raises RefusedError where a request is none of the service."""
    account, _, rest = request.path.lstrip("/").partition("/")
    filesystem, _, path = rest.partition("/")
    params = request.params
    op = _operation(request, params, bool(filesystem), bool(path.strip("/")))
    return Target(op, unquote(account), unquote(filesystem), unquote(path).strip("/"))


def _operation(
    request: Request, params: dict[str, str], has_filesystem: bool, has_path: bool
) -> Op:
    method, resource = request.method, params.get("resource", "")
    if resource == "account":
        return Op.FILESYSTEM_LIST
    if resource == "filesystem" and method in _FILESYSTEM:
        return _FILESYSTEM[method]
    if method == "PATCH":
        found = _ACTIONS.get(params.get("action", "").lower())
        if found is None:
            raise RefusedError("InvalidQueryParameterValue", "action")
        return found
    if method == "HEAD" and "action" in params:
        if params["action"].lower() == "getaccesscontrol":
            return Op.PATH_ACCESS
        return Op.PATH_STATUS
    if method == "PUT" and "x-ms-rename-source" in request.headers:
        return Op.PATH_RENAME
    if method == "PUT" and resource in ("file", "directory"):
        return Op.PATH_CREATE
    if method == "POST" and "x-ms-lease-action" in request.headers:
        return Op.PATH_LEASE
    comp, restype = params.get("comp", ""), params.get("restype", "")
    if restype == "account":
        return Op.ACCOUNT_INFO
    if not has_filesystem:
        return _ACCOUNT_COMPS.get(comp, Op.SERVICE)
    if restype == "container" or not has_path:
        return _container_operation(method, comp)
    return _blob_operation(request, params, comp)


def _container_operation(method: str, comp: str) -> Op:
    if comp == "list":
        return Op.LIST_BLOBS
    if comp == "batch":
        return Op.BATCH
    if comp == "acl":
        return Op.CONTAINER_ACL
    if method in ("GET", "HEAD"):
        return Op.READ_CONTAINER
    if comp:
        return Op.WRITE_CONTAINER
    return {"PUT": Op.CREATE_CONTAINER, "DELETE": Op.DELETE_CONTAINER}.get(
        method, Op.WRITE_CONTAINER
    )


def _blob_operation(request: Request, params: dict[str, str], comp: str) -> Op:
    method = request.method
    if comp:
        return _BLOB_COMPS.get((method, comp), Op.UNSUPPORTED)
    if "versionid" in params or "snapshot" in params:
        return Op.UNSUPPORTED
    if method == "PUT":
        if "x-ms-copy-source" in request.headers:
            return Op.COPY_BLOB
        return Op.PUT_BLOB
    if method not in _BARE:
        raise RefusedError("UnsupportedHttpVerb")
    of_blob, of_path = _BARE[method]
    is_dfs = "application/json" in request.header("accept") or "recursive" in params
    return of_path if is_dfs else of_blob
