"""Trials with the disk, names, listings, credentials and memory (P2, P14, P17, P18, P22)."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from azure.storage.blob import generate_container_sas

from explorer.base.errors import QuaysideError
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from explorer.transfer.model import ConflictPolicy, JobSnapshot
from explorer.transfer.names import LINUX, MACOS, WINDOWS, Mapper, NameRules, decode
from explorer.transfer.state import JobState
from tests.faults.trial import BLOCK, QUICK, Trial, short_pauses
from tests.integration.transfer.rig import Hooked, Stores, noise, parts_in, until, write
from tests.servers.fault_proxy import Op, Refuse, Rule, Seen, Short

BLOCKS = 5
FULL = (errno.ENOSPC, errno.EDQUOT)

# -------------------------------------------------------------------- P2, P14

CALLS = {
    "allocate": ("explorer.transfer.syscalls.allocate",),
    "write": ("explorer.transfer.files._pwrite",),
    "fdatasync": ("explorer.transfer.files.os.fdatasync",),
    "fsync": ("explorer.transfer.files.os.fsync",),
    "rename": (
        "explorer.transfer.syscalls.rename_new",
        "explorer.transfer.folders.os.rename",
        "explorer.transfer.folders.os.replace",
        "explorer.transfer.folders.os.link",
    ),
}
"""What a download asks of the disk, and where it asks."""


@contextmanager
def failing(call: str, code: int, at: int, state: dict[str, int]) -> Iterator[None]:
    """The n-th of these calls fails, and all after it while `state['full']` is set."""
    patches = []
    state.update(calls=0, failed=0, full=1)

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def work(*args: Any, **kwargs: Any) -> Any:
            state["calls"] += 1
            is_lasting = code in FULL and state["failed"] and state["full"]
            if is_lasting or state["calls"] == at:
                state["failed"] += 1
                raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        return work

    for name in CALLS[call]:
        module, _, attribute = name.rpartition(".")
        patches.append(patch(name, wrapped(_found(module, attribute))))
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def _found(module: str, attribute: str) -> Callable[..., Any]:
    import importlib

    owner, _, last = module.rpartition(".")
    place = os if last == "os" else importlib.import_module(module)
    if last == "os":
        importlib.import_module(owner)
    found: Callable[..., Any] = getattr(place, attribute)
    return found


def broken_disk(trial: Trial) -> None:
    """P2, P14: one call to the disk says that it is full, or broken: the old file is whole,
    a full disk is waited for, a broken one is told, and afterwards it goes on."""
    call = trial.random.choice(sorted(CALLS))
    code = trial.random.choice((errno.ENOSPC, errno.EDQUOT, errno.EIO))
    in_ranges = call in ("allocate", "fdatasync") or trial.random.random() < 0.5
    size = BLOCKS * BLOCK if in_ranges else 5_000
    # The second fsync is that of the folder, after the rename.
    last = 2 if call == "fsync" else 4 if call == "write" and in_ranges else 1
    at = trial.random.randint(1, last)
    old, new = b"old bytes", noise(size)
    trial.put("f", new)
    target = write(trial.folder / "down" / "f", old)
    state: dict[str, int] = {}
    what = f"{errno.errorcode[code]} at {call} {at} of {size} bytes"

    async def work() -> JobSnapshot:
        async with trial.engine(trial.rig.store, concurrency=1) as engine:
            request = trial.rig.download(
                "f",
                target.parent,
                block_size_bytes=BLOCK,
                conflicts=ConflictPolicy.OVERWRITE,
                limit_bytes_per_s=0,
            )
            job_id = await engine.submit(request)

            def rests() -> bool:
                return engine.jobs()[0].state in (
                    JobState.RETRY_WAIT,
                    JobState.FAILED,
                    JobState.DONE,
                )

            await until(rests)
            (job,) = engine.jobs()
            trial.claim(target.read_bytes() in (old, new), f"{what}: the target is neither")
            if state["failed"]:
                trial.counts[f"{errno.errorcode[code]} {call}"] += 1
                wanted = JobState.RETRY_WAIT if code in FULL else JobState.FAILED
                trial.claim(job.state is wanted, f"{what}: {job.state.value} {job.failure}")
                state["full"] = 0
                if job.state is JobState.FAILED:
                    failed = await engine.transfers(job_id)
                    trial.claim(
                        all(one.failure and one.failure.cure for one in failed),
                        f"{what}: no reason is told",
                    )
                    await engine.retry(job_id)
                else:
                    await engine.resume(job_id)
            return await engine.wait(job_id)

    with short_pauses(), failing(call, code, at, state):
        job = trial.wait_for(work())
    trial.claim(state["failed"], f"{what}: did not happen")
    trial.claim(job.state is JobState.DONE, f"{what}: in the end {job.state.value} {job.failure}")
    trial.claim(target.read_bytes() == new, f"{what}: wrong bytes in the end")
    trial.claim(not parts_in(trial.folder), f"{what}: a part is left")


@contextmanager
def small_disk(place: Path, size_bytes: int) -> Iterator[bool]:
    """A disk of its own at this folder; False where that is not allowed."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill_up(filler: Path, leaving_bytes: int) -> None:
    """Leave only so much room on the disk."""
    with open(filler, "wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(max(0, file.tell() - leaving_bytes))


def full_journal(trial: Trial) -> None:
    """P14: there is no room for the queue's own file; nothing is lost, and it goes on."""
    for number in range(40):
        write(trial.folder / "up" / f"{number:02}", noise(2_000, seed=number))
    disk = trial.rig.data_dir

    async def work() -> JobSnapshot:
        async with trial.engine(trial.rig.store, concurrency=2) as engine:
            request = trial.rig.upload(trial.folder / "up", limit_bytes_per_s=40_000)
            job_id = await engine.submit(request)
            await until(lambda: engine.jobs()[0].files_done >= 3)
            filler = disk / "filler"
            fill_up(filler, leaving_bytes=4096 * trial.random.randint(0, 8))
            before = engine.jobs()[0].files_done
            await asyncio.sleep(0.5)
            trial.counts["done while full"] += engine.jobs()[0].files_done - before
            filler.unlink()
            if engine.jobs()[0].state is JobState.RETRY_WAIT:
                trial.counts["waited for room"] += 1
                await engine.resume(job_id)
            await engine.set_limit(job_id, 0)
            return await engine.wait(job_id)

    with small_disk(disk, 2 * 1024 * 1024) as is_possible:
        if not is_possible:
            trial.counts["not possible here"] += 1
            return
        with short_pauses(), patch("explorer.transfer.job_run.ROOM_S", 0.1):
            job = trial.wait_for(work())
    trial.counts["full journals"] += 1
    trial.claim(
        job.state is JobState.DONE and job.files_done == 40,
        f"{job.state.value}, {job.files_done} done, {job.files_failed} failed: {job.failure}",
    )
    trial.claim(len(list(trial.container.list_blob_names())) == 40, "blobs are missing")


# ------------------------------------------------------------------------ P17

PIECES = (
    *("", ".", "..", "...", "~", "CON", "con.txt", "nul", "COM1", "aux.", "a", "A", "b", "x y"),
    *(" ", "trail ", "dot.", "C:", "C:\\x", "\\", "\\\\server\\share", ":", "*", "?", "<>", "|"),
    *("é", "e\u0301", "İ", "ß", "SS", "ﬁ", "\u202e", "\u200b", "\ufeff", "\uffff", "\U0001f600"),
    *("%2e%2e", "%", "%00", "\x01", "\x7f", "\x85", "\n", "a\tb", "-rf", "$(x)", "`", "'", '"'),
    *("desktop.ini", ".git", "a" * 255, "é" * 128, "a.quayside-part", "~20", "a~1"),
)
RULES = (LINUX, MACOS, WINDOWS)


def hostile_name(trial: Trial) -> str:
    chance = trial.random
    parts = []
    for _ in range(chance.randint(1, 4)):
        piece = chance.choice(PIECES)
        if chance.random() < 0.3:
            piece += chance.choice(PIECES)
        if chance.random() < 0.1:
            piece += chr(chance.randrange(1, 0xD7FF))
        parts.append(piece)
    return "/".join(parts)[:1024]


def hostile_names(trial: Trial) -> None:
    """P17: names mapped under the rules of three systems, all into one folder each."""
    names: set[str] = set()
    while len(names) < trial.many:
        names |= {hostile_name(trial)} - {""}
    for rules in RULES:
        _map(trial, sorted(names), rules)


def _map(trial: Trial, names: list[str], rules: NameRules) -> None:
    mapper = Mapper(rules)
    taken: dict[str, str] = {}
    for name in names:
        trial.counts["names"] += 1
        try:
            mapped = mapper.file(name)
        except QuaysideError as error:
            trial.counts["refused"] += 1
            trial.claim(error.cure or error.message, f"{name!r} is refused without a reason")
            continue
        path = mapped.name
        parts = path.split("/")
        trial.claim(
            not {"", ".", ".."} & set(parts) and "\0" not in path, f"{name!r} leaves: {path!r}"
        )
        other = taken.setdefault(rules.fold(path), name)
        trial.claim(other == name, f"{name!r} and {other!r} meet in {path!r}")
        if path != name:
            trial.counts["renamed"] += 1
            trial.claim(mapped.note, f"{name!r} is renamed to {path!r} silently")
        back = "/".join(decode(part, rules) for part in parts)
        trial.claim(back == name, f"{name!r} comes back as {back!r}")


def hostile_download(trial: Trial) -> None:
    """P17: such blobs are really downloaded: nothing outside, nothing lost silently."""
    wanted: dict[str, bytes] = {}
    for number in range(trial.many):
        name = f"x/{hostile_name(trial)}"
        if any(ord(c) < 32 or c in "\uffff\x7f\x85" for c in name):
            continue  # the emulator cannot list what XML cannot hold
        data = f"{number}".encode()
        try:
            trial.rig.store.put_blob(
                BlobRef(trial.rig.container, name),
                data,
                headers=BlobHeaders(),
                condition=Condition.absent(),
            )
        except QuaysideError:
            continue  # the service, or we, do not take it
        wanted[name] = data
    listed = set(trial.container.list_blob_names())
    down = trial.folder / "down"
    before = set(os.listdir(trial.folder))
    job = trial.run(trial.rig.download("x/", down), trial.rig.store)
    found = sorted(path.read_bytes() for path in down.rglob("*") if path.is_file())
    trial.counts["blobs"] += len(listed)
    trial.counts["refused"] += job.files_failed
    trial.claim(
        len(found) == job.files_done == len(set(found)),
        f"{len(found)} files, {job.files_done} done",
    )
    trial.claim(
        job.files_done + job.files_failed + job.files_skipped == job.files_total == len(listed),
        f"{len(listed)} blobs, {job}",
    )
    trial.claim(set(os.listdir(trial.folder)) <= {*before, "down"}, "something lies outside")


# ------------------------------------------------------------------------ P18


class SmallPages:
    """A store whose listings come in pages of a few."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def list_blobs(self, container: str, **how: Any) -> Any:
        return self._store.list_blobs(container, **{**how, "page_size": 4})


def failed_page(trial: Trial) -> None:
    """P18: some page of a listing fails, or comes without its end, for good or for a while:
    a download of the folder is never done without all that is in it."""
    count = 13
    for number in range(count):
        trial.container.upload_blob(f"d/{number:02}", b"x")
    nth = trial.random.randint(1, 3)
    is_lasting = trial.random.random() < 0.5
    fault = trial.random.choice(
        (
            Refuse(403, (("x-ms-error-code", "AuthorizationFailure"),)),
            Refuse(500),
            Short(trial.random.randint(1, 900), is_hidden=True),
            Short(trial.random.randint(1, 900)),
        )
    )
    # Azurite's pages come in chunks, whose last bytes say that it is the end.
    rule = Rule(Op.LIST, range(nth, 1000 if is_lasting else nth + 1), fault)
    with short_pauses(), trial.proxy(rule) as (_, store):
        request = trial.rig.download("d/", trial.folder / "down")
        job = trial.run(request, SmallPages(store))
    got = sum(path.is_file() for path in (trial.folder / "down").rglob("*"))
    trial.counts["failed pages"] += rule.met
    what = f"page {nth}: {fault}{' for good' if is_lasting else ''}"
    trial.claim(rule.met, f"{what}: did not happen")
    if job.state is JobState.DONE:
        trial.claim(got == count, f"{what}: done with {got} of {count}")
    else:
        trial.claim(job.failure, f"{what}: {job.state.value} without a reason")
    if is_lasting:
        trial.claim(job.state is not JobState.DONE, f"{what}: done")


# ------------------------------------------------------------------------ P22


def expired_sas(trial: Trial) -> None:
    """P22: the SAS ends in the middle; with a new one it goes on where it was."""
    is_upload = trial.random.random() < 0.5
    blocks = 24
    call = "put_block" if is_upload else "read_range"
    at = trial.random.randint(4, blocks - 4)
    data = noise(blocks * BLOCK)
    path = trial.folder / "files" / "f"
    if is_upload:
        write(path, data)
    else:
        trial.put("f", data)
    options: dict[str, Any] = {"block_size_bytes": BLOCK}

    def store_with_sas(proxy: Any, lasts_s: float) -> Any:
        account = trial.rig.emulator.accounts[0]
        now = datetime.now(UTC)
        token = generate_container_sas(
            account.name,
            trial.rig.container,
            account.key,
            permission="rwl",
            start=now - timedelta(hours=1),
            expiry=now + timedelta(seconds=lasts_s),
        )
        endpoint = f"http://127.0.0.1:{proxy.port}/{account.name}"
        return open_store(parse(f"{endpoint}/{trial.rig.container}?{token}"), QUICK)

    async def work(stores: Stores) -> JobSnapshot:
        async with trial.engine(None, stores=stores, concurrency=2) as engine:
            request = (
                trial.rig.upload(path, "f", **options)
                if is_upload
                else trial.rig.download("f", path.parent, **options)
            )
            job_id = await engine.submit(request)
            stopped = await engine.wait(job_id)
            trial.claim(
                stopped.state is JobState.NEEDS_CREDENTIALS,
                f"{at}: {stopped.state.value} instead of a pause: {stopped.failure}",
            )
            trial.counts["bytes before"] += stopped.bytes_done
            trial.claim(stopped.bytes_done > 0, "nothing was durable when it expired")
            fresh = store_with_sas(proxy, 600)
            opened.append(fresh)
            stores.store = fresh
            engine.credentials_changed("c1")
            await until(lambda: engine.jobs()[0].state is not JobState.NEEDS_CREDENTIALS)
            return await engine.wait(job_id)

    opened: list[Any] = []
    with short_pauses(), trial.proxy() as (proxy, _):
        opened += [store_with_sas(proxy, 600), store_with_sas(proxy, -1)]

        def expire(name: str, count: int, args: tuple[Any, ...]) -> None:
            if name == call and count == at:
                ending._store = opened[1]

        ending = Hooked(opened[0], after=expire)
        try:
            job = trial.wait_for(work(Stores(ending)))
        finally:
            for store in opened:
                store.close()
    wire = proxy.wire[Op.PUT_BLOCK if is_upload else Op.GET_BLOB]
    moved = wire.bytes_up if is_upload else wire.bytes_down
    after = trial.blob("f") if is_upload else path.read_bytes()
    trial.counts["expired"] += 1
    trial.claim(job.state is JobState.DONE and after == data, f"{job.state.value}: {job.failure}")
    # What was refused had been sent: two slots, and their next tries.
    trial.claim(moved <= len(data) + 4 * BLOCK, f"{moved - len(data):,} bytes moved twice")


def wrong_clock(trial: Trial) -> None:
    """P22: the service says that our clock is 20 minutes off; set, it goes on."""
    off_s = trial.random.choice((-1200, 1200))
    source = write(trial.folder / "f", noise(BLOCKS * BLOCK))
    nth = trial.random.randint(1, BLOCKS)

    def refuse(seen: Seen) -> None:
        there = datetime.fromtimestamp(time.time() + off_s, UTC)
        rule.fault = Refuse(
            403,
            (
                ("x-ms-error-code", "AuthenticationFailed"),
                ("Date", format_datetime(there, usegmt=True)),
            ),
        )

    async def work() -> JobSnapshot:
        async with trial.engine(store, concurrency=1) as engine:
            request = trial.rig.upload(source, "f", block_size_bytes=BLOCK)
            job_id = await engine.submit(request)
            stopped = await engine.wait(job_id)
            told = stopped.failure.message if stopped.failure else ""
            trial.claim(
                stopped.state is JobState.NEEDS_CREDENTIALS and "clock" in told,
                f"{stopped.state.value}: {told}",
            )
            proxy.rules.clear()
            await engine.resume(job_id)
            return await engine.wait(job_id)

    rule = Rule(Op.PUT_BLOCK, range(nth, 1000), hook=refuse)
    with short_pauses(), trial.proxy(rule) as (proxy, store):
        job = trial.wait_for(work())
    trial.counts["wrong clocks"] += 1
    sent = proxy.wire[Op.PUT_BLOCK].bytes_up
    trial.claim(job.state is JobState.DONE, f"{job.state.value}: {job.failure}")
    trial.claim(sent <= (BLOCKS + 1) * BLOCK, f"{sent - BLOCKS * BLOCK:,} bytes were sent again")
