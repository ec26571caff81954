"""Offers to write a listing to a file, and to show a found blob in its folder. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

from explorer.base.errors import QuaysideError
from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.export.sheet import ExportSheet
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.listing_export import ExportFormat
from explorer.service.model import Ability, Location


class ExportArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        found = []
        if len(subject.rows) == 1 and "/" in subject.rows[0].name:
            reveal = partial(self.reveal, subject.location, subject.rows[0].name)
            found.append(Offer("Show in its &folder", reveal, "folder-open"))
        place = subject.place
        if place is not None and place.container:
            refusal = rules.refusal(subject.as_place(), Ability.LIST)
            children = (
                Offer("This folder…", partial(self._start, place, False)),
                Offer("Everything below…", partial(self._start, place, True)),
            )
            found.append(Offer("E&xport listing", None, "list", refusal, children=children))
        return found

    def reveal(self, location: Location, name: str) -> None:
        """Open the folder of a blob that was found below `location`, with the blob selected."""
        folder, _, last = name.rpartition("/")
        place = Location(location.connection_id, location.container, f"{location.path}{folder}/")
        self._around.tabs.open_tab().go(place, select=last)

    def _start(self, place: Location, recursive: bool) -> None:
        self._around.do(self.export(place, recursive=recursive), "export a listing")

    async def export(self, place: Location, *, recursive: bool) -> None:
        """Choose a file, and write the listing while its progress is shown."""
        name = f"{place.name}.csv"
        path = await ask.file_to_save(self._around.window, "Export listing (.csv or .jsonl)", name)
        if path is None or not await self._may_replace(path):
            return
        form = _form_of(path)
        sheet = ExportSheet(path, self._around.window)
        work = self._around.scope.spawn(
            self._write(sheet, place, path, form, recursive=recursive), name="write a listing"
        )
        try:
            await ask.answer(sheet)
        finally:
            work.cancel()
            await asyncio.wait([work])
        if not work.cancelled() and (error := work.result()) is not None:
            raise error

    async def _may_replace(self, path: Path) -> bool:
        is_there = await self._around.workers.run(path.exists)
        return not is_there or await ask.confirm(
            self._around.window, f"Replace '{path.name}'?", "It exists already.", go="&Replace"
        )

    async def _write(
        self,
        sheet: ExportSheet,
        place: Location,
        path: Path,
        form: ExportFormat,
        *,
        recursive: bool,
    ) -> QuaysideError | None:
        """What went wrong, if anything did."""
        counts = self._around.bridge.stream(
            lambda service: service.exports.export(place, path, form, recursive=recursive)
        )
        try:
            async with aclosing(counts):
                async for count in counts:
                    sheet.tell(count)
        except QuaysideError as error:
            sheet.reject()
            return error
        return None


def _form_of(path: Path) -> ExportFormat:
    """By its ending; CSV where that says nothing."""
    is_lines = path.suffix.lower() in (".jsonl", ".ndjson", ".json")
    return ExportFormat.JSON_LINES if is_lines else ExportFormat.CSV
