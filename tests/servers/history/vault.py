"""Old contents as blobs of a hidden container of the emulator, copied by the emulator."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.storage.azure.names import quoted
from tests.servers.front import Backend, Reply

HIDDEN = "quayside-history"
ASIDE = "quayside-aside-"


@dataclass(frozen=True, slots=True)
class Draft:
    """A copy that is not yet part of any history."""

    home: str
    headers: dict[str, str]
    spelled: Mapping[str, str]


class Vault:
    """Copies in and out of the hidden container. Under the server's lock."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._numbers = itertools.count(1)
        self._is_made = False

    def path(self, container: str, name: str) -> str:
        """The encoded path of a blob, or of a container where `name` is empty."""
        account = self._backend.account.name
        return f"/{account}/{container}/{quoted(name)}" if name else f"/{account}/{container}"

    def url(self, path: str, query: str = "") -> str:
        """What `x-ms-copy-source` takes for that path."""
        return f"http://127.0.0.1:{self._backend.port}{path}{'?' if query else ''}{query}"

    def head(self, path: str, snapshot: str = "") -> Reply:
        return self._backend.signed("HEAD", path, {"snapshot": snapshot})

    def keep(self, path: str, snapshot: str = "") -> Draft | None:
        """Copy what is there now, or one of its snapshots; None where there is nothing."""
        found = self.head(path, snapshot)
        if not found.is_good:
            return None
        self._make()
        home = self.path(HIDDEN, f"{next(self._numbers):08d}")
        self.copy(self.url(path, f"snapshot={snapshot}" if snapshot else ""), home)
        return Draft(home, found.headers, found.spelled)

    def copy(self, source: str, path: str) -> Reply:
        """Raises RuntimeError where the emulator does not copy."""
        reply = self._backend.signed("PUT", path, headers={"x-ms-copy-source": source})
        if not reply.is_good:
            raise RuntimeError(f"the emulator did not copy: {reply.status} {reply.body!r}")
        return reply

    def forget(self, draft: Draft | None) -> None:
        if draft is not None:
            self.remove(draft.home)

    def remove(self, home: str) -> None:
        self._backend.signed("DELETE", home)

    def _make(self) -> None:
        if not self._is_made:
            self.make_container(HIDDEN)
            self._is_made = True

    def make_container(self, name: str) -> None:
        """Raises RuntimeError where the emulator does not make it; it may be there already."""
        reply = self._backend.signed("PUT", self.path(name, ""), {"restype": "container"})
        if not reply.is_good and reply.status != 409:
            raise RuntimeError(f"the emulator made no container: {reply.status}")

    def remove_container(self, name: str) -> None:
        self._backend.signed("DELETE", self.path(name, ""), {"restype": "container"})
