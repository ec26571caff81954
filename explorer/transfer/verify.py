"""Is what came what was asked for? Pure; wrong bytes make the file start over."""

from __future__ import annotations

from explorer.base.errors import IntegrityError, Retry
from explorer.storage.model import RangeRead


def check_read(read: RangeRead, size_bytes: int, name: str) -> None:
    """The blob is still as large as was planned."""
    if read.total_size_bytes != size_bytes:
        raise damaged(f"{name} has {read.total_size_bytes:,} bytes, not {size_bytes:,}.")


def check_size(found: int, size_bytes: int, name: str) -> None:
    if found != size_bytes:
        raise damaged(f"{found:,} bytes of {name} were written, not {size_bytes:,}.")


def check_md5(found: bytes, expected: bytes, name: str) -> None:
    if found != expected:
        raise damaged(f"What was received of {name} does not have the MD5 stored with it.")


def damaged(message: str) -> IntegrityError:
    """Wrong bytes came: the file starts over."""
    error = IntegrityError(
        message,
        cure="If it happens again, the blob's stored MD5 may be wrong: download without checking.",
    )
    error.retry = Retry.RESTART
    return error
