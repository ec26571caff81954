"""The lake: one port on loopback that serves both APIs, on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from explorer.service.emulator import Emulator
from tests.servers.lake import (
    access_control,
    batch,
    blob_listing,
    blobs,
    containers,
    contents,
    delegation,
    filesystems,
    keeping,
    listing,
    paths,
    renaming,
)
from tests.servers.lake.authorising import Gate
from tests.servers.lake.failures import RefusedError, failure_reply
from tests.servers.lake.faults import CutBody, Delay, Drop, DropReply, Fault, Refuse, Rule, Seen
from tests.servers.lake.messages import (
    HEAD_LIMIT,
    BrokenMessageError,
    Reply,
    Request,
    head_of,
    read_request,
)
from tests.servers.lake.operations import Op, Target, target_of
from tests.servers.lake.store import Limits, Store
from tests.servers.lake.upstream import Upstream
from tests.servers.looped import LoopServer

Handler = Callable[[Store, Request, Target], Awaitable[Reply]]
_HANDLERS: dict[Op, Handler] = {
    Op.FILESYSTEM_LIST: listing.list_filesystems,
    Op.FILESYSTEM_CREATE: filesystems.create,
    Op.FILESYSTEM_GET: filesystems.get_properties,
    Op.FILESYSTEM_SET: filesystems.set_properties,
    Op.FILESYSTEM_DELETE: filesystems.delete,
    Op.PATH_CREATE: paths.create,
    Op.PATH_RENAME: renaming.rename,
    Op.PATH_APPEND: contents.append,
    Op.PATH_FLUSH: contents.flush,
    Op.PATH_SET: paths.set_properties,
    Op.PATH_SET_ACCESS: access_control.set_access_control,
    Op.PATH_SET_ACCESS_RECURSIVE: access_control.set_recursively,
    Op.PATH_LEASE: paths.lease,
    Op.PATH_READ: contents.read,
    Op.PATH_STATUS: paths.get_properties,
    Op.PATH_ACCESS: paths.get_properties,
    Op.PATH_DELETE: paths.delete,
    Op.PATH_LIST: listing.list_paths,
    Op.SET_EXPIRY: paths.set_expiry,
    Op.UNDELETE: containers.unsupported,
    Op.USER_DELEGATION_KEY: delegation.hand_out_key,
    Op.ACCOUNT_INFO: containers.account_info,
    Op.LIST_BLOBS: blob_listing.list_blobs,
    Op.PUT_BLOB: blobs.write,
    Op.COPY_BLOB: blobs.write,
    Op.PUT_BLOCK: blobs.put_block,
    Op.PUT_BLOCK_LIST: blobs.write,
    Op.APPEND_BLOCK: blobs.write,
    Op.GET_BLOCK_LIST: blobs.block_list,
    Op.GET_BLOB: blobs.read,
    Op.HEAD_BLOB: blobs.read,
    Op.SET_BLOB: blobs.change,
    Op.LEASE_BLOB: blobs.change,
    Op.DELETE_BLOB: blobs.delete,
    Op.UNSUPPORTED: containers.unsupported,
}
_REST: Handler = containers.passed
_KEEP_S = 1.0


class _HangUpError(Exception):
    """The connection ends here."""


class Lake(LoopServer):
    """Runs from `__enter__` to `__exit__`, before a running emulator.

    With a `folder`, the namespaces are kept in it, for the next server over an emulator that
    keeps its data too; without, nothing is left in the emulator when the server ends.
    `container` is the emulator's container that holds the bytes. With `tls` it speaks https,
    takes the tokens of sign-ins and hands out user delegation keys.

    `rules`, `limits`, `names` and `acl_refused` may be changed at any time; `log` and
    `counts` are read when nothing is under way. Any thread.
    """

    def __init__(
        self,
        emulator: Emulator,
        *,
        port: int = 0,
        folder: Path | None = None,
        container: str = "lake-inodes",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__("lake", port=port)
        self.account = emulator.accounts[0].name
        self.key = emulator.accounts[0].key
        self.rules: list[Rule] = []
        self.log: list[Seen] = []
        self.counts: Counter[Op] = Counter()
        key = base64.b64decode(self.key)
        self._store = Store(Upstream(emulator.port, self.account, key), container)
        self._tls = tls
        self._gate = Gate(self._store, self.account, key, is_secure=tls is not None)
        self._file = folder / "lake.json" if folder is not None else None

    @property
    def endpoint(self) -> str:
        """Of both APIs, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self.port}/{self.account}"

    @property
    def _scheme(self) -> str:
        return "http" if self._tls is None else "https"

    @property
    def connection_string(self) -> str:
        return (
            f"DefaultEndpointsProtocol={self._scheme};AccountName={self.account};AccountKey={self.key};"
            f"BlobEndpoint={self.endpoint};DfsEndpoint={self.endpoint};"
        )

    @property
    def limits(self) -> Limits:
        """How much a request does before it answers with a continuation."""
        return self._store.limits

    @property
    def names(self) -> dict[str, str]:
        """Object ids by what they are called where a request asks for names."""
        return self._store.names

    @property
    def acl_refused(self) -> set[tuple[str, str]]:
        """Filesystem and path of what a recursive change of access fails on."""
        return self._store.acl_refused

    async def _main(self) -> None:
        await self._store.open()
        if self._file is not None:
            self._store.filesystems, self._store.names = keeping.load(self._file)
        async with asyncio.TaskGroup() as tasks:
            collector = tasks.create_task(self._store.collect())
            keeper = tasks.create_task(self._keep())
            server = await asyncio.start_server(
                self._serve, "127.0.0.1", self.port, limit=HEAD_LIMIT, ssl=self._tls
            )
            self._opened(server)
            await self._stop.wait()
            server.close()
            collector.cancel()
            keeper.cancel()
        await self._end_serving()
        if self._file is None:
            await self._store.close()
        await self._store.upstream.close()

    async def _keep(self) -> None:
        """Write the namespaces down where they changed, now and then, and at the end."""
        saved = -1
        while self._file is not None:
            if saved != self._store.changes:
                saved = self._store.changes
                keeping.save(self._store.filesystems, self._store.names, self._file)
            try:
                await asyncio.sleep(_KEEP_S)
            except asyncio.CancelledError:
                keeping.save(self._store.filesystems, self._store.names, self._file)
                raise

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            while (request := await read_request(reader)) is not None:
                await self._answer(request, writer)
                if request.header("connection").lower() == "close":
                    break
        except (_HangUpError, BrokenMessageError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._serving.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        cut: int | None = None
        target = Target(Op.SERVICE, "", "", "")
        seen: Seen | None = None
        try:
            target = target_of(request)
            seen = self._noted(request, target)
            for fault in self._faults(seen):
                cut = await self._before(fault, cut)
            reply = await self.handle(request, target)
        except RefusedError as refused:
            reply = failure_reply(refused, is_dfs=target.is_dfs, has_body=request.method != "HEAD")
            if "Retry-After" in refused.extra:
                reply.headers["Retry-After"] = refused.extra["Retry-After"]
        if seen is not None:
            seen.status = reply.status
            seen.code = reply.headers.get("x-ms-error-code", "")
        if cut == -1:
            raise _HangUpError
        await _send(request, reply, writer, cut)

    async def handle(self, request: Request, target: Target) -> Reply:
        """Judge and do one request. Raises RefusedError."""
        if target.account != self.account:
            raise RefusedError("ResourceNotFound", "There is no such account.")
        await self._gate.admit(request, target)
        if target.op is Op.BATCH:
            return await batch.run(request, self.handle)
        return await _HANDLERS.get(target.op, _REST)(self._store, request, target)

    def _noted(self, request: Request, target: Target) -> Seen:
        self.counts[target.op] += 1
        nth = self.counts[target.op]
        where = target.filesystem, target.path
        seen = Seen(target.op, nth, *where, request.query, len(request.body))
        self.log.append(seen)
        return seen

    def _faults(self, seen: Seen) -> list[Fault]:
        found = [rule for rule in list(self.rules) if rule.fits(seen)]
        for rule in found:
            rule.met += 1
        return [rule.fault for rule in found]

    async def _before(self, fault: Fault, cut: int | None) -> int | None:
        """Do what a fault does beforehand; where the answer is to be cut, -1 for all of it."""
        match fault:
            case Refuse(status, code, retry_after_s):
                extra = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
                raise RefusedError(code, status=status, **extra)
            case Drop():
                raise _HangUpError
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case DropReply():
                return -1
            case CutBody(after):
                return after
        return cut


async def _send(
    request: Request, reply: Reply, writer: asyncio.StreamWriter, cut: int | None
) -> None:
    """The answer on the wire; `cut` bytes of its body where it is to end early."""
    if request.method == "HEAD" or reply.status in (204, 304):
        await reply.whole()
        writer.write(head_of(reply, request))
        await writer.drain()
        return
    if reply.pieces is not None and "content-length" not in {n.lower() for n in reply.headers}:
        await reply.whole()
    writer.write(head_of(reply, request))
    sent = 0
    pieces = reply.pieces
    if pieces is None:
        writer.write(reply.body if cut is None else reply.body[:cut])
        if cut is not None and cut < len(reply.body):
            await writer.drain()
            raise _HangUpError
    else:
        async for piece in pieces:
            writer.write(piece if cut is None else piece[: max(0, cut - sent)])
            sent += len(piece)
            await writer.drain()
            if cut is not None and sent >= cut:
                raise _HangUpError
    await writer.drain()
