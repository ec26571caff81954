"""A scope keeps its tasks, hears of their errors, and leaves none behind."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from explorer.base.tasks import TaskScope, side_by_side


async def forever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise ValueError("no")


def test_an_error_nobody_awaits_is_heard_with_its_name() -> None:
    heard: list[tuple[str, str]] = []

    async def main() -> None:
        scope = TaskScope(lambda name, error: heard.append((name, str(error))))
        task = scope.spawn(fail(), name="one")
        await asyncio.wait([task])
        await asyncio.sleep(0)
        assert scope.names == []

    asyncio.run(main())
    assert heard == [("one", "no")]


def test_without_a_sink_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        await asyncio.wait([TaskScope().spawn(fail(), name="one")])
        await asyncio.sleep(0)

    asyncio.run(main())
    assert "task one failed" in caplog.text


def test_closing_ends_every_task_and_is_no_error() -> None:
    heard: list[str] = []

    async def main() -> None:
        scope = TaskScope(lambda name, error: heard.append(name))
        tasks = [scope.spawn(forever(), name=name) for name in ("b", "a")]
        await asyncio.sleep(0)
        assert scope.names == ["a", "b"]
        await scope.aclose()
        assert all(task.cancelled() for task in tasks)
        with pytest.raises(RuntimeError, match="late"):
            scope.spawn(forever(), name="late")

    asyncio.run(main())
    assert heard == []


def test_a_scope_may_be_closed_by_a_task_of_its_own() -> None:
    async def main() -> None:
        scope = TaskScope()
        other = scope.spawn(forever(), name="other")
        await scope.spawn(scope.aclose(), name="closer")
        assert other.cancelled()

    asyncio.run(main())


def test_side_by_side_no_more_run_than_may() -> None:
    running, most = 0, 0

    async def work(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return item * 2

    async def main() -> list[int]:
        return [made async for made in side_by_side(range(10), 3, work)]

    assert sorted(asyncio.run(main())) == [item * 2 for item in range(10)]
    assert most == 3


def test_side_by_side_what_is_ready_does_not_wait_for_what_came_before() -> None:
    async def main() -> list[str]:
        second_came = asyncio.Event()

        async def work(item: str) -> str:
            if item == "first":
                await second_came.wait()
            return item

        came = []
        async for item in side_by_side(("first", "second"), 2, work):
            came.append(item)
            second_came.set()
        return came

    assert asyncio.run(main()) == ["second", "first"]


def test_side_by_side_an_error_is_raised_and_ends_the_rest() -> None:
    ended = []

    async def work(item: int) -> None:
        try:
            await (fail() if item else forever())
        finally:
            ended.append(item)

    async def main() -> None:
        async for _ in side_by_side(range(2), 2, work):
            raise AssertionError("nothing came")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(main())
    assert ended == [1, 0]


def test_side_by_side_closed_early_waits_for_what_is_under_way() -> None:
    ended = []

    async def work(item: int) -> int:
        try:
            await (asyncio.sleep(0) if item else forever())
        finally:
            ended.append(item)
        return item

    async def main() -> None:
        async with aclosing(side_by_side(range(2), 2, work)) as made:
            async for item in made:
                assert item == 1
                break
        assert ended == [1, 0]

    asyncio.run(main())
