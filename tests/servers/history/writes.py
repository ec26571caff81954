"""Writes, deletions and undeletions of blobs: what was there before is kept.

Sources: 'Blob versioning' (which operations make a version), 'Soft delete for blobs',
'Delete Blob', 'Undelete Blob', 'Snapshot Blob'.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers.front import Backend, Reply, Request, refused
from tests.servers.history.access import check
from tests.servers.history.ledger import History, Kept, Kind, Ledger
from tests.servers.history.reads import of_a_snapshot
from tests.servers.history.vault import Draft, Vault

_SNAPSHOT = re.compile(r"<Name>([^<]*)</Name><Snapshot>([^<]+)</Snapshot>")


class Writer:
    """Under the server's lock."""

    def __init__(self, backend: Backend, vault: Vault, ledger: Ledger) -> None:
        self._backend = backend
        self._vault = vault
        self._ledger = ledger

    # -- writing --------------------------------------------------------------

    def write(self, request: Request) -> Reply:
        """Put Blob, Put Block List, Copy Blob, Set Blob Metadata and Snapshot Blob."""
        _, container, name = request.segments
        history, rules = self._ledger.history(container), self._ledger.protection
        comp = request.parameters.get("comp", "")
        replaces = comp in ("", "blocklist")
        before = None
        if rules.versioning or (rules.blob_days and replaces):
            before = self._vault.keep(request.path)
        reply = self._forward(request)
        if not reply.is_good:
            self._vault.forget(before)
            return reply
        if rules.versioning:
            if before is not None:
                self._add(history, name, Kind.VERSION, before, history.current.get(name, ""))
            history.current[name] = self._ledger.new_mark()
            reply = reply.with_headers(x_ms_version_id=history.current[name])
        elif before is not None:
            self._add(history, name, Kind.SNAPSHOT, before, is_deleted=True)
        if replaces:
            for item in history.of(name):
                if item.kind is Kind.BASE:  # deleted before, and now the name is in use again
                    item.kind, item.mark = Kind.SNAPSHOT, self._ledger.new_mark()
        return reply

    def _forward(self, request: Request) -> Reply:
        source = request.header("x-ms-copy-source")
        if source and not request.header("authorization"):
            # A key signs for both; a SAS has to be on the source, too.
            url = urlsplit(source)
            asked = Request("GET", url.path, url.query, {})
            if check(self._backend, asked, "r", "o") is not None:
                return refused(403, "CannotVerifyCopySource", "The source cannot be read.")
        home = self._home_of(source) if source else ""
        if not home:
            return self._backend.forward(request)
        refusal = check(self._backend, request, "wc", "o")
        if refusal is not None:
            return refusal
        return self._backend.signed(
            request.method,
            request.path,
            {n: v for n, v in request.parameters.items() if n in ("comp", "blockid", "timeout")},
            {**request.headers, "x-ms-copy-source": self._vault.url(home)},
            request.body,
            request.spelled,
        )

    def _home_of(self, source: str) -> str:
        """Where the bytes of a copy's source are, if it is an old content of ours."""
        url = urlsplit(source)
        _, _, rest = url.path.lstrip("/").partition("/")
        container, _, name = rest.partition("/")
        query = parse_qs(url.query)
        history = self._ledger.history(unquote(container))
        for kind, word in ((Kind.VERSION, "versionid"), (Kind.SNAPSHOT, "snapshot")):
            if word in query:
                kept = history.find(unquote(name), kind, query[word][0])
                return kept.home if kept is not None else ""
        return ""

    def _add(
        self,
        history: History,
        name: str,
        kind: Kind,
        draft: Draft,
        mark: str = "",
        *,
        is_deleted: bool = False,
    ) -> None:
        if not mark and kind is not Kind.BASE:
            mark = self._ledger.new_mark()
        deleted_s = self._ledger.clock() if is_deleted else None
        history.add(Kept(name, kind, mark, draft.home, draft.headers, draft.spelled, deleted_s))

    # -- deleting -------------------------------------------------------------

    def delete(self, request: Request) -> Reply:
        """Delete Blob: the blob, its snapshots, one snapshot or one version."""
        _, container, name = request.segments
        history, parameters = self._ledger.history(container), request.parameters
        if version := parameters.get("versionid", ""):
            return self._delete_version(request, history, name, version)
        if snapshot := parameters.get("snapshot", ""):
            return self._delete_snapshot(request, history, name, snapshot)
        return self._delete_blob(request, history, container, name)

    def _delete_version(self, request: Request, history: History, name: str, version: str) -> Reply:
        refusal = check(self._backend, request, "x", "o")
        if refusal is not None:
            return refusal
        if history.current.get(name) == version:
            return refused(
                403, "OperationNotAllowedOnRootBlob", "The current version is the blob itself."
            )
        kept = history.find(name, Kind.VERSION, version)
        if kept is None:
            return refused(404, "BlobNotFound", "There is no such version.")
        return self._let_go(history, kept)

    def _delete_snapshot(
        self, request: Request, history: History, name: str, snapshot: str
    ) -> Reply:
        kept = history.find(name, Kind.SNAPSHOT, snapshot)
        if kept is not None:
            refusal = check(self._backend, request, "d", "o")
            return self._let_go(history, kept) if refusal is None else refusal
        draft = None
        if self._ledger.protection.blob_days:
            draft = self._vault.keep(request.path, snapshot)
        reply = of_a_snapshot(self._backend, request, "d")
        if not reply.is_good:
            self._vault.forget(draft)
        elif draft is not None:
            self._add(history, name, Kind.SNAPSHOT, draft, snapshot, is_deleted=True)
        return reply

    def _let_go(self, history: History, kept: Kept) -> Reply:
        if self._ledger.protection.blob_days:
            kept.deleted_s = self._ledger.clock()
        else:
            history.drop(kept)
            self._vault.remove(kept.home)
        return Reply(202, {"x-ms-delete-type-permanent": "false"})

    def _delete_blob(self, request: Request, history: History, container: str, name: str) -> Reply:
        rules = self._ledger.protection
        how = request.header("x-ms-delete-snapshots")
        own = [
            item
            for item in history.of(name)
            if item.kind is Kind.SNAPSHOT and item.deleted_s is None
        ]
        if own and not how:
            return refused(409, "SnapshotsPresent", "The blob has snapshots.")
        before, snapshots = None, {}
        if how != "only" and (rules.versioning or rules.blob_days):
            before = self._vault.keep(request.path)
        if how and rules.blob_days:
            for mark in self._snapshots_of(container, name):
                if (draft := self._vault.keep(request.path, mark)) is not None:
                    snapshots[mark] = draft
        reply = self._backend.forward(request)
        if not reply.is_good:
            for draft in (before, *snapshots.values()):
                self._vault.forget(draft)
            return reply
        if before is not None and rules.versioning:
            self._add(history, name, Kind.VERSION, before, history.current.pop(name, ""))
        elif before is not None:
            self._add(history, name, Kind.BASE, before, is_deleted=True)
        for mark, draft in snapshots.items():
            self._add(history, name, Kind.SNAPSHOT, draft, mark, is_deleted=True)
        for item in own:
            self._let_go(history, item)
        return reply.with_headers(x_ms_delete_type_permanent="false")

    def _snapshots_of(self, container: str, name: str) -> list[str]:
        """Marks of the snapshots that the emulator itself has of that blob."""
        reply = self._backend.signed(
            "GET",
            self._vault.path(container, ""),
            {"restype": "container", "comp": "list", "prefix": name, "include": "snapshots"},
        )
        found = _SNAPSHOT.findall(reply.body.decode())
        return [mark for other, mark in found if unescape(other) == name]

    # -- undeleting -----------------------------------------------------------

    def undelete(self, request: Request) -> Reply:
        """Undelete Blob: the blob, its snapshots and its versions that are soft-deleted."""
        refusal = check(self._backend, request, "w", "o")
        if refusal is not None:
            return refusal
        _, container, name = request.segments
        history = self._ledger.history(container)
        gone = [item for item in history.of(name) if item.deleted_s is not None]
        is_there = self._vault.head(request.path).is_good
        if not gone and not is_there:
            return refused(404, "BlobNotFound", "There is nothing to undelete.")
        for item in gone:
            if item.kind is Kind.BASE:
                self._vault.copy(self._vault.url(item.home), request.path)
                self._vault.remove(item.home)
                history.drop(item)
                if self._ledger.protection.versioning:
                    history.current[name] = self._ledger.new_mark()
            else:
                item.deleted_s = None
        return Reply(200)
