"""The machine is held awake exactly while jobs of ours move."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from explorer.base.awake import Hold
from explorer.service.wakefulness import Wakefulness, is_moving
from explorer.transfer.state import JobState
from tests.support.jobs import job

MOVING = {JobState.QUEUED, JobState.PREPARING, JobState.RUNNING, JobState.RETRY_WAIT}


class Machine:
    """Counts who holds it awake."""

    def __init__(self) -> None:
        self.holds = 0
        self.taken = 0

    def hold(self, why: str) -> Hold:
        self.holds += 1
        self.taken += 1

        def release() -> None:
            self.holds -= 1

        return Hold("a test", release)


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not look():  # noqa: ASYNC110 - another thread makes it true
            await asyncio.sleep(0.001)


def wakefulness(machine: Machine, *, is_wanted: bool = True, after_s: float = 0.0) -> Wakefulness:
    return Wakefulness(is_wanted=is_wanted, after_s=after_s, take=machine.hold)


@pytest.mark.parametrize("state", JobState)
def test_jobs_that_go_on_by_themselves_move(state: JobState) -> None:
    assert is_moving(job(state=state)) is (state in MOVING)
    assert not is_moving(job(state=state, is_ours=False))


@pytest.mark.parametrize("end", [JobState.DONE, JobState.FAILED, JobState.PAUSED])
def test_held_while_a_job_runs_and_let_go_after(end: JobState) -> None:
    async def main() -> None:
        machine = Machine()
        awake = wakefulness(machine)
        awake.job_told(job(1))
        await until(lambda: machine.holds == 1)
        awake.job_told(job(1, end))
        await until(lambda: machine.holds == 0)
        await awake.aclose()

    asyncio.run(main())


def test_one_hold_for_many_jobs_until_the_last_is_gone() -> None:
    async def main() -> None:
        machine = Machine()
        awake = wakefulness(machine)
        for number in (1, 2, 3):
            awake.job_told(job(number))
        await until(lambda: machine.holds == 1)
        awake.job_told(job(1, JobState.DONE))
        awake.job_gone(2)
        assert machine.holds == machine.taken == 1
        awake.job_gone(3)
        await until(lambda: machine.holds == 0)
        await awake.aclose()

    asyncio.run(main())


def test_a_job_that_is_over_at_once_asks_for_nothing() -> None:
    async def main() -> None:
        machine = Machine()
        awake = wakefulness(machine, after_s=60.0)
        awake.job_told(job(1))
        awake.job_told(job(1, JobState.DONE))
        await awake.aclose()
        assert machine.taken == 0

    asyncio.run(main())


def test_the_setting_holds_and_lets_go_while_jobs_run() -> None:
    async def main() -> None:
        machine = Machine()
        awake = wakefulness(machine, is_wanted=False)
        awake.job_told(job(1))
        await asyncio.sleep(0)
        assert machine.taken == 0
        awake.want(True)
        await until(lambda: machine.holds == 1)
        awake.want(False)
        await until(lambda: machine.holds == 0)
        await awake.aclose()

    asyncio.run(main())


def test_nothing_is_held_after_the_end() -> None:
    async def main() -> None:
        machine = Machine()
        awake = wakefulness(machine)
        awake.job_told(job(1))
        await until(lambda: machine.taken == 1)
        await awake.aclose()
        assert machine.holds == 0

    asyncio.run(main())


def test_a_hold_that_comes_when_nobody_needs_it_any_more_is_given_back() -> None:
    async def main() -> None:
        machine = Machine()
        awake = wakefulness(machine)
        awake.job_told(job(1))
        await asyncio.sleep(0)  # the task sleeps for nothing
        await asyncio.sleep(0)  # and asks the thread
        awake.job_told(job(1, JobState.DONE))
        await awake.aclose()
        assert machine.holds == 0

    asyncio.run(main())


def test_a_system_without_a_way_is_no_error() -> None:
    async def main() -> None:
        awake = Wakefulness(is_wanted=True, after_s=0.0, take=lambda why: None)
        awake.job_told(job(1))
        await asyncio.sleep(0.01)
        awake.job_told(job(1, JobState.DONE))
        await awake.aclose()

    asyncio.run(main())
