"""Trials of uploads to accounts whose directories are real: rivals, failures at every single
request, lost answers and kills (P1, P5, P6, P7, P9)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from explorer.base.errors import NotFoundError
from explorer.storage.azure.client import open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.transfer.lake_path import is_temporary
from explorer.transfer.model import ConflictPolicy, JobSnapshot
from explorer.transfer.state import JobState
from tests.faults.kill_trials import KILLS, PIECE, RUN_S, child, finish
from tests.faults.trial import BLOCK, QUICK, Trial, short_pauses
from tests.integration.transfer.rig import Hooked, Rig, noise, write
from tests.servers.lake.faults import Delay, DropReply, Refuse, Rule, Seen
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake

SIZES = (5_000, 3 * BLOCK, 12 * BLOCK + 5)
OVERWRITE: dict[str, Any] = {"conflicts": ConflictPolicy.OVERWRITE, "block_size_bytes": BLOCK}


@dataclass
class Shore:
    """A lake of this trial's own, and what a reader sees in it."""

    lake: Lake
    rig: Rig
    store: AzureBlobStore
    connection_string: str

    def put(self, name: str, data: bytes) -> str:
        ref = BlobRef(self.rig.container, name)
        return self.store.put_blob(
            ref, data, headers=BlobHeaders(), condition=Condition.always()
        ).etag

    def etag(self, name: str) -> str:
        return self.store.properties(BlobRef(self.rig.container, name)).etag

    def read(self, name: str) -> bytes | None:
        ref = BlobRef(self.rig.container, name)
        taken = bytearray()
        try:
            size = self.store.properties(ref).size_bytes
        except NotFoundError:
            return None
        if size:
            self.store.read_range(ref, 0, size, lambda _, data: taken.extend(data))
        return bytes(taken)

    def temporaries(self) -> dict[str, int]:
        """Temporary files and how much of each is there."""
        page = self.store.list_blobs(self.rig.container, delimiter="")
        return {blob.name: blob.size_bytes for blob in page.blobs if is_temporary(blob.name)}


@contextmanager
def shore(trial: Trial) -> Iterator[Shore]:
    name = f"lake-{trial.rig.container}"[:63]
    with Lake(trial.rig.emulator, container=name) as lake:
        store = open_store(parse(lake.connection_string), QUICK, is_hierarchical=True)
        try:
            rig = replace(trial.rig, store=store, container=f"{trial.rig.container}-fs")
            store.create_container(rig.container)
            yield Shore(lake, rig, store, f"{lake.connection_string}\nhierarchical")
        finally:
            store.close()


class HookedLake(Hooked):
    """A store that runs a hook before its calls, those of its directories included."""

    def __init__(self, store: Any, before: Callable[[str, int, tuple[Any, ...]], None]) -> None:
        super().__init__(store, before=before)
        self.directories = Hooked(store.directories, before=before)


def rival_in_the_lake(trial: Trial) -> None:
    """P5: somebody writes the target before one of our requests is sent."""
    size = trial.random.choice(SIZES)
    exists = trial.random.random() < 0.5
    steps = {"create_file": 1, "append": 3, "flush": 2, "set_metadata": 1, "rename": 1}
    call = trial.random.choice(list(steps)) if size > BLOCK else "put_blob"
    at = trial.random.randint(1, steps.get(call, 1))
    written: list[str] = []

    def before(name: str, count: int, args: tuple[Any, ...]) -> None:
        is_it = name == call and count == at
        # What is there when a small file is sent without a look is noticed by its condition.
        if is_it and not written and (call != "put_blob" or not exists):
            written.append(there.put("f", b"theirs"))

    with shore(trial) as there, short_pauses():
        if exists:
            there.put("f", b"old")
        source = write(trial.folder / "f", noise(size))
        request = there.rig.upload(source, "f", **OVERWRITE)
        if call == "put_blob":
            request = there.rig.upload(source, "f", conflicts=ConflictPolicy.FAIL)
        job = trial.run(request, HookedLake(there.store, before))
        after, left = there.read("f"), there.temporaries()
    what = f"{call} {at} of {size}, {'over an old file' if exists else 'new'}"
    trial.counts["rivals"] += bool(written)
    if written:
        trial.claim(after == b"theirs", f"{what}: the rival's bytes are gone")
        trial.claim(job.state is JobState.FAILED, f"{what}: {job.state.value}")
    trial.claim(not left, f"{what}: a temporary file is left")


def failed_overwrite_in_the_lake(trial: Trial) -> None:
    """P6: the k-th request is refused, or the job is cancelled there, for every k: the old
    file is as it was until the new bytes are whole, and nothing is left beside it."""
    size = trial.random.choice(SIZES)
    is_cancel = trial.random.random() < 0.5
    with shore(trial) as there, short_pauses():
        k = 1
        while _overwrite_fails_at(trial, there, k, size, is_cancel=is_cancel):
            k += 1


class _KthRule(Rule):
    """Meets one request, counted over all operations."""

    k = 0
    seen = 0
    hit: Op | None = None
    on_hit: Callable[[], None] = staticmethod(lambda: None)

    def fits(self, seen: Seen) -> bool:
        self.seen += 1
        if self.seen != self.k:
            return False
        self.hit = seen.op
        self.on_hit()
        return True


def _overwrite_fails_at(trial: Trial, there: Shore, k: int, size: int, *, is_cancel: bool) -> bool:
    """False where the upload is over before request number k."""
    name, old, new = f"f{k}", b"old bytes", noise(size, seed=k)
    etag = there.put(name, old)
    path = write(trial.folder / name, new)
    rule = _KthRule(None, Delay(0.02) if is_cancel else Refuse(400, "InvalidInput"))
    rule.k = k

    async def work() -> JobSnapshot:
        loop, asked = asyncio.get_running_loop(), asyncio.Event()
        if is_cancel:
            rule.on_hit = lambda: (loop.call_soon_threadsafe(asked.set), None)[1]
        async with trial.engine(there.store, concurrency=1) as engine:
            job_id = await engine.submit(there.rig.upload(path, name, **OVERWRITE))
            rest = asyncio.ensure_future(engine.wait(job_id))  # noqa: TID251 - ends here
            ask = asyncio.ensure_future(asked.wait())  # noqa: TID251 - ends here
            await asyncio.wait((rest, ask), return_when=asyncio.FIRST_COMPLETED)
            ask.cancel()
            if asked.is_set():
                await engine.cancel(job_id)
            return await rest

    there.lake.rules.append(rule)
    job = trial.wait_for(work())
    there.lake.rules.clear()
    what = f"upload of {size}, request {k} ({rule.hit}), {'cancelled' if is_cancel else 'refused'}"
    trial.counts["failures"] += rule.hit is not None
    after = there.read(name) or b""
    trial.claim(after in (old, new), f"{what}: neither old nor new bytes")
    if job.state is JobState.DONE:
        trial.claim(after == new, f"{what}: done, and not the new bytes")
    elif after == old:
        trial.claim(there.etag(name) == etag, f"{what}: the old file was touched")
    is_kept = rule.hit is Op.PATH_DELETE and not is_cancel
    trial.claim(not there.temporaries() or is_kept, f"{what}: {there.temporaries()}")
    return rule.hit is not None


def lost_reply_to_a_rename(trial: Trial) -> None:
    """P9: the answer to the rename never comes, once or more often: nothing is sent again."""
    exists = trial.random.random() < 0.5
    data = noise(7 * BLOCK + trial.random.randrange(BLOCK))
    times = trial.random.randint(1, 3)
    with shore(trial) as there, short_pauses():
        if exists:
            there.put("f", b"old")
        there.lake.rules.append(rule := Rule(Op.PATH_RENAME, DropReply(), range(1, 1 + times)))
        source = write(trial.folder / "f", data)
        job = trial.run(there.rig.upload(source, "f", **OVERWRITE), there.store)
        appended = there.lake.counts[Op.PATH_APPEND]
        after, left = there.read("f"), there.temporaries()
    trial.counts["lost replies"] += rule.met
    trial.claim(job.state is JobState.DONE, f"{job.state.value}: {job.failure}")
    trial.claim(after == data, "wrong bytes")
    trial.claim(appended == 8, f"{appended} appends for 8 blocks")
    trial.claim(not left, "a temporary file is left")


def killed_upload_to_the_lake(trial: Trial) -> None:
    """P1, P7: killed several times: at each kill the name holds the old or the new bytes, and
    nothing that had been flushed is sent again."""
    size = trial.size_bytes or 6 * 1024 * 1024
    block = 4 * 1024 * 1024 if size >= 64 * 1024 * 1024 else 256 * 1024
    old = trial.random.choice((None, b"old bytes"))
    new = b"".join(noise(min(PIECE, size - at), seed=at // PIECE) for at in range(0, size, PIECE))
    with shore(trial) as there:
        request = there.rig.upload(
            write(trial.folder / "f", new),
            "f",
            block_size_bytes=block,
            conflicts=ConflictPolicy.OVERWRITE,
            limit_bytes_per_s=int(size / RUN_S),
        )
        if old is not None:
            there.put("f", old)
        flushed, before = 0, 0
        for number in range(KILLS):
            with child(trial, there, None if number else request) as process:
                if process.stdout.readline().strip() != "ready":
                    trial.violations.append(f"no start: {process.stderr.read()[-500:]}")
                    return
                _wait_a_moment(trial, process)
                process.kill()
                process.communicate()
            trial.counts["kills"] += 1
            _check_sent(trial, there, before, flushed)
            before = len(there.lake.log)
            found = there.read("f")
            trial.claim(found in (old, new), f"after kill {number}: neither old nor new bytes")
            left = there.temporaries()
            trial.claim(len(left) <= 1, f"after kill {number}: {len(left)} temporary files")
            flushed = max(left.values(), default=0)
        jobs = trial.wait_for(finish(trial, there.store))
        _check_sent(trial, there, before, flushed)
        moved = sum(s.body_bytes for s in there.lake.log if s.op is Op.PATH_APPEND)
        trial.counts["bytes"] += size
        trial.counts["moved twice"] += max(0, moved - size)
        trial.claim(len(jobs) == 1, f"{len(jobs)} jobs are known instead of 1")
        told = [(job.state, job.failure) for job in jobs]
        trial.claim([state for state, _ in told] == [JobState.DONE], f"ended as {told}")
        trial.claim(there.read("f") == new, "wrong bytes at the end")
        trial.claim(not there.temporaries(), "a temporary file is left")


def _wait_a_moment(trial: Trial, process: Any) -> None:
    """Until the child has said a few times how far it is: some random number of them."""
    for _ in range(trial.random.randint(0, 12)):
        if not process.stdout.readline():
            return


def _check_sent(trial: Trial, there: Shore, since: int, flushed: int) -> None:
    for seen in there.lake.log[since:]:
        if seen.op is Op.PATH_APPEND:
            found = re.search(r"position=(\d+)", seen.query)
            is_new = found is not None and int(found[1]) >= flushed
            trial.claim(is_new, f"{seen.query} was sent again, {flushed} bytes were flushed")
