"""A local Data Lake Gen2 for the demo: the test server of a checkout, and what only it can do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import explorer
from explorer.base.errors import NotFoundError
from explorer.demo.main_job import DemoError, Say
from explorer.service.access_control import AccessCount, AccessEdit
from explorer.service.model import Connection, Location
from explorer.service.service import Service
from explorer.storage.acl import parse_entry

CONNECTION_NAME = "Local Data Lake (demo)"
SERVER = Path("tests") / "servers" / "lake" / "__main__.py"
START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 20.0
READER = "user:6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a01:r-x"


@asynccontextmanager
async def served(folder: Path, port: int = 0) -> AsyncIterator[str]:
    """Serve an account with sample directories until the block ends; its connection string.

    Its data stays in `folder`. Raises DemoError outside of a checkout, or where the server
    does not start.
    """
    checkout = await asyncio.to_thread(_checkout, folder)
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.servers.lake", "--sample", "--until-eof",
        "--folder", str(folder), "--port", str(port),
        cwd=checkout, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C is ours to handle: the window ends first
    )  # fmt: skip
    try:
        yield await _first_line(server)
    finally:
        if server.stdin is not None:
            server.stdin.close()
        try:
            await asyncio.wait_for(server.wait(), END_TIMEOUT_S)
        except TimeoutError:
            server.kill()
            await server.wait()


def _checkout(folder: Path) -> Path:
    """Where the server is; makes `folder`. Blocks. Raises DemoError."""
    found = Path(explorer.__file__).resolve().parent.parent
    if not (found / SERVER).is_file():
        raise DemoError(
            "The local Data Lake is part of a checkout, and this is an installed program.",
            cure="Clone the repository and run: ./run demo --lake",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return found


async def _first_line(server: asyncio.subprocess.Process) -> str:
    if server.stdout is None:
        raise DemoError("The local Data Lake cannot be heard.")
    try:
        line = await asyncio.wait_for(server.stdout.readline(), START_TIMEOUT_S)
    except TimeoutError:
        line = b""
    if not line:
        raise DemoError("The local Data Lake did not start; the lines above say why.")
    return line.decode().strip()


async def use_directories(service: Service, connection: Connection, say: Say) -> None:
    """What only real directories can do: an empty one, a move in one step, access for all
    below. Leaves things as they were. Raises DemoError where something does not hold."""
    if not connection.is_hierarchical:
        raise DemoError("The local Data Lake was not recognised as one.")
    say("recognised: Data Lake Gen2, with real directories")
    training = Location(connection.id, "training")
    runs, moved = training.child("runs"), training.child("demo-moved")
    await _clear(service, training)
    made = await service.create_folder(training, "demo-moved")
    if not any([page.prefixes async for page in service.list_folder(training)]):
        raise DemoError(f"{made.path} was made and is not listed.")
    say("made: an empty directory, and it is listed")
    before = await _count(service, runs)
    await service.renaming.move(training, "runs/", moved)
    arrived = await _count(service, moved)
    await service.renaming.move(moved, "runs/", training)
    if arrived != before:
        raise DemoError(f"{arrived:,} of {before:,} files arrived by the move.")
    say(f"moved: a directory with {before:,} files, in one step, and back")
    done = AccessCount()
    edit = AccessEdit(entries=(parse_entry(READER),))
    async for count in service.access.change_below(runs, "", edit):
        done = count
    if not done.is_complete or done.failed or done.files != before:
        raise DemoError(f"Access was changed on {done.files:,} of {before:,} files.")
    say(f"access: an entry added to {done.directories:,} directories and {done.files:,} files")
    await _clear(service, training)


async def _clear(service: Service, training: Location) -> None:
    """Take away what an earlier start may have left."""
    try:
        async for _ in service.delete(training, ("demo-moved/",)):
            pass
    except NotFoundError:
        return


async def _count(service: Service, location: Location) -> int:
    count = 0
    async for page in service.list_folder(location, recursive=True):
        count += len(page.blobs)
    return count
