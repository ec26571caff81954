"""Trials on the wire: broken, lost, slow, wrong and refused answers (P9 to P13)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState
from tests.faults.trial import BLOCK, QUICK, Trial, short_pauses
from tests.integration.transfer.rig import noise, parts_in, until, write
from tests.servers.fault_proxy import (
    DropReply,
    Fault,
    FlipDown,
    FlipUp,
    Label,
    Op,
    Refuse,
    Replay,
    ResetDown,
    ResetUp,
    Rule,
    Short,
    Stall,
    Whole,
)
from tests.servers.raw import DeafPort

BLOCKS = 6
SIZES = (5_000, 200_000, 300_000, BLOCKS * BLOCK + 77)
"""Seen after the fact, looked up before, and in blocks."""
SLOTS = 4
FILES = 30


def lost_reply_to_a_commit(trial: Trial) -> None:
    """P9: the service has committed, and its answer never arrives."""
    size = trial.random.choice(SIZES)
    data = noise(size, seed=size)
    exists = trial.random.random() < 0.5
    if exists:
        trial.put("f", b"old")
    in_blocks = size > 4 * BLOCK
    op = Op.PUT_BLOCK_LIST if in_blocks else Op.PUT_BLOB
    # A small file over an old blob is refused at the first try: the reply to the second is lost.
    nth = 2 if exists and size < 200_000 else 1
    source = write(trial.folder / "f", data)
    options: dict[str, Any] = {"conflicts": ConflictPolicy.OVERWRITE} if exists else {}
    options["with_md5"] = trial.random.random() < 0.7
    if in_blocks:
        options["block_size_bytes"] = BLOCK
    rule = Rule(op, (nth,), DropReply())
    with short_pauses(), trial.proxy(rule) as (proxy, store):
        job = trial.run(trial.rig.upload(source, "f", **options), store)
    trial.counts["lost replies"] += rule.met
    sent = proxy.wire[Op.PUT_BLOCK].bytes_up
    trial.counts["bytes re-sent"] += max(0, sent - size)
    trial.claim(rule.met == 1, "the reply was not lost")
    trial.claim(job.state is JobState.DONE, f"ended as {job.state.value}: {job.failure}")
    trial.claim(trial.blob("f") == data, "the blob is not the file")
    trial.claim(sent <= size, f"{sent - size} bytes were sent again")


def corruption(trial: Trial) -> None:
    """P10: one answer or request is wrong in some way; 'done' is never wrong."""
    size = trial.random.choice(SIZES)
    data = noise(size, seed=trial.random.randrange(100))
    old = b"old bytes"
    in_blocks = size > 4 * BLOCK
    fault, op = _harm(trial, in_blocks=in_blocks)
    nth = trial.random.randint(1, 4) if in_blocks and op is not Op.PUT_BLOCK_LIST else 1
    rule = Rule(op, (nth,), fault)
    options: dict[str, Any] = {"block_size_bytes": BLOCK, "conflicts": ConflictPolicy.OVERWRITE}
    trial.counts[type(fault).__name__] += 1
    with short_pauses(), trial.proxy(rule) as (_, store):
        if op is Op.GET_BLOB:
            trial.put("f", data)
            target = write(trial.folder / "down" / "f", old)
            job = trial.run(trial.rig.download("f", target.parent, **options), store)
            after = target.read_bytes()
            trial.claim(not parts_in(trial.folder), "a part is left")
        else:
            trial.put("f", old)
            source = write(trial.folder / "f", data)
            job = trial.run(trial.rig.upload(source, "f", **options), store)
            after = trial.blob("f") or b""
    trial.counts["met"] += rule.met
    what = f"{fault} at {op.value} {nth} of {size} bytes"
    if job.state is JobState.DONE:
        trial.claim(after == data, f"{what}: 'done' with wrong bytes")
    else:
        trial.counts["failed"] += 1
        trial.claim(after in (old, data), f"{what}: neither the old nor the new bytes")
        # A refused list of blocks is not sent again; that is told, and nothing is harmed.
        trial.claim(op is Op.PUT_BLOCK_LIST, f"{what}: ended as {job.state.value}: {job.failure}")


def _harm(trial: Trial, *, in_blocks: bool) -> tuple[Fault, Op]:
    chance = trial.random
    at, bit = chance.random(), chance.randrange(8)
    down: Sequence[Fault] = (
        FlipDown(at, bit),
        FlipDown(at, bit),
        Short(chance.randint(1, 5_000)),
        Short(chance.randint(1, 5_000), is_hidden=True),
        Replay(),
        Replay(is_hidden=True),
        Whole(),
        Label("Content-Encoding", "gzip"),
        ResetDown(chance.randint(0, 60_000)),
    )
    if chance.random() < 0.6:
        return chance.choice(down), Op.GET_BLOB
    up: Sequence[Fault] = (
        FlipUp(at, bit),
        FlipUp(at, bit),
        ResetUp(chance.randint(0, 60_000)),
        DropReply(),
    )
    if not in_blocks:
        return chance.choice(up), Op.PUT_BLOB
    return chance.choice(up), chance.choice((Op.PUT_BLOCK, Op.PUT_BLOCK, Op.PUT_BLOCK_LIST))


def reset_inside_ranges(trial: Trial) -> None:
    """P11: resets at random byte counts; what came before one is not fetched again."""
    size = trial.size_bytes or 3 * 1024 * 1024
    data = noise(size)
    trial.put("f", data)
    resets = trial.random.randint(3, 8)
    step = size // 4
    rules = [
        Rule(Op.GET_BLOB, (n,), ResetDown(trial.random.randint(0, step))) for n in range(resets)
    ]
    with short_pauses(), trial.proxy(*rules) as (proxy, store):
        request = trial.rig.download("f", trial.folder / "down", block_size_bytes=step)
        job = trial.run(request, store, concurrency=2)
    got = proxy.wire[Op.GET_BLOB].bytes_down
    trial.counts["resets"] += sum(rule.met for rule in rules)
    trial.counts["bytes"] += size
    trial.counts["excess bytes"] += got - size
    trial.claim(job.state is JobState.DONE, f"ended as {job.state.value}: {job.failure}")
    trial.claim((trial.folder / "down" / "f").read_bytes() == data, "wrong bytes")
    trial.claim(got - size <= resets * 16 * 1024, f"{got - size} bytes were fetched twice")


def stall(trial: Trial) -> None:
    """P12: nothing moves any more at some point of a request; the transfer goes on."""
    phase, op = trial.random.choice(
        (
            ("head", Op.GET_BLOB),
            ("head", Op.PUT_BLOCK),
            ("head", Op.HEAD_BLOB),
            ("head", Op.PUT_BLOCK_LIST),
            ("down", Op.GET_BLOB),
            ("up", Op.PUT_BLOCK),
        )
    )
    data = noise(BLOCKS * BLOCK)
    fault = Stall(phase, trial.random.randint(0, BLOCK - 1))
    rule = Rule(op, (trial.random.randint(1, 2) if op is not Op.PUT_BLOCK_LIST else 1,), fault)
    began = time.monotonic()
    with (
        short_pauses(),
        patch("explorer.storage.azure.store.COMMIT_WAIT_S", 1.0),
        trial.proxy(rule) as (_, store),
    ):
        if op is Op.GET_BLOB:
            trial.put("f", data)
            target = trial.folder / "down" / "f"
            job = trial.run(trial.rig.download("f", target.parent, block_size_bytes=BLOCK), store)
            after: bytes | None = target.read_bytes() if target.exists() else None
        else:
            source = write(trial.folder / "f", data)
            job = trial.run(trial.rig.upload(source, "f", block_size_bytes=BLOCK), store)
            after = trial.blob("f")
    took = time.monotonic() - began
    trial.counts[f"stalls {phase} {op.value}"] += rule.met
    trial.counts["longest ms"] = max(trial.counts["longest ms"], int(took * 1000))
    trial.claim(job.state is JobState.DONE and after == data, f"{rule}: {job.state.value}")
    trial.claim(took < 30, f"{rule}: it took {took:.0f} s")


def throttling(trial: Trial) -> None:
    """P13: every request, or each fifth, is told to come later for a while."""
    status = trial.random.choice((429, 503))
    wait_s = trial.random.choice((0, 1))
    chance = trial.random.choice((0.2, 1.0))
    headers = (("Retry-After", str(wait_s)),) if wait_s else ()
    codes = {429: "TooManyRequests", 503: "ServerBusy"}
    rule = Rule(
        None, None, Refuse(status, (*headers, ("x-ms-error-code", codes[status]))), chance=chance
    )
    for number in range(FILES):
        write(trial.folder / "up" / str(number), noise(3_000 + number))
    refused: list[float] = []

    def note(seen: Any) -> None:
        refused.append(seen.at_s)
        # Pauses are short here, and so is what is left of the patience of minutes.
        if chance == 1.0 and seen.at_s - refused[0] > (1.5 if wait_s else 0.5):
            proxy.rules.clear()

    rule.hook = note
    with short_pauses(), trial.proxy(rule) as (proxy, store):
        job = trial.run(trial.rig.upload(trial.folder / "up"), store, concurrency=SLOTS)
    trial.counts["refused"] += len(refused)
    trial.claim(refused, "nothing was refused")
    trial.claim(
        job.state is JobState.DONE and job.files_done == FILES,
        f"{status} {wait_s} s: {job.state.value}, {job.files_failed} failed: {job.failure}",
    )
    if wait_s:
        early = too_early([seen.at_s for seen in proxy.log], refused, wait_s)
        trial.counts["too early"] += early
        trial.claim(not early, f"{early} requests came before the Retry-After")


def throttled_for_a_minute(trial: Trial) -> None:
    """P13: every request is told to come back in a second, for a minute, and pauses are as
    long as they really are."""
    source = write(trial.folder / "f", noise(3_000))
    began = time.monotonic()
    rule = Rule(None, None, Refuse(503, (("Retry-After", "1"), ("x-ms-error-code", "ServerBusy"))))

    def stop(seen: Any) -> None:
        if seen.at_s - began > 60:
            proxy.rules.clear()

    rule.hook = stop
    with trial.proxy(rule) as (proxy, store):
        job = trial.run(trial.rig.upload(source, "f"), store)
    trial.counts["refused"] += rule.met
    trial.claim(job.state is JobState.DONE, f"{job.state.value}: {job.failure}")


def dead_end(trial: Trial) -> None:
    """P12: connecting gets no answer; it is told, tried again, and given up at once when
    that is wanted."""
    source = write(trial.folder / "f", noise(3_000))

    async def work(store: Any) -> None:
        async with trial.engine(store) as engine:
            job_id = await engine.submit(trial.rig.upload(source, "f"))
            await until(lambda: engine.jobs()[0].state is JobState.RETRY_WAIT)
            began = time.monotonic()
            await engine.cancel(job_id)
            trial.counts["longest ms"] = int((time.monotonic() - began) * 1000)
            trial.claim(time.monotonic() - began < 3, "a cancel had to wait")
            trial.claim(engine.jobs()[0].state is JobState.CANCELLED, "it is not cancelled")

    with DeafPort() as deaf:
        emulator = trial.rig.emulator
        text = emulator.connection_string.replace(f":{emulator.port}/", f":{deaf.port}/")
        store = open_store(parse(text), QUICK)
        try:
            with short_pauses():
                trial.wait_for(work(store))
        finally:
            store.close()
    trial.counts["stalls connect"] += 1


def too_early(requests: Sequence[float], refused: Sequence[float], wait_s: float) -> int:
    """Requests in a time in which nobody was to come. What was under way already when the
    refusal came does not count: a third of a second is given to it."""
    return sum(any(told + 0.33 < at < told + wait_s for told in refused) for at in requests)
