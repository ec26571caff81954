"""A folder as the bytes of one `.tgz`, made as they are read: nothing is written on this machine.

The same files give the same bytes: names in order, owner 0, whole seconds, no time in gzip's
head. So an archive that is started again finds what is there of it already. Formats: pax
(POSIX.1-2001, as Python's tarfile writes it) in gzip (RFC 1952). Blocking; one thread at a time.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import zlib
from collections.abc import Generator, Iterator
from typing import Final

from explorer.base.cancel import current_token
from explorer.base.errors import LocalNotFoundError, SourceChangedError
from explorer.base.records import dataclass
from explorer.transfer.archive_members import LeftOut, Member, MemberKind, members
from explorer.transfer.files import Source, shown
from explorer.transfer.filters import Filter
from explorer.transfer.model import Links

READ_BYTES: Final = 256 * 1024
"""Read, and given to the compressor, at a time."""
LEVEL: Final = 4
"""Of zlib: nearly as small as 6, in half the time."""
GZIP: Final = 31
"""zlib's word for gzip's head and tail around a window of 32 KiB."""
_RECORD: Final = tarfile.RECORDSIZE
_TYPES: Final = {
    MemberKind.FILE: tarfile.REGTYPE,
    MemberKind.FOLDER: tarfile.DIRTYPE,
    MemberKind.LINK: tarfile.SYMTYPE,
}


@dataclass(frozen=True, slots=True)
class Survey:
    """What a folder holds before it is packed. `most_bytes` is more than the archive can
    become; `state` changes with every edit on this machine, `identity` with every edit that
    the archive would show."""

    files: int
    left_out: int
    size_bytes: int
    most_bytes: int
    mtime_ns: int
    state: bytes
    identity: bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """The next bytes of the archive, and how many of the files' bytes were read for them."""

    index: int
    data: bytes
    read_bytes: int


@dataclass(frozen=True, slots=True)
class Packing:
    """What is packed, and how."""

    root: bytes
    links: Links
    chosen: Filter
    keeps_mtime: bool = True

    @property
    def top(self) -> str:
        """The folder's own name, under which everything is in the archive."""
        return os.fsdecode(os.path.basename(self.root.rstrip(b"/")))

    def members(self) -> Iterator[Member | LeftOut]:
        return members(self.root, self.links, self.chosen)

    def survey(self) -> Survey:
        """Walk it once. Raises LocalError where a folder cannot be read."""
        state, identity = hashlib.sha256(), hashlib.sha256(_version().encode())
        files = left_out = size_bytes = mtime_ns = 0
        most = 2 * _RECORD
        for member in self.members():
            _raise_if_cancelled()
            if isinstance(member, LeftOut):
                left_out += 1
                continue
            files += member.kind is MemberKind.FILE
            size_bytes += member.size_bytes
            mtime_ns = max(mtime_ns, member.mtime_ns)
            head = self.head(member)
            most += len(head) + member.size_bytes + tarfile.BLOCKSIZE
            state.update(b"%d:%b" % (len(head), head))
            state.update(member.state.encode())
            identity.update(head)
        most += most // 1000 + READ_BYTES  # what cannot be compressed grows by less than this
        return Survey(
            files, left_out, size_bytes, most, mtime_ns, state.digest(), identity.digest()
        )

    def head(self, member: Member) -> bytes:
        """A member's header: mode without setuid and the like, owner 0."""
        name = f"{self.top}/{member.relative}" if member.relative else self.top
        info = tarfile.TarInfo(name)
        info.type = _TYPES[member.kind]
        info.mode = member.mode & 0o777
        info.size = member.size_bytes
        info.mtime = member.mtime_ns // 1_000_000_000 if self.keeps_mtime else 0
        info.linkname = member.link
        return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")

    def check(self, survey: Survey) -> None:
        """Raises SourceChangedError unless the folder is still what `survey` saw."""
        if self.survey().state != survey.state:
            raise self.changed(self.root)

    def changed(self, path: bytes) -> SourceChangedError:
        return SourceChangedError(
            f"{shown(path)} changed while the archive was being made; nothing was replaced.",
            path=shown(path),
            cure="Upload it again when nothing writes to it.",
        )


class Packer:
    """Makes the archive block by block. `close` it."""

    def __init__(self, packing: Packing, block_bytes: int) -> None:
        self._packing = packing
        self._block_bytes = block_bytes
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        self._plain = self._tar()
        self._ready = bytearray()
        self._read_bytes = 0
        self._is_ended = False
        self.count = 0
        self.size_bytes = 0
        """Of the archive, as far as it was given out."""
        self.md5 = hashlib.md5(usedforsecurity=False)
        """Over the same bytes."""

    def next_block(self) -> Packed | None:
        """The next `block_bytes` of the archive, the last one shorter; None after that.

        Raises SourceChangedError where a file is not what the walk saw.
        """
        while len(self._ready) < self._block_bytes and not self._is_ended:
            _raise_if_cancelled()
            piece = next(self._plain, None)
            if piece is None:
                self._ready += self._gzip.flush()
                self._is_ended = True
            else:
                self._ready += self._gzip.compress(piece)
        if not self._ready:
            return None
        data = bytes(memoryview(self._ready)[: self._block_bytes])
        del self._ready[: self._block_bytes]
        self.md5.update(data)
        packed = Packed(self.count, data, self._read_bytes)
        self._read_bytes = 0
        self.count += 1
        self.size_bytes += len(data)
        return packed

    def close(self) -> None:
        """Let go of the file that is being read."""
        self._plain.close()

    def _tar(self) -> Generator[bytes | memoryview, None, None]:
        length = 0
        for member in self._packing.members():
            if isinstance(member, LeftOut):
                continue
            head = self._packing.head(member)
            length += len(head)
            yield head
            if member.kind is MemberKind.FILE:
                yield from self._content(member)
                padding = -member.size_bytes % tarfile.BLOCKSIZE
                length += member.size_bytes + padding
                yield bytes(padding)
        length += 2 * tarfile.BLOCKSIZE
        yield bytes(2 * tarfile.BLOCKSIZE + -length % _RECORD)

    def _content(self, member: Member) -> Iterator[memoryview]:
        try:
            source = Source(member.path)
        except LocalNotFoundError:
            raise self._packing.changed(member.path) from None
        with source:
            if source.fingerprint.to_text() != member.state:
                raise self._packing.changed(member.path)
            buffer = memoryview(bytearray(min(READ_BYTES, member.size_bytes)))
            done = 0
            while done < member.size_bytes:
                part = buffer[: min(READ_BYTES, member.size_bytes - done)]
                source.read_into(part, done)
                done += len(part)
                self._read_bytes += len(part)
                yield part
            source.check()


def _version() -> str:
    """What else decides the bytes."""
    return f"1 {LEVEL} {zlib.ZLIB_RUNTIME_VERSION}"


def _raise_if_cancelled() -> None:
    token = current_token()
    if token is not None:
        token.raise_if_cancelled()
