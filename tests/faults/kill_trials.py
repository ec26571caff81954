"""Trials with processes that are killed, or start all at once, and a journal that is
damaged meanwhile (P1, P7, P15, P16)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from explorer.base.errors import QuaysideError
from explorer.storage.azure.client import StoreOptions
from explorer.transfer.encoding import request_to_text
from explorer.transfer.model import ConflictPolicy, JobSnapshot, Request
from explorer.transfer.state import JobState
from tests.faults.trial import Trial, short_pauses
from tests.integration.transfer.rig import noise, parts_in, write
from tests.servers.fault_proxy import FaultProxy, Op

SLOTS = 2
"""How many requests a child has under way."""
KILLS = 3
RUN_S = 1.5
"""How long a child that is not killed would take, with the limit that is set."""
PIECE = 16 * 1024 * 1024
CHILD_S = 60.0
"""No child runs for longer than this and a second for each 20 MiB or 50 files."""
PATIENT = StoreOptions(proxy="direct")


class Reached(Protocol):
    """What a child is to reach."""

    @property
    def connection_string(self) -> str: ...


@contextmanager
def child(
    trial: Trial, proxy: Reached, request: Request | None, *, has_crew: bool = False
) -> Iterator[Any]:
    """A process with an engine; with a request it submits it, else it adopts."""
    connection = write(trial.folder / "connection", proxy.connection_string.encode())
    arguments = [str(connection), str(trial.rig.data_dir)]
    if request is not None:
        arguments.append(str(write(trial.folder / "asked", request_to_text(request).encode())))
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.transfer_child", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "QUAYSIDE_WITH_CREW": "1" if has_crew else ""},
        text=True,
    ) as process:
        # Whoever reads what it says must not wait for ever.
        limit_s = CHILD_S + trial.size_bytes / (20 << 20) + trial.many / 50
        watchdog = threading.Timer(limit_s, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            watchdog.join()
            process.kill()


def killed_somewhere(trial: Trial, proxy: FaultProxy, request: Request | None) -> None:
    """Kill a child at a random moment of its run, from the first thing that it says on."""
    with child(trial, proxy, request) as process:
        if process.stdout.readline().strip() != "ready":
            trial.violations.append(f"a child did not start: {process.stderr.read()[-500:]}")
            return
        time.sleep(trial.random.choice((0.0, 1.0)) * trial.random.uniform(0, RUN_S))
        process.kill()
        process.communicate()
    trial.counts["kills"] += 1


async def finish(trial: Trial, store: Any) -> tuple[JobSnapshot, ...]:
    """Adopt what is there and run it to its end."""
    async with trial.engine(store, adopt=True, concurrency=SLOTS) as engine:
        jobs = engine.jobs()
        for job in jobs:
            await engine.set_limit(job.id, 0)
        return tuple([await engine.wait(job.id) for job in jobs])


def killed_transfer(trial: Trial) -> None:
    """P1, P7, P15: killed several times, on its way up or down; at each kill the final name
    holds the old or the new bytes, the job is known, and little is moved twice."""
    size = trial.size_bytes or 6 * 1024 * 1024
    block = 4 * 1024 * 1024 if size >= 64 * 1024 * 1024 else 256 * 1024
    old = trial.random.choice((None, b"old bytes"))
    new = b"".join(noise(min(PIECE, size - at), seed=at // PIECE) for at in range(0, size, PIECE))
    is_upload = trial.random.random() < 0.5
    path = trial.folder / "files" / "f"
    options: dict[str, Any] = {
        "block_size_bytes": block,
        "conflicts": ConflictPolicy.OVERWRITE,
        "limit_bytes_per_s": int(size / RUN_S),
    }
    if is_upload:
        write(path, new)
        request: Request = trial.rig.upload(path, "f", **options)
        if old is not None:
            trial.put("f", old)
    else:
        trial.put("f", new)
        request = trial.rig.download("f", path.parent, **options)
        if old is not None:
            write(path, old)

    def look() -> bytes | None:
        if is_upload:
            return trial.blob("f")
        return path.read_bytes() if path.exists() else None

    with trial.proxy(options=PATIENT) as (proxy, store):
        for number in range(KILLS):
            killed_somewhere(trial, proxy, None if number else request)
            found = look()
            whole = found == new
            trial.claim(whole or found == old, f"after kill {number}: neither old nor new bytes")
        jobs = trial.wait_for(finish(trial, store))
    wire = proxy.wire[Op.PUT_BLOCK if is_upload else Op.GET_BLOB]
    moved = wire.bytes_up if is_upload else wire.bytes_down
    trial.counts["bytes"] += size
    trial.counts["moved twice"] += max(0, moved - size)
    trial.claim(len(jobs) == 1, f"{len(jobs)} jobs are known instead of 1")
    states = {job.state for job in jobs}
    trial.claim(states == {JobState.DONE}, f"ended as {states}: {[job.failure for job in jobs]}")
    trial.claim(look() == new, "wrong bytes at the end")
    trial.claim(not parts_in(trial.folder), "a part is left")
    if is_upload:
        most = size + KILLS * SLOTS * block
        trial.claim(moved <= most, f"{moved - size:,} bytes were sent again")


def many_starts(trial: Trial) -> None:
    """P16: many processes start at once on the job of a dead one; it runs once."""
    block = 256 * 1024
    path = write(trial.folder / "f", noise(12 * block))
    request = trial.rig.upload(path, "f", block_size_bytes=block, limit_bytes_per_s=8 * block)
    processes: list[Any] = []
    with trial.proxy(options=PATIENT) as (proxy, _):
        with child(trial, proxy, request) as process:
            process.stdout.readline()
            process.kill()
            process.communicate()
        before = proxy.wire[Op.PUT_BLOCK].bytes_up
        connection = str(trial.folder / "connection")
        command = [sys.executable, "-m", "tests.faults.transfer_child", connection]
        try:
            for _ in range(trial.many):
                processes.append(
                    subprocess.Popen(
                        [*command, str(trial.rig.data_dir)],
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
            for process in processes:
                _, errors = process.communicate(timeout=120)
                trial.claim(process.returncode == 0, f"a start failed: {errors[-500:]}")
        finally:
            for process in processes:
                process.kill()
                process.communicate()
        commits = proxy.wire[Op.PUT_BLOCK_LIST].requests
        sent = proxy.wire[Op.PUT_BLOCK].bytes_up
    trial.counts["starts"] += trial.many
    trial.claim(commits == 1, f"{commits} commits")
    again = sent - before - 12 * block
    # What was on its way at the kill may have been counted after it.
    trial.claim(again <= SLOTS * block, f"{again:,} bytes were sent again")
    trial.claim(trial.blob("f") == path.read_bytes(), "wrong bytes")


def damaged_journal(trial: Trial) -> None:
    """P15: bytes of the queue's file flipped, or its end cut off, after a kill or a good
    end: every job is there, or a sentence says that it was damaged."""
    jobs = trial.random.randint(1, 6)
    was_killed = trial.random.random() < 0.5
    wanted = [f"job-{number}" for number in range(jobs)]

    async def submit(name: str) -> None:
        async with trial.engine(trial.rig.store) as engine:
            for title in wanted:
                path = write(trial.folder / "up" / title, noise(1000))
                await engine.pause(await engine.submit(trial.rig.upload(path, title)))
            if was_killed:
                _copy(trial.rig.data_dir, trial.folder / name)

    trial.wait_for(submit("as it was"))
    if was_killed:
        _copy(trial.folder / "as it was", trial.rig.data_dir)
    told = _damage(trial)

    async def start() -> tuple[set[str], str]:
        async with trial.engine(trial.rig.store) as engine:
            known = {job.title for job in engine.jobs()}
            for job in engine.jobs():
                await engine.resume(job.id)
                await engine.wait(job.id)
            return known, engine.notice

    trial.counts["damaged"] += 1
    try:
        with short_pauses():
            known, notice = trial.wait_for(start())
    except QuaysideError as error:
        trial.counts["refused"] += 1
        trial.claim(error.cure, f"{told}: no advice: {error}")
        return
    trial.counts["noticed"] += bool(notice)
    lost = set(wanted) - known
    trial.counts["lost, said so"] += len(lost) if notice else 0
    trial.claim(not lost or notice, f"{told}: {len(lost)} jobs of {jobs} are lost without a word")


def _copy(source: Path, target: Path) -> None:
    """The queue's files as they are on the disk right now, as a kill would leave them."""
    target.mkdir(exist_ok=True)
    for path in target.glob("journal*"):
        path.unlink()
    for path in source.glob("journal*"):
        write(target / path.name, path.read_bytes())


def _damage(trial: Trial) -> str:
    files = [
        path
        for path in trial.rig.data_dir.glob("journal*")
        if path.stat().st_size and not path.name.endswith("-shm")
    ]
    path = trial.random.choice(sorted(files))
    data = bytearray(path.read_bytes())
    at = trial.random.randrange(len(data))
    if trial.random.random() < 0.4:
        del data[at:]
        told = f"{path.name} cut at {at}"
    else:
        for offset in range(at, min(len(data), at + trial.random.choice((1, 1, 64, 4096)))):
            data[offset] ^= 1 << trial.random.randrange(8)
        told = f"{path.name} flipped from {at}"
    path.write_bytes(data)
    return told


def many_small_files(trial: Trial) -> None:
    """P21: memory does not grow with the number of files."""
    for number in range(trial.many):
        write(trial.folder / "up" / f"{number % 100:02}" / f"{number:06}", b"%d" % number)
    peak_kib = 0
    request = trial.rig.upload(trial.folder / "up")
    with child(trial, trial.rig.emulator, request, has_crew=True) as process:
        status = Path("/proc", str(process.pid), "status")
        for line in process.stdout:
            found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
            peak_kib = max(peak_kib, int(found[1]) if found else 0)
            if line.split()[1:] == ["done"]:
                break
        process.communicate()
    arrived = sum(1 for _ in trial.container.list_blob_names())
    trial.counts["files"] += trial.many
    trial.counts["peak MiB"] = peak_kib // 1024
    trial.claim(process.returncode == 0, f"ended with {process.returncode}")
    trial.claim(arrived == trial.many, f"{arrived} files arrived")
    trial.claim(0 < peak_kib < 100 * 1024, f"{peak_kib // 1024} MiB")
