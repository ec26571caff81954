"""What an engine and a process of its crew say to each other, over a socket between the two.

Each message is its length in four bytes, and a pickle: nobody else has an end of that socket.
"""

from __future__ import annotations

import io
import pickle
import socket
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final, NamedTuple

from explorer.storage.api import BlobStore
from explorer.storage.model import BlobHeaders, Written
from explorer.transfer.in_a_row import Tried
from explorer.transfer.model import JobOptions
from explorer.transfer.rows import TransferRow
from explorer.transfer.small_upload import Sent

HEAD_BYTES: Final = 4


class Deal(NamedTuple):
    """The terms of a job, said before its first row. The store brings its credential."""

    number: int
    store: BlobStore
    container: str
    options: JobOptions
    root: bytes
    added_s: float


class Over(NamedTuple):
    """No more rows come under that deal."""

    deal: int


class Row(NamedTuple):
    """Small files, to be moved one after the other."""

    number: int
    deal: int
    is_upload: bool
    files: list[TransferRow]


class Stop(NamedTuple):
    """The row was cancelled."""

    row: int


class Hold(NamedTuple):
    """Rows under way end with the file they are at."""


class Reply(NamedTuple):
    """A row came to its end, or its cancel did."""

    row: int
    tried: list[Tried]
    """One for each file."""
    is_cancelled: bool
    was_shielded: bool
    """What could not be taken back came before the cancel."""


def _by_place(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    values = attrgetter(*(field.name for field in fields(kind)))
    return lambda record: (kind, values(record))


class _Packer(pickle.Pickler):
    """What comes once for each file goes without the names of its fields: half the work."""

    dispatch_table = {kind: _by_place(kind) for kind in (TransferRow, Sent, Written, BlobHeaders)}  # noqa: RUF012


def packed(message: Deal | Over | Row | Stop | Hold | Reply) -> bytes:
    """The message as it goes over the socket."""
    to = io.BytesIO()
    _Packer(to, pickle.HIGHEST_PROTOCOL).dump(message)
    data = to.getbuffer()
    return b"".join((len(data).to_bytes(HEAD_BYTES), data))


def unpacked(data: bytes | bytearray) -> Any:
    """The message in what followed its length."""
    return pickle.loads(data)  # noqa: S301 - a process of ours wrote it


def received(sock: socket.socket) -> Any:
    """The next message. Blocks; raises EOFError when the other side is gone."""
    return unpacked(_exactly(sock, int.from_bytes(_exactly(sock, HEAD_BYTES))))


def _exactly(sock: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        count = sock.recv_into(view[at:])
        if not count:
            raise EOFError
        at += count
    return data
