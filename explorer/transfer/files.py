"""Local files: sources that are read, parts that are written, and what tells them apart.

Every function blocks and is called from a worker thread. The branches for Windows,
which has no pread and pwrite, have not been tried yet.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from typing import Final

from explorer.base.errors import (
    DiskFullError,
    IntegrityError,
    LocalError,
    LocalNotFoundError,
    LocalPermissionError,
    SourceChangedError,
)
from explorer.base.records import dataclass
from explorer.transfer import syscalls

_O_BINARY: Final = getattr(os, "O_BINARY", 0)
_O_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_O_SOURCE: Final = os.O_RDONLY | _O_BINARY | _O_CLOEXEC | getattr(os, "O_NONBLOCK", 0)
"""Not blocked by a named pipe that took a file's place."""
_SETS_TIMES: Final = os.utime in os.supports_fd
_seeking = threading.Lock()


def shown(path: bytes) -> str:
    """A path as a person may read it: what is no text becomes a question mark."""
    return os.fsdecode(path).encode("utf-8", "replace").decode("utf-8")


class translating:
    """Where an OSError becomes one of ours: at `path`, or at `name` in that folder. What each
    small file passes raises `translated` itself."""

    __slots__ = ("_name", "_path")

    def __init__(self, path: bytes, name: bytes = b"") -> None:
        self._path = path
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            path = os.path.join(self._path, self._name) if self._name else self._path
            raise translated(error, path) from error


def translated(error: OSError, path: bytes) -> LocalError:
    """The error to raise for an OSError met at `path`."""
    where = shown(path)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFullError(
                f"There is no room left to write {where}.",
                path=where,
                cure="Free some space, or raise the quota; the transfer goes on by itself.",
            )
        case errno.ENOENT | errno.ENOTDIR:
            return LocalNotFoundError(
                f"{where} does not exist.", path=where, cure="Was it moved, renamed or unmounted?"
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return LocalPermissionError(
                f"{where} cannot be opened or written by this user.",
                path=where,
                cure="Change its permissions, or choose another place.",
            )
        case errno.ELOOP:
            return LocalError(
                f"{where} is, or lies behind, a symbolic link inside the destination.",
                path=where,
                cure="Remove the link, or choose the folder it points to as the destination.",
            )
        case errno.ENAMETOOLONG:
            return LocalError(
                f"The name {where} is too long for this file system.",
                path=where,
                cure="Choose a destination with a shorter path.",
            )
        case errno.EFBIG:
            return LocalError(
                f"{where} is larger than this file system allows.",
                path=where,
                cure="Choose a destination on another disk.",
            )
        case errno.EISDIR | errno.EEXIST | errno.ENOTEMPTY:
            return LocalError(
                f"{where} exists, and not as what it has to be (a file, or a folder).",
                path=where,
                cure="Rename it, or choose another place.",
            )
        case _:
            reason = error.strerror or type(error).__name__
            return LocalError(
                f"{where}: {reason}.", path=where, cure="Check the disk, then try again."
            )


# ---------------------------------------------------------------- fingerprints


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one state of a file from another; ctime sees edits with a restored mtime."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Fingerprint:
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def is_of(self, found: os.stat_result) -> bool:
        return (self.device, self.inode, self.size_bytes, self.mtime_ns, self.ctime_ns) == (
            found.st_dev,
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
        )

    def to_text(self) -> str:
        return f"{self.device} {self.inode} {self.size_bytes} {self.mtime_ns} {self.ctime_ns}"

    @classmethod
    def from_text(cls, text: str) -> Fingerprint:
        device, inode, size, mtime, ctime = (int(part) for part in text.split())
        return cls(device, inode, size, mtime, ctime)


# --------------------------------------------------------------------- sources


class Source:
    """A local file that is being read; a context manager. Threads may share it."""

    def __init__(self, path: bytes) -> None:
        self.path = path
        try:
            self._fd = os.open(path, _O_SOURCE)
            found = os.fstat(self._fd)
        except OSError as error:
            raise translated(error, path) from error
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise LocalError(
                f"{shown(path)} is not a regular file.",
                path=shown(path),
                cure="Only files and folders can be uploaded.",
            )
        self.fingerprint = Fingerprint.of(found)

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill the buffer from `offset`. Raises SourceChangedError at an early end."""
        rest = buffer
        while rest:
            try:
                count = _pread_into(self._fd, rest, offset)
            except OSError as error:
                raise translated(error, self.path) from error
            if count == 0:
                raise self._changed()
            rest, offset = rest[count:], offset + count

    def check(self) -> None:
        """Raise SourceChangedError unless file and path are still what was opened."""
        try:
            # That it is still the same inode, which is held open, tells of the descriptor, too.
            is_same = self.fingerprint.is_of(os.stat(self.path))
        except OSError:
            is_same = False
        if not is_same:
            raise self._changed()

    def _changed(self) -> SourceChangedError:
        return SourceChangedError(
            f"{shown(self.path)} changed while it was being uploaded; nothing was replaced.",
            path=shown(self.path),
            cure="Upload it again when nothing writes to it.",
        )

    def close(self) -> None:
        os.close(self._fd)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


if sys.platform == "win32":

    def _pread_into(fd: int, buffer: memoryview, offset: int) -> int:
        with _seeking:
            os.lseek(fd, offset, os.SEEK_SET)
            data = os.read(fd, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _pwrite(fd: int, data: memoryview, offset: int) -> int:
        with _seeking:
            os.lseek(fd, offset, os.SEEK_SET)
            return os.write(fd, data)

    def _size_of(fd: int) -> int:
        return os.fstat(fd).st_size
else:

    def _pread_into(fd: int, buffer: memoryview, offset: int) -> int:
        return os.preadv(fd, [buffer], offset)

    _pwrite = os.pwrite

    def _size_of(fd: int) -> int:
        return os.lseek(fd, 0, os.SEEK_END)  # fstat says twenty things more


# ----------------------------------------------------------------------- parts


class Part:
    """A partial file that is being written; a context manager. Threads may share it."""

    def __init__(self, folder: bytes, name: bytes, fd: int) -> None:
        self._folder = folder
        self._name = name
        self._fd = fd

    @property
    def path(self) -> bytes:
        return os.path.join(self._folder, self._name)

    def allocate(self, size_bytes: int) -> None:
        """Give a new file its size, with its space reserved where that is cheap."""
        with translating(self._folder, self._name):
            if size_bytes and not syscalls.allocate(self._fd, size_bytes):
                os.ftruncate(self._fd, size_bytes)

    @property
    def size_bytes(self) -> int:
        try:
            return _size_of(self._fd)
        except OSError as error:
            raise translated(error, self.path) from error

    def write(self, offset: int, data: memoryview) -> None:
        """Write all of it."""
        rest = data
        while rest:
            try:
                count = _pwrite(self._fd, rest, offset)
            except OSError as error:
                raise translated(error, self.path) from error
            rest, offset = rest[count:], offset + count

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Read back what was written. Raises IntegrityError at an early end."""
        done = 0
        while done < len(buffer):
            with translating(self._folder, self._name):
                count = _pread_into(self._fd, buffer[done:], offset + done)
            if count == 0:
                raise IntegrityError(
                    f"The partial file {shown(self.path)} was shortened by somebody else.",
                    cure="Start that file again.",
                )
            done += count

    def sync_data(self) -> None:
        """fdatasync: the bytes are on the disk when this returns."""
        with translating(self._folder, self._name):
            getattr(os, "fdatasync", os.fsync)(self._fd)

    def seal(self, mtime_ns: int | None) -> None:
        """Set the time of modification and sync everything, before the rename."""
        try:
            if mtime_ns is not None:
                os.utime(self._fd if _SETS_TIMES else self.path, ns=(mtime_ns, mtime_ns))
            os.fsync(self._fd)
        except OSError as error:
            raise translated(error, self.path) from error

    def close(self) -> None:
        os.close(self._fd)

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def free_bytes(path: bytes) -> int:
    """Room on the disk of the nearest existing folder at or above `path`."""
    import shutil

    while not os.path.exists(path):
        above = os.path.dirname(path)
        if above == path:
            break
        path = above
    with translating(path):
        return shutil.disk_usage(os.fsdecode(path)).free
