"""An artifact in front of a person: read, looked up, sent as a job, and confirmed at its end."""

from __future__ import annotations

from pathlib import Path

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

    async def begin(self, service: Service, options: JobOptions) -> Registered | None:
        """What is there already; None where a job sends it. Raises what `prepare` and looking
        it up raise."""
        self.wish.check()
        self._prepared = prepared = await prepare(self.wish.path, self.wish.container, self._hear)
        if found := await find(service, prepared):
            return found
        self.job_id = await service.submit(request_for(service, prepared, options))
        return None

    def _hear(self, count: int) -> None:
        self.hashed_bytes += count

    def is_whole(self, job: JobSnapshot) -> bool:
        """Whether its job has sent everything."""
        return job.state is JobState.DONE and not (job.files_failed or job.files_cancelled)

    async def confirm(self, service: Service, job: JobSnapshot) -> Registered:
        """Once the job has sent everything. Raises what `artifact.confirm` raises."""
        if self._prepared is None:
            raise RuntimeError("nothing was prepared")
        return await confirm(service, self._prepared, job, self.wish.name, self.wish.version)
