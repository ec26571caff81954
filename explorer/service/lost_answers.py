"""A change that must not be judged by its second try: an answer that got lost is looked for.

After a broken connection nobody knows whether the change was made. Where the next try is
refused because the blob is not what it was, the refusal may be the work of the first one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from explorer.base.errors import (
    AlreadyExistsError,
    NotFoundError,
    PreconditionFailedError,
    QuaysideError,
    Retry,
)

R = TypeVar("R")


class Change(Generic[R]):
    """One change for `Calls.run`. `look` is what it would have answered where what was asked
    for is so; None where it is not."""

    def __init__(self, work: Callable[[], R], look: Callable[[], R | None]) -> None:
        self._work = work
        self._look = look
        self._may_be_done = False

    def take(self) -> R:
        """Blocks. Raises as the work does."""
        try:
            return self._work()
        except (AlreadyExistsError, NotFoundError, PreconditionFailedError):
            if self._may_be_done and (found := self._look()) is not None:
                return found
            raise
        except QuaysideError as error:
            self._may_be_done = self._may_be_done or error.retry is Retry.SOON
            raise
