"""The service in its own thread: calls, streams left early, and an end that waits for nobody."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path

import pytest

from explorer.base.errors import InputError, QuaysideError
from explorer.base.priority import NICER
from explorer.service.emulator import Emulator
from explorer.service.events import ConnectionAdded, Event
from explorer.service.host import ServiceHost
from explorer.service.service import Service
from explorer.storage.connection import parse


def face(
    folder: Path, use: Callable[[ServiceHost, Service], Coroutine[object, object, None]]
) -> None:
    """Use a host as the window does: from another loop, in another thread."""

    async def main() -> None:
        host = ServiceHost(folder)
        service = await asyncio.wrap_future(host.start())
        try:
            await use(host, service)
        finally:
            await asyncio.wrap_future(host.stop())
            host.join()

    asyncio.run(main())


def test_calls_run_on_the_services_thread_and_errors_come_back(
    data_dir: Path, azurite: Emulator
) -> None:
    async def use(host: ServiceHost, service: Service) -> None:
        name = await asyncio.wrap_future(host.call(lambda: threading.current_thread().name))
        assert name == "service"
        spec = parse(azurite.connection_string)
        made = await asyncio.wrap_future(host.submit(service.session_connection(spec)))
        assert await asyncio.wrap_future(host.call(service.connections)) == (made,)
        with pytest.raises(InputError):
            await asyncio.wrap_future(host.submit(service.rename_connection("none", "x")))

    face(data_dir, use)


def test_events_reach_the_face_in_batches_it_takes(data_dir: Path, azurite: Emulator) -> None:
    async def use(host: ServiceHost, service: Service) -> None:
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[tuple[Event, ...]] = asyncio.Queue()
        subscription = await asyncio.wrap_future(
            host.call(
                service.subscribe,
                lambda batch: loop.call_soon_threadsafe(arrived.put_nowait, batch),
            )
        )
        spec = parse(azurite.connection_string)
        made = await asyncio.wrap_future(host.submit(service.session_connection(spec)))
        assert await asyncio.wait_for(arrived.get(), 10) == (ConnectionAdded(made),)
        subscription.taken()

    face(data_dir, use)


def test_a_stream_that_is_left_early_ends_on_the_services_side(data_dir: Path) -> None:
    ended = threading.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
                await asyncio.sleep(0)
        finally:
            ended.set()

    numbers_there = endless()  # kept, so that nothing but the host ends it

    async def use(host: ServiceHost, service: Service) -> None:
        seen = []
        async with aclosing(host.stream(numbers_there)) as numbers:
            async for number in numbers:
                seen.append(number)
                if number == 3:
                    break
        assert seen == [0, 1, 2, 3]
        assert ended.wait(10)

    face(data_dir, use)


def test_a_cancelled_step_cancels_the_work_behind_it(data_dir: Path) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def stuck() -> AsyncIterator[int]:
        begun.set()
        try:
            await asyncio.Event().wait()
            yield 1
        finally:
            ended.set()

    async def use(host: ServiceHost, service: Service) -> None:
        async def walk() -> None:
            async for _ in host.stream(stuck()):
                pass

        walking = asyncio.get_running_loop().create_task(walk())
        await asyncio.to_thread(begun.wait, 10)
        walking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await walking
        assert await asyncio.to_thread(ended.wait, 10)

    face(data_dir, use)


def test_what_is_under_way_at_the_end_is_cancelled_and_later_calls_come_to_nothing(
    data_dir: Path,
) -> None:
    async def main() -> None:
        host = ServiceHost(data_dir)
        service = await asyncio.wrap_future(host.start())
        waiting = host.submit(asyncio.sleep(3600))
        host.stop().result(30)
        host.join()
        assert waiting.cancelled()
        late = host.submit(service.load_secrets())
        assert late.cancelled()
        assert host.stop().done()

    asyncio.run(main())


def test_a_data_folder_that_cannot_be_used_is_told_and_the_thread_ends(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    async def main() -> None:
        host = ServiceHost(blocked / "below")
        with pytest.raises(QuaysideError):
            await asyncio.wrap_future(host.start())
        await asyncio.wrap_future(host.stop())
        host.join()

    asyncio.run(main())


@pytest.mark.skipif(sys.platform != "linux", reason="threads are alike elsewhere")
def test_all_threads_of_the_service_give_way_to_the_window(data_dir: Path) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def use(host: ServiceHost, service: Service) -> None:
        found = await asyncio.wrap_future(host.call(niceness))
        assert found == min(19, niceness() + NICER)
        behind = {
            each.name: os.getpriority(os.PRIO_PROCESS, each.native_id or 0)
            for each in threading.enumerate()
            if each is not threading.main_thread()
        }
        assert "journal" in behind
        assert set(behind.values()) == {found}

    face(data_dir, use)
