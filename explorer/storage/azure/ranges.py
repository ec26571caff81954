"""Reading one range of a blob: every byte of it, and no other, goes to the sink."""

from __future__ import annotations

import time

from explorer.base.errors import QuaysideError
from explorer.storage.api import Sink, ahead_of
from explorer.storage.azure.answer import Answer, is_number
from explorer.storage.azure.entries import md5_of
from explorer.storage.azure.errors import Attempt, translating
from explorer.storage.azure.rest import impossible
from explorer.storage.azure.wire import thread_buffer
from explorer.storage.model import RangeRead

PAUSE_S = 0.1


def read_exactly(
    attempt: Attempt, answer: Answer, offset: int, length: int, sink: Sink, if_match: str
) -> RangeRead:
    """Check the head of the answer, then hand its body to `sink`.

    Raises IntegrityError before the sink saw anything when the answer is to another
    question, and before it sees anything beyond the range; NetworkError when it breaks off.
    What the sink raises passes unchanged.
    """
    found = checked_range(attempt, answer, offset, length, if_match)
    count = pour(answer, sink, attempt, offset, length)
    if count != length:
        raise impossible(attempt, f"{count} bytes came instead of {length}")
    return found


def checked_range(
    attempt: Attempt, answer: Answer, offset: int, length: int, if_match: str
) -> RangeRead:
    """What the head says of the blob, if it is the head of that very range."""
    headers = answer.headers
    if answer.status != 206:
        raise impossible(attempt, "the whole blob came instead of a part of it")
    span, _, total = headers.get("content-range", "").partition("/")
    if (
        span != f"bytes {offset}-{offset + length - 1}"
        or not is_number(total)
        or int(total) < offset + length
    ):
        raise impossible(attempt, "another part of the blob came than the one asked for")
    if answer.length is not None and answer.length != length:
        raise impossible(attempt, f"{answer.length} bytes are announced instead of {length}")
    etag = headers.get("etag", "")
    if if_match not in ("", "*") and etag != if_match:
        raise impossible(attempt, "another version of the blob came than the one asked for")
    return RangeRead(etag, int(total), md5_of(headers.get("x-ms-blob-content-md5", "")))


def pour(answer: Answer, sink: Sink, attempt: Attempt, offset: int, length: int) -> int:
    """Hand the body to `sink` in large pieces, none of them beyond `length`; returns how many
    bytes there were. What the sink has `ahead` is asked before what is left is read.

    TLS gives 16 KiB at a time, while a sink that writes to a disk wants more: pieces are
    gathered in this thread's buffer up to half its size or for a tenth of a second. When
    the body breaks off, the sink gets what came before the error is raised.
    """
    ahead = ahead_of(sink)
    buffer = thread_buffer()
    enough = buffer.nbytes // 2
    done = at = allowed = 0
    is_paced = False
    last = time.monotonic()
    broken: QuaysideError | None = None
    while True:
        if ahead is not None and not allowed and (is_paced or not at) and done + at < length:
            allowed = ahead(min(length - done, buffer.nbytes) - at)
            is_paced = allowed > 0
        try:
            count = answer.read_into(buffer[at : at + allowed] if allowed else buffer[at:])
        except Exception as error:
            broken, count = _of_ours(attempt, error), 0
        at += count
        if allowed:
            allowed -= count
        is_over = answer.is_at_end or not count
        if at and (is_over or at >= enough or time.monotonic() - last > PAUSE_S):
            if done + at > length:
                raise impossible(attempt, f"more than the {length} bytes came that were asked for")
            sink(offset + done, buffer[:at])
            done, at, last = done + at, 0, time.monotonic()
        if is_over:
            if broken is not None:
                raise broken
            return done


def _of_ours(attempt: Attempt, error: Exception) -> QuaysideError:
    """The error of ours for it; raises what is none."""
    try:
        with translating(attempt):
            raise error
    except QuaysideError as known:
        return known
