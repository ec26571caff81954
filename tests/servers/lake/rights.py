"""Which letters of a SAS an operation needs, and on what.

Source: the permission tables of 'Create a service SAS' and 'Create an account SAS', and
those of the Data Lake operations. One letter of those named is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.servers.lake.messages import Request
from tests.servers.lake.operations import Op

ANY = "racwdlmeop"


@dataclass(frozen=True, slots=True)
class Need:
    """`kind` is the resource type of an account SAS: s, c or o. `by_service`: whether a
    SAS of a container, directory or blob will do."""

    letters: str
    kind: str = "o"
    by_service: bool = True


_NEEDS = {
    Op.FILESYSTEM_LIST: Need("l", "s", False),
    Op.FILESYSTEM_CREATE: Need("cw", "c", False),
    Op.FILESYSTEM_GET: Need("r", "c", False),
    Op.FILESYSTEM_SET: Need("w", "c", False),
    Op.FILESYSTEM_DELETE: Need("d", "c", False),
    Op.PATH_RENAME: Need("mw"),
    Op.PATH_CREATE: Need("cw"),
    Op.PATH_APPEND: Need("aw"),
    Op.PATH_FLUSH: Need("aw"),
    Op.PATH_SET: Need("w"),
    Op.PATH_SET_ACCESS_RECURSIVE: Need("p"),
    Op.PATH_READ: Need("r"),
    Op.PATH_STATUS: Need("re"),
    Op.PATH_ACCESS: Need("e"),
    Op.PATH_DELETE: Need("d"),
    Op.PATH_LIST: Need("l", "c"),
    Op.SET_EXPIRY: Need("w"),
    Op.UNDELETE: Need("w"),
    Op.SERVICE: Need("rw", "s", False),
    Op.LIST_CONTAINERS: Need("l", "s", False),
    Op.BATCH: Need(ANY, "sco"),
    Op.CREATE_CONTAINER: Need("cw", "c", False),
    Op.DELETE_CONTAINER: Need("d", "c", False),
    Op.READ_CONTAINER: Need("r", "c", False),
    Op.WRITE_CONTAINER: Need("w", "c", False),
    Op.LIST_BLOBS: Need("l", "c"),
    Op.PUT_BLOB: Need("cw"),
    Op.COPY_BLOB: Need("cw"),
    Op.PUT_BLOCK: Need("cw"),
    Op.PUT_BLOCK_LIST: Need("cw"),
    Op.APPEND_BLOCK: Need("aw"),
    Op.GET_BLOCK_LIST: Need("r"),
    Op.GET_BLOB: Need("r"),
    Op.HEAD_BLOB: Need("re"),
    Op.SET_BLOB: Need("w"),
    Op.DELETE_BLOB: Need("d"),
    Op.UNSUPPORTED: Need(ANY, "sco"),
    Op.ACCOUNT_INFO: Need(ANY, "sco"),
}
_WRITES_ANEW = frozenset(
    {Op.PATH_CREATE, Op.PUT_BLOB, Op.COPY_BLOB, Op.PUT_BLOCK_LIST, Op.PATH_RENAME}
)


def needs_of(op: Op, request: Request, *, is_there: bool) -> list[Need]:
    """All that must be granted; empty for what only the key may do. `is_there`: whether a
    file is at the path, which creating alone does not write over."""
    if op in (Op.LEASE_BLOB, Op.PATH_LEASE):
        is_break = request.header("x-ms-lease-action") == "break"
        return [Need("dw" if is_break else "w")]
    if op is Op.PATH_SET_ACCESS:
        needs = []
        if request.header("x-ms-acl") or request.header("x-ms-permissions"):
            needs.append(Need("p"))
        if request.header("x-ms-owner") or request.header("x-ms-group"):
            needs.append(Need("o"))
        return needs or [Need("p")]
    need = _NEEDS.get(op)
    if need is None:
        return []
    if op is Op.PATH_RENAME:
        return [need if is_there else Need("mwc")]
    if op in _WRITES_ANEW and is_there:
        return [Need("w")]
    return [need]
