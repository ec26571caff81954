"""Copy command and Export log: what a person takes along of a transfer. GUI thread only."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from explorer.gui import ask
from explorer.gui.transfers.controller import TransfersController
from explorer.transfer.files import translating
from explorer.transfer.job_papers import command_of, log_head, log_lines
from explorer.transfer.model import JobSnapshot

if TYPE_CHECKING:
    from explorer.service.service import Service

_PAGE = 1000


def copy_command(controller: TransfersController, jobs: list[JobSnapshot], parent: QWidget) -> None:
    """Put the commands that do the same on the clipboard, a line each."""

    async def read(service: Service) -> str:
        lines = []
        for job in jobs:
            request = service.job_control.request(job.id)
            name = service.connection(job.place.connection_id).name
            lines.append(await asyncio.to_thread(command_of, request, name))
        return "\n".join(lines)

    async def copy() -> None:
        QGuiApplication.clipboard().setText(await controller.bridge.call(read))

    controller.tasks.spawn(copy(), name="copy a command")


def export_log(controller: TransfersController, jobs: list[JobSnapshot], parent: QWidget) -> None:
    """Write every file of the transfers, with its state and reason, to a file that is chosen."""

    async def export() -> None:
        name = f"transfer-{jobs[0].id}.csv" if len(jobs) == 1 else "transfers.csv"
        path = await ask.file_to_save(parent, "Export log", name)
        if path is None:
            return
        if await asyncio.to_thread(path.exists) and not await ask.confirm(
            parent, f"Replace ‘{path.name}’?", "It is there already.", go="Replace"
        ):
            return
        await controller.bridge.call(lambda service: write_log(service, jobs, path))

    controller.tasks.spawn(export(), name="export a log")


async def write_log(service: Service, jobs: list[JobSnapshot], path: Path) -> None:
    """A page at a time: a job may have millions of files. Raises LocalError."""
    await asyncio.to_thread(_write, path, log_head(), "w")
    for job in jobs:
        offset = 0
        while page := await service.transfers(job.id, offset=offset, limit=_PAGE):
            await asyncio.to_thread(_write, path, log_lines(job, page), "a")
            offset += len(page)


def _write(path: Path, text: str, mode: str) -> None:
    with (
        translating(os.fsencode(path)),
        path.open(mode, encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        file.write(text)
