"""Two Linux calls that Python does not offer: fallocate and renameat2, with fallbacks.

See fallocate(2) and renameat2(2). Elsewhere, and on file systems without them, the
fallback says so by its result; nothing is ever emulated by writing zeros.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Final

_RENAME_NOREPLACE: Final = 1
_UNSUPPORTED: Final = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)


@cache
def _known(name: str) -> tuple[Callable[..., int], Callable[[], int]] | None:
    """That call and what tells why it failed; None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    number, text = ctypes.c_int, ctypes.c_char_p
    arguments: dict[str, list[Any]] = {
        "fallocate": [number, number, ctypes.c_int64, ctypes.c_int64],
        "renameat2": [number, text, number, text, ctypes.c_uint],
    }
    try:
        call = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (AttributeError, OSError):
        return None
    call.argtypes = arguments[name]
    return call, ctypes.get_errno


def _call(name: str, *args: object) -> bool:
    """True if it was done, False where it cannot be; raises OSError when it failed."""
    known = _known(name)
    if known is None:
        return False
    call, why = known
    while True:
        if call(*args) == 0:
            return True
        code = why()
        if code == errno.EINTR:
            continue
        if code in _UNSUPPORTED:
            return False
        raise OSError(code, os.strerror(code))


def allocate(fd: int, size_bytes: int) -> bool:
    """Reserve the space of a new file, so that a full disk is noticed before the transfer.

    Where files live in memory that would be to fill it with zeros, 0.2 s a gibibyte, before
    the first byte comes: there it is only seen to that there is room.
    """
    if sys.platform.startswith("linux") and _is_in_memory(os.fstat(fd).st_dev):
        room = os.fstatvfs(fd)
        if room.f_blocks and room.f_bavail * room.f_frsize < size_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return False
    return _call("fallocate", fd, 0, 0, size_bytes)


@cache
def _is_in_memory(device: int) -> bool:
    """Whether that device is a tmpfs, by /proc/self/mountinfo (proc(5))."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                mount, _, kind = line.partition(" - ")
                if mount.split(" ", 3)[2] == number:
                    return kind.startswith("tmpfs ")
    except OSError:
        pass
    return False


def rename_new(folder_fd: int, old: bytes, new: bytes) -> bool:
    """Rename within a folder unless `new` exists (then FileExistsError)."""
    return _call("renameat2", folder_fd, old, folder_fd, new, _RENAME_NOREPLACE)
