"""Trials with others at work on either side: rivals, rewrites, edits, left-over blocks,
and failures at every single request (P3 to P8)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from explorer.base.errors import DiskFullError
from explorer.storage.model import BlobRef
from explorer.transfer.model import ConflictPolicy, JobSnapshot
from explorer.transfer.plan import make_block_id
from explorer.transfer.state import JobState
from tests.faults.trial import BLOCK, Trial, short_pauses
from tests.integration.transfer.rig import noise, parts_in, write
from tests.servers.fault_proxy import Op, Refuse, Rule, Seen

BLOCKS = 5
SIZES = (5_000, 200_000, 300_000, BLOCKS * BLOCK)
OVERWRITE: dict[str, Any] = {"conflicts": ConflictPolicy.OVERWRITE, "block_size_bytes": BLOCK}


def once(work: Callable[[], object]) -> Callable[[Seen], None]:
    """A hook that does its work the first time only."""
    done: list[object] = []

    def hook(seen: Seen) -> None:
        if not done:
            done.append(seen)
            work()

    return hook


# ------------------------------------------------------------------ P3 and P4


def rewritten_remote(trial: Trial) -> None:
    """P3: a rewrite of the same size before some range, also with the MD5 unchecked."""
    size = BLOCKS * BLOCK
    versions = [noise(size, seed=1), noise(size, seed=2)]
    trial.put("f", versions[0])
    at = trial.random.randint(1, BLOCKS)
    times = trial.random.randint(1, 2)
    new = versions[1]
    rule = Rule(Op.GET_BLOB, range(at, at + times), hook=lambda seen: trial.put("f", new))
    with short_pauses(), trial.proxy(rule) as (_, store):
        request = trial.rig.download(
            "f",
            trial.folder / "down",
            block_size_bytes=BLOCK,
            with_md5=trial.random.random() < 0.3,
        )
        job = trial.run(request, store, concurrency=trial.random.randint(1, 4))
    trial.counts["rewrites"] += rule.met
    trial.claim(job.state is JobState.DONE, f"range {at}: {job.state.value}: {job.failure}")
    after = (trial.folder / "down" / "f").read_bytes()
    trial.claim(after == new, f"range {at}: {'old' if after == versions[0] else 'mixed'} bytes")


def rewritten_while_down(trial: Trial) -> None:
    """P3: paused at some range, rewritten, resumed in another engine."""
    size = BLOCKS * BLOCK
    trial.put("f", noise(size, seed=1))
    new = noise(size, seed=2)
    at = trial.random.randint(2, BLOCKS)
    target = trial.folder / "down" / "f"

    async def first() -> None:
        reached = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hook(seen: Seen) -> None:
            loop.call_soon_threadsafe(reached.set)

        rule.hook = hook
        async with trial.engine(store, concurrency=1) as engine:
            await engine.submit(trial.rig.download("f", target.parent, **without_md5))
            await reached.wait()

    async def second() -> JobSnapshot:
        async with trial.engine(store, adopt=True) as engine:
            (job,) = engine.jobs()
            return await engine.wait(job.id)

    without_md5 = {**OVERWRITE, "with_md5": False}
    rule = Rule(Op.GET_BLOB, range(at, 1000))
    with short_pauses(), trial.proxy(rule) as (proxy, store):
        trial.wait_for(first())
        proxy.rules.clear()
        trial.put("f", new)
        job = trial.wait_for(second())
    trial.counts["rewrites while down"] += 1
    trial.claim(job.state is JobState.DONE, f"range {at}: {job.state.value}: {job.failure}")
    trial.claim(target.read_bytes() == new, f"range {at}: mixed or old bytes")


def rewritten_before_the_rename(trial: Trial) -> None:
    """P3: stopped when every range is there and before the file has its name; rewritten."""
    trial.put("f", noise(BLOCKS * BLOCK, seed=1))
    new = noise(BLOCKS * BLOCK, seed=2)
    target = trial.folder / "down" / "f"
    request = trial.rig.download("f", target.parent, block_size_bytes=BLOCK)

    async def first() -> None:
        reached = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stop(*_: object) -> None:
            loop.call_soon_threadsafe(reached.set)
            raise DiskFullError("Stop here.")

        with patch("explorer.transfer.range_download.RangeDownload._finish", stop):
            async with trial.engine(trial.rig.store) as engine:
                await engine.submit(request)
                await reached.wait()

    async def second() -> JobSnapshot:
        async with trial.engine(trial.rig.store, adopt=True) as engine:
            (job,) = engine.jobs()
            return await engine.wait(job.id)

    is_taken = trial.random.random() < 0.5
    with short_pauses():
        trial.wait_for(first())
        trial.put("f", new)
        if is_taken:
            write(target, b"theirs")
        job = trial.wait_for(second())
    trial.counts["rewrites before the rename"] += 1
    trial.claim(not parts_in(trial.folder), "a part is left")
    if is_taken:
        trial.claim(job.state is JobState.FAILED, f"over theirs: {job.state.value}")
        trial.claim(target.read_bytes() == b"theirs", "theirs is gone")
        return
    trial.claim(job.state is JobState.DONE, f"{job.state.value}: {job.failure}")
    trial.claim(target.read_bytes() == new, "the old version was taken")


def appended(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"more")


def edited(path: Path) -> None:
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"EDIT")


def edited_with_its_time_restored(path: Path) -> None:
    before = path.stat()
    edited(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    os.replace(write(path.with_name("new"), noise(path.stat().st_size, seed=99)), path)


def shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


CHANGES = (appended, edited, edited_with_its_time_restored, replaced, shortened)


def changed_source(trial: Trial) -> None:
    """P4: the file changes at some request; whatever becomes visible is one version of it."""
    size = trial.random.choice(SIZES)
    source = write(trial.folder / "f", noise(size))
    versions = [source.read_bytes()]
    change = trial.random.choice(CHANGES)

    def hook() -> None:
        change(source)
        versions.append(source.read_bytes())

    in_blocks = size > 4 * BLOCK
    op = trial.random.choice((Op.PUT_BLOCK, Op.PUT_BLOCK, Op.HEAD_BLOB, Op.PUT_BLOCK_LIST))
    nth = trial.random.randint(1, BLOCKS)
    if not in_blocks or op is not Op.PUT_BLOCK:
        nth = 1
    rule = Rule(op if in_blocks else Op.PUT_BLOB, (nth,), hook=once(hook))
    visible: list[bytes | None] = []
    look = Rule(Op.HEAD_BLOB, hook=lambda seen: visible.append(trial.blob("f")))
    with short_pauses(), trial.proxy(rule, look) as (_, store):
        request = trial.rig.upload(source, "f", block_size_bytes=BLOCK if in_blocks else 0)
        job = trial.run(request, store, concurrency=trial.random.randint(1, 4))
    trial.counts[change.__name__] += rule.met
    visible.append(trial.blob("f"))
    what = f"{change.__name__} at {op.value} {nth} of {size}"
    for found in visible:
        trial.claim(found is None or found in versions, f"{what}: a mixed blob was visible")
    trial.claim(job.state is JobState.DONE, f"{what}: {job.state.value}: {job.failure}")
    if op is Op.PUT_BLOCK and in_blocks:
        trial.claim(visible[-1] == versions[-1], f"{what}: not the file as it is")


# ------------------------------------------------------------------------- P5


def rival_blob(trial: Trial) -> None:
    """P5: somebody stores a blob of that name at some write of ours."""
    size = trial.random.choice(SIZES)
    exists = trial.random.random() < 0.5
    if exists:
        trial.put("f", b"old")
    source = write(trial.folder / "f", noise(size))
    in_blocks = size > 4 * BLOCK
    ops = (Op.PUT_BLOCK, Op.PUT_BLOCK_LIST) if in_blocks else (Op.PUT_BLOB,)
    op = trial.random.choice(ops)
    nth = trial.random.randint(1, BLOCKS) if op is Op.PUT_BLOCK else 1
    rule = Rule(op, (nth,), hook=once(lambda: trial.put("f", b"theirs")))
    options: dict[str, Any] = {"block_size_bytes": BLOCK if in_blocks else 0}
    if exists:
        options["conflicts"] = ConflictPolicy.OVERWRITE
    with short_pauses(), trial.proxy(rule) as (proxy, store):
        job = trial.run(trial.rig.upload(source, "f", **options), store)
    when = next(n for n, seen in enumerate(proxy.log) if seen.op is op and seen.nth == nth)
    has_looked = any(seen.op is Op.HEAD_BLOB for seen in proxy.log[when:])
    after = trial.blob("f")
    what = f"{op.value} {nth} of {size}, {'over an old blob' if exists else 'new'}"
    trial.counts["rivals"] += rule.met
    if exists and after != b"theirs" and has_looked and not in_blocks:
        # Seen before it was replaced, which was asked for.
        trial.counts["seen first"] += 1
        return
    trial.claim(after == b"theirs", f"{what}: the rival's bytes are gone")
    trial.claim(job.state is JobState.FAILED, f"{what}: {job.state.value}")


def rival_file(trial: Trial) -> None:
    """P5: somebody makes, or changes, the local file under way."""
    size = trial.random.choice(SIZES)
    exists = trial.random.random() < 0.5
    trial.put("f", noise(size))
    target = trial.folder / "down" / "f"
    if exists:
        write(target, b"old")
    nth = trial.random.randint(1, 3) if size > 4 * BLOCK else 1
    rule = Rule(Op.GET_BLOB, (nth,), hook=once(lambda: write(target, b"theirs")))
    options = {
        **OVERWRITE,
        "conflicts": ConflictPolicy.OVERWRITE if exists else ConflictPolicy.FAIL,
    }
    with short_pauses(), trial.proxy(rule) as (_, store):
        job = trial.run(trial.rig.download("f", target.parent, **options), store)
    trial.counts["rival files"] += rule.met
    what = f"Get Blob {nth} of {size}, {'over an old file' if exists else 'new'}"
    trial.claim(target.read_bytes() == b"theirs", f"{what}: the rival's bytes are gone")
    trial.claim(job.state is JobState.FAILED, f"{what}: {job.state.value}")
    trial.claim(not parts_in(trial.folder), f"{what}: a part is left")


# ------------------------------------------------------------------------- P6


def failed_overwrite(trial: Trial) -> None:
    """P6: every request from the k-th on is refused, or the job is cancelled there, for
    every k: the old target is as it was until the new bytes are whole."""
    size = trial.random.choice(SIZES)
    is_upload = trial.random.random() < 0.6
    is_cancel = trial.random.random() < 0.5
    k = 0
    while True:
        k += 1
        if _overwrite_fails_at(trial, k, size, is_upload=is_upload, is_cancel=is_cancel):
            return


def _overwrite_fails_at(
    trial: Trial, k: int, size: int, *, is_upload: bool, is_cancel: bool
) -> bool:
    """True where the transfer is over before request number k."""
    name = f"f{k}"
    new, old = noise(size, seed=k), b"old bytes"
    path = trial.folder / name / name
    trial.put(name, old if is_upload else new)
    write(path, new if is_upload else old)
    etag = trial.etag(name)
    reached: list[int] = []
    asked = asyncio.Event()

    async def work() -> JobSnapshot:
        loop = asyncio.get_running_loop()

        def hook(seen: Seen) -> None:
            if len(proxy.log) >= k:
                reached.append(len(proxy.log))
                if not is_cancel:
                    rule.fault = Refuse(400, (("x-ms-error-code", "InvalidInput"),))
                elif len(reached) == 1:
                    loop.call_soon_threadsafe(asked.set)

        rule.hook = hook
        async with trial.engine(store, concurrency=1) as engine:
            rig = trial.rig
            request = (
                rig.upload(path, name, **OVERWRITE)
                if is_upload
                else rig.download(name, path.parent, **OVERWRITE)
            )
            job_id = await engine.submit(request)
            rest = asyncio.ensure_future(engine.wait(job_id))  # noqa: TID251 - ends here
            ask = asyncio.ensure_future(asked.wait())  # noqa: TID251 - ends here
            await asyncio.wait((rest, ask), return_when=asyncio.FIRST_COMPLETED)
            ask.cancel()
            if asked.is_set():
                await engine.cancel(job_id)
            return await rest

    rule = Rule(None)
    with short_pauses(), trial.proxy(rule) as (proxy, store):
        job = trial.wait_for(work())
    what = f"{'upload' if is_upload else 'download'} of {size}, request {k}, "
    what += "cancelled" if is_cancel else "refused"
    trial.counts["failures"] += bool(reached)
    after = (trial.blob(name) if is_upload else path.read_bytes()) or b""
    trial.claim(after in (old, new), f"{what}: neither old nor new bytes")
    if job.state is JobState.DONE:
        trial.claim(after == new, f"{what}: done, and not the new bytes")
    elif is_upload:
        committed = any(
            s.op in (Op.PUT_BLOCK_LIST, Op.PUT_BLOB) for s in proxy.log[: k if is_cancel else k - 1]
        )
        if not committed or after == old:
            trial.claim(trial.etag(name) == etag, f"{what}: the old blob was touched")
    else:
        # A cancel that comes in the moment of the rename comes too late.
        is_late = is_cancel and after == new
        trial.counts["cancelled too late"] += is_late
        trial.claim(after == old or is_late, f"{what}: the old file is gone")
        trial.claim(not parts_in(path.parent), f"{what}: a part is left")
    return not reached


# ------------------------------------------------------------------------- P8


def foreign_blocks(trial: Trial) -> None:
    """P7, P8: others have left blocks: none of theirs is committed, the file goes through
    or the person is asked, and the old blob is whole until then."""
    size = trial.random.choice(SIZES)
    exists = trial.random.choice(("nothing", "one put", "blocks"))
    blob = trial.container.get_blob_client("f")
    old = b"old bytes"
    if exists == "one put":
        trial.put("f", old)
    elif exists == "blocks":
        from azure.storage.blob import BlobBlock

        blob.stage_block("QUFBQQ==", old)
        blob.commit_block_list([BlobBlock("QUFBQQ==")])
    length = trial.random.choice((4, 36, 48, 64))
    for number in range(trial.random.randint(1, 3)):
        if length == 48:
            block_id = make_block_id(os.urandom(16), number, os.urandom(23))
        else:
            block_id = bytes([number]) * length
        if exists != "blocks" or length == 4:
            trial.rig.store.put_block(BlobRef(trial.rig.container, "f"), block_id, b"foreign")
    source = write(trial.folder / "f", noise(size))
    block = BLOCK if size > 4 * BLOCK else 0
    request = trial.rig.upload(source, "f", **{**OVERWRITE, "block_size_bytes": block})
    with short_pauses():
        job = trial.run(request, trial.rig.store)
    what = f"{length}-byte ids over {exists}, {size} bytes"
    after = trial.blob("f")
    trial.counts["foreign"] += 1
    trial.claim(after in (source.read_bytes(), old), f"{what}: foreign bytes in the blob")
    if job.state is JobState.DONE:
        trial.claim(after == source.read_bytes(), f"{what}: done, and not the file")
    else:
        trial.counts["asked"] += 1
        trial.claim(job.files_failed == 1, f"{what}: {job.state.value}: {job.failure}")
        trial.claim(exists == "one put", f"{what}: not recovered from")
