"""The queue's file: one SQLite connection, on one thread, that groups commits.

What is kept lies in the `..._table` modules, the file itself in `journal_file`. What
`do` returned is on the disk (WAL, synchronous=FULL). Window and command line share the
file; a writer waits for the other.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from explorer.base.records import dataclass
from explorer.transfer.journal_file import Connection, close, is_busy, open_checked, translated

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

GROUP_S: Final = 0.02
"""How long an unhurried change waits for company."""
GROUP_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class _Task:
    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    is_write: bool


class Journal:
    """Opened, used and closed from one loop's thread; SQLite lives on a thread of its own.

    `notice` is a sentence for the person when the file was damaged and set aside.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice = ""
        self._loop = asyncio.get_running_loop()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._hurry = threading.Event()
        """Somebody does not wait for company; who does, wakes no thread by coming."""
        self._closed = False
        self._started: asyncio.Future[str] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="journal")

    @classmethod
    async def open(cls, path: Path, *, is_alone: Callable[[], bool] = lambda: True) -> Journal:
        """Open or create the file, bring it up to date and check it.

        A damaged file is set aside and what can be read is carried over, if `is_alone`
        (run on the journal's thread) says that no other process has it open.
        Raises JournalError, LocalPermissionError, DiskFullError.
        """
        journal = cls(path)
        journal._is_alone = is_alone
        journal._thread.start()
        try:
            journal.notice = await asyncio.shield(journal._started)
        except BaseException:
            journal._tasks.put(None)
            await journal._join()
            raise
        return journal

    _is_alone: Callable[[], bool]

    # -- called on the loop ---------------------------------------------------

    async def do(
        self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `work(connection, ...)` in a transaction; durable when this returns.

        Even if the caller is cancelled, the work happens. Raises what `work` raises.
        """
        return await asyncio.shield(self.post_now(work, *args, **kwargs))

    def post_now(
        self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[R]:
        """Like `do`, for who does not wait, or not here. Takes along what was posted before."""
        return self._put(lambda db: work(db, *args, **kwargs), is_write=True, is_urgent=True)

    def post(
        self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[R]:
        """Like `do`, in order with it, but within about 20 ms together with others."""
        return self._put(lambda db: work(db, *args, **kwargs), is_write=True, is_urgent=False)

    async def read(
        self, work: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a query, after everything that was posted before."""
        return await asyncio.shield(
            self._put(lambda db: work(db, *args, **kwargs), is_write=False, is_urgent=True)
        )

    def _put(
        self, work: Callable[[Connection], R], *, is_write: bool, is_urgent: bool
    ) -> asyncio.Future[R]:
        if self._closed:
            raise RuntimeError("the journal is closed")
        future: asyncio.Future[R] = self._loop.create_future()
        self._tasks.put(_Task(work, future, is_write))
        if is_urgent:
            self._hurry.set()
        return future

    async def aclose(self) -> None:
        """Write what is posted and close the file."""
        if not self._closed:
            self._closed = True
            self._tasks.put(None)
            self._hurry.set()
        await self._join()

    async def _join(self) -> None:
        await asyncio.shield(self._ended)
        self._thread.join()  # it has nothing left to do

    # -- on the journal's thread ----------------------------------------------

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            self._tell([(self._ended, None, None)])

    def _serve(self) -> None:
        try:
            db, notice = open_checked(self.path, self._is_alone)
        except Exception as error:
            self._tell([(self._started, None, error)])
            return
        self._tell([(self._started, notice, None)])
        try:
            while (batch := self._next_batch()) is not None:
                self._tell(run_batch(db, batch))
        finally:
            close(db)

    def _next_batch(self) -> list[_Task] | None:
        first = self._tasks.get()
        if first is None:
            return None
        self._hurry.wait(GROUP_S)
        self._hurry.clear()
        batch = [first]
        while len(batch) < GROUP_ROWS:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if task is None:
                self._tasks.put(None)
                break
            batch.append(task)
        else:
            self._hurry.set()  # for what is still there
        return batch

    def _tell(
        self, results: Sequence[tuple[asyncio.Future[Any], Any, BaseException | None]]
    ) -> None:
        with suppress(RuntimeError):  # the loop is gone, and nobody waits
            self._loop.call_soon_threadsafe(_deliver, results)


def _deliver(results: Sequence[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, result, error in results:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
            future.add_done_callback(_looked_at)


def _looked_at(future: asyncio.Future[Any]) -> None:
    """A posted change that failed is logged even if nobody awaits it."""
    if not future.cancelled() and (error := future.exception()) is not None:
        log.debug("a change to the journal failed: %s", type(error).__name__)


Result = tuple["asyncio.Future[Any]", Any, BaseException | None]


def run_batch(db: Connection, batch: Sequence[_Task]) -> list[Result]:
    """One transaction for all; where one of them fails, one for each. Where the file stays locked
    all fail: each by itself would wait as long again."""
    writes = [task for task in batch if task.is_write]
    results: list[Result] = []
    if writes:
        try:
            answers = _transact(db, [task.work for task in writes])
            results += [(t.future, a, None) for t, a in zip(writes, answers, strict=True)]
        except Exception as error:
            if len(writes) == 1 or is_busy(error):  # waited for as long as it is worth
                results += [(task.future, None, translated(error)) for task in writes]
            else:
                results += [_alone(db, task) for task in writes]
    for task in batch:
        if not task.is_write:
            try:
                results.append((task.future, task.work(db), None))
            except Exception as error:
                results.append((task.future, None, translated(error)))
    return results


def _alone(db: Connection, task: _Task) -> Result:
    try:
        return task.future, _transact(db, [task.work])[0], None
    except Exception as error:
        return task.future, None, translated(error)


def _transact(db: Connection, works: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    db.execute("BEGIN IMMEDIATE")
    try:
        answers = [work(db) for work in works]
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return answers
