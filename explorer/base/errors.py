"""Every error a person can meet, as one tree.

    QuaysideError
    ├── InputError                what was typed or pasted cannot be used
    │   └── ConnectionTextError   a connection string, SAS or URL; names the field
    ├── StorageError              the service answered, and the answer is no
    │   ├── NotAuthorizedError    401, 403: the credential does not allow it
    │   │   └── CredentialExpiredError   it did once; a new SAS continues the work
    │   │       └── SignInNeededError    it was a sign-in, and does so again after the next
    │   ├── NotFoundError         404
    │   ├── AlreadyExistsError    409 on a create
    │   ├── ConflictError         409 otherwise: a lease, a snapshot, an archived blob
    │   ├── PreconditionFailedError      412: somebody changed it since it was looked at
    │   ├── ThrottledError        429, 503: wait, all of us
    │   └── ServiceError          5xx and answers that make no sense
    ├── NetworkError              no answer: name, route, TLS, reset, time-out
    ├── IntegrityError            bytes came, and they are not the right ones
    ├── LocalError                the file system of this machine
    │   ├── LocalNotFoundError
    │   ├── LocalPermissionError
    │   ├── DiskFullError         pauses, and goes on when there is room
    │   └── SourceChangedError    a file changed while it was being uploaded
    ├── UnsafeNameError           a name that cannot be kept on this file system
    ├── JournalError              the queue's file is damaged or of a newer version
    └── EmulatorError             local storage is not installed or does not start

A cancelled action is no error: it is `asyncio.CancelledError` in coroutines and
`explorer.base.cancel.Cancelled` in blocking code.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar


class Retry(Enum):
    """What an engine does after an error, without looking at its type."""

    NEVER = "never"
    """The same request will fail again: report it."""
    SOON = "soon"
    """A passing fault: try again with a growing pause."""
    SLOW_DOWN = "slow down"
    """The service asks everybody to wait; honour `retry_after_s`."""
    RESTART = "restart"
    """What was transferred so far is no longer valid: start this file again."""
    NEEDS_CREDENTIALS = "needs credentials"
    """Pause until a person gives a new SAS or key."""
    NEEDS_ROOM = "needs room"
    """Pause until there is space on the disk."""
    LATER = "later"
    """Rest until a person says that whoever does the work is there again."""


class QuaysideError(Exception):
    """Base of the tree.

    `title` is a short headline; `message` says what was tried and what happened;
    `cure` says what to do next. None of the three may hold a secret.
    """

    title: ClassVar[str] = "Something went wrong"
    retry: Retry = Retry.NEVER
    connection_id: str = ""
    """Whose credential was in use, where more than one may have been."""

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".strip()


class InputError(QuaysideError):
    """What was typed or pasted cannot be used."""

    title = "That cannot be used"


class ConnectionTextError(InputError):
    """A pasted connection string, SAS or URL is wrong; `field` names the part."""

    title = "This is not a usable connection"

    def __init__(self, message: str, *, field: str = "", cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.field = field


class StorageError(QuaysideError):
    """The service refused. `code` is its error code (`BlobNotFound`), `status` the
    HTTP status, `request_id` what its support asks for; empty or 0 where unknown."""

    title = "The storage service refused"

    def __init__(
        self,
        message: str,
        *,
        cure: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, cure=cure)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class NotAuthorizedError(StorageError):
    """The credential does not allow this."""

    title = "Not allowed"


class CredentialExpiredError(NotAuthorizedError):
    """The SAS has expired, or the clock of this machine is wrong."""

    title = "The access has expired"
    retry = Retry.NEEDS_CREDENTIALS


class SignInNeededError(CredentialExpiredError):
    """The token of a sign-in is at its end, or there is none: no SAS or key helps there."""

    title = "A sign-in is needed"


class NotFoundError(StorageError):
    """Account, container, blob or directory does not exist."""

    title = "Not found"


class AlreadyExistsError(StorageError):
    """A create met something of that name."""

    title = "It exists already"


class ConflictError(StorageError):
    """The state of the thing forbids it: a lease, a snapshot, the archive tier."""

    title = "Not possible right now"


class PreconditionFailedError(StorageError):
    """Somebody changed it since it was looked at; nothing was overwritten."""

    title = "It changed in the meantime"
    retry = Retry.RESTART


class ThrottledError(StorageError):
    """The service is busy; `retry_after_s` where it said how long to wait."""

    title = "The service asks to slow down"
    retry = Retry.SLOW_DOWN


class ServiceError(StorageError):
    """An internal error of the service, or an answer that makes no sense."""

    title = "The storage service failed"
    retry = Retry.SOON


class NetworkError(QuaysideError):
    """No answer: name resolution, routing, TLS, a reset, a time-out."""

    title = "No connection"
    retry = Retry.SOON
    may_be_done = True
    """The request may have arrived; False where it surely never left."""


class UnknownHostError(NetworkError):
    """The name service says that there is no such host: a mistyped name, or no network."""

    title = "No such server"


class IntegrityError(QuaysideError):
    """The bytes that came are not the bytes that were asked for."""

    title = "Damaged in transit"
    retry = Retry.SOON


class LocalError(QuaysideError):
    """The file system of this machine refused; `path` is where."""

    title = "A file on this computer"

    def __init__(self, message: str, *, path: str = "", cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.path = path


class LocalNotFoundError(LocalError):
    """A local file or folder is not there."""

    title = "No such file"


class LocalPermissionError(LocalError):
    """This user may not read or write there."""

    title = "No permission"


class DiskFullError(LocalError):
    """No space, or a quota; what is there so far is kept."""

    title = "The disk is full"
    retry = Retry.NEEDS_ROOM


class SourceChangedError(LocalError):
    """A local file changed while it was being uploaded; nothing was committed."""

    title = "The file changed"
    retry = Retry.RESTART


class UnsafeNameError(QuaysideError):
    """A name that this file system, or the service, cannot keep as it is."""

    title = "A name that cannot be used here"


class JournalError(QuaysideError):
    """The transfer queue's file is damaged, locked or from a newer Quayside."""

    title = "The transfer queue"


class EmulatorError(QuaysideError):
    """The storage emulator of this machine is not installed, or does not start."""

    title = "Local storage"
