"""One member of an archive into a local file: beside it first, in its place when it is whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from PySide6.QtWidgets import QWidget

from explorer.base.shown import shown
from explorer.base.workers import Workers
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank
from explorer.gui.parts.notice import NoticeBar
from explorer.preview import members
from explorer.preview.cells import cell
from explorer.preview.model import Archive, Member
from explorer.service.ranges import BlobRanges
from explorer.transfer.files import translating


def write_member(ranges: BlobRanges, archive: Archive, member: Member, path: Path) -> int:
    """Write it whole or not at all; returns its bytes. Blocks: for a worker thread. Raises
    InputError, LocalError, and what reading raises."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    with translating(os.fsencode(path)):
        try:
            with part.open("xb") as file:
                written = members.pour(ranges, archive, member, file.write)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return written


async def save_member(
    bridge: Bridge,
    parent: QWidget,
    ranges: BlobRanges,
    archive: Archive,
    member: Member,
    notice: NoticeBar,
    workers: Workers,
) -> None:
    """Ask where to, and put it there; an existing file is replaced only after a question.
    Cancelling stops it and leaves nothing."""
    path = await ask.file_to_save(parent, "Save member as", members.file_name(member))
    if path is None:
        return
    if await workers.run(path.exists):
        answer = await ask.choose(
            parent,
            f"Replace ‘{shown(path.name)}’?",
            "There is a file of that name already.",
            (("replace", "Replace", Rank.DANGER),),
            stay="Cancel",
        )
        if answer != "replace":
            return
    notice.tell(f"Saving ‘{cell(member.name)}’…", Tone.INFO, action="Stop", closable=False)
    await bridge.call(
        lambda service: service.ranges.work(
            ranges, lambda: write_member(ranges, archive, member, path)
        )
    )
    notice.tell(f"Saved as {shown(str(path))}.", Tone.OK)
