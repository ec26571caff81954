"""What a job has moved, in words: files, and the folders that came as such. Pure."""

from __future__ import annotations

from explorer.transfer.model import Direction, JobSnapshot


def moved(job: JobSnapshot) -> str:
    """`2 files`, `2 files and 1 empty folder`, `3 folders`: what came to a good end."""
    files, folders = job.files_done - job.folders_done, job.folders_done
    told = [f"{files:,} file{'' if files == 1 else 's'}"] if files or not folders else []
    if folders:
        told.append(folders_text(job, folders))
    return " and ".join(told)


def folders_text(job: JobSnapshot, count: int) -> str:
    """`1 empty folder`: an upload keeps no others; elsewhere those that have a marker, or are
    real, come as well."""
    noun = "empty folder" if job.direction is Direction.UPLOAD else "folder"
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
