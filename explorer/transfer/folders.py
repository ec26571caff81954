"""Folders of a destination, reached without following links, and the rename at the end.

Blocking, for worker threads. Folders are opened one component at a time from the
handle of the one above, parts are created exclusively, and the final name is only
ever given by a rename. The branches for systems without folder handles (Windows)
have not been tried yet.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import Final

from explorer.base.errors import LocalError
from explorer.transfer import syscalls
from explorer.transfer.files import Fingerprint, Part, shown, translated, translating

PART_ENDING: Final = ".quayside-part"
_NAME_BYTES: Final = 255
_HAS_HANDLES: Final = os.open in os.supports_dir_fd
_O_BINARY: Final = getattr(os, "O_BINARY", 0)
_O_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_O_DIRECTORY: Final = getattr(os, "O_DIRECTORY", 0)
_O_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_O_PART: Final = os.O_RDWR | _O_BINARY | _O_NOFOLLOW | _O_CLOEXEC
_O_NEW: Final = os.O_CREAT | os.O_EXCL


def part_name(name: bytes, mark: str) -> bytes:
    """`.<name>.<mark>.quayside-part`, its middle shortened to what a name may hold."""
    tail = f".{mark}{PART_ENDING}".encode()
    room = _NAME_BYTES - 1 - len(tail)
    if len(name) > room:  # never inside a letter: some file systems take no such name
        name = name[:room].decode("utf-8", "ignore").encode()
    return b"." + name + tail


class Folder:
    """A folder of the destination, reached without following links; a context manager."""

    def __init__(self, path: bytes, fd: int) -> None:
        self.path = path
        self._fd = fd
        self._at: int | None = fd if _HAS_HANDLES else None
        """What names are relative to (`dir_fd`), where there are handles."""
        self._above = b"" if _HAS_HANDLES else os.path.join(path, b"")
        """What stands before them where there are none."""

    @classmethod
    def open(cls, root: bytes, parts: tuple[bytes, ...] = (), *, create: bool = False) -> Folder:
        """Open `root` and walk down `parts`; with `create`, make what is missing."""
        with translating(root):
            if create:
                os.makedirs(root, exist_ok=True)
            fd = os.open(root, os.O_RDONLY | _O_DIRECTORY | _O_CLOEXEC) if _HAS_HANDLES else -1
        folder = cls(root, fd)
        for part in parts:
            above = folder
            try:
                folder = above._down(part, create=create)
            finally:
                above.close()
        return folder

    def _down(self, name: bytes, *, create: bool) -> Folder:
        if name in (b"", b".", b"..") or b"/" in name:
            raise LocalError(f"{shown(name)!r} is no name for a folder.", path=shown(self.path))
        path = os.path.join(self.path, name)
        flags = os.O_RDONLY | _O_DIRECTORY | _O_NOFOLLOW | _O_CLOEXEC
        with translating(path):
            if not _HAS_HANDLES:
                if create:
                    os.makedirs(path, exist_ok=True)
                if os.path.islink(path):
                    raise OSError(errno.ELOOP, "a link")
                return Folder(path, -1)
            try:
                return Folder(path, os.open(name, flags, dir_fd=self._fd))
            except FileNotFoundError:
                if not create:
                    raise
            except NotADirectoryError:
                # Linux says so of a link, too.
                if stat.S_ISLNK(os.lstat(name, dir_fd=self._fd).st_mode):
                    raise OSError(errno.ELOOP, "a link") from None
                raise
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=self._fd)
                self.sync()
            return Folder(path, os.open(name, flags, dir_fd=self._fd))

    def find(self, name: bytes) -> os.stat_result | None:
        """What lies there (a link itself, not its end), or None."""
        try:
            return os.lstat(self._above + name, dir_fd=self._at)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise translated(error, os.path.join(self.path, name)) from error

    def open_part(self, name: bytes, *, is_new: bool) -> Part:
        """Create a part, which must not exist, or open one that must."""
        flags = _O_PART | _O_NEW if is_new else _O_PART
        try:
            fd = os.open(self._above + name, flags, 0o666, dir_fd=self._at)
        except OSError as error:
            raise translated(error, os.path.join(self.path, name)) from error
        return Part(self.path, name, fd)

    def remove(self, name: bytes) -> None:
        """Remove a file if it is there."""
        with translating(self.path, name), suppress(FileNotFoundError):
            os.unlink(self._above + name, dir_fd=self._at)

    def publish(self, part: bytes, name: bytes, expected: Fingerprint | None) -> None:
        """Give the part its final name.

        `expected` is the file that may be replaced; None: there must be none. Raises
        FileExistsError where somebody else was there first; nothing is lost then.
        """
        if expected is None:
            self._publish_new(part, name)
            return
        target = os.path.join(self.path, name)
        found = self.find(name)
        if found is None or Fingerprint.of(found) != expected:
            raise FileExistsError(errno.EEXIST, "changed meanwhile", target)
        old, new = self._above + part, self._above + name
        with translating(target):
            os.replace(old, new, src_dir_fd=self._at, dst_dir_fd=self._at)

    def _publish_new(self, part: bytes, name: bytes) -> None:
        old, new = self._above + part, self._above + name
        try:
            if not _HAS_HANDLES:
                os.rename(old, new)  # on Windows it never replaces
                return
            if syscalls.rename_new(self._fd, part, name):
                return
            try:
                os.link(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            except FileExistsError:
                raise
            except OSError:
                # A file system without links: look, then rename; the gap is short.
                if self.find(name) is not None:
                    raise FileExistsError(
                        errno.EEXIST, "exists", os.path.join(self.path, name)
                    ) from None
                os.rename(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            else:
                os.unlink(old, dir_fd=self._fd)
        except FileExistsError:
            raise
        except OSError as error:
            raise translated(error, os.path.join(self.path, name)) from error

    def sync(self) -> None:
        """Make names in this folder durable."""
        if self._fd >= 0:
            with translating(self.path):
                os.fsync(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
