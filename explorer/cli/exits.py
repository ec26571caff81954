"""The exit codes of the command, and which error means which."""

from __future__ import annotations

from enum import IntEnum

from explorer.base.errors import InputError, NotAuthorizedError, NotFoundError, QuaysideError


class Exit(IntEnum):
    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    NOT_AUTHORISED = 3
    NOT_FOUND = 4
    INTERRUPTED = 130


def exit_code(error: QuaysideError) -> Exit:
    """What the command ends with after this error. Pure."""
    if isinstance(error, InputError):
        return Exit.USAGE
    if isinstance(error, NotAuthorizedError):
        return Exit.NOT_AUTHORISED
    if isinstance(error, NotFoundError):
        return Exit.NOT_FOUND
    return Exit.SOME_FAILED
