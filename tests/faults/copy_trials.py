"""Trials of moves by the service: broken lines, rivals and changing sources (P5, P9, P10).

A move may end as it likes, but bytes that were there are at the one place or the other,
whole, and nobody else's are touched.
"""

from __future__ import annotations

from typing import Any

from explorer.transfer.model import ConflictPolicy
from explorer.transfer.state import JobState
from tests.faults.trial import BLOCK, Trial, short_pauses
from tests.integration.transfer.rig import Hooked, noise
from tests.servers.fault_proxy import DropReply, Fault, Op, Refuse, ResetDown, Rule

OPS = (Op.PUT_BLOCK, Op.PUT_BLOCK_LIST, Op.HEAD_BLOB, Op.DELETE, Op.LIST, Op.PUT_BLOB)


def harmed_move(trial: Trial) -> None:
    """P9, P10: several requests fail, or their answers never arrive; the move comes through."""
    size = trial.random.choice((0, 5_000, 6 * BLOCK + 77))
    data = noise(size, seed=size)
    trial.put("d/a", data)
    trial.put("d/b", b"other")
    faults: tuple[Fault, ...] = (DropReply(), ResetDown(0), Refuse(500), Refuse(503))
    rules = [Rule(op, (trial.random.randint(1, 3),), trial.random.choice(faults)) for op in OPS]
    request = trial.rig.copy("d/", "e", is_move=True, block_size_bytes=BLOCK)
    with short_pauses(), trial.proxy(*rules) as (_, store):
        job = trial.run(request, store)
    trial.counts["faults"] += sum(rule.met for rule in rules)
    trial.claim(job.state is JobState.DONE, f"ended as {job.state.value}: {job.failure}")
    trial.claim(trial.blob("e/a") == data, "the copy is not the source")
    trial.claim(trial.blob("e/b") == b"other", "the other copy is not its source")
    trial.claim(trial.blob("d/a") is None, "the source is still there")


def meddled_move(trial: Trial) -> None:
    """P5: at a chance moment somebody rewrites the source, or writes the target."""
    blocks = trial.random.choice((1, 5))
    data, theirs = noise(blocks * BLOCK, seed=blocks), b"theirs"
    trial.put("a", data)
    is_source = trial.random.random() < 0.5
    exists = trial.random.random() < 0.5
    if exists:
        trial.put("b", b"old")
    moments = ("properties", "put_block_from_url", "block_list", "put_block_list", "delete_blob")
    moment, nth = trial.random.choice(moments), trial.random.randint(1, 3)
    met = False

    def meddle(name: str, count: int, args: tuple[Any, ...]) -> None:
        nonlocal met
        if (name, count) == (moment, nth):
            met = True
            trial.put("a" if is_source else "b", theirs)

    hooks: dict[str, Any] = {trial.random.choice(("before", "after")): meddle}
    store = Hooked(trial.rig.store, **hooks)
    request = trial.rig.copy(
        "a", "b", is_move=True, block_size_bytes=BLOCK, conflicts=ConflictPolicy.OVERWRITE
    )
    with short_pauses():
        job = trial.run(request, store)
    trial.counts["met"] += met
    source, target = trial.blob("a"), trial.blob("b")
    told = f"{moment} {nth}, {'source' if is_source else 'target'}, {job.state.value}"
    if met and is_source:
        trial.claim(theirs in (source, target), f"what somebody wrote is lost ({told})")
    elif met:
        # Whoever writes over a verified copy has done so as if the move were over.
        is_over = moment == "delete_blob" and target == theirs
        trial.claim(is_over or data in (source, target), f"the source's bytes are lost ({told})")
    else:
        trial.claim(target == data and source is None, f"nobody meddled, and it failed ({told})")
    if job.state is JobState.DONE:
        trial.claim(source is None or met, f"done, and the source is there ({told})")
