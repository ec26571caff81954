"""Events on their way to a face: in order, of each thing's snapshots the latest, in batches.

`Backlog` is the pure part, what one listener has not seen yet. `Subscription` adds the
clock: at most `BATCHES_PER_S` batches, and none before the last was taken. A face that is
slow or stopped costs memory for the latest of each thing, not for each tick.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from explorer.service.events import (
    BlobArrived,
    Event,
    Fact,
    FolderChanged,
    JobChanged,
    JobFinished,
    JobRemoved,
    Notice,
    Progress,
    TransferChanged,
)

BATCHES_PER_S = 15
MAX_ARRIVALS = 2000
"""Beyond so many waiting rows a folder is better listed again."""

_Key = tuple[type[Progress] | None, int]
"""The kind of a snapshot and the id of what it shows; facts have none and are numbered."""


class Backlog:
    """What a listener has not seen yet. Pure, and of one thread.

    A snapshot that takes another's place goes to the end: whoever hears that a job stopped has
    heard before it what its files did until then.
    """

    def __init__(self) -> None:
        self._events: dict[_Key, Event] = {}
        self._count = 0
        self._arrivals = 0

    def __bool__(self) -> bool:
        return bool(self._events)

    def put(self, event: Event) -> None:
        """Add an event at the end; the older snapshot of the same key goes."""
        if isinstance(event, JobChanged):
            self._put_last((JobChanged, event.job.id), event)
        elif isinstance(event, TransferChanged):
            self._put_last((TransferChanged, event.transfer.id), event)
        else:
            self._put_fact(event)

    def _put_last(self, key: _Key, event: Event) -> None:
        self._events.pop(key, None)
        self._events[key] = event

    def _put_fact(self, fact: Fact) -> None:
        if isinstance(fact, JobFinished):
            self._events.pop((JobChanged, fact.job.id), None)
        elif isinstance(fact, JobRemoved):
            self._forget(fact.job_id)
        self._count += 1
        self._events[None, self._count] = fact
        if isinstance(fact, BlobArrived):
            self._arrivals += 1
            if self._arrivals > MAX_ARRIVALS:
                self._fold_arrivals()

    def _forget(self, job_id: int) -> None:
        self._events.pop((JobChanged, job_id), None)
        self._events = {
            key: event
            for key, event in self._events.items()
            if not (isinstance(event, TransferChanged) and event.transfer.job_id == job_id)
        }

    def _fold_arrivals(self) -> None:
        """Replace the rows of each folder by one word that it changed, at the last row's place."""
        told: set[object] = set()
        kept: list[tuple[_Key, Event]] = []
        for key, event in reversed(self._events.items()):
            if isinstance(event, BlobArrived | FolderChanged):
                if event.folder in told:
                    continue
                told.add(event.folder)
                event = FolderChanged(event.folder)
            kept.append((key, event))
        self._events = dict(reversed(kept))
        self._arrivals = 0

    def take(self) -> tuple[Event, ...]:
        """Everything so far, in the order in which it was told."""
        batch = tuple(self._events.values())
        self._events, self._count, self._arrivals = {}, 0, 0
        return batch


class Subscription:
    """One listener. Made by `Feed.subscribe`; `receive` runs on the loop's thread."""

    def __init__(
        self,
        receive: Callable[[tuple[Event, ...]], None],
        closed: Callable[[Subscription], None],
    ) -> None:
        self._receive = receive
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        self._backlog = Backlog()
        self._timer: asyncio.TimerHandle | None = None
        self._next_at = 0.0
        self._is_out = False
        self._is_closed = False
        self.hears_files = True
        """Of single files, their rows in folders included; a face that shows only whole jobs
        says no, and many thousand files cost it nothing."""

    def put(self, event: Event) -> None:
        """On the loop's thread: have it delivered as soon as the rules allow."""
        self._backlog.put(event)
        self._arrange()

    def _arrange(self) -> None:
        if self._is_closed or self._is_out or self._timer is not None or not self._backlog:
            return
        self._timer = self._loop.call_at(max(self._next_at, self._loop.time()), self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        self._is_out = True
        self._next_at = self._loop.time() + 1 / BATCHES_PER_S
        self._receive(self._backlog.take())

    def taken(self) -> None:
        """The last batch has been dealt with. Any thread may say so."""
        try:
            self._loop.call_soon_threadsafe(self._on_taken)
        except RuntimeError:  # the loop is closed: nobody is left to deliver
            self._is_closed = True

    def _on_taken(self) -> None:
        self._is_out = False
        self._arrange()

    def finish(self) -> None:
        """On the loop's thread: hear at once what was told until now, and no more."""
        if self._backlog and not self._is_closed:
            self._receive(self._backlog.take())
        self.close()

    def close(self) -> None:
        """On the loop's thread: hear no more."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._closed(self)


class Feed:
    """Every subscription of a service; of the service loop's thread."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._unread: list[Notice] = []

    def subscribe(self, receive: Callable[[tuple[Event, ...]], None]) -> Subscription:
        """The first one also gets the notices that nobody was there to read."""
        subscription = Subscription(receive, self._drop)
        self._subscriptions.append(subscription)
        for notice in self.take_unread():
            subscription.put(notice)
        return subscription

    def _drop(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    @property
    def hears_files(self) -> bool:
        """Whether anybody does."""
        return any(subscription.hears_files for subscription in self._subscriptions)

    def take_unread(self) -> tuple[Notice, ...]:
        """The notices that nobody was there to read, for a face without events."""
        unread, self._unread = self._unread, []
        return tuple(unread)

    def put(self, event: Event) -> None:
        if not self._subscriptions and isinstance(event, Notice):
            self._unread.append(event)
        for subscription in tuple(self._subscriptions):
            subscription.put(event)

    def close(self) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.close()
