"""A cancel that comes while the answer to the commit is under way waits for it; where the answer
was lost, one look tells what became of it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.storage.blob import ContainerClient

from explorer.service.emulator import Emulator
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.transfer.model import ConflictPolicy
from explorer.transfer.retry import RetryPolicy
from explorer.transfer.state import JobState, TransferState
from tests.integration.transfer.rig import Rig, is_cancelling, noise, open_rig, run, until, write
from tests.servers.fault_proxy import DropReply, FaultProxy, LateReply, Op, Refuse, Rule
from tests.servers.whole_copies import WholeCopies

BLOCK = 64 * 1024


@pytest.fixture
def rig(azurite: Emulator, container: ContainerClient, data_dir: Path) -> Rig:
    return open_rig(azurite, container.container_name, data_dir)


@contextmanager
def a_way_to_the_service(rig: Rig, way: str) -> Iterator[Emulator]:
    """For a copy: in blocks, in one request, or in one request and through here."""
    if way == "blocks":
        yield rig.emulator
        return
    with WholeCopies(rig.emulator, reads=lambda _: way == "whole") as server:
        said = server.connection_string
        port = int(re.search(r":(\d+)/", said)[1])  # type: ignore[index]
        yield cast(Emulator, SimpleNamespace(connection_string=said, port=port))


@pytest.mark.parametrize("what", ["job", "file"])
@pytest.mark.parametrize(
    ("op", "size_bytes"),
    [(Op.PUT_BLOCK_LIST, 4 * BLOCK), (Op.PUT_BLOB, 1000), (Op.PUT_BLOB, 600 * 1024)],
)
def test_a_cancel_during_the_commit_waits_for_its_answer(
    rig: Rig, container: ContainerClient, tmp_path: Path, op: Op, size_bytes: int, what: str
) -> None:
    source = write(tmp_path / "f", noise(size_bytes))
    container.upload_blob("f", b"old")
    is_written, may_answer = threading.Event(), threading.Event()
    block = BLOCK if op is Op.PUT_BLOCK_LIST else 0
    rule = Rule(op, fault=LateReply(is_written, may_answer))

    async def work(store: object) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(
                rig.upload(source, "f", block_size_bytes=block, conflicts=ConflictPolicy.OVERWRITE)
            )
            await until(is_written.is_set)
            if what == "job":
                cancelling = asyncio.gather(engine.cancel(job_id))
            else:
                (file,) = await engine.transfers(job_id)
                cancelling = asyncio.gather(engine.files.cancel(job_id, [file.id]))
            await until(is_cancelling)
            assert not cancelling.done()
            may_answer.set()
            await cancelling
            (file,) = await engine.transfers(job_id)
            job = await engine.wait(job_id)
            stored = container.download_blob("f").readall()
            assert (file.state is TransferState.DONE) is (stored == source.read_bytes())
            assert stored == source.read_bytes()
            assert (job.state, job.files_done, job.files_cancelled) == (JobState.DONE, 1, 0)

    with FaultProxy(rig.emulator, rule) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store))
        finally:
            may_answer.set()
            store.close()
            rig.store.close()


@pytest.mark.parametrize("is_move", [False, True], ids=["copy", "move"])
@pytest.mark.parametrize(
    ("way", "op"),
    [("blocks", Op.PUT_BLOCK_LIST), ("whole", Op.PUT_BLOB), ("through", Op.PUT_BLOB)],
)
def test_a_cancel_during_the_commit_of_a_copy_waits_for_its_answer(
    rig: Rig, container: ContainerClient, way: str, op: Op, is_move: bool
) -> None:
    data = noise(4 * BLOCK)
    container.upload_blob("from/f", data)
    container.upload_blob("to/f", b"old")
    is_written, may_answer = threading.Event(), threading.Event()

    async def work(store: object) -> None:
        async with rig.engine(store) as engine:
            request = rig.copy(
                "from/f",
                "to/f",
                is_move=is_move,
                block_size_bytes=BLOCK if way == "blocks" else 0,
                conflicts=ConflictPolicy.OVERWRITE,
            )
            job_id = await engine.submit(request)
            await until(is_written.is_set)
            cancelling = asyncio.gather(engine.cancel(job_id))
            await until(is_cancelling)
            may_answer.set()
            await cancelling
            (file,) = await engine.transfers(job_id)
            assert file.state is TransferState.DONE
            assert (await engine.wait(job_id)).state is JobState.DONE

    with (
        a_way_to_the_service(rig, way) as emulator,
        FaultProxy(emulator, Rule(op, fault=LateReply(is_written, may_answer))) as proxy,
    ):
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store))
        finally:
            may_answer.set()
            store.close()
    assert container.download_blob("to/f").readall() == data
    assert container.get_blob_client("from/f").exists() is not is_move


@pytest.mark.parametrize("what", ["job", "file"])
@pytest.mark.parametrize(
    ("kind", "op", "size_bytes"),
    [
        ("upload", Op.PUT_BLOCK_LIST, 4 * BLOCK),
        ("upload", Op.PUT_BLOB, 1000),
        ("upload", Op.PUT_BLOB, 600 * 1024),
        ("blocks", Op.PUT_BLOCK_LIST, 4 * BLOCK),
        ("whole", Op.PUT_BLOB, 4 * BLOCK),
        ("through", Op.PUT_BLOB, 4 * BLOCK),
    ],
)
@pytest.mark.parametrize("is_written", [True, False], ids=["written", "not written"])
def test_a_cancel_after_the_answer_was_lost_looks_whether_it_is_there(
    rig: Rig,
    container: ContainerClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    op: Op,
    size_bytes: int,
    what: str,
    is_written: bool,
) -> None:
    monkeypatch.setattr(RetryPolicy, "ceiling", lambda *_: 1e6)
    data = noise(size_bytes)
    looks_first = op is Op.PUT_BLOCK_LIST or size_bytes > 256 * 1024
    if looks_first:  # else what is there is noticed by the refusal, whose loss is no matter
        container.upload_blob("to/f", b"old")
    block = BLOCK if op is Op.PUT_BLOCK_LIST else 0
    options: dict[str, Any] = {"block_size_bytes": block, "conflicts": ConflictPolicy.OVERWRITE}
    if kind == "upload":
        request: object = rig.upload(write(tmp_path / "f", data), "to/f", **options)
    else:
        container.upload_blob("from/f", data)
        request = rig.copy("from/f", "to/f", **options)
    fault = DropReply() if is_written else Refuse(500)

    async def work(store: object, rule: Rule) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(request)  # type: ignore[arg-type]
            await until(lambda: rule.met)
            await until(lambda: [live for job in engine._queue for live in job.lives.values()
                                 if live.waits])  # fmt: skip
            if what == "job":
                await engine.cancel(job_id)
            else:
                (file,) = await engine.transfers(job_id)
                await engine.files.cancel(job_id, [file.id])
            (file,) = await engine.transfers(job_id)
            wanted = TransferState.DONE if is_written else TransferState.CANCELLED
            assert file.state is wanted

    # What goes through here is refused on the direct way first.
    rule = Rule(op, range(2, 100) if kind == "through" else None, fault)
    with (
        a_way_to_the_service(rig, "blocks" if kind == "upload" else kind) as emulator,
        FaultProxy(emulator, rule) as proxy,
    ):
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store, rule))
        finally:
            store.close()
    target = container.get_blob_client("to/f")
    stored = target.download_blob().readall() if target.exists() else b""
    assert stored == (data if is_written else b"old" if looks_first else b"")


def test_a_cancel_while_others_unfinished_blocks_are_cleared_leaves_no_empty_blob(
    rig: Rig, container: ContainerClient, tmp_path: Path
) -> None:
    container.get_blob_client("f").stage_block("eA==", b"of somebody else")
    source = write(tmp_path / "f", noise(1000))
    is_written, may_answer = threading.Event(), threading.Event()

    async def work(store: object) -> None:
        async with rig.engine(store) as engine:
            job_id = await engine.submit(rig.upload(source, "f"))
            await until(is_written.is_set)
            cancelling = asyncio.gather(engine.cancel(job_id))
            await until(lambda: is_cancelling() or cancelling.done())
            may_answer.set()
            await cancelling
            assert (await engine.wait(job_id)).state is JobState.CANCELLED

    rule = Rule(Op.PUT_BLOCK_LIST, fault=LateReply(is_written, may_answer))
    with FaultProxy(rig.emulator, rule) as proxy:
        store = open_store(parse(proxy.connection_string))
        try:
            run(work(store))
        finally:
            may_answer.set()
            store.close()
            rig.store.close()
    assert [blob.name for blob in container.list_blobs()] == []
