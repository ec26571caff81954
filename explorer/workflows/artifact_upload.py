"""An artifact in front of a person: read, looked up, sent as a job, and confirmed at its end."""

from __future__ import annotations

from pathlib import Path

from explorer.base.errors import NetworkError, QuaysideError, SourceChangedError
from explorer.base.records import dataclass
from explorer.service.model import Location
from explorer.service.naming import check_container_name
from explorer.service.service import Service
from explorer.transfer.model import JobOptions, JobSnapshot
from explorer.transfer.state import JobState
from explorer.workflows.artifact import (
    Prepared,
    Registered,
    check_label,
    confirm,
    find,
    prepare,
    request_for,
)
from explorer.workflows.artifact_pending import Pending, drop, keep, kept


@dataclass(frozen=True, slots=True)
class ArtifactWish:
    """What is uploaded, and as what. `path` is absolute; an empty version becomes a fresh one."""

    path: Path
    container: Location
    name: str
    version: str = ""

    def check(self) -> None:
        """Raises InputError for a name, version or container that cannot be. Pure."""
        check_label("name", self.name)
        if self.version:
            check_label("version", self.version)
        check_container_name(self.container.container)


class ArtifactUpload:
    """One upload. Its coroutines belong to the service loop's thread; `hashed_bytes` may be
    looked at from any."""

    def __init__(self, wish: ArtifactWish) -> None:
        self.wish = wish
        self.hashed_bytes = 0
        self.job_id: int | None = None
        """The job that sends it, once there is one."""
        self._prepared: Prepared | None = None
        self._content_hash = ""

    @classmethod
    def of(cls, pending: Pending) -> ArtifactUpload:
        """One that another run of the program began."""
        wish = ArtifactWish(Path(pending.path), pending.container, pending.name, pending.version)
        upload = cls(wish)
        upload.job_id, upload._content_hash = pending.job_id, pending.content_hash
        return upload

    async def begin(self, service: Service, options: JobOptions) -> Registered | None:
        """What is there already; None where a job sends it. Raises what `prepare` and looking
        it up raise."""
        self.wish.check()
        self._prepared = prepared = await prepare(self.wish.path, self.wish.container, self._hear)
        if found := await find(service, prepared):
            return found
        self.job_id = await service.submit(request_for(service, prepared, options))
        self._content_hash = prepared.content_hash
        await service.syncing.run(keep, service.data_dir, self._pending(self.job_id))
        return None

    def _pending(self, job_id: int) -> Pending:
        wish = self.wish
        return Pending(
            job_id, str(wish.path), wish.container, wish.name, wish.version, self._content_hash
        )

    def _hear(self, count: int) -> None:
        self.hashed_bytes += count

    def is_whole(self, job: JobSnapshot) -> bool:
        """Whether its job has sent everything."""
        return job.state is JobState.DONE and not (job.files_failed or job.files_cancelled)

    async def confirm(self, service: Service, job: JobSnapshot) -> Registered:
        """Once the job has sent everything. Raises what `prepare` and `artifact.confirm` raise;
        only after a NetworkError another start of the program tries it again."""
        try:
            prepared = self._prepared or await self._prepared_again()
            done = await confirm(service, prepared, job, self.wish.name, self.wish.version)
        except NetworkError:
            raise
        except QuaysideError:
            await self.forget(service)
            raise
        await self.forget(service)
        return done

    async def _prepared_again(self) -> Prepared:
        prepared = await prepare(self.wish.path, self.wish.container, self._hear)
        if prepared.content_hash != self._content_hash:
            raise SourceChangedError(
                f"'{self.wish.path}' is not what was uploaded, so it is not confirmed.",
                cure="Upload it once more: it becomes another artifact.",
            )
        return prepared

    async def forget(self, service: Service) -> None:
        """It is not to be confirmed, or is already."""
        if self.job_id is not None:
            await service.syncing.run(drop, service.data_dir, self.job_id)


async def begun_before(service: Service) -> list[tuple[ArtifactUpload, JobSnapshot]]:
    """What earlier runs of the program began, with the jobs as they are now. What has no job any
    more is forgotten."""
    jobs = {job.id: job for job in service.jobs()}
    found = []
    for pending in await service.syncing.run(lambda: list(kept(service.data_dir))):
        job, upload = jobs.get(pending.job_id), ArtifactUpload.of(pending)
        if job is None or f"/{pending.content_hash}/" not in f"/{job.place.prefix}":
            await upload.forget(service)
        else:
            found.append((upload, job))
    return found
