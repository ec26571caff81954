"""List Blobs with versions, snapshots and what is deleted.

Live rows are asked of the emulator and merged with the rows of old contents: by name, the
oldest first, the blob itself last. Source: 'List Blobs'.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from itertools import groupby
from typing import NamedTuple

from explorer.storage.azure.dates import http_date
from tests.servers.front import Backend, Reply, Request, refused
from tests.servers.history.access import check
from tests.servers.history.ledger import Kept, Kind, Ledger

OURS = frozenset({"snapshots", "versions", "deleted"})
_PASSED_ON = frozenset({"snapshots", "metadata", "uncommittedblobs", "copy", "tags"})
_BLOB = re.compile(r"<Blob>(.*?)</Blob>", re.S)
_NEXT = re.compile(r"<NextMarker>([^<]*)</NextMarker>")
_LAST = "~"
"""After every mark, which begins with a year."""

_PROPERTIES = {
    "x-ms-creation-time": "Creation-Time",
    "last-modified": "Last-Modified",
    "etag": "Etag",
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "content-encoding": "Content-Encoding",
    "content-language": "Content-Language",
    "content-md5": "Content-MD5",
    "content-disposition": "Content-Disposition",
    "cache-control": "Cache-Control",
    "x-ms-blob-type": "BlobType",
    "x-ms-access-tier": "AccessTier",
}


class Row(NamedTuple):
    name: str
    mark: str
    xml: str


def included(request: Request) -> frozenset[str]:
    return frozenset(request.parameters.get("include", "").split(",")) - {""}


class BlobLister:
    """Under the server's lock."""

    def __init__(self, backend: Backend, ledger: Ledger) -> None:
        self._backend = backend
        self._ledger = ledger

    def page(self, request: Request) -> Reply:
        """A page in which something of ours is asked for."""
        refusal = check(self._backend, request, "l", "c")
        if refusal is not None:
            return refusal
        wanted = included(request)
        if "deletedwithversions" in wanted:
            return refused(400, "InvalidQueryParameterValue", "Ask for deleted and versions.")
        parameters = request.parameters
        _, container, _ = request.segments
        prefix = parameters.get("prefix", "")
        live = self._live(request.path, prefix, wanted & _PASSED_ON)
        if isinstance(live, Reply):
            return live
        rows = sorted(
            [*self._marked(container, live, wanted), *self._old(container, prefix, wanted)],
            key=lambda row: (row.name, row.mark),
        )
        delimiter = parameters.get("delimiter", "")
        limit = min(int(parameters.get("maxresults", "5000")), 5000)
        return _page(request, _rolled(rows, prefix, delimiter), limit)

    def _live(self, path: str, prefix: str, include: frozenset[str]) -> list[Row] | Reply:
        rows, marker = [], ""
        while True:
            reply = self._backend.signed(
                "GET",
                path,
                {
                    "restype": "container",
                    "comp": "list",
                    "prefix": prefix,
                    "marker": marker,
                    "include": ",".join(sorted(include)),
                },
            )
            if not reply.is_good:
                return reply
            text = reply.body.decode()
            for xml in _BLOB.findall(text):
                name = unescape(re.search(r"<Name[^>]*>([^<]*)</Name>", xml)[1])  # type: ignore[index]
                snapshot = re.search(r"<Snapshot>([^<]+)</Snapshot>", xml)
                rows.append(Row(name, snapshot[1] if snapshot else _LAST, xml))
            hit = _NEXT.search(text)
            marker = unescape(hit[1]) if hit else ""
            if not marker:
                return rows

    def _marked(self, container: str, rows: Iterable[Row], wanted: frozenset[str]) -> Iterator[Row]:
        """Live rows, those of current versions with their ids."""
        current = self._ledger.history(container).current
        for row in rows:
            version = current.get(row.name, "")
            if version and row.mark == _LAST and "versions" in wanted:
                added = f"<VersionId>{version}</VersionId><IsCurrentVersion>true</IsCurrentVersion>"
                yield row._replace(xml=row.xml.replace("</Name>", f"</Name>{added}", 1))
            else:
                yield row

    def _old(self, container: str, prefix: str, wanted: frozenset[str]) -> Iterator[Row]:
        history, days = self._ledger.history(container), self._ledger.protection.blob_days
        asked = {Kind.VERSION: "versions", Kind.SNAPSHOT: "snapshots", Kind.BASE: "deleted"}
        for item in history.all():
            if self._ledger.over(item.deleted_s, days):
                history.drop(item)
            elif (
                item.name.startswith(prefix)
                and asked[item.kind] in wanted
                and (item.deleted_s is None or "deleted" in wanted)
            ):
                mark = item.mark or _LAST
                yield Row(item.name, mark, self._xml(item, days, "metadata" in wanted))

    def _xml(self, item: Kept, days: int, with_metadata: bool) -> str:
        parts = [f"<Name>{escape(item.name)}</Name>"]
        if item.deleted_s is not None:
            parts.append("<Deleted>true</Deleted>")
        if item.kind is Kind.SNAPSHOT:
            parts.append(f"<Snapshot>{item.mark}</Snapshot>")
        elif item.kind is Kind.VERSION:
            parts.append(f"<VersionId>{item.mark}</VersionId>")
        parts.append("<Properties>")
        for header, tag in _PROPERTIES.items():
            value = item.headers.get(header, "")
            if header == "etag":
                value = value.strip('"')
            if value:
                parts.append(f"<{tag}>{escape(value, quote=False)}</{tag}>")
        if item.deleted_s is not None:
            left = self._ledger.remaining_days(item.deleted_s, days)
            parts.append(f"<DeletedTime>{http_date(item.deleted_s)}</DeletedTime>")
            parts.append(f"<RemainingRetentionDays>{left}</RemainingRetentionDays>")
        parts.append("</Properties>")
        if with_metadata:
            pairs = [
                (item.spelled.get(n, n).removeprefix("x-ms-meta-"), v)
                for n, v in item.headers.items()
                if n.startswith("x-ms-meta-")
            ]
            values = "".join(f"<{n}>{escape(v, quote=False)}</{n}>" for n, v in pairs)
            parts.append(f"<Metadata>{values}</Metadata>" if values else "<Metadata />")
        return "".join(parts)


def _rolled(rows: list[Row], prefix: str, delimiter: str) -> list[Row]:
    """Rows below a delimiter as one row each. Pure."""
    if not delimiter:
        return [Row(name, mark, f"<Blob>{xml}</Blob>") for name, mark, xml in rows]

    def folder(row: Row) -> str:
        head, found, _ = row.name[len(prefix) :].partition(delimiter)
        return f"{prefix}{head}{delimiter}" if found else ""

    rolled: list[Row] = []
    for name, group in groupby(rows, folder):
        if name:
            xml = f"<BlobPrefix><Name>{escape(name)}</Name></BlobPrefix>"
            rolled.append(Row(name, "", xml))
        else:
            rolled += [Row(row.name, row.mark, f"<Blob>{row.xml}</Blob>") for row in group]
    return rolled


def _page(request: Request, rows: list[Row], limit: int) -> Reply:
    """One page from the marker on; a marker is the place of the row it begins with. Pure."""
    parameters = request.parameters
    if marker := parameters.get("marker", ""):
        name, _, mark = base64.urlsafe_b64decode(marker).decode().partition("\n")
        rows = [row for row in rows if (row.name, row.mark) >= (name, mark)]
    shown, rest = rows[:limit], rows[limit:]
    upcoming = ""
    if rest:
        place = f"{rest[0].name}\n{rest[0].mark}"
        upcoming = base64.urlsafe_b64encode(place.encode()).decode()
    _, container, _ = request.segments
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="" '
        f'ContainerName="{container}"><Prefix>{escape(parameters.get("prefix", ""))}</Prefix>'
        f"<MaxResults>{limit}</MaxResults>"
        f"<Blobs>{''.join(row.xml for row in shown)}</Blobs>"
        f"<NextMarker>{upcoming}</NextMarker></EnumerationResults>"
    )
    return Reply(200, {"content-type": "application/xml"}, text.encode())
