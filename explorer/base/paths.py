"""Where Quayside keeps its state, and how private files are written.

Folders are 0700 and files 0600 (on Windows the user's profile is private already).
A file that is replaced is at every moment the whole old one or the whole new one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_NAME = "quayside"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def data_dir() -> Path:
    """Connections, settings, the queue and logs; `QUAYSIDE_DATA_DIR` overrides it."""
    override = os.environ.get("QUAYSIDE_DATA_DIR")
    if override:
        return Path(override).expanduser().absolute()
    import platformdirs  # late: most of its cost is for nothing where the folder is given

    return Path(platformdirs.user_data_dir(_NAME, appauthor=False, roaming=False))


def cache_dir() -> Path:
    """What may be deleted at any time: previews, opened blobs, the emulator's sample data."""
    import platformdirs

    return Path(platformdirs.user_cache_dir(_NAME, appauthor=False))


def logs_dir(folder: Path) -> Path:
    """Where a data folder keeps its logs."""
    return folder / "logs"


def make_private_dir(path: Path) -> Path:
    """The folder, open to this user only; made, with its parents, if missing. Raises OSError.

    Parents are made as the system does by default.
    """
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if os.name == "posix" and path.stat().st_uid == os.getuid():
        path.chmod(PRIVATE_FOLDER)
    return path


def open_private(path: Path, flags: int) -> int:
    """A file descriptor; a file that is created, or was open to others, becomes 0600."""
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | extra, PRIVATE_FILE)
    if os.name == "posix":
        os.fchmod(descriptor, PRIVATE_FILE)
    return descriptor


Stamp = tuple[int, int, int] | None


def stamp_of(path: Path) -> Stamp:
    """Another one after each `write_private`, by whatever process; None where there is no such
    file, or it cannot be looked at. Takes microseconds."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, durably and in one step, in a folder of ours (made private).

    Raises OSError; then the old one stays, unless only making the rename durable failed.
    """
    make_private_dir(path.parent)
    with replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A private file that takes the place of `path` at the end, durably and in one step.

    Raises OSError; then, as after any error in between, the old one stays, unless only making
    the rename durable failed.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    with _new(beside) as stream:
        yield stream
    try:
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    sync_dir(path.parent)


def write_new(path: Path, data: bytes) -> None:
    """A private file where there is none, whole or not at all. Raises OSError, FileExistsError
    where there is one."""
    with _new(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """Synced at the end; gone after an error."""
    descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def sync_dir(path: Path) -> None:
    """Make a rename in this folder durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`: one process at a time, however it ends. Blocks; raises OSError.

    The file stays; it is empty.
    """
    make_private_dir(path.parent)
    descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked_at_once(path: Path) -> Iterator[bool]:
    """Like `locked`, without waiting: False where another process holds it. Raises OSError."""
    make_private_dir(path.parent)
    descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        yield _try_lock(descriptor)
    finally:
        os.close(descriptor)


if os.name == "nt":  # pragma: no cover - Windows
    import msvcrt

    def _lock(descriptor: int) -> None:
        # Tries ten times, a second apart, then raises OSError.
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
