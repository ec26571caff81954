"""Which files of a running job are next, which a person holds back, and who works on each.

Belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterable
from typing import Final

from explorer.transfer import file_table, transfer_table
from explorer.transfer.job import Job
from explorer.transfer.journal import Journal
from explorer.transfer.rows import TransferRow
from explorer.transfer.state import TransferState

TAKEN: Final = 256
"""How many transfers are made ready at once."""


class Turns:
    """The files of one stretch of a job's life, from the journal to whoever works on them."""

    def __init__(self, journal: Journal, job: Job) -> None:
        self._journal = journal
        self._job = job
        self.ready: deque[TransferRow] = deque()
        """Taken from the journal, and not begun."""
        self.wake = asyncio.Event()
        """Set when it is worth looking what can begin."""
        self.are_more = False
        """As many were taken at last as are taken at once, or the walk has found some since:
        likely there are more."""
        self._held: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._taking = asyncio.Lock()

    async def take(self) -> tuple[bool, int]:
        """Make the next ones ready. Says whether there were any, and how many wait for others
        to leave their target."""
        async with self._taking:
            rows, blocked = await self._journal.do(transfer_table.take, self._job.id, TAKEN)
            self.ready.extend(row for row in rows if not self.rests(row))
            self.are_more = len(rows) == TAKEN
        return bool(rows), blocked

    def begun(self, rows: Collection[TransferRow], task: asyncio.Task[None]) -> None:
        """This task works on these."""
        for row in rows:
            self._tasks[row.id] = task

        def ended(task: asyncio.Task[None]) -> None:
            for row in rows:
                if self._tasks.get(row.id) is task:
                    del self._tasks[row.id]

        task.add_done_callback(ended)

    def give_back(self) -> None:
        """What was taken and not begun is nobody's any more."""
        not_begun = [row.id for row in self.ready]
        self._journal.post(transfer_table.leave, self._job.id, not_begun)

    # -- what a person does to single files -----------------------------------

    async def hold(self, ids: Collection[int]) -> None:
        """When this returns, each of these files is at rest, or at its end if that came first."""
        self._held.update(ids)
        waiting = list(self.ready)
        self.ready.clear()
        self.ready.extend(row for row in waiting if not self.rests(row))
        async with self._taking:
            held = await self._journal.do(
                file_table.move, self._job.id, ids, TransferState.PAUSED, file_table.OPEN
            )
        for _ in held:
            self._job.passed(TransferState.QUEUED, TransferState.PAUSED)
        tasks = {self._tasks[each] for each in ids if each in self._tasks}
        for task in tasks:  # each has begun: the journal was waited for since it was started
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def release(self, ids: Iterable[int]) -> None:
        """These wait for their turn again."""
        self._held.difference_update(ids)
        self.wake.set()

    async def put_first(self, ids: Collection[int]) -> None:
        """Those of these that have not begun begin next, in this order."""
        async with self._taking:
            taken = await self._journal.do(
                transfer_table.take_these, self._job.id, [i for i in ids if i not in self._held]
            )
            order = {each: at for at, each in enumerate(ids)}
            known = [row for row in self.ready if row.id in order]
            rest = [row for row in self.ready if row.id not in order]
            first = sorted((*known, *taken), key=lambda row: order[row.id])
            self.ready.clear()
            self.ready.extend((*first, *rest))
        self.wake.set()

    def is_held(self, transfer_id: int) -> bool:
        """Whether a person holds this file back."""
        return transfer_id in self._held

    def rests(self, row: TransferRow) -> bool:
        """Whether a file that was taken, and no more, is held back; it is put to rest then."""
        if row.id not in self._held:
            return False
        self._job.passed(TransferState.QUEUED, TransferState.PAUSED)
        self._journal.post(file_table.rest_untouched, row.id)
        return True
