"""Calls, streams and events across the two threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import pytest

from explorer.base.errors import InputError, QuaysideError
from explorer.gui.bridge import Bridge, Events
from explorer.service.events import Event, Notice
from explorer.service.host import ServiceHost
from explorer.service.service import Service
from tests.gui.conftest import Drive, until


def test_events_go_to_those_who_asked_for_their_kind() -> None:
    events, heard = Events(), list[Event]()
    stop = events.on(Notice, heard.append)
    first, second = Notice("a", "b"), Notice("c", "d")
    events.tell((first,))
    stop()
    events.tell((second,))
    assert heard == [first]


def test_one_receiver_that_fails_keeps_no_event_from_the_others(drive: Drive[Any]) -> None:
    async def work() -> None:
        events, heard, told = Events(), list[Event](), list[object]()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context["exception"]))
        broken = ZeroDivisionError()

        def fail(_event: Notice) -> None:
            raise broken

        events.on(Notice, fail)
        events.on(Notice, heard.append)
        both = (Notice("a", "b"), Notice("c", "d"))
        events.tell(both)
        assert tuple(heard) == both
        assert told == [broken, broken]

    drive(work())


def service_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "service"]


def test_a_service_that_could_not_start_leaves_no_thread_behind(
    drive: Drive[Any], tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    async def work() -> None:
        bridge = Bridge()
        with pytest.raises((QuaysideError, OSError)):
            await bridge.attach(ServiceHost(blocked))
        await bridge.detach()

    drive(work())
    assert service_threads() == []


def test_leaving_while_the_service_starts_ends_it(drive: Drive[Any], data_dir: Path) -> None:
    async def work() -> None:
        bridge = Bridge()
        attaching = asyncio.get_running_loop().create_task(bridge.attach(ServiceHost(data_dir)))
        await until(service_threads, "it is starting")
        attaching.cancel()
        await bridge.detach()
        assert service_threads() == []

    drive(work())


def test_a_call_waits_for_the_service_and_runs_on_its_thread(
    drive: Drive[Any], data_dir: Path
) -> None:
    async def work() -> None:
        bridge = Bridge()

        async def where(_service: Service) -> str:
            return threading.current_thread().name

        early = asyncio.get_running_loop().create_task(bridge.call(where))
        await bridge.attach(ServiceHost(data_dir))
        assert await early == "service"
        with pytest.raises(InputError):
            await bridge.get(lambda service: service.connection("unknown"))
        await bridge.detach()

    drive(work())


def test_a_stream_that_is_left_early_ends_there(drive: Drive[Any], data_dir: Path) -> None:
    ended = threading.Event()

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(1000):
                yield number
        finally:
            ended.set()

    async def work() -> None:
        bridge = Bridge()
        await bridge.attach(ServiceHost(data_dir))
        async with aclosing(bridge.stream(lambda _: numbers())) as stream:
            async for number in stream:
                if number == 2:
                    break
        await until(ended.is_set, "the generator ends")
        await bridge.detach()

    drive(work())


def test_events_keep_coming_batch_after_batch(drive: Drive[Any], data_dir: Path) -> None:
    async def work() -> None:
        bridge, heard = Bridge(), list[str]()
        bridge.events.on(Notice, lambda notice: heard.append(notice.title))
        await bridge.attach(ServiceHost(data_dir))
        for number in range(5):
            await bridge.get(lambda service, n=number: service.notify(str(n), ""))  # type: ignore[misc]
            await until(lambda n=number: heard == [str(i) for i in range(n + 1)], "it is told")  # type: ignore[misc]
        bridge.hush()
        await bridge.detach()

    drive(work())


def test_a_batch_that_overtakes_its_subscription_is_taken(drive: Drive[Any]) -> None:
    class Subscription:
        def __init__(self) -> None:
            self.taken_count = 0

        def taken(self) -> None:
            self.taken_count += 1

    class Host:
        """Delivers the first batch before it answers."""

        def __init__(self) -> None:
            self.subscription = Subscription()

        def start(self) -> Future[Any]:
            started: Future[Any] = Future()
            started.set_result(self)
            return started

        def subscribe(self, receive: Callable[[tuple[Event, ...]], None]) -> None:
            self.receive = receive

        def call(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
            function(*args)
            answer: Future[Any] = Future()
            loop = asyncio.get_running_loop()
            self.receive((Notice("early", ""),))
            loop.call_later(0.05, answer.set_result, self.subscription)
            return answer

    async def work() -> None:
        bridge, host = Bridge(), Host()
        await bridge.attach(cast(ServiceHost, host))
        await until(lambda: host.subscription.taken_count == 1, "it is taken")

    drive(work())
