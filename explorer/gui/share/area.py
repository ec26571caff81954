"""Offers a SAS for what is selected. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.share.form import Shareable
from explorer.gui.share.sheet import SasSheet
from explorer.gui.share.words import FLAT_FOLDER, choices_of
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability
from explorer.storage.sas import SasKind

SEVERAL = "A SAS is made for one container or folder at a time, or for blobs alone."


class ShareArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        refusal = rules.refusal(subject.as_place(), Ability.SHARE)
        if not refusal and len(subject.rows) > 1 and any(row.is_folder for row in subject.rows):
            refusal = SEVERAL
        return (
            Offer(
                "Get s&hared access signature…",
                lambda: self._around.do(self.open(subject), "make a SAS"),
                "key",
                refusal,
            ),
        )

    async def open(self, subject: Subject) -> None:
        """Show the dialog until it is closed."""
        location, rows = subject.location, subject.rows
        blobs: tuple[str, ...] = ()
        remark = ""
        if len(rows) > 1:
            blobs = tuple(location.path + row.name for row in rows)
            title = f"{len(rows):,} blobs"
            choices: tuple[Shareable, ...] = (
                Shareable(SasKind.BLOB, f"Each of {title}", location.container, blobs[0]),
            )
        else:
            row = rows[0] if rows else None
            blob = subject.blob
            where = location if blob is not None else subject.place or location
            name = blob.name if blob is not None else ""
            kinds = await self._around.bridge.get(
                lambda it: it.sharing.kinds(where.connection_id, where, name)
            )
            choices = choices_of(location, row, kinds)
            title = shown(row.name if row else location.name) or subject.connection.name
            if where.path and not name and choices[0].kind is not SasKind.DIRECTORY:
                remark = FLAT_FOLDER
        ways = await self._around.bridge.get(lambda it: it.sharing.ways(location.connection_id))
        sheet = SasSheet(
            self._around.bridge,
            self._around.scope,
            subject.connection,
            title,
            choices,
            blobs=blobs,
            remark=remark,
            ways=ways,
            parent=self._around.window,
        )
        await ask.answer(sheet)
