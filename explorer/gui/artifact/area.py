"""Offers to upload and download artifacts, and confirms what a job has sent whole. GUI thread
only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.browse.operations import job_options
from explorer.gui.browse.words import path_text
from explorer.gui.colours import Tone
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.events import JobFinished, JobRemoved
from explorer.service.model import Ability, Location
from explorer.transfer.model import JobSnapshot
from explorer.transfer.state import JobState
from explorer.workflows.artifact_pending import FOLDER
from explorer.workflows.artifact_place import is_artifact

if TYPE_CHECKING:  # loaded when somebody uploads or downloads one
    from explorer.workflows.artifact import Registered
    from explorer.workflows.artifact_upload import ArtifactUpload


class ArtifactArea:
    """One per window."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._sent: dict[int, ArtifactUpload] = {}
        """Uploads that wait for the end of their job, by its id."""
        events = around.bridge.events
        events.on(JobFinished, lambda event: self._ended(event.job))
        events.on(JobRemoved, self._removed)
        around.scope.spawn(self._load(), name="load artifacts under way")

    def offers(self, subject: Subject) -> Sequence[Offer]:
        place, about = subject.place, subject.as_place()
        if place is None:
            return ()
        read = rules.refusal(about, Ability.READ)
        offers = [
            Offer(
                "Upload as arti&fact…",
                lambda: self._around.do(self.upload(place), "upload an artifact"),
                "upload",
                refusal=read or rules.refusal(about, Ability.WRITE),
            )
        ]
        if is_artifact(place.path):
            offers.append(
                Offer(
                    "Download artifa&ct…",
                    lambda: self._around.do(self.download(place), "download an artifact"),
                    "download",
                    refusal=rules.refusal(about, Ability.LIST) or read,
                )
            )
        return offers

    # -- up -----------------------------------------------------------------------

    async def upload(self, place: Location) -> None:
        """Ask what, as what and where to, and send it."""
        from explorer.gui.artifact.upload_sheet import ArtifactCalls, ArtifactUploadSheet
        from explorer.workflows.artifact_files import find_files

        around = self._around
        calls = ArtifactCalls(lambda path: around.workers.run(find_files, path), self._begin)
        sheet = ArtifactUploadSheet(
            Location(place.connection_id, place.container), calls, around.scope, around.window
        )
        container = await ask.finished(sheet, lambda it: it.container.text().strip())
        if container is not None and sheet.found is not None:
            self._show(Location(place.connection_id, container), sheet.found)

    async def _begin(self, upload: ArtifactUpload) -> Registered | None:
        bridge = self._around.bridge
        options = job_options(await bridge.get(lambda service: service.settings))
        try:
            return await bridge.call(lambda service: upload.begin(service, options))
        finally:
            if upload.job_id is not None:
                self.follow(upload, upload.job_id)

    def follow(self, upload: ArtifactUpload, job_id: int) -> None:
        """Its job was queued, even where the person gave up just then. It may have ended by now,
        before anybody listened."""
        self._sent[job_id] = upload
        self._around.starter.tell_started(job_id)

        async def look() -> None:
            jobs = await self._around.bridge.get(lambda service: service.jobs())
            for job in jobs:
                if job.id == job_id and job.state.is_final:
                    self._ended(job)

        self._around.do(look(), "look at an artifact's job")

    async def _load(self) -> None:
        """Go on with what was under way when the program ended."""
        bridge = self._around.bridge
        folder = await bridge.get(lambda service: service.data_dir)
        if not await self._around.workers.run((folder / FOLDER).is_dir):
            return
        from explorer.workflows.artifact_upload import begun_before

        for upload, job in await bridge.call(begun_before):
            self._sent[job.id] = upload
            if upload.is_whole(job):
                self._ended(job)

    def _removed(self, event: JobRemoved) -> None:
        self._forget(event.job_id)

    def _forget(self, job_id: int) -> None:
        upload = self._sent.pop(job_id, None)
        if upload is not None:
            self._around.do(self._around.bridge.call(upload.forget), "forget an artifact")

    def _ended(self, job: JobSnapshot) -> None:
        upload = self._sent.get(job.id)
        if upload is None:
            return
        if upload.is_whole(job):
            del self._sent[job.id]
            self._around.do(self._confirm(upload, job), "confirm an artifact")
        elif job.state is JobState.CANCELLED:
            self._forget(job.id)
        else:
            self._around.tabs.pane.notice.say(
                f"The artifact {upload.wish.name} is not whole, so it is not confirmed. Retry "
                "what failed in the transfers, or upload it once more.",
                Tone.WARN,
            )

    async def _confirm(self, upload: ArtifactUpload, job: JobSnapshot) -> None:
        from explorer.gui.artifact import words

        done = await self._around.bridge.call(lambda service: upload.confirm(service, job))
        place = upload.wish.container
        self._around.tabs.pane.notice.say(
            words.registered(done), Tone.OK, action="Show it", act=lambda: self._show(place, done)
        )

    def _show(self, container: Location, found: Registered) -> None:
        """The artifact, selected in its folder."""
        folder, _, name = found.path.rpartition("/")
        where = Location(container.connection_id, container.container, f"{folder}/")
        self._around.tabs.open_tab().go(where, select=name)

    # -- down ---------------------------------------------------------------------

    async def download(self, place: Location) -> int | None:
        """Tell what it is, ask where to, and fetch it; the job, or None if it was called off."""
        from explorer.gui.artifact.download_sheet import ArtifactDownloadSheet
        from explorer.workflows.artifact_download import look_at, request_for

        around, bridge = self._around, self._around.bridge
        sheet = ArtifactDownloadSheet(
            path_text(place).strip("/"),
            lambda: bridge.call(lambda service: look_at(service, place)),
            around.scope,
            around.window,
        )
        folder = await ask.finished(sheet, lambda it: it.folder)
        if folder is None:
            return None
        options = job_options(await bridge.get(lambda service: service.settings))
        request = await bridge.get(
            lambda service: request_for(service, place, str(folder), options)
        )
        return await around.starter.start(request)
