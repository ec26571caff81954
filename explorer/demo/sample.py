"""The sample data: a few training runs and a data set, as a folder on this machine.

The same seed gives the same bytes, so that a second start finds what the first one made.
About 100 MB in 160 files; names that other programs trip over are meant.
"""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Iterator
from pathlib import Path

from explorer.base.records import dataclass
from explorer.demo import images
from explorer.demo.tables import Column, parquet

SEED = 20_260
CHECKPOINT_BYTES = 96 << 20
EPOCHS = 12
SAMPLES = 400
LONG_NAME = "a name as long as some frameworks make them " * 4 + ".json"


@dataclass(frozen=True, slots=True)
class Run:
    """One training run: its folder, how well it went, and whether it ended."""

    name: str
    learning_rate: float
    has_checkpoint: bool
    is_complete: bool


RUNS = (
    Run("2026-11-18-resnet50-lr0.1", 0.1, False, True),
    Run("2026-11-19-resnet50-lr0.01", 0.01, False, True),
    Run("2026-11-20-resnet50-lr0.003", 0.003, True, True),
    Run("2026-11-21-resnet50-warmup", 0.005, False, False),
)
BEST_RUN = RUNS[2]
"""The one whose outputs the main job downloads."""


def write_training(folder: Path) -> None:
    """Write the runs below `folder`."""
    for run in RUNS:
        for name, data in _run_files(run):
            _write(folder / "runs" / run.name / name, data)


def write_datasets(folder: Path) -> None:
    """Write the data set, with deep folders, empty ones and odd names, below `folder`."""
    dice = random.Random(SEED)  # noqa: S311 - sample data, not a secret
    for label in ("cat", "dog", "bird"):
        for n in range(24):
            _write(folder / "images" / label / f"{label}_{n:04d}.png", images.gradient(n * 10))
    for year in (2025, 2026):
        for month in (1, 2, 3):
            day_folder = folder / "events" / f"year={year}" / f"month={month:02d}"
            for day in range(1, 8):
                lines = [_event(dice, year, month, day) for _ in range(40)]
                _write(day_folder / f"day={day:02d}" / "part-00000.jsonl", "".join(lines).encode())
    _write(folder / "labels.csv", _labels(dice))
    _write(folder / "README.md", b"# Sample data\n\nMade by Quayside's demo.\n")
    odd = folder / "odd names"
    for name in (
        "100% done.txt",
        "a+b&c=d.txt",
        "#hash at the start.txt",
        "Überblick – größe.csv",
        "日本語のファイル.txt",
        "emoji 🚢.txt",
        "brackets [1] {2} (3).txt",
        "percent%20encoded.txt",
        LONG_NAME,
    ):
        _write(odd / name, f"{name}\n".encode())
    _write(odd / "empty.bin", b"")
    (folder / "empty folder").mkdir(parents=True, exist_ok=True)
    deep = folder.joinpath("deep", *(f"level-{n}" for n in range(1, 11)))
    _write(deep / "bottom.txt", b"You found it.\n")


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _run_files(run: Run) -> Iterator[tuple[str, bytes]]:
    dice = random.Random(f"{SEED} {run.name}")  # noqa: S311 - sample data, not a secret
    epochs = EPOCHS if run.is_complete else 5
    losses = [
        2.3 * math.exp(-epoch * (0.15 + run.learning_rate * 2)) + 0.1 for epoch in range(epochs)
    ]
    yield "config.json", _config(run)
    yield "logs/train.log", _log(dice, run, losses)
    yield "logs/stderr.log", b"" if run.is_complete else b"WARNING: 3 workers restarted\n"
    yield "metrics.csv", _metrics(losses)
    yield "plots/loss.png", images.loss_curve(losses)
    yield "plots/confusion.png", images.confusion_matrix(10, 0.95 - losses[-1] / 4)
    if run.is_complete:
        yield "outputs/predictions.parquet", _predictions(dice)
        yield "outputs/summary.json", _summary(losses)
    if run.has_checkpoint:
        yield "checkpoints/epoch-12.safetensors", _checkpoint(dice)


def _config(run: Run) -> bytes:
    config = {
        "model": "resnet50",
        "optimizer": {"name": "adamw", "lr": run.learning_rate, "weight_decay": 0.05},
        "data": {"container": "datasets", "folder": "images/", "batch_size": 256},
        "epochs": EPOCHS,
        "seed": SEED,
    }
    return (json.dumps(config, indent=2) + "\n").encode()


def _log(dice: random.Random, run: Run, losses: list[float]) -> bytes:
    lines = [f"[{run.name[:10]} 08:00:00] INFO  starting, lr={run.learning_rate}"]
    for epoch, loss in enumerate(losses):
        for step in range(0, 1000, 20):
            now = f"{8 + epoch:02d}:{step * 60 // 1000:02d}:{dice.randrange(60):02d}"
            value = loss * dice.uniform(0.95, 1.05)
            lines.append(
                f"[{run.name[:10]} {now}] INFO  epoch {epoch + 1:2d} step {step:4d} "
                f"loss {value:.4f} images/s {dice.randrange(1900, 2100)}"
            )
    lines.append("INFO  done" if run.is_complete else "INFO  epoch 6 running")
    return ("\n".join(lines) + "\n").encode()


def _metrics(losses: list[float]) -> bytes:
    rows = ["epoch,loss,accuracy"]
    rows += [f"{n + 1},{loss:.5f},{1 - loss / 3:.5f}" for n, loss in enumerate(losses)]
    return ("\n".join(rows) + "\n").encode()


def _summary(losses: list[float]) -> bytes:
    return (json.dumps({"loss": round(losses[-1], 5), "epochs": len(losses)}) + "\n").encode()


def _predictions(dice: random.Random) -> bytes:
    labels = [dice.choice(("cat", "dog", "bird")) for _ in range(SAMPLES)]
    return parquet(
        (
            Column("image", [f"{label}_{n:04d}.png" for n, label in enumerate(labels)]),
            Column("index", list(range(SAMPLES))),
            Column("label", labels),
            Column("score", [dice.uniform(0.5, 1.0) for _ in range(SAMPLES)]),
        )
    )


def _checkpoint(dice: random.Random) -> bytes:
    """A safetensors file: header length, JSON header, then the tensors' bytes."""
    shape = [CHECKPOINT_BYTES // 4 // 1024, 1024]
    tensor = {"dtype": "F32", "shape": shape, "data_offsets": [0, CHECKPOINT_BYTES]}
    header = json.dumps({"__metadata__": {"epoch": "12"}, "layer1.weight": tensor}).encode()
    header += b" " * (-len(header) % 8)
    body = b"".join(dice.randbytes(1 << 20) for _ in range(CHECKPOINT_BYTES >> 20))
    return struct.pack("<Q", len(header)) + header + body


def _labels(dice: random.Random) -> bytes:
    rows = ["file,label,width,height"]
    for n in range(2_000):
        label = dice.choice(("cat", "dog", "bird"))
        rows.append(
            f"{label}_{n:04d}.png,{label},{dice.randrange(200, 800)},{dice.randrange(200, 600)}"
        )
    return ("\n".join(rows) + "\n").encode()


def _event(dice: random.Random, year: int, month: int, day: int) -> str:
    when = f"{year}-{month:02d}-{day:02d}T{dice.randrange(24):02d}:{dice.randrange(60):02d}:00Z"
    kind = dice.choice(("view", "click", "buy"))
    event = {"time": when, "user": dice.randrange(10_000), "kind": kind}
    return json.dumps(event) + "\n"
