"""The watched folders of this window: which there are, which run, and what came of each. GUI
thread only; the disk and the service are reached from other threads."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import field, replace
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.base.errors import InputError, QuaysideError
from explorer.base.records import dataclass
from explorer.base.tasks import TaskScope
from explorer.base.workers import Workers
from explorer.gui.bridge import Bridge
from explorer.gui.browse import rules
from explorer.gui.browse.operations import job_options
from explorer.gui.browse.rules import Place
from explorer.gui.errors import describe
from explorer.service.model import Ability
from explorer.transfer.model import Failure, JobSnapshot
from explorer.transfer.state import JobState
from explorer.workflows import watched_folders
from explorer.workflows.watched_folders import WatchWish

if TYPE_CHECKING:  # loaded with the first watch
    from explorer.workflows.watch import WatchEvent
    from explorer.workflows.watch_session import WatchSession

GONE = "Its connection is gone. Connect again, remove this watch, and watch the folder anew."


class WatchState(Enum):
    STOPPED = "stopped"
    STARTING = "looking"
    """What is in the folder is compared with what was uploaded."""
    WATCHING = "watching"
    STOPPING = "stopping"


@dataclass(slots=True, eq=False)
class Watched:
    """One folder and its target, as things are now."""

    wish: WatchWish
    state: WatchState = WatchState.STOPPED
    reason: str = ""
    """Why it does not run, where nobody stopped it."""
    uploaded: int = 0
    """Files, since it was started."""
    last_name: str = ""
    last_s: float = 0.0
    failures: dict[str, Failure] = field(default_factory=dict)
    """By the file's name; an empty one is all that was to go then."""
    has_told_failure: bool = False
    """A person heard that something failed; not again until all went through."""
    session: WatchSession | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self.state is not WatchState.STOPPED

    @property
    def waiting(self) -> int:
        """Files that are new or changed and not uploaded yet."""
        return self.session.waiting if self.session is not None else 0


class WatchDesk(QObject):
    """One per window."""

    changed = Signal()
    """What is known of some watch, or which there are."""
    ended_badly = Signal(object)
    """A `Watched` that could not start, or could not go on."""

    def __init__(self, bridge: Bridge, scope: TaskScope, workers: Workers, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._scope = scope
        self._workers = workers
        self._known: dict[object, Watched] = {}
        self._keeping = asyncio.Lock()

    @property
    def all(self) -> tuple[Watched, ...]:
        """In the order in which they were begun."""
        return tuple(self._known.values())

    def find(self, wish: WatchWish) -> Watched | None:
        """What is known of the same folder and target."""
        return self._known.get(wish.pair)

    def is_quiet(self, job: JobSnapshot) -> bool:
        """Whether the end of this job is no news: the next of many batches of a watch, or one
        more failure where that was told."""
        for watched in self._known.values():
            if watched.session is not None and watched.session.is_job(job.id):
                if job.state is JobState.DONE:
                    return True
                was_told, watched.has_told_failure = watched.has_told_failure, True
                return was_told
        return False

    async def load(self) -> None:
        """Learn which there are, and go on with those that are to go on by themselves."""
        folder = await self._bridge.get(lambda service: service.data_dir)
        for wish in await self._workers.run(watched_folders.load, folder):
            watched = self._known.setdefault(wish.pair, Watched(wish))
            if watched.wish.goes_on:
                self.start(watched)
        self.changed.emit()

    # -- what a person wants ------------------------------------------------------

    def begin(self, wish: WatchWish) -> Watched:
        """Watch a folder from now on, in place of what was wanted of the same pair."""
        watched = self._known.setdefault(wish.pair, Watched(wish))
        watched.wish = wish
        self._keep(wish)
        self.start(watched)
        return watched

    def start(self, watched: Watched) -> None:
        """Go on; what changed meanwhile is found. Nothing where it runs."""
        if watched.is_running:
            return
        watched.state, watched.reason = WatchState.STARTING, ""
        watched.uploaded = 0
        watched.failures.clear()
        watched.has_told_failure = False
        watched.task = self._scope.spawn(self._run(watched), name="watch a folder")
        self.changed.emit()

    def stop(self, watched: Watched) -> None:
        """End it; what is being uploaded is paused, and goes on with the next start."""
        if not watched.is_running or watched.state is WatchState.STOPPING:
            return
        watched.state = WatchState.STOPPING
        session, task = watched.session, watched.task
        if session is not None:
            self._scope.spawn(self._bridge.get(session.stop), name="stop a watch")
        elif task is not None:
            task.cancel()
        self.changed.emit()

    def go_on_by_itself(self, watched: Watched, goes_on: bool) -> None:
        """Whether it is to start with Quayside."""
        watched.wish = replace(watched.wish, goes_on=goes_on)
        self._keep(watched.wish)
        self.changed.emit()

    def remove(self, watched: Watched) -> None:
        """Forget one that does not run. In storage and on the disk all stays."""
        if watched.is_running:
            return
        self._known.pop(watched.wish.pair, None)
        self._keep(watched.wish, is_kept=False)
        self.changed.emit()

    def _keep(self, wish: WatchWish, *, is_kept: bool = True) -> None:
        change = watched_folders.put if is_kept else watched_folders.drop

        async def run() -> None:
            async with self._keeping:  # in the order in which it was asked for
                folder = await self._bridge.get(lambda service: service.data_dir)
                await self._workers.run(change, folder, wish)

        self._scope.spawn(run(), name="keep the watched folders")

    # -- one watch ----------------------------------------------------------------

    async def _run(self, watched: Watched) -> None:
        from explorer.workflows.watch_session import WatchSession

        has_ended_badly = False
        try:
            await self._check(watched.wish)
            settings = await self._bridge.get(lambda service: service.settings)
            session = watched.session = WatchSession(watched.wish, job_options(settings))
            async with aclosing(self._bridge.stream(session.tell)) as events:
                async for event in events:
                    self._hear(watched, event)
        except QuaysideError as error:
            watched.reason = describe(error).line
            has_ended_badly = True
        finally:
            watched.state = WatchState.STOPPED
            watched.session = watched.task = None
            self.changed.emit()
        if has_ended_badly:
            self.ended_badly.emit(watched)

    async def _check(self, wish: WatchWish) -> None:
        """Raises InputError where the credential may not write, or there is none."""
        connection_id = wish.target.connection_id
        # At the start of Quayside the keyring has not been read: who has no secret may not write.
        await self._bridge.call(lambda service: service.load_secrets(connection_id))
        known = await self._bridge.get(lambda service: service.connections())
        connection = next((one for one in known if one.id == connection_id), None)
        if connection is None:
            raise InputError(GONE)
        if reason := rules.refusal(Place(connection, wish.target), Ability.WRITE):
            raise InputError(reason)

    def _hear(self, watched: Watched, event: WatchEvent) -> None:
        from explorer.workflows.watch import Happening

        if watched.state is WatchState.STARTING and event.kind is Happening.FOUND:
            watched.state = WatchState.WATCHING
        elif event.kind is Happening.FAILED and event.failure is not None:
            watched.failures[event.name] = event.failure
        elif event.kind is not Happening.FOUND and watched.failures:
            watched.failures.pop(event.name, None)
            watched.failures.pop("", None)
            watched.has_told_failure = bool(watched.failures)
        if event.kind is Happening.UPLOADED:
            watched.uploaded += 1
            watched.last_name, watched.last_s = event.name, time.time()
        self.changed.emit()
