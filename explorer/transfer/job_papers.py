"""What a person takes along of a job: its files as a table, and the command that does the same.

Pure, but for the question whether a source is a folder. There is no secret in either: the
command names a saved connection.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from explorer.base.errors import InputError
from explorer.base.shown import no_formula, shell_line
from explorer.transfer.model import (
    CopyRequest,
    DownloadRequest,
    JobOptions,
    JobSnapshot,
    Links,
    Request,
    TransferSnapshot,
    UploadRequest,
)

COLUMNS = (
    "state", "blob", "local path", "size bytes", "bytes done", "attempts", "reason", "code",
    "request id", "note", "job", "added", "finished",
)  # fmt: skip


def log_head() -> str:
    """The first line of the table (CSV, RFC 4180)."""
    return _lines([COLUMNS])


def log_lines(job: JobSnapshot, files: Iterable[TransferSnapshot]) -> str:
    """A line for each file; times are UTC in ISO 8601, empty where there is none yet."""
    when = (_time(job.added_s), _time(job.finished_s))
    rows = []
    for file in files:
        why = file.failure
        rows.append(
            (
                file.state.value,
                file.remote_name,
                file.local_path,
                str(file.size_bytes),
                str(file.bytes_done),
                str(file.attempt),
                f"{why.title}: {why.message} {why.cure}".strip() if why else "",
                why.code if why else "",
                why.request_id if why else "",
                file.note,
                str(job.id),
                *when,
            )
        )
    return _lines(rows)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(map(no_formula, row) for row in rows)
    return text.getvalue()


def _time(at_s: float | None) -> str:
    return "" if at_s is None else datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds")


def command_of(
    request: Request, connection: str, *, is_folder: Callable[[str], bool] = os.path.isdir
) -> str:
    """Shell words, a line for each source, that do the same through the saved `connection`.

    Raises InputError where the command line has no such command.
    """
    tail = ["--connection", connection, *_options(request.options)]
    if isinstance(request, UploadRequest):
        lines = _uploads(request, is_folder)
    elif isinstance(request, DownloadRequest):
        lines = _downloads(request)
    else:
        lines = _copies(request)
    return "\n".join(shell_line(["quayside", *line, *tail]) for line in lines)


def _uploads(request: UploadRequest, is_folder: Callable[[str], bool]) -> list[list[str]]:
    place = request.target
    lines = []
    for source in request.sources:
        below = place.prefix
        if is_folder(source.path):
            below += "" if request.is_archive else source.name
        elif os.path.basename(source.path) != source.name:
            raise InputError(
                f"{source.path} is uploaded under another name, which no command does.",
                cure="Rename the file, or upload it in the window.",
            )
        line = ["upload", source.path, "--to", _target(place.container, below)]
        lines.append([*line, "--archive"] if request.is_archive else line)
    return lines


def _downloads(request: DownloadRequest) -> list[list[str]]:
    lines = []
    for source in request.sources:
        to = os.path.join(request.destination, source.target)
        line = ["download", _target(request.source.container, source.name), to]
        if source.version_id:
            line += ["--version-id", source.version_id]
        if source.snapshot:
            line += ["--snapshot", source.snapshot]
        lines.append(line)
    return lines


def _copies(request: CopyRequest) -> list[list[str]]:
    if request.source.connection_id != request.target.connection_id:
        raise InputError(
            "Between two connections the command needs a SAS in one of its URLs.",
            cure="Write: quayside copy FROM-URL-WITH-SAS TO --connection NAME",
        )
    verb = "move" if request.is_move else "copy"
    place = request.target
    return [
        [
            verb,
            _target(request.source.container, source.name),
            _target(place.container, place.prefix + source.target),
        ]
        for source in request.sources
    ]


def _target(container: str, path: str) -> str:
    return f"{container}/{path}" if path else container


def _options(options: JobOptions) -> list[str]:
    words = ["--on-conflict", options.conflicts.value]
    for glob in options.include:
        words.append(f"--include={glob}")
    for glob in options.exclude:
        words.append(f"--exclude={glob}")
    if options.use_ignore_files:
        words.append("--ignore-files")
    if options.limit_bytes_per_s:
        words += ["--limit", str(options.limit_bytes_per_s)]
    if options.block_size_bytes:
        words += ["--block-size", str(options.block_size_bytes)]
    if options.on:
        words += ["--on", options.on]
    words.append("--md5" if options.with_md5 else "--no-md5")
    words.append("--preserve-mtime" if options.preserve_mtime else "--no-preserve-mtime")
    words.append("--follow-symlinks" if options.links is Links.FOLLOW else "--skip-symlinks")
    return words
