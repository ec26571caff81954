"""Offers the outputs of jobs in a folder, what a job uploads them with, and a folder of this
computer as one .tgz. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.browse.operations import job_options
from explorer.gui.browse.words import path_text
from explorer.gui.outputs.sheet import Looks, OutputsSheet
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location
from explorer.transfer.model import UploadRequest
from explorer.workflows.outputs import Run, RunState, download_of, list_outputs, look_again


class OutputsArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place = subject.place
        if place is None or not place.container:
            return ()
        looking = rules.refusal(subject.as_place(), Ability.LIST)
        writing = rules.refusal(subject.as_place(), Ability.WRITE)
        return (
            Offer("&Job outputs…", lambda: self._show(place), "history", refusal=looking),
            Offer(
                "Upload folder as one .t&gz…",
                lambda: self._around.do(self.upload(place), "upload an archive"),
                "file-archive",
                refusal=writing,
            ),
            Offer("Copy job s&nippet…", lambda: self._snippet(place), "terminal"),
        )

    async def upload(self, place: Location) -> int | None:
        """Ask which folder and as what, and send it as one archive; the job, or None if it was
        called off."""
        from explorer.gui.outputs.archive_sheet import ArchiveSheet, find_folder

        around, bridge = self._around, self._around.bridge
        sheet = ArchiveSheet(
            place,
            lambda path: around.workers.run(find_folder, path),
            around.scope,
            around.window,
        )
        source = await ask.finished(sheet, lambda it: it.wish)
        if source is None:
            return None
        target = await bridge.get(lambda service: service.place(place))
        options = job_options(await bridge.get(lambda service: service.settings))
        request = UploadRequest((source,), target, options, is_archive=True)
        return await around.starter.start(request)

    def _snippet(self, place: Location) -> None:
        from explorer.gui.outputs.snippet_sheet import SnippetSheet

        self._around.do(ask.answer(SnippetSheet(place, self._around.window)), "show a job snippet")

    def _show(self, place: Location) -> None:
        self._around.do(self.show(place), "list job outputs")

    async def show(self, place: Location) -> None:
        """The runs of a folder, until the sheet is closed."""
        around, bridge = self._around, self._around.bridge
        looks = Looks(
            lambda: bridge.stream(lambda service: list_outputs(service, place)),
            lambda run: bridge.call(lambda service: look_again(service, place, run)),
        )
        sheet = OutputsSheet(path_text(place).strip("/"), looks, around.scope, around.window)
        sheet.log_requested.connect(lambda run: self._show_log(sheet, place, run))
        sheet.download_requested.connect(
            lambda run: around.do(self._download(sheet, place, run), "download outputs")
        )
        sheet.look()
        await ask.answer(sheet)

    def _show_log(self, sheet: OutputsSheet, place: Location, run: Run) -> None:
        """Selected in its folder and shown beside it; while the run goes on it is followed."""
        sheet.accept()
        folder, slash, name = run.log.rpartition("/")
        where = Location(place.connection_id, place.container, place.path + folder + slash)
        self._around.inspecting.look_at_log(where, name, is_growing=run.state is RunState.RUNNING)
        self._around.tabs.open_tab().go(where, select=name)

    async def _download(self, sheet: OutputsSheet, place: Location, run: Run) -> None:
        folder = await ask.folder(sheet, "Download the outputs to")
        if folder is None:
            return
        bridge = self._around.bridge
        options = job_options(await bridge.get(lambda service: service.settings))
        request = await bridge.get(
            lambda service: download_of(service, place, run, str(folder), options)
        )
        sheet.accept()
        await self._around.starter.start(request)
