"""Containers that are deleted and come back: Delete, List, Create and Restore Container.

A deleted container stays in the emulator under its name, unseen, until somebody makes a
new one of that name: then its blobs (snapshots apart) are copied aside. Leases of a
container are not looked at when it is deleted. Sources: 'Soft delete for containers',
'List Containers', 'Restore Container'.
"""

from __future__ import annotations

import itertools
import re
from html import unescape

from explorer.storage.azure.dates import http_date
from tests.servers.front import Backend, Reply, Request, refused
from tests.servers.history.access import check
from tests.servers.history.ledger import DeletedContainer, Ledger
from tests.servers.history.lists import included
from tests.servers.history.vault import ASIDE, HIDDEN, Vault

_CONTAINER = re.compile(r"<Container>.*?</Container>", re.S)
_NAME = re.compile(r"<Name>([^<]*)</Name>")
_ONE = {"restype": "container"}


class Containers:
    """Under the server's lock."""

    def __init__(self, backend: Backend, vault: Vault, ledger: Ledger) -> None:
        self._backend = backend
        self._vault = vault
        self._ledger = ledger
        self._numbers = itertools.count(1)

    def delete(self, request: Request) -> Reply:
        """Delete Container, where deleted ones are kept."""
        _, name, _ = request.segments
        refusal = check(self._backend, request, "d", "c")
        if refusal is not None:
            return refusal
        found = self._backend.signed("HEAD", self._vault.path(name, ""), _ONE)
        if not found.is_good:
            return refused(404, "ContainerNotFound", "There is no such container.")
        self._ledger.deleted.append(
            DeletedContainer(
                name,
                self._ledger.new_number(),
                self._ledger.clock(),
                self._ledger.take(name),
            )
        )
        return Reply(202)

    def create(self, request: Request) -> Reply:
        """Create Container; a deleted one of that name makes room."""
        _, name, _ = request.segments
        old = self._ledger.in_place(name)
        if old is not None:
            refusal = check(self._backend, request, "cw", "c")
            if refusal is not None:
                return refusal
            self._put_aside(old)
        return self._backend.forward(request)

    def restore(self, request: Request) -> Reply:
        """Restore Container, under the name it had."""
        _, name, _ = request.segments
        refusal = check(self._backend, request, "w", "c")
        if refusal is not None:
            return refusal
        version = request.header("x-ms-deleted-container-version")
        if request.header("x-ms-deleted-container-name") != name:
            return refused(400, "InvalidHeaderValue", "A container keeps its name.")
        self._forget_what_is_over()
        for old in self._ledger.deleted:
            if (old.name, old.version) == (name, version):
                break
        else:
            return refused(404, "ContainerNotFound", "There is no such deleted container.")
        exists = self._backend.signed("HEAD", self._vault.path(name, ""), _ONE).is_good
        other = self._ledger.in_place(name)
        if exists and other is None:
            return refused(409, "ContainerAlreadyExists", "The name is in use.")
        if other is not None and other is not old:
            self._put_aside(other)
        if old.aside:
            self._move(old.aside, name)
        self._ledger.deleted.remove(old)
        self._ledger.give(name, old.history)
        return Reply(201)

    def list(self, request: Request) -> Reply:
        """List Containers without what is ours, and with the deleted ones where asked for."""
        reply = self._backend.forward(request)
        if not reply.is_good:
            return reply
        self._forget_what_is_over()
        text = reply.body.decode()
        rows = []
        for xml in _CONTAINER.findall(text):
            hit = _NAME.search(xml)
            name = unescape(hit[1]) if hit else ""
            is_ours = name == HIDDEN or name.startswith(ASIDE)
            if not is_ours and self._ledger.in_place(name) is None:
                rows.append((name, xml))
        is_last = re.search(r"<NextMarker>[^<]", text) is None
        if is_last and "deleted" in included(request):
            prefix = request.parameters.get("prefix", "")
            rows += [
                (old.name, self._xml(old))
                for old in self._ledger.deleted
                if old.name.startswith(prefix)
            ]
        listed = "".join(xml for _, xml in sorted(rows))
        text = re.sub(
            r"<Containers>.*</Containers>|<Containers ?/>",
            lambda _: f"<Containers>{listed}</Containers>",
            text,
            flags=re.S,
        )
        return Reply(reply.status, reply.headers, text.encode(), reply.spelled)

    def _xml(self, old: DeletedContainer) -> str:
        left = self._ledger.remaining_days(old.deleted_s, self._ledger.protection.container_days)
        gone = http_date(old.deleted_s)
        return (
            f"<Container><Name>{old.name}</Name><Deleted>true</Deleted>"
            f"<Version>{old.version}</Version><Properties><Last-Modified>{gone}</Last-Modified>"
            f"<Etag>{old.version}</Etag><DeletedTime>{gone}</DeletedTime>"
            f"<RemainingRetentionDays>{left}</RemainingRetentionDays></Properties></Container>"
        )

    def _forget_what_is_over(self) -> None:
        days = self._ledger.protection.container_days
        for old in list(self._ledger.deleted):
            if self._ledger.over(old.deleted_s, days):
                self._ledger.deleted.remove(old)
                self._vault.remove_container(old.aside or old.name)

    def _put_aside(self, old: DeletedContainer) -> None:
        aside = f"{ASIDE}{next(self._numbers)}"
        self._move(old.name, aside)
        old.aside = aside

    def _move(self, source: str, target: str) -> None:
        self._vault.make_container(target)
        reply = self._backend.signed("GET", self._vault.path(source, ""), {**_ONE, "comp": "list"})
        for text in re.findall(r"<Blob><Name>([^<]*)</Name>", reply.body.decode()):
            name = unescape(text)
            self._vault.copy(
                self._vault.url(self._vault.path(source, name)), self._vault.path(target, name)
            )
        self._vault.remove_container(source)
