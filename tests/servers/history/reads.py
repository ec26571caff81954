"""Get Blob, Get Blob Properties, Get Block List and Set Blob Tier of one old content.

The bytes come from the copy in the emulator, which answers ranges; validators, times and
ids are those of the original, and conditions are held against them (RFC 9110, section 13).
"""

from __future__ import annotations

from explorer.storage.azure.dates import seconds_of
from tests.servers.front import Backend, Reply, Request, refused
from tests.servers.history.access import check
from tests.servers.history.ledger import Kept, Kind

_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
_OF_THE_ORIGINAL = ("etag", "last-modified", "x-ms-creation-time")


def asked_for(request: Request) -> tuple[Kind, str] | None:
    """The kind and mark a request names; None where it means the blob as it is."""
    parameters = request.parameters
    if version := parameters.get("versionid", ""):
        return Kind.VERSION, version
    if snapshot := parameters.get("snapshot", ""):
        return Kind.SNAPSHOT, snapshot
    return None


def read_kept(backend: Backend, request: Request, kept: Kept) -> Reply:
    """The answer of the copy, as if it were the original."""
    if (status := _failed_condition(request, kept.headers)) is not None:
        code = "ConditionNotMet"
        return refused(status, code, "The condition is not met.") if status == 412 else Reply(304)
    reply = _of(backend, request, kept.home)
    if not reply.is_good:
        return reply
    if request.method == "PUT":
        kept.headers["x-ms-access-tier"] = request.header("x-ms-access-tier")
        return reply
    headers = {n: v for n, v in reply.headers.items() if not n.startswith("x-ms-copy")}
    headers |= {n: kept.headers[n] for n in _OF_THE_ORIGINAL if n in kept.headers}
    name = "x-ms-version-id" if kept.kind is Kind.VERSION else "x-ms-snapshot"
    headers[name] = kept.mark
    return Reply(reply.status, headers, reply.body, reply.spelled)


def read_current(backend: Backend, request: Request, version: str) -> Reply:
    """The current version, asked for by its id."""
    return as_current(_of(backend, request, request.path), version)


def of_a_snapshot(backend: Backend, request: Request, letter: str) -> Reply:
    """One of the emulator's own snapshots; with a SAS of a whole container or account, which
    the emulator takes for a snapshot's and refuses, checked here."""
    if request.header("authorization") or request.parameters.get("sr") == "bs":
        return backend.forward(request)
    refusal = check(backend, request, letter, "o")
    if refusal is not None:
        return refusal
    kept = ("comp", "blocklisttype", "snapshot")
    parameters = {n: v for n, v in request.parameters.items() if n in kept}
    return backend.signed(
        request.method, request.path, parameters, request.headers, request.body, request.spelled
    )


def as_current(reply: Reply, version: str) -> Reply:
    """The blob as it is, with its version id."""
    if not version or not (reply.is_good or reply.status == 304):
        return reply
    return reply.with_headers(x_ms_version_id=version, x_ms_is_current_version="true")


def _of(backend: Backend, request: Request, path: str) -> Reply:
    kept = ("comp", "blocklisttype", "timeout")
    parameters = {n: v for n, v in request.parameters.items() if n in kept}
    is_copy = path != request.path
    headers = {n: v for n, v in request.headers.items() if not (is_copy and n in _CONDITIONS)}
    return backend.signed(request.method, path, parameters, headers, request.body, request.spelled)


def _failed_condition(request: Request, original: dict[str, str]) -> int | None:
    etag = original.get("etag", "")
    if (wanted := request.header("if-match")) and wanted not in ("*", etag):
        return 412
    changed_s = seconds_of(original.get("last-modified", ""))
    if (since := request.header("if-unmodified-since")) and changed_s > seconds_of(since):
        return 412
    if (unwanted := request.header("if-none-match")) in ("*", etag) and unwanted:
        return 304
    if (since := request.header("if-modified-since")) and changed_s <= seconds_of(since):
        return 304
    return None
