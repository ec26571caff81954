"""`quayside demo`: local storage with sample data, the main job on it, and the window."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from explorer.base.paths import cache_dir
from explorer.cli import options
from explorer.cli.output import Output
from explorer.demo import lake, main_job, sample
from explorer.service.emulator import Emulator
from explorer.service.service import Service

NAME = "demo"
DESCRIPTION = (
    "Starts the storage emulator on this machine, connects by a pasted connection string, uploads "
    "the sample data, lists it, downloads a job's outputs and compares every byte. Then it opens "
    "the window on it; the emulator runs until the window is closed. Your own connections and "
    "queue are not touched. With --lake the storage is a local Data Lake Gen2 with real "
    "directories and access lists; it comes with a checkout."
)
EXAMPLE = "quayside demo --headless"
FOLDER = "demo"
FOLDER_OF_LAKE = "demo-lake"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--headless",
        action="store_true",
        help="open no window; write a picture of it to a file instead",
    )
    parser.add_argument(
        "--lake",
        action="store_true",
        help="a Data Lake Gen2 account instead, with sample directories and access lists",
    )
    parser.add_argument(
        "--picture", metavar="FILE", help="where --headless writes the picture (a PNG)"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="where the emulator listens; 0 takes a free port"
    )
    options.add_common_options(parser)


async def run(args: argparse.Namespace, out: Output) -> int:
    folder = FOLDER_OF_LAKE if args.lake else FOLDER
    home = Path(args.data_dir) if args.data_dir else cache_dir() / folder
    state = home / "state"
    storage = home / "storage"
    serve = lake.served(storage, args.port) if args.lake else _emulated(home, storage, args.port)
    async with serve as pasted:
        what = "local Data Lake Gen2" if args.lake else "local storage"
        out.note(f"started: {what}, its data in {storage}")
        start = await _main_job(home, state, pasted, out, is_lake=args.lake)
        if args.headless:
            picture = Path(args.picture) if args.picture else home / "window.png"
            await _show(state, start, "--picture", str(picture.absolute()))
            out.note(f"picture: {picture}")
        else:
            out.note(f"opening the window; the {what} runs until it is closed")
            await _show(state, start)
    out.note("all of it held")
    return 0


@contextlib.asynccontextmanager
async def _emulated(home: Path, storage: Path, port: int) -> AsyncIterator[str]:
    """The storage emulator until the block ends; its connection string."""
    emulator = Emulator(folder=storage, log=home / "emulator.log", port=port)
    await asyncio.to_thread(emulator.start)
    try:
        yield emulator.connection_string
    finally:
        await asyncio.to_thread(emulator.stop)


async def _main_job(home: Path, state: Path, pasted: str, out: Output, *, is_lake: bool) -> str:
    """Do it all; the URL of what the window shows first: the best run, or the lake's sample.
    Raises DemoError where something fails."""
    folder = home / "sample"
    await asyncio.to_thread(main_job.write_sample, folder)
    async with contextlib.AsyncExitStack() as stack:
        service = await Service.start(state, adopt_jobs=False, with_transfers=True)
        stack.push_async_callback(service.aclose)
        name = lake.CONNECTION_NAME if is_lake else main_job.CONNECTION_NAME
        connection = await main_job.connect(service, pasted, out.note, name=name)
        await main_job.upload(service, connection, folder, out.note)
        await main_job.compare_listing(service, connection, folder, out.note)
        outputs = Path(tempfile.mkdtemp(prefix="quayside-demo-"))
        stack.callback(shutil.rmtree, outputs, ignore_errors=True)
        await main_job.download_outputs(service, connection, folder, outputs, out.note)
        if is_lake:
            await lake.use_directories(service, connection, out.note)
            return f"{connection.endpoint}/warehouse/"
        return f"{connection.endpoint}/training/runs/{sample.BEST_RUN.name}/"


async def _show(state: Path, target: str, *words: str) -> None:
    """Run the window in a process of its own until it is closed."""
    environment = {**os.environ, "QUAYSIDE_DATA_DIR": str(state)}
    if words:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "explorer", target, *words, env=environment
    )
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if code:
        raise main_job.DemoError(f"The window ended with the exit code {code}.")
