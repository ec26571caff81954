"""Slots: never too many, the more urgent first, none lost."""

from __future__ import annotations

import asyncio

from explorer.transfer.slots import Slots


def test_no_more_run_at_once_than_there_are_slots_and_urgent_ones_go_first() -> None:
    async def work() -> None:
        slots = Slots(2)
        order: list[str] = []
        most = 0

        async def one(name: str, rank: int) -> None:
            nonlocal most
            async with slots.one(rank):
                most = max(most, slots.used)
                order.append(name)
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            for name, rank in (("a", 5), ("b", 5), ("c", 5), ("d", 1), ("e", 5)):
                group.create_task(one(name, rank))
        assert most == 2
        assert order == ["a", "b", "d", "c", "e"]
        assert slots.used == 0

    asyncio.run(work())


def test_what_finds_more_to_do_does_not_wait_behind_what_is_known() -> None:
    async def work() -> None:
        slots = Slots(1)
        order: list[str] = []

        async def one(name: str, rank: int, finds_more: bool) -> None:
            async with slots.one(rank, finds_more=finds_more):
                order.append(name)
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            for name, rank, finds_more in (
                ("a", 5, False),
                ("block", 5, False),
                ("listing", 5, True),
                ("urgent block", 1, False),
            ):
                group.create_task(one(name, rank, finds_more))
        assert order == ["a", "urgent block", "listing", "block"]

    asyncio.run(work())


def test_a_waiter_that_is_cancelled_takes_no_slot() -> None:
    async def work() -> None:
        slots = Slots(1)

        async def hold(until: asyncio.Event) -> None:
            async with slots.one(0):
                await until.wait()

        async with asyncio.TaskGroup() as group:
            gate = asyncio.Event()
            group.create_task(hold(gate))
            await asyncio.sleep(0)
            waiting = [group.create_task(hold(gate)) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            gate.set()
            await asyncio.sleep(0)
            waiting[1].cancel()  # perhaps in the very moment in which it got the slot
        assert slots.used == 0

    asyncio.run(work())


def test_more_slots_start_those_who_wait() -> None:
    async def work() -> None:
        slots = Slots(1)
        gate = asyncio.Event()

        async def hold() -> None:
            async with slots.one(0):
                await gate.wait()

        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(hold())
            await asyncio.sleep(0)
            assert slots.used == 1
            slots.resize(3)
            assert slots.used == 3
            slots.resize(0)
            assert slots.size == 1
            gate.set()

    asyncio.run(work())


def test_only_open_slots_are_given_out() -> None:
    async def work() -> None:
        slots = Slots(3)
        slots.open_only(1)
        gate = asyncio.Event()

        async def hold() -> None:
            async with slots.one(0):
                await gate.wait()

        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(hold())
            await asyncio.sleep(0)
            assert (slots.used, slots.is_wanting) == (1, True)
            slots.open_only(9)
            assert (slots.open, slots.used, slots.is_wanting) == (3, 2, False)
            gate.set()

    asyncio.run(work())


def test_a_slow_down_is_told_once() -> None:
    slots = Slots(3)
    slots.slow_down()
    assert slots.take_slowed()
    assert not slots.take_slowed()


def test_who_is_held_back_wants_more() -> None:
    slots = Slots(4)
    assert not slots.is_wanting
    slots.held_back.add(1)
    assert slots.is_wanting
