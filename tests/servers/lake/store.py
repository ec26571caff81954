"""The account's state: its namespaces, and the blobs of the emulator that hold their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from tests.servers.lake.acl import born
from tests.servers.lake.failures import RefusedError
from tests.servers.lake.messages import Reply
from tests.servers.lake.tree import FOLDER_MARK, Filesystem, Node, below, drop, names_of, put
from tests.servers.lake.upstream import Upstream

_FACTS = ("content-", "x-ms-", "etag", "last-modified", "cache-control", "accept-ranges")


@dataclass(slots=True)
class Limits:
    """How much one request does before it answers with a continuation; None: all of it."""

    list: int = 5000
    delete: int | None = None
    rename: int | None = None
    acl: int = 2000


class Store:
    """Lives on the server's loop; what changes the namespace holds `lock`."""

    def __init__(self, upstream: Upstream, container: str) -> None:
        self.upstream = upstream
        self.container = container
        """The emulator's container that holds the blob of every file and directory."""
        self.filesystems: dict[str, Filesystem] = {}
        self.limits = Limits()
        self.names: dict[str, str] = {}
        """Object ids by what they are called where names are asked for."""
        self.acl_refused: set[tuple[str, str]] = set()
        """Filesystem and path of what a recursive change of access fails on."""
        self.lock = asyncio.Lock()
        self.changes = 0
        self._rubbish: asyncio.Queue[str] = asyncio.Queue()

    def filesystem(self, name: str) -> Filesystem:
        """Raises RefusedError where there is none."""
        found = self.filesystems.get(name)
        if found is None:
            raise RefusedError("FilesystemNotFound")
        return found

    def node(self, filesystem: str, path: str, code: str = "PathNotFound") -> Node:
        """Raises RefusedError where there is none."""
        node = self.filesystem(filesystem).find(path)
        if node is None:
            raise RefusedError(code)
        return node

    async def open(self) -> None:
        """Make the container that holds the blobs."""
        await self.upstream.ask("PUT", self.container, {"restype": "container"})

    async def close(self) -> None:
        """Give the emulator back what it kept for this account."""
        for name in (*self.filesystems, self.container):
            await self.upstream.ask("DELETE", name, {"restype": "container"})

    async def refresh(self, node: Node) -> bool:
        """Ask the emulator what it knows of the node's blob. False where it has none."""
        reply = await self.upstream.ask("HEAD", f"{self.container}/{node.inode}")
        if reply.status != 200:
            return False
        node.facts = {n: v for n, v in reply.headers.items() if n.startswith(_FACTS)}
        self.changes += 1
        return True

    async def blob(
        self,
        node: Node,
        method: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: bytes = b"",
    ) -> Reply:
        """A request on the node's blob. Raises RefusedError with the emulator's refusal."""
        reply = await self.upstream.ask(
            method, f"{self.container}/{node.inode}", query, headers, body
        )
        if reply.status >= 300:
            code = reply.headers.get("x-ms-error-code", "InternalError")
            raise RefusedError(_DFS_CODES.get(code, code), status=reply.status)
        return reply

    async def write_empty(self, node: Node, headers: dict[str, str]) -> None:
        """Put an empty blob under the node; `headers` are those of Put Blob."""
        sent = {"x-ms-blob-type": "BlockBlob", **headers}
        if node.is_directory:
            sent[f"x-ms-meta-{FOLDER_MARK}"] = "true"
        await self.blob(node, "PUT", {}, sent)
        node.pieces, node.blocks = {}, []
        await self.refresh(node)

    async def directory(self, filesystem: Filesystem, names: Iterable[str]) -> Node:
        """The directory of these names, made with those above it where they are missing.
        Raises RefusedError where one is a file."""
        node = filesystem.root
        for name in names:
            if node.children is None:
                raise RefusedError("PathConflict")
            found = node.children.get(name)
            if found is not None and found.is_expired:
                self.discard(found)
                found = None
            if found is None:
                access = born(node.access, is_directory=True, mode=None, umask=None)
                found = Node(name, None, access, {})
                await self.write_empty(found, {})
                put(node, found, name)
            node = found
        if node.children is None:
            raise RefusedError("PathConflict")
        return node

    async def parent(self, filesystem: Filesystem, path: str) -> Node:
        """The directory a path is to be in, made where it is missing."""
        return await self.directory(filesystem, names_of(path)[:-1])

    def discard(self, node: Node) -> None:
        """Out of the namespace now; the blobs go in their own time."""
        gone = [node, *below(node)]
        drop(node)
        self.changes += 1
        for each in gone:
            self._rubbish.put_nowait(each.inode)

    async def collect(self) -> None:
        """Delete the blobs of what was discarded, for as long as the server runs."""
        while True:
            path = f"{self.container}/{await self._rubbish.get()}"
            reply = await self.upstream.ask("DELETE", path)
            if reply.status == 412:
                # What replaces a leased path breaks its lease.
                ends = {"x-ms-lease-action": "break", "x-ms-lease-break-period": "0"}
                await self.upstream.ask("PUT", path, {"comp": "lease"}, ends)
                await self.upstream.ask("DELETE", path)


_DFS_CODES = {
    "LeaseIdMismatchWithBlobOperation": "LeaseIdMismatch",
    "LeaseNotPresentWithBlobOperation": "LeaseNotPresent",
}
