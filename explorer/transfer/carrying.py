"""Who moves a job's rows of small files: a process of the crew, or a thread of this one.

Belongs to the loop's thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.transfer.crew import Crew, Mate
from explorer.transfer.in_a_row import Try, try_in_a_row
from explorer.transfer.rows import TransferRow
from explorer.transfer.terms import Terms
from explorer.transfer.work import Work


class Carrier:
    """For one stretch of a job's life."""

    def __init__(self, work: Work, terms: Terms, *, is_upload: bool) -> None:
        self._work = work
        self._terms = terms
        self._is_upload = is_upload
        self._here = 0
        """Rows in threads."""

    async def carry(self, files: list[TransferRow], tries: Sequence[Try]) -> None:
        """Run the tries in a slot; they tell what came of each. Raises CancelledError, and
        CrewLostError where those that began may have come to any end."""
        await self._work.in_turn(lambda: self._carry(files, tries))

    async def _carry(self, files: list[TransferRow], tries: Sequence[Try]) -> None:
        mate = self._mate()
        if mate is None:
            self._here += 1
            try:
                pacer = self._work.pacer
                await self._work.plant.workers.run(
                    try_in_a_row, tries, self._terms.root, lambda: pacer.wait_s
                )
            finally:
                self._here -= 1
            return
        try:
            await mate.carry(self._terms, files, tries, is_upload=self._is_upload)
        finally:
            pairs = zip(files, tries, strict=True)
            self._work.plant.limiter.moved(sum(f.size_bytes for f, each in pairs if each.is_done))

    @property
    def more(self) -> int:
        """How many rows at once are worth while beside those in threads."""
        return self._crew.size if self._crew is not None else 0

    @property
    def _crew(self) -> Crew | None:
        """None where it cannot be asked just now: limits hold in this process, and so do a
        sign-in and what keeps others from changing anything; snapshots are few."""
        work, crew = self._work, self._work.plant.crew
        if crew is None or work.marks or work.limiter.bytes_per_s or work.plant.limiter.bytes_per_s:
            return None
        return crew if work.store.is_lendable(for_changes=self._is_upload) else None

    def _mate(self) -> Mate | None:
        """One with at most a row more than there are here: this process has more to do."""
        return self._crew.free(self._here + 1) if self._crew is not None else None

    def close(self) -> None:
        """The job is at rest."""
        if (crew := self._work.plant.crew) is not None:
            crew.forget(self._terms)
