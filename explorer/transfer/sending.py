"""The moment from which a request cannot be taken back: a cancel waits for its answer then.

For a worker thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from explorer.base.cancel import CancelToken, current_token, shielded
from explorer.storage.api import BlobStore
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Written
from explorer.transfer.in_a_row import SMALL_BYTES
from explorer.transfer.pacing import Meter


class Sending:
    """One request that makes something visible, in as many tries as it takes."""

    def __init__(self) -> None:
        self.is_sent = False
        """It went out, and no answer was read yet."""

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Inside, the request is sent and its answer read."""
        with shielded():
            self.is_sent = True
            yield

    def put(
        self,
        store: BlobStore,
        ref: BlobRef,
        data: bytes | memoryview,
        headers: BlobHeaders,
        condition: Condition,
        meter: Meter | None = None,
    ) -> Written:
        """Put Blob: it cannot be taken back from the moment in which all has been sent."""
        token = current_token()
        leaving = _Leaving(self, token, len(data), meter)
        self.is_sent = not data
        if not data and token is not None:
            token.shield()
        try:
            return store.put_blob(ref, data, headers=headers, condition=condition, progress=leaving)
        finally:
            if token is not None:
                token.unshield()


class _Leaving:
    """Hears how a Put Blob leaves; what leaves in one go, or has left, is shielded."""

    __slots__ = ("_left", "_meter", "_sending", "_token")

    def __init__(
        self, sending: Sending, token: CancelToken | None, left: int, meter: Meter | None
    ) -> None:
        self._sending = sending
        self._token = token
        self._left = left
        self._meter = meter

    def ahead(self, wanted: int) -> int:
        allowed = self._meter.ahead(wanted) if self._meter is not None else 0
        if self._token is not None and self._left <= SMALL_BYTES and allowed in (0, self._left):
            self._token.shield()
        return allowed

    def __call__(self, size_bytes: int) -> None:
        self._left -= size_bytes
        if self._left <= 0:
            self._sending.is_sent = True
            if self._token is not None:
                self._token.shield()
        if self._meter is not None:
            self._meter(size_bytes)
