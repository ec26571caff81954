"""A Dask cluster on this machine: the scheduler and each worker a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PATIENCE_S = 180.0
"""Dask takes seconds of processor time to start."""


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    pause = __import__("threading").Event()
    while not is_so():
        assert time.monotonic() < until, f"not in time: {what}"
        pause.wait(0.05)


@dataclass
class Cluster:
    """`address` is what --on takes."""

    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""
    tls: tuple[str, ...] = ()
    """Words for the scheduler and the workers of a cluster that speaks TLS."""

    def start(self, port: int = 0) -> None:
        """The scheduler; 0 is any port that is free."""
        told = self.folder / "scheduler.json"
        told.unlink(missing_ok=True)
        words = ["scheduler", *self.tls]
        words += ["--host", f"{'tls' if self.tls else 'tcp'}://127.0.0.1:{port}", "--no-dashboard"]
        self.scheduler = self._process("scheduler", *words, "--scheduler-file", str(told))
        wait_until(lambda: told.exists() and bool(told.read_text()), "the scheduler's address")
        self.url = str(json.loads(told.read_text())["address"])
        self.address = self.url.replace("tcp://", "dask://").replace("tls://", "dask+tls://")

    def kill_scheduler(self) -> None:
        """Its workers end by themselves then, a little later."""
        self.scheduler.send_signal(signal.SIGKILL)
        self.scheduler.wait()

    def start_again(self) -> None:
        """A new scheduler at the old address; it knows nothing of its workers."""
        self.start(int(self.url.rpartition(":")[2]))

    def add_worker(
        self, environment: Mapping[str, str] | None = None, preload: Path | None = None
    ) -> subprocess.Popen[bytes]:
        number = len(self.workers)
        words = ["worker", self.url, *self.tls]
        words += ["--host", "127.0.0.1", "--no-nanny", "--no-dashboard"]
        words += ["--nthreads", "1", "--name", f"worker-{number}"]
        words += ["--local-directory", str(self.folder / f"worker-{number}")]
        if preload is not None:
            words += ["--preload", str(preload)]
        worker = self._process(f"worker-{number}", *words, environment=environment)
        self.workers.append(worker)
        wait_until(lambda: "Registered to" in self.log(f"worker-{number}"), "the worker")
        return worker

    def _process(
        self, name: str, *words: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def empty_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler, and nobody who works for it."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    cluster = Cluster(folder)
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(empty_cluster: Cluster) -> Cluster:
    """Three workers."""
    for _ in range(3):
        empty_cluster.add_worker()
    return empty_cluster
