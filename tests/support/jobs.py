"""Jobs and files for tests and pictures of the transfers panel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from explorer.transfer.model import (
    Direction,
    Failure,
    JobSnapshot,
    RemotePlace,
    TransferSnapshot,
)
from explorer.transfer.state import JobState, TransferState

GIB = 1024**3
MIB = 1024**2
NOON = 1_760_000_000.0

PLACE = RemotePlace("c1", "https://research.blob.core.windows.net", "models", "runs/")
DISK_FULL = Failure(
    "The disk is full",
    "There is no room left for checkpoint-0042.pt in /data/downloads.",
    "Free some space, or choose another folder, then retry.",
)
EXPIRED = Failure(
    "The access has expired",
    "The SAS of ‘partner-share’ expired on 2025-10-09 10:00.",
    "Paste a new SAS to go on.",
    "AuthenticationFailed",
    "7b0c3f0e-901e-0012-3a4b-5c6d7e000000",
)


def job(id: int = 1, state: JobState = JobState.RUNNING, **changes: Any) -> JobSnapshot:
    """An upload of three files, half done, with `changes`."""
    made = JobSnapshot(
        id=id,
        direction=Direction.UPLOAD,
        state=state,
        title="train-042",
        source="/home/ada/runs/train-042",
        destination="models/runs/",
        place=PLACE,
        priority=id,
        is_expanding=False,
        files_total=3,
        files_done=1,
        files_failed=0,
        files_skipped=0,
        bytes_total=10 * MIB,
        bytes_done=5 * MIB,
        rate_bytes_per_s=0.0,
        eta_s=None,
        added_s=NOON,
        finished_s=None,
        is_ours=True,
    )
    return replace(made, **changes)


def transfer(
    id: int = 1, state: TransferState = TransferState.RUNNING, **changes: Any
) -> TransferSnapshot:
    """One file of job 1, half done, with `changes`."""
    made = TransferSnapshot(
        id=id,
        job_id=1,
        direction=Direction.UPLOAD,
        state=state,
        local_path=f"/home/ada/runs/train-042/logs/part-{id:04}.log",
        remote_name=f"runs/train-042/logs/part-{id:04}.log",
        size_bytes=2 * MIB,
        bytes_done=MIB,
        attempt=1,
    )
    return replace(made, **changes)


def all_sorts() -> list[JobSnapshot]:
    """A queue in which everything happens at once."""
    down = Direction.DOWNLOAD
    return [
        job(
            1,
            JobState.DONE,
            title="results-2025-09",
            files_total=1204,
            files_done=1201,
            files_skipped=3,
            bytes_total=3 * GIB,
            bytes_done=3 * GIB,
            finished_s=NOON + 95,
        ),
        job(
            2,
            JobState.FAILED,
            direction=down,
            title="checkpoints",
            source="models/checkpoints/",
            destination="/data/downloads/checkpoints",
            files_total=48,
            files_done=46,
            files_failed=2,
            bytes_total=96 * GIB,
            bytes_done=92 * GIB,
            failure=DISK_FULL,
            finished_s=NOON + 4000,
        ),
        job(
            3,
            JobState.NEEDS_CREDENTIALS,
            direction=down,
            title="partner-share",
            source="partner-share/export/",
            destination="/data/partner",
            files_total=340,
            files_done=12,
            bytes_total=8 * GIB,
            bytes_done=GIB // 3,
            failure=EXPIRED,
        ),
        job(4, JobState.CANCELLED, title="3 files", finished_s=NOON + 8),
        job(5, JobState.INTERRUPTED, title="dataset-2024.tar.zst", files_total=1, files_done=0),
        job(6, JobState.PAUSED, title="embeddings", bytes_total=812 * MIB, bytes_done=300 * MIB),
        job(
            7,
            JobState.RUNNING,
            direction=down,
            title="logs",
            source="models/logs/",
            destination="/data/downloads/logs",
            is_ours=False,
            files_total=90,
            files_done=31,
            bytes_total=700 * MIB,
            bytes_done=210 * MIB,
            rate_bytes_per_s=21.4 * MIB,
            eta_s=23,
        ),
        job(
            8,
            JobState.RETRY_WAIT,
            title="figures",
            failure=Failure("The service is busy", "The service asked to slow down.", "", "503"),
        ),
        job(
            9,
            JobState.PREPARING,
            direction=down,
            title="public-figures",
            source="public-figures/",
            destination="/home/ada/Pictures/public-figures-of-the-whole-group-2025",
            is_expanding=True,
            files_total=12_400,
            files_done=0,
            bytes_total=5 * GIB,
            bytes_done=0,
        ),
        job(10, JobState.QUEUED, title="README.md", files_total=1, files_done=0, bytes_done=0),
        job(11, JobState.QUEUED, title="evaluation-of-the-large-model-on-all-benchmarks"),
        job(
            12,
            JobState.RUNNING,
            title="3 files",
            source="/home/ada/runs/train-042/model-00001-of-00003.safetensors and 2 more",
            bytes_total=14 * GIB,
            bytes_done=round(8.7 * GIB),
            rate_bytes_per_s=184 * MIB,
            eta_s=29.0,
        ),
    ]


def some_files() -> list[TransferSnapshot]:
    """Files of job 1 in every state a person meets."""
    base = "runs/train-042/"
    return [
        transfer(
            1,
            TransferState.RUNNING,
            remote_name=base + "model-00001-of-00003.safetensors",
            size_bytes=5 * GIB,
            bytes_done=3 * GIB,
        ),
        transfer(2, TransferState.COMMITTING, remote_name=base + "tokenizer.json"),
        transfer(3, TransferState.DONE, remote_name=base + "loss-curve.png"),
        transfer(
            4,
            TransferState.SKIPPED,
            remote_name=base + "training.log",
            note="It exists there already.",
        ),
        transfer(5, TransferState.FAILED, remote_name=base + "step-42.pt", failure=DISK_FULL),
        transfer(6, TransferState.QUEUED, remote_name=base + "train.parquet", bytes_done=0),
        transfer(7, TransferState.DONE, remote_name=base + "empty/", size_bytes=0, bytes_done=0),
        transfer(8, TransferState.RETRY_WAIT, remote_name=base + "deep/er/still/notes.md"),
    ]
