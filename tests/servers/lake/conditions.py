"""If-Match and its kin, judged as the service does.

Source: 'Specifying conditional headers for Blob service operations'.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Request
from tests.servers.lake.tree import Node


def check(request: Request, node: Node | None, *, is_read: bool = False) -> None:
    """The conditions on the path of the request; `node` is None where nothing is there.

    Raises RefusedError: 412, or 304 for a read of what did not change.
    """
    _check(request, node, "if-", "ConditionNotMet", 304 if is_read else 412)


def check_source(request: Request, node: Node) -> None:
    """The conditions on the source of a rename. Raises RefusedError."""
    _check(request, node, "x-ms-source-if-", "SourceConditionNotMet", 412)


def wants_absent(request: Request) -> bool:
    """Whether the request is only for a path that is not there."""
    return request.header("if-none-match") == "*"


def _check(request: Request, node: Node | None, prefix: str, code: str, unchanged: int) -> None:
    match = request.header(prefix + "match")
    if match and (node is None or (match != "*" and _bare(match) != _bare(node.etag))):
        raise RefusedError(code)
    if node is None:
        return
    none_match = request.header(prefix + "none-match")
    if none_match and (none_match == "*" or _bare(none_match) == _bare(node.etag)):
        raise RefusedError(code, status=unchanged)
    since = request.header(prefix + "modified-since")
    if since and node.modified_s <= _seconds(since):
        raise RefusedError(code, status=unchanged)
    until = request.header(prefix + "unmodified-since")
    if until and node.modified_s > _seconds(until):
        raise RefusedError(code)


def _bare(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')


def _seconds(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        raise RefusedError("InvalidHeaderValue") from None
