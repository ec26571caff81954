"""Who may do what with a file that is written over, where directories are real: the new one,
which takes its place by a rename, gets owner, group and access list of the old one first.

See Path Get Properties (getAccessControl) and Path Update (setAccessControl) in the Data
Lake Storage Gen2 REST reference. Belongs to the loop's thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from explorer.base.errors import NotAuthorizedError, NotFoundError, QuaysideError, Retry
from explorer.storage.directories import DirectoryStore, PathAccess
from explorer.storage.model import Condition, Written

NOT_KEPT: Final = (
    "Its access list and owner could not be kept: they are what a new file gets there."
)
OWNER_NOT_KEPT: Final = "Its owner could not be kept: that takes a credential that may change it."

Call = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Blocking work that asks the service, tried again where that can help."""


async def keep_access(
    call: Call, directories: DirectoryStore, container: str, old: str, new: str
) -> tuple[Written | None, str]:
    """Give the file `new` the access of the file `old`: what was written, None where nothing had
    to be, and what a person should know. Raises only what may pass."""
    try:
        wanted: PathAccess = await call(lambda: directories.access(container, old))
        has: PathAccess = await call(lambda: directories.access(container, new))
    except NotFoundError:
        return None, ""  # it is gone meanwhile, and the rename will tell
    except QuaysideError as error:
        return None, _told(error)
    acl = () if set(wanted.acl) == set(has.acl) else wanted.acl
    owner = "" if wanted.owner == has.owner else wanted.owner
    group = "" if wanted.group == has.group else wanted.group
    written: Written | None = None

    def setting(**changes: Any) -> Callable[[], Written]:
        return lambda: directories.set_access(
            container, new, condition=Condition.always(), **changes
        )

    if owner or group:
        try:
            return await call(setting(owner=owner, group=group, acl=acl)), ""
        except QuaysideError as error:
            if not isinstance(error, NotAuthorizedError) or not acl:
                return None, _told(error, NOT_KEPT if acl else OWNER_NOT_KEPT)
    if acl:
        try:
            written = await call(setting(acl=acl))
        except QuaysideError as error:
            return None, _told(error)
    return written, OWNER_NOT_KEPT if owner or group else ""


def _told(error: QuaysideError, words: str = NOT_KEPT) -> str:
    """What is said of it where it stays so; raises what may pass."""
    if error.retry in (Retry.NEVER, Retry.RESTART):
        return words
    raise error
