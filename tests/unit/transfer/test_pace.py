"""Who follows is held back, and let go."""

from __future__ import annotations

import asyncio

from explorer.transfer.pace import Pace


def test_followers_wait_for_the_leader_and_no_longer() -> None:
    async def drive() -> None:
        pace = Pace(10)
        await pace.follow(8)
        await pace.follow(8)  # 8 ahead, which is near enough
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            waiting = [group.create_task(pace.follow(8)) for _ in range(2)]
            await asyncio.sleep(0)
            pace.leader_at(5)
            await asyncio.sleep(0)
            assert not any(task.done() for task in waiting)
            pace.leader_at(6)
            await waiting[0]
            assert not waiting[1].done()
            pace.leader_at(100)

    asyncio.run(drive())


def test_who_is_far_behind_never_waits() -> None:
    async def drive() -> None:
        pace = Pace(10)
        pace.leader_at(1000)
        for _ in range(100):
            await pace.follow(10)

    asyncio.run(drive())
