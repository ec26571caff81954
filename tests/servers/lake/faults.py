"""Harm on request: what is to happen to which request of an operation, and what was asked.

Tests add rules from their own thread; the server reads them for each request.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.servers.lake.operations import Op


@dataclass(frozen=True, slots=True)
class Refuse:
    """An error in place of doing it."""

    status: int = 503
    code: str = "ServerBusy"
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class DropReply:
    """It is done, and the connection closes without a word."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection closes before anything is done."""


@dataclass(frozen=True, slots=True)
class Delay:
    """It is done after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CutBody:
    """The connection closes after so many bytes of the answer's body."""

    after: int


Fault = Refuse | DropReply | Drop | Delay | CutBody


@dataclass(slots=True)
class Rule:
    """`fault` for the requests of `op` (None: of any) whose number is in `nth` (None: for
    all). An operation's first request is number 1."""

    op: Op | None
    fault: Fault
    nth: Collection[int] | None = None
    path: str | None = None
    """Only for this path."""
    met: int = 0

    def fits(self, seen: Seen) -> bool:
        return (
            (self.op is None or self.op is seen.op)
            and (self.nth is None or seen.nth in self.nth)
            and (self.path is None or self.path == seen.path)
        )


@dataclass(slots=True)
class Seen:
    """A request: its operation, the how-manieth of it, where, and what came of it."""

    op: Op
    nth: int
    filesystem: str
    path: str
    query: str
    body_bytes: int
    status: int = 0
    """0 until it is answered."""
    code: str = ""
