"""`./run bench`: speed and memory of the command line beside the others on this machine.

Whole processes with their start, in rounds (everybody once, then everybody again), so
that what else the machine does hits all alike. Exit code 1 when a result of ours is
wrong; times are told, not judged, since they depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.bench.data import Data
from tests.bench.install import install_peers
from tests.bench.measure import measure
from tests.bench.peers import Client, Md5, Task, find_clients
from tests.bench.report import OURS, Run, table
from tests.bench.servers import FastServer, RealEmulator, Server, find_nginx
from tests.bench.works import FULL, QUICK, Op, Sizes

HOME = Path(__file__).resolve().parents[2] / ".cache" / "bench"
PEERS = HOME / "peers"
SERVERS = ("fast", "fast-tls", "emulator")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, three rounds")
    parser.add_argument("--rounds", type=int, default=0, help="default 5, with --quick 3")
    parser.add_argument(
        "--servers",
        default="",
        help=f"some of {','.join(SERVERS)} (default: the fast ones, else the emulator)",
    )
    parser.add_argument("--works", default="", help=f"some of {','.join(op.value for op in Op)}")
    parser.add_argument("--clients", default="", help="only these, such as quayside,rclone")
    parser.add_argument(
        "--target",
        type=_place,
        default=_ram_disk(),
        help="where downloads go (default: a RAM disk where there is one, else .cache/bench)",
    )
    parser.add_argument("--lines", type=Path, help="every run as a line of JSON, added to a file")
    parser.add_argument(
        "--install-peers", action="store_true", help="get the others into .cache/bench, and end"
    )
    parser.add_argument("--window", action="store_true", help="the window's frames instead")
    return parser.parse_args()


def _place(text: str) -> Path:
    return Path(text).resolve()  # everybody runs in a folder of their own


def _ram_disk() -> Path:
    shared = Path("/dev/shm")
    is_there = shared.is_dir() and os.access(shared, os.W_OK)
    return shared if is_there and shutil.disk_usage(shared).free > 4 << 30 else HOME


def main() -> int:
    # Told to end, it ends its servers first.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    args = arguments()
    if args.install_peers:
        install_peers(PEERS)
        return 0
    if args.window:
        from tests.bench.window import main as window

        return window(HOME)
    sizes = QUICK if args.quick else FULL
    data = Data(HOME / "data", sizes)
    data.make()
    wanted = args.clients.split(",") if args.clients else []
    clients = [one for one in find_clients(PEERS) if not wanted or one.name in wanted]
    ops = [Op(word) for word in args.works.split(",")] if args.works else list(Op)
    names = args.servers.split(",") if args.servers else default_servers()
    runs: list[Run] = []
    for name in names:
        with started(name, data) as server:
            bench = Bench(name, server, clients, data, args.target)
            rounds = args.rounds or (3 if args.quick else 5)
            for op in ops:
                for run in bench.measure(op, rounds):
                    runs.append(run)
                    tell(run, sizes, args.lines)
    print(table(runs, sizes))
    return int(any(run.client == OURS and not run.is_right for run in runs))


def default_servers() -> list[str]:
    if find_nginx():
        return ["fast", "fast-tls"]
    print(
        "nginx with its Lua module is not installed (./run bench --install-peers): "
        "only the emulator is measured"
    )
    return ["emulator"]


@contextmanager
def started(name: str, data: Data) -> Iterator[Server]:
    makers: dict[str, Callable[[], Server]] = {
        "fast": lambda: FastServer(HOME, data, is_tls=False),
        "fast-tls": lambda: FastServer(HOME, data, is_tls=True),
        "emulator": lambda: RealEmulator(HOME, data),
    }
    if name not in makers:
        raise SystemExit(f"--servers are some of {', '.join(SERVERS)}")
    server = makers[name]()
    try:
        yield server
    finally:
        server.stop()


class Bench:
    """Runs everybody on one server."""

    def __init__(
        self, name: str, server: Server, clients: list[Client], data: Data, target: Path
    ) -> None:
        self._name = name
        self._server = server
        self._clients = clients
        self._data = data
        self._target = target / f"quayside-bench-{os.getpid()}"
        self._scratch = HOME / "scratch"
        self._number = 0

    def measure(self, op: Op, rounds: int) -> Iterator[Run]:
        """One run of each client a round. Folders go at the end: a file system is slow at
        making files just after it removed others."""
        try:
            for _ in range(rounds):
                for client in self._clients:
                    run = self._one(op, client)
                    if run is not None:
                        yield run
        finally:
            shutil.rmtree(self._target, ignore_errors=True)
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _one(self, op: Op, client: Client) -> Run | None:
        self._number += 1
        scratch = self._scratch / str(self._number)
        target = self._target / str(self._number)
        for folder in (scratch, target):
            folder.mkdir(parents=True)
        if op is Op.DOWNLOAD:
            target /= "big.bin"
        task = Task(op, self._server.place, "", self._data, target, scratch)
        if client.command(task) is None:
            return None
        container = self._server.prepare(op, self._number)
        command = client.command(
            Task(op, self._server.place, container, self._data, target, scratch)
        )
        assert command is not None
        os.sync()
        output = scratch / "output"
        measured = measure(
            command.argv, env=environment() | command.env, folder=scratch, output=output
        )
        is_right = measured.code == 0 and (
            isinstance(client, Md5) or self._is_right(op, container, target, output)
        )
        if not is_right:
            print(f"{client.name} said: {output.read_text(errors='replace')[-2000:]}")
        if op is Op.DOWNLOAD:
            target.unlink(missing_ok=True)
        return Run(self._name, op, client.name, client.kind, measured, is_right)

    def _is_right(self, op: Op, container: str, target: Path, output: Path) -> bool:
        if op is Op.DOWNLOAD:
            return self._data.is_big(target)
        if op in (Op.DOWNLOAD_MANY, Op.DOWNLOAD_MANY_MD5):
            # Some put the folder itself there, some what is in it.
            inner = target / "small"
            return self._data.is_small(inner if inner.is_dir() else target)
        if op is Op.LIST:
            wanted = self._data.sizes.list_count
            text = output.read_text(errors="replace")
            return text.strip() == str(wanted) or text.count(".npy") >= wanted
        return self._server.is_right(op, container, output.parent)


def environment() -> dict[str, str]:
    """Ours without what changes how Python runs; with modules compiled once and kept, as those
    of an installed program are."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return env | {"PYTHONPYCACHEPREFIX": str(HOME / "pycache")}


def tell(run: Run, sizes: Sizes, lines: Path | None) -> None:
    """One line for a run, as it happens."""
    took = run.measured
    print(
        f"{run.server:9} {sizes.title(run.op):32} {run.client:13} {took.wall_s:7.2f} s "
        f"{took.cpu_s:7.2f} CPU {took.peak_bytes / 1e6:5.0f} MB  load {took.load:4.1f}"
        f"{'' if run.is_right else '  WRONG'}",
        flush=True,
    )
    if lines:
        row = {"server": run.server, "work": run.op.value, "client": run.client}
        row |= asdict(took) | {"is_right": run.is_right}
        with lines.open("a") as file:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    sys.exit(main())
