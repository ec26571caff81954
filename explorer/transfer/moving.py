"""What can be done with one file of a job, whichever way it goes."""

from __future__ import annotations

from typing import Any, Protocol

from explorer.transfer.in_a_row import Small
from explorer.transfer.work import Outcome


class Way(Protocol):
    """One file on its usual way."""

    async def run(self, met: Exception | None = None) -> Outcome:
        """`met` is what the first try, made in a row, met."""
        ...


class Moving(Way, Protocol):
    """One file on its usual way, or tried in a row before."""

    @property
    def small(self) -> Small:
        """What a worker tries."""
        ...

    def ended(self, got: Any) -> Outcome:
        """The outcome for what `at_once` gave."""
        ...

    async def arrived(self) -> Outcome | None:
        """After a cancel, where the answer to `at_once` was lost: its outcome, if what was sent
        is there all the same."""
        ...
