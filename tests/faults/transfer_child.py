"""A process that runs an engine and says how far it is, until it is killed, or all is done.

    python -m tests.faults.transfer_child CONNECTION-FILE DATA-DIR [REQUEST-FILE]

The connection file's second line is `hierarchical` where directories are real. The request
is one line of the journal's JSON; without one, jobs that a dead process
left are adopted. Prints `bytes_done` of the only job that was not over before, whenever it
changes. Where QUAYSIDE_HOLD_AT is set, no request goes out any more once so many bytes are
durable: whoever is slow to kill it finds it in the middle. QUAYSIDE_WITH_CREW gives it a crew.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path
from typing import Any

from explorer.base.settings import Settings
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.model import Blob
from explorer.transfer.crew import fork_crew
from explorer.transfer.encoding import request_from_text
from explorer.transfer.engine import Engine
from explorer.transfer.model import JobSnapshot, RemotePlace, Request, TransferSnapshot
from tests.integration.transfer.rig import WITH_CREW, Ears, Hooked, Stores

HOLD_AT = int(os.environ.get("QUAYSIDE_HOLD_AT", 0))
is_held = threading.Event()


class Forgetful(Ears):
    """Hears everything and keeps nothing of it: the memory is the engine's alone."""

    def job_changed(self, job: JobSnapshot) -> None: ...

    def transfer_changed(self, transfer: TransferSnapshot) -> None: ...

    def blob_arrived(self, place: RemotePlace, blob: Blob) -> None: ...


def hold(*_: Any) -> None:
    if is_held.is_set():
        threading.Event().wait()


async def main(store: BlobStore, data_dir: Path, request: Request | None) -> None:
    used: Any = Hooked(store, before=hold) if HOLD_AT else store
    crew = fork_crew(1) if WITH_CREW else None
    engine = Engine(data_dir, Stores(used), Settings(concurrency=2), Forgetful(), crew)
    await engine.start(adopt=request is None)
    over = {job.id for job in engine.jobs() if job.state.is_final}
    if request is not None:
        await engine.submit(request)
    print("ready", flush=True)
    told: tuple[int, str] | None = None
    while not all(job.state.is_final for job in engine.jobs()):
        for job in engine.jobs():
            if job.id not in over and told != (job.bytes_done, job.state.value):
                told = job.bytes_done, job.state.value
                if HOLD_AT and job.bytes_done >= HOLD_AT:
                    is_held.set()
                print(*told, flush=True)
        await asyncio.sleep(0.01)
    await engine.aclose()
    if crew is not None:
        crew.close()
    store.close()


if __name__ == "__main__":
    texts = [Path(name).read_text() for name in (sys.argv[1], *sys.argv[3:])]
    asked = request_from_text(texts[1]) if len(texts) > 1 else None
    where, *kind = texts[0].splitlines()
    store = open_store(parse(where), is_hierarchical=kind == ["hierarchical"])
    asyncio.run(main(store, Path(sys.argv[2]), asked))
