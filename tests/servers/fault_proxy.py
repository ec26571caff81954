"""A proxy before the emulator that does harm on purpose: scripted, seeded, and it counts.

It speaks HTTP/1.1 on loopback, on a loop in a thread of its own, and hands each request
on over a fresh connection. Path and headers stay as they are, so signatures stay valid.
What happens to the n-th request of an operation is said by rules.
"""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from explorer.service.emulator import Emulator
from tests.servers.looped import LoopServer, flushed, reset

HEAD_LIMIT = 256 * 1024


class Op(Enum):
    """An operation of the Blob service."""

    PUT_BLOB = "Put Blob"
    PUT_BLOCK = "Put Block"
    PUT_BLOCK_LIST = "Put Block List"
    GET_BLOCK_LIST = "Get Block List"
    GET_BLOB = "Get Blob"
    HEAD_BLOB = "Get Blob Properties"
    LIST = "List Blobs"
    DELETE = "Delete Blob"
    OTHER = "other"


def operation_of(method: str, query: str, head: str) -> Op:
    asked = re.search(r"(?:^|&)comp=(\w+)", query)
    comp = asked[1] if asked else ""
    if "restype=container" in query and comp != "list":
        return Op.OTHER
    found = {
        ("PUT", "block"): Op.PUT_BLOCK,
        ("PUT", "blocklist"): Op.PUT_BLOCK_LIST,
        ("GET", "blocklist"): Op.GET_BLOCK_LIST,
        ("GET", "list"): Op.LIST,
        ("GET", ""): Op.GET_BLOB,
        ("HEAD", ""): Op.HEAD_BLOB,
        ("DELETE", ""): Op.DELETE,
    }.get((method, comp), Op.OTHER)
    if found is Op.OTHER and method == "PUT" and "x-ms-blob-type" in head.lower():
        return Op.PUT_BLOB
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, as a rule or a hook sees it."""

    op: Op
    nth: int
    """How many of this operation there were, this one included."""
    target: str
    head: str = field(repr=False)
    body_bytes: int
    at_s: float
    """On the monotonic clock."""


# ---------------------------------------------------------------------- faults


@dataclass(frozen=True, slots=True)
class ResetUp:
    """A reset after so many bytes of the request's body; the service sees half of it."""

    after: int


@dataclass(frozen=True, slots=True)
class ResetDown:
    """A reset after so many bytes of the answer's body."""

    after: int


@dataclass(frozen=True, slots=True)
class DropReply:
    """The service does its work, and nobody hears of it."""


@dataclass(frozen=True, slots=True)
class LateReply:
    """The service has done its work, which `is_done` tells, and its answer comes when
    `may_come` is set; a refusal comes at once."""

    is_done: threading.Event
    may_come: threading.Event


@dataclass(frozen=True, slots=True)
class Stall:
    """No byte moves any more: the request's body ("up") or the answer's ("down") after so
    many bytes, or instead of the answer's head ("head")."""

    phase: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class Short:
    """The answer's body lacks its last bytes; `is_hidden`: and its head agrees."""

    by: int
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class FlipUp:
    """One bit of the request's body is another; `at` is from 0 to 1."""

    at: float
    bit: int = 0


@dataclass(frozen=True, slots=True)
class FlipDown:
    """One bit of the answer's body is another."""

    at: float
    bit: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer of an earlier request of this operation comes again; `is_hidden`: under
    the head that belongs to this one."""

    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """An answer of our own; the service hears nothing."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """200 in place of 206, and no Content-Range."""


@dataclass(frozen=True, slots=True)
class Far:
    """The service is so many seconds away."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class Label:
    """One more header on the answer."""

    name: str
    value: str


Fault = (
    ResetUp | ResetDown | DropReply | LateReply | Stall | Short | FlipUp | FlipDown | Replay
    | Refuse | Whole | Far | Label
)  # fmt: skip


@dataclass(slots=True)
class Rule:
    """`fault` for the requests of `op` whose number is in `nth` (None: for all), with the
    `chance`. `hook` runs in a thread before the request is handed on."""

    op: Op | None
    nth: Collection[int] | None = None
    fault: Fault | None = None
    hook: Callable[[Seen], None] | None = None
    chance: float = 1.0
    met: int = 0
    """How often it came true."""

    def fits(self, seen: Seen, chance: random.Random) -> bool:
        return (
            (self.op is None or self.op is seen.op)
            and (self.nth is None or seen.nth in self.nth)
            and (self.chance >= 1.0 or chance.random() < self.chance)
        )


@dataclass(slots=True)
class Count:
    """What went over the wire for one operation; bodies only."""

    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


# ----------------------------------------------------------------------- proxy


@dataclass(slots=True)
class _Answer:
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    """As it is on the wire, chunks included."""


class _StalledError(Exception):
    """Nothing more is to be said on this connection, but it stays open."""


class FaultProxy(LoopServer):
    """Runs from `__enter__` to `__exit__`. `rules` may be changed at any time; `counts` and
    `log` read when nothing is under way."""

    def __init__(self, emulator: Emulator, *rules: Rule, seed: int = 0) -> None:
        super().__init__("fault-proxy")
        self._emulator = emulator
        self.rules = list(rules)
        self.counts: Counter[Op] = Counter()
        self.wire = {op: Count() for op in Op}
        self.log: list[Seen] = []
        self._random = random.Random(seed)
        self._earlier: dict[Op, _Answer] = {}

    @property
    def connection_string(self) -> str:
        return self._emulator.connection_string.replace(
            f":{self._emulator.port}/", f":{self.port}/"
        )

    async def _main(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
        self._opened(server)
        await self._stop.wait()
        server.close()
        await self._end_serving()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except _StalledError:
            with suppress(asyncio.CancelledError):
                await self._stop.wait()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._serving.discard(task)
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False where the connection is over."""
        raw = await reader.readuntil(b"\r\n\r\n")
        head = raw.decode("latin-1")
        method, target, _ = head.split(" ", 2)
        hit = re.search(r"(?i)\r\ncontent-length: (\d+)", head)
        length = int(hit[1]) if hit else 0
        op = operation_of(method, target.partition("?")[2], head)
        self.counts[op] += 1
        seen = Seen(op, self.counts[op], target, head, length, time.monotonic())
        self.log.append(seen)
        self.wire[op].requests += 1
        fault = await self._fault_for(seen)
        body = await self._body(reader, writer, seen, raw, length, fault)
        if body is None:
            return False
        if isinstance(fault, Far):
            await asyncio.sleep(fault.delay_s)
        if isinstance(fault, Refuse):
            extra = [("Content-Length", "0"), *fault.headers]
            answer = _Answer(fault.status, "Refused", extra, b"")
        else:
            answer = await self._ask(raw, body, method)
        return await self._reply(writer, seen, answer, fault, method)

    async def _fault_for(self, seen: Seen) -> Fault | None:
        fault: Fault | None = None
        for rule in list(self.rules):
            if not rule.fits(seen, self._random):
                continue
            rule.met += 1
            if rule.hook is not None:
                await asyncio.to_thread(rule.hook, seen)
            fault = fault or rule.fault
        return fault

    async def _body(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        seen: Seen,
        raw: bytes,
        length: int,
        fault: Fault | None,
    ) -> bytes | None:
        """The request's body as it is to be handed on; None after a reset."""
        wanted = length
        if isinstance(fault, ResetUp) or (isinstance(fault, Stall) and fault.phase == "up"):
            wanted = min(length, fault.after)
        body = await reader.readexactly(wanted)
        self.wire[seen.op].bytes_up += len(body)
        if isinstance(fault, Stall) and fault.phase == "up":
            raise _StalledError
        if isinstance(fault, ResetUp):
            with suppress(OSError):
                _, upstream = await asyncio.open_connection("127.0.0.1", self._emulator.port)
                upstream.write(raw + body)
                await upstream.drain()
                upstream.transport.abort()
            reset(writer)
            return None
        if isinstance(fault, FlipUp):
            body = _flipped(body, fault.at, fault.bit)
        return body

    async def _ask(self, raw: bytes, body: bytes, method: str) -> _Answer:
        """The service's own answer."""
        up_reader, up_writer = await asyncio.open_connection(
            "127.0.0.1", self._emulator.port, limit=HEAD_LIMIT
        )
        try:
            head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", raw)[:-2]
            up_writer.write(head + b"Connection: close\r\n\r\n" + body)
            answer_head = (await up_reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            told = re.search(r"(?i)\r\ncontent-length: (\d+)", answer_head)
            if method == "HEAD":
                data = b""
            elif told:
                data = await up_reader.readexactly(int(told[1]))
            else:
                data = await up_reader.read(-1)
        finally:
            up_writer.transport.abort()
        first, *lines = answer_head[:-4].split("\r\n")
        _, status, reason = (first + " ").split(" ", 2)
        headers = [(n, v.strip()) for n, _, v in (line.partition(":") for line in lines)]
        kept = [(n, v) for n, v in headers if n.lower() not in ("connection", "keep-alive")]
        return _Answer(int(status), reason.strip(), kept, data)

    async def _reply(
        self,
        writer: asyncio.StreamWriter,
        seen: Seen,
        answer: _Answer,
        fault: Fault | None,
        method: str,
    ) -> bool:
        if isinstance(fault, DropReply):
            reset(writer)
            return False
        if isinstance(fault, LateReply) and answer.status < 300:
            fault.is_done.set()
            await asyncio.to_thread(fault.may_come.wait)
        if isinstance(fault, Stall) and fault.phase == "head":
            raise _StalledError
        earlier = self._earlier.get(seen.op)
        if answer.status < 300:
            self._earlier[seen.op] = answer
        status, headers, body = answer.status, list(answer.headers), answer.body
        end = len(body)
        match fault:
            case FlipDown(at, bit):
                body = _flipped(body, at, bit)
            case Replay(is_hidden) if earlier is not None:
                if is_hidden:
                    body = earlier.body[:end].ljust(end, b"\0")
                else:
                    status, headers, body = earlier.status, list(earlier.headers), earlier.body
                end = len(body)
            case Short(by, is_hidden):
                end = max(0, end - by)
                if is_hidden:
                    headers = _with(headers, "Content-Length", str(end))
            case ResetDown(after) | Stall(_, after):
                end = min(end, after)
            case Whole():
                status = 200 if status == 206 else status
                headers = [(n, v) for n, v in headers if n.lower() != "content-range"]
            case Label(name, value):
                headers.append((name, value))
        lines = [f"HTTP/1.1 {status} {answer.reason}", *(f"{n}: {v}" for n, v in headers), "", ""]
        writer.write("\r\n".join(lines).encode("latin-1") + body[:end])
        await writer.drain()
        self.wire[seen.op].bytes_down += end
        if isinstance(fault, Stall):
            raise _StalledError
        if isinstance(fault, ResetDown):
            await flushed(writer)
            reset(writer)
            return False
        if isinstance(fault, Short) and not fault.is_hidden:
            writer.write_eof()
            await flushed(writer)
            return False
        return method == "HEAD" or any(
            n.lower() in ("content-length", "transfer-encoding") for n, _ in headers
        )


def _flipped(data: bytes, at: float, bit: int) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    changed[min(len(data) - 1, int(at * len(data)))] ^= 1 << bit
    return bytes(changed)


def _with(headers: list[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    return [(n, value if n.lower() == name.lower() else v) for n, v in headers]
