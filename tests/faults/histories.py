"""Any history of one file: started, paused, killed, changed on either side, without a
credential or without room, in any order. What can be seen is always one whole version."""

from __future__ import annotations

import asyncio
import errno
import uuid
from pathlib import Path
from random import Random
from typing import Any

from azure.storage.blob import ContainerClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from explorer.service.emulator import Emulator
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState
from tests.faults.kill_trials import child
from tests.faults.place_trials import CALLS, failing
from tests.faults.trial import BLOCK, Trial, short_pauses
from tests.integration.transfer.rig import Stores, noise, open_rig, parts_in, until, write

BLOCKS = 6
SIZE = BLOCKS * BLOCK
MOVING = ("queued", "preparing", "running", "retry wait")


class History(RuleBasedStateMachine):
    """One upload or download of the file `f`, whose target does not exist at first and is
    not to be overwritten. How far a run gets is a matter of time, so no rule asks for it."""

    emulator: Emulator
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        name = f"history-{uuid.uuid4().hex[:20]}"
        self.container = ContainerClient.from_connection_string(
            self.emulator.connection_string, name
        )
        self.container.create_container()
        place = self.folder / name
        (place / "data").mkdir(parents=True, mode=0o700)
        rig = open_rig(self.emulator, name, place / "data")
        self.trial = Trial(rig, place, self.container, Random(0))
        self.path = place / "files" / "f"
        self.path.parent.mkdir()
        self.versions: list[bytes] = []
        self.theirs: bytes | None = None

    @initialize(is_upload=st.booleans())
    def submit(self, is_upload: bool) -> None:
        self.is_upload = is_upload
        self.change_the_source()
        options: dict[str, Any] = {"block_size_bytes": BLOCK, "limit_bytes_per_s": 8 * BLOCK}
        rig = self.trial.rig
        request = (
            rig.upload(self.path, "f", **options)
            if is_upload
            else rig.download("f", self.path.parent, **options)
        )

        async def work() -> None:
            async with self.trial.engine(None, stores=Stores(None)) as engine:
                await engine.wait(await engine.submit(request))

        self.trial.wait_for(work())

    # -- what happens to the job ----------------------------------------------

    def run(self, *, blocks: int, stores: Stores | None = None) -> JobSnapshot:
        """Resume it in a new engine; leave when so many more blocks are durable."""

        async def work() -> JobSnapshot:
            how: dict[str, Any] = {"stores": stores} if stores else {}
            async with self.trial.engine(self.trial.rig.store, concurrency=2, **how) as engine:
                (job,) = engine.jobs()
                if job.state.is_final:
                    return job
                await engine.set_limit(job.id, 0 if blocks >= BLOCKS else 16 * BLOCK)
                await engine.resume(job.id)
                goal = job.bytes_done + blocks * BLOCK
                rest = asyncio.ensure_future(engine.wait(job.id))  # noqa: TID251 - ends here
                await until(lambda: rest.done() or engine.jobs()[0].bytes_done >= goal)
                if blocks >= BLOCKS:
                    await rest
                else:
                    await engine.pause(job.id)
                    await rest
                return engine.jobs()[0]

        with short_pauses():
            return self.trial.wait_for(work())

    @rule(blocks=st.integers(0, 3))
    def go_on_and_pause(self, blocks: int) -> None:
        self.run(blocks=blocks)

    @rule(blocks=st.integers(0, BLOCKS))
    def go_on_and_be_killed(self, blocks: int) -> None:
        async def leave_it_to_others() -> None:
            """A process adopts what was interrupted, and nothing that was paused."""
            async with self.trial.engine(self.trial.rig.store) as engine:
                (job,) = engine.jobs()
                if not job.state.is_final:
                    await engine.set_limit(job.id, 8 * BLOCK)
                    await engine.resume(job.id)

        with short_pauses():
            self.trial.wait_for(leave_it_to_others())
        with child(self.trial, self.emulator, None) as process:
            assert process.stdout.readline() == "ready\n"
            first = None
            for line in process.stdout:  # none at all where the job is over
                done, state = line.split(maxsplit=1)
                first = int(done) if first is None else first
                if int(done) >= first + blocks * BLOCK or state.strip() not in MOVING:
                    break
            process.kill()
            process.communicate()

    @rule()
    def go_on_without_a_credential(self) -> None:
        job = self.run(blocks=BLOCKS, stores=Stores(None))
        assert job.state is JobState.NEEDS_CREDENTIALS or job.state.is_final

    @precondition(lambda self: not self.is_upload)
    @rule(call=st.sampled_from(sorted(CALLS)))
    def go_on_without_room(self, call: str) -> None:
        state: dict[str, int] = {}

        async def work() -> None:
            async with self.trial.engine(self.trial.rig.store, concurrency=2) as engine:
                (job,) = engine.jobs()
                if job.state.is_final:
                    return
                await engine.set_limit(job.id, 0)
                await engine.resume(job.id)
                await until(
                    lambda: (
                        engine.jobs()[0].state is JobState.RETRY_WAIT
                        or engine.jobs()[0].state.is_final
                    )
                )
                assert engine.jobs()[0].state.is_final or state["failed"]

        with short_pauses(), failing(call, errno.ENOSPC, 1, state):
            self.trial.wait_for(work())

    # -- what others do -------------------------------------------------------

    @rule()
    def change_the_source(self) -> None:
        data = noise(SIZE, seed=len(self.versions))
        if self.is_upload:
            write(self.path, data)
        else:
            self.trial.put("f", data)
        self.versions.append(data)

    @rule()
    def take_the_target(self) -> None:
        if self.theirs is not None or self.target() is not None:
            return
        self.theirs = b"theirs"
        if self.is_upload:
            self.trial.put("f", self.theirs)
        else:
            write(self.path, self.theirs)

    # -- what can be seen -----------------------------------------------------

    def target(self) -> bytes | None:
        if self.is_upload:
            return self.trial.blob("f")
        return self.path.read_bytes() if self.path.exists() else None

    @invariant()
    def the_target_is_whole(self) -> None:
        found = self.target()
        if self.theirs is not None:
            assert found == self.theirs, "somebody else's bytes are gone"
        else:
            assert found is None or found in self.versions, "a mixture can be seen"
        assert not self.trial.violations

    def teardown(self) -> None:
        try:
            if self.versions:
                self.end()
        finally:
            self.trial.rig.store.close()
            self.container.delete_container()
            self.container.close()

    def end(self) -> None:
        before = self.target()
        job = self.run(blocks=BLOCKS)
        after = self.target()
        if self.theirs is not None:
            assert (job.state, after) == (JobState.FAILED, self.theirs)
        else:
            assert job.state is JobState.DONE, job.failure
            assert after == (before or self.versions[-1])
        assert not parts_in(self.trial.folder)
        assert not self.trial.violations


def any_history(trial: Trial) -> None:
    """As many histories as are asked for; the first that shows something wrong is raised,
    with the shortest way to it."""

    class Here(History):
        emulator = trial.rig.emulator
        folder = trial.folder

    trial.counts["histories"] += trial.many
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=trial.many,
            stateful_step_count=6,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
