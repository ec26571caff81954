"""The server: which part answers a request, and what goes to the emulator untouched.

Authorisation is said in `access`. Writes of one account happen one after the other here:
the history is as orderly as the service's own clock would make it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from explorer.service.emulator import Emulator
from tests.servers.front import Reply, Request, Standing, refused
from tests.servers.history import reads
from tests.servers.history.access import check
from tests.servers.history.batch import answer_batch
from tests.servers.history.containers import Containers
from tests.servers.history.ledger import Kind, Ledger, Protection
from tests.servers.history.lists import OURS, BlobLister, included
from tests.servers.history.vault import ASIDE, HIDDEN, Vault
from tests.servers.history.writes import Writer

_WRITES = frozenset({"", "blocklist", "metadata", "snapshot"})
_RETENTION = re.compile(
    r"<DeleteRetentionPolicy>\s*<Enabled>(true|false)</Enabled>(?:\s*<Days>(\d+)</Days>)?"
)


class HistoryServer(Standing):
    """Runs from `__enter__` to `__exit__` before an emulator that runs longer.

    `protection` may be changed at any time; Set Blob Service Properties changes what it
    has of soft delete for blobs. Versioning and soft delete of containers are switched in
    Azure's control plane, thus here by `protection` alone. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        emulator: Emulator,
        protection: Protection,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(emulator)
        self.protection = protection
        self._ledger = Ledger(protection, clock)
        vault = Vault(self._backend)
        self._writer = Writer(self._backend, vault, self._ledger)
        self._lister = BlobLister(self._backend, self._ledger)
        self._containers = Containers(self._backend, vault, self._ledger)
        self._lock = threading.RLock()

    def answer(self, request: Request) -> Reply:
        """Any request of the Blob service."""
        _, container, blob = request.segments
        if request.parameters.get("comp", "") == "batch":
            return answer_batch(request, self.answer)
        if not container:
            return self._of_the_account(request)
        if container == HIDDEN or container.startswith(ASIDE):
            return refused(404, "ContainerNotFound", "There is no such container.")
        is_gone = self._ledger.in_place(container) is not None
        if not blob:
            return self._of_a_container(request, is_gone=is_gone)
        if is_gone:
            return refused(404, "ContainerNotFound", "The container is deleted.")
        return self._of_a_blob(request, container, blob)

    def _of_the_account(self, request: Request) -> Reply:
        parameters = request.parameters
        comp = parameters.get("comp", "")
        if comp == "list":
            with self._lock:
                return self._containers.list(request)
        reply = self._backend.forward(request)
        if comp != "properties" or parameters.get("restype") != "service" or not reply.is_good:
            return reply
        if request.method == "PUT":
            hit = _RETENTION.search(request.body.decode())
            if hit is not None:
                self.protection.blob_days = int(hit[2] or 0) if hit[1] == "true" else 0
            return reply
        return replace(reply, body=self._with_retention(reply.body.decode()).encode())

    def _with_retention(self, text: str) -> str:
        """The emulator's settings with what is true of deleted blobs here."""
        days = self.protection.blob_days
        found = "<Enabled>false</Enabled>"
        if days:
            found = f"<Enabled>true</Enabled><Days>{days}</Days>"
        policy = f"<DeleteRetentionPolicy>{found}</DeleteRetentionPolicy>"
        bare = re.sub(r"<DeleteRetentionPolicy>.*?</DeleteRetentionPolicy>", "", text, flags=re.S)
        return bare.replace("</StorageServiceProperties>", f"{policy}</StorageServiceProperties>")

    def _of_a_container(self, request: Request, *, is_gone: bool) -> Reply:
        comp = request.parameters.get("comp", "")
        with self._lock:
            if request.method == "PUT" and comp == "undelete":
                return self._containers.restore(request)
            if request.method == "PUT" and not comp:
                return self._containers.create(request)
            if is_gone:
                return refused(404, "ContainerNotFound", "The container is deleted.")
            if request.method == "DELETE":
                if self.protection.container_days:
                    return self._containers.delete(request)
                self._ledger.take(request.segments[1])
            elif comp == "list" and included(request) & (OURS | {"deletedwithversions"}):
                return self._lister.page(request)
        return self._backend.forward(request)

    def _of_a_blob(self, request: Request, container: str, name: str) -> Reply:
        comp = request.parameters.get("comp", "")
        asked = reads.asked_for(request)
        with self._lock if request.method in ("PUT", "DELETE") else nullcontext():
            if request.method == "DELETE":
                return self._writer.delete(request)
            if request.method == "PUT" and comp == "undelete":
                return self._writer.undelete(request)
            if request.method == "PUT" and comp in _WRITES and asked is None:
                return self._writer.write(request)
        # A read takes no lock: the emulator looks at the source of a copy through us, in the
        # middle of that very copy.
        history = self._ledger.history(container)
        current = history.current.get(name, "")
        kept = history.find(name, *asked) if asked is not None else None
        if asked is None:
            reply = self._backend.forward(request)
            is_read = request.method in ("GET", "HEAD")
            return reads.as_current(reply, current) if is_read else reply
        kind, mark = asked
        if kind is Kind.SNAPSHOT and kept is None:
            return reads.of_a_snapshot(self._backend, request, "r")
        letters = "w" if request.method == "PUT" else "r"
        refusal = check(self._backend, request, letters, "o")
        if refusal is not None:
            return refusal
        if request.method == "PUT" and comp != "tier":
            return refused(409, "OperationNotAllowed", "A version never changes.")
        if kept is not None:
            return reads.read_kept(self._backend, request, kept)
        if kind is Kind.VERSION and mark == current:
            return reads.read_current(self._backend, request, current)
        return refused(404, "BlobNotFound", "There is no such version.")
