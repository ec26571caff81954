"""The window's way to the service: calls, streams and events across the two threads.

Used on the GUI thread only. A function is handed over that gets the `Service` and
runs on its thread; results come back as awaitables of the GUI's loop. Whatever is
called before the service has started waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from explorer.service.events import Event

if TYPE_CHECKING:  # the module behind imports the whole SDK; it is loaded in a thread
    from explorer.service.feed import Subscription
    from explorer.service.host import ServiceHost
    from explorer.service.service import Service

T = TypeVar("T")
E = TypeVar("E")


class Events:
    """Hands each event to those who asked for its kind, in the order they asked."""

    def __init__(self) -> None:
        self._receivers: dict[type[object], list[Callable[[Any], None]]] = {}

    def on(self, kind: type[E], receive: Callable[[E], None]) -> Callable[[], None]:
        """Call `receive` for every event of `kind`; the result ends that."""
        self._receivers.setdefault(kind, []).append(receive)

        def stop() -> None:
            receivers = self._receivers[kind]
            if receive in receivers:
                receivers.remove(receive)

        return stop

    def tell(self, events: tuple[Event, ...]) -> None:
        """Hand these over, in their order."""
        for event in events:
            for receive in tuple(self._receivers.get(type(event), ())):
                try:
                    receive(event)
                except Exception as error:
                    # The others are still to hear of it, and of what comes after it.
                    _tell_loop(f"hearing of {type(event).__name__}", error)


def _tell_loop(what: str, error: Exception) -> None:
    context = {"message": f"{what} failed", "exception": error}
    asyncio.get_event_loop().call_exception_handler(context)


class Bridge:
    """One per window process; `attach` gives it the running service."""

    def __init__(self) -> None:
        self.events = Events()
        self._host: asyncio.Future[ServiceHost] = asyncio.get_event_loop().create_future()
        self._begun: ServiceHost | None = None
        self._service: Service | None = None
        self._is_hushed = False

    async def attach(self, host: ServiceHost) -> None:
        """Start `host`, subscribe to its events and let waiting calls through.

        Raises what kept the service from starting. Either way, and even if this is
        cancelled half way, `detach` ends the host.
        """
        self._begun = host
        self._service = await asyncio.shield(asyncio.wrap_future(host.start()))
        loop = asyncio.get_running_loop()
        subscribed: asyncio.Future[Subscription] = loop.create_future()

        def receive(events: tuple[Event, ...]) -> None:  # on the service thread
            loop.call_soon_threadsafe(self._arrived, events, subscribed)

        subscription = await asyncio.wrap_future(host.call(self._service.subscribe, receive))
        subscribed.set_result(subscription)
        self._host.set_result(host)

    @property
    def is_attached(self) -> bool:
        return self._host.done() and not self._host.cancelled()

    def hush(self) -> None:
        """Hand out no more events: those who hear them are about to go."""
        self._is_hushed = True

    def _arrived(self, events: tuple[Event, ...], subscribed: asyncio.Future[Subscription]) -> None:
        if self._is_hushed:
            return
        try:
            self.events.tell(events)
        finally:
            # The first batch may be here before the subscription itself.
            subscribed.add_done_callback(lambda done: done.result().taken())

    async def _ready(self) -> tuple[ServiceHost, Service]:
        host = await asyncio.shield(self._host)
        if self._service is None:
            raise RuntimeError("the service has been detached")
        return host, self._service

    async def call(self, work: Callable[[Service], Coroutine[Any, Any, T]]) -> T:
        """Await a coroutine of the service; cancelling here cancels it there."""
        host, service = await self._ready()

        async def run() -> T:
            return await work(service)

        return await asyncio.wrap_future(host.submit(run()))

    async def get(self, look: Callable[[Service], T]) -> T:
        """The result of a plain method of the service, called on its thread."""
        host, service = await self._ready()
        future: Future[T] = host.call(look, service)
        return await asyncio.wrap_future(future)

    async def stream(self, make: Callable[[Service], AsyncIterator[T]]) -> AsyncGenerator[T, None]:
        """Items of an async iterator of the service. Close it (`aclosing`) to end it early."""
        host, service = await self._ready()
        items = await asyncio.wrap_future(host.call(make, service))
        async with aclosing(host.stream(items)) as stream:
            async for item in stream:
                yield item

    async def detach(self) -> None:
        """Stop the service: transfers pause, the journal is written, its thread ends."""
        host, self._begun = self._begun, None
        if not self._host.done():
            self._host.cancel()
        self._service = None
        if host is None:
            return
        await asyncio.wrap_future(host.stop())
        host.join()
