"""A scope keeps its tasks, hears of their errors, and leaves none behind."""

from __future__ import annotations

import asyncio

import pytest

from explorer.base.tasks import TaskScope


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
