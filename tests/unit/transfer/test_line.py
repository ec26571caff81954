"""The way to an account that cannot be reached: who waits, who looks, and who is let through."""

from __future__ import annotations

import asyncio

import pytest

from explorer.base.tasks import TaskScope
from explorer.transfer.line import Line, Patience
from explorer.transfer.model import Failure

WHY = Failure("Waiting for the network", "no answer")
SCOPE = TaskScope()


async def never_answers() -> bool:
    return False


async def gone(line: Line) -> asyncio.Task[bool | None]:
    """A task that waits for an account that has been found to be gone."""
    found_gone = asyncio.Event()
    hear_no_more = line.watch(found_gone.set)
    task = SCOPE.spawn(line.was_gone(never_answers, WHY, Patience()), name="looks")
    await found_gone.wait()
    hear_no_more()
    return task


async def cancelled(task: asyncio.Task[bool | None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_nobody_waits_for_ever_when_the_one_that_looks_is_cancelled() -> None:
    async def scene() -> None:
        line = Line()
        looks = await gone(line)
        others = SCOPE.spawn(line.passed(), name="others")
        await cancelled(looks)
        async with asyncio.timeout(5):
            await others
        assert line.trouble is None

    asyncio.run(scene())


def test_whoever_waited_for_a_look_that_was_cancelled_is_let_through_to_look_again() -> None:
    async def scene() -> None:
        line = Line()
        before = asyncio.Event()

        async def answers_late() -> bool:
            await before.wait()
            return False

        looks = SCOPE.spawn(line.was_gone(answers_late, WHY, Patience()), name="looks")
        waits = SCOPE.spawn(line.was_gone(never_answers, WHY, Patience()), name="waits")
        await asyncio.sleep(0)  # both have met it before anybody knew
        found_gone = asyncio.Event()
        line.watch(found_gone.set)
        before.set()
        await found_gone.wait()
        await cancelled(looks)
        async with asyncio.timeout(5):
            assert await waits
            await line.passed()

    asyncio.run(scene())
