"""What can be done to single files of a job: one declaration for the buttons and the menu."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from explorer.base.records import dataclass
from explorer.transfer.model import JobSnapshot, TransferSnapshot
from explorer.transfer.state import JobState, TransferState

if TYPE_CHECKING:  # the module behind imports the engine; it is loaded in a thread
    from explorer.transfer.file_control import FileControl

_S = TransferState


@dataclass(frozen=True, slots=True)
class FileVerb:
    """`fits` says to which files of a job it can be done."""

    icon_name: str
    name: str
    hint: str
    fits: Callable[[JobSnapshot, TransferSnapshot], bool]
    act: Callable[[FileControl, int, list[int]], Coroutine[Any, Any, None]]


def _can_pause(job: JobSnapshot, file: TransferSnapshot) -> bool:
    return not job.state.is_final and not file.state.is_final and file.state is not _S.PAUSED


def _can_resume(job: JobSnapshot, file: TransferSnapshot) -> bool:
    return not job.state.is_final and file.state is _S.PAUSED


def _can_cancel(job: JobSnapshot, file: TransferSnapshot) -> bool:
    return not job.state.is_final and not file.state.is_final


def _can_retry(job: JobSnapshot, file: TransferSnapshot) -> bool:
    return job.state is not JobState.CANCELLED and file.state in (_S.FAILED, _S.CANCELLED)


def _can_go_first(job: JobSnapshot, file: TransferSnapshot) -> bool:
    return not job.state.is_final and file.state.is_waiting


FILE_VERBS = (
    FileVerb(
        "play",
        "Resume files",
        "Let these files go on",
        _can_resume,
        lambda control, job_id, ids: control.resume(job_id, ids),
    ),
    FileVerb(
        "pause",
        "Pause files",
        "Hold these files back; the rest goes on",
        _can_pause,
        lambda control, job_id, ids: control.pause(job_id, ids),
    ),
    FileVerb(
        "cancel",
        "Cancel files",
        "Give these files up; nothing half is left of them",
        _can_cancel,
        lambda control, job_id, ids: control.cancel(job_id, ids),
    ),
    FileVerb(
        "retry",
        "Retry files",
        "Try these files again",
        _can_retry,
        lambda control, job_id, ids: control.retry(job_id, ids),
    ),
    FileVerb(
        "top",
        "Files first",
        "Put these before all other files of the transfer",
        _can_go_first,
        lambda control, job_id, ids: control.put_first(job_id, ids),
    ),
)
