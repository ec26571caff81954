"""An emulator whose copies never end: Copy Blob and Abort Copy Blob, to their REST pages.

A copy begins, stays pending, and can be stopped, which leaves an empty blob. Everything else goes
to the emulator behind.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass

from explorer.service.emulator import Emulator
from tests.servers.front import API_VERSION, Reply, Request, Standing, refused


@dataclass
class Copy:
    """One that was begun."""

    id: str
    source: str
    status: str = "pending"


class LongCopies(Standing):
    """From `__enter__` to `__exit__`."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self._lock = threading.Lock()
        self._copies: dict[str, Copy] = {}

    def answer(self, request: Request) -> Reply:
        with self._lock:
            if request.method == "PUT" and request.parameters.get("comp") == "copy":
                return self._stop(request)
            if request.method == "PUT" and request.header("x-ms-copy-source"):
                return self._begin(request)
            copy = self._copies.get(request.path)
        reply = self._backend.forward(request)
        if copy is None or request.method != "HEAD":
            return reply
        return reply.with_headers(
            x_ms_copy_id=copy.id,
            x_ms_copy_source=copy.source,
            x_ms_copy_status=copy.status,
            x_ms_copy_progress="5/10",
        )

    def _begin(self, request: Request) -> Reply:
        """202, and an empty blob in the place of the target."""
        fields = {"x-ms-blob-type": "BlockBlob", "x-ms-version": API_VERSION}
        made = self._backend.signed("PUT", request.path, {}, fields)
        if not made.is_good:
            return made
        copy = Copy(str(uuid.uuid4()), request.header("x-ms-copy-source"))
        self._copies[request.path] = copy
        reply = made.with_headers(x_ms_copy_id=copy.id, x_ms_copy_status=copy.status)
        return Reply(202, reply.headers, b"", reply.spelled)

    def _stop(self, request: Request) -> Reply:
        copy = self._copies.get(request.path)
        if request.header("x-ms-copy-action") != "abort":
            return refused(400, "InvalidHeaderValue", "The action is none.")
        if copy is None or copy.status != "pending":
            return refused(409, "NoPendingCopyOperation", "No copy is under way.")
        if request.parameters.get("copyid") != copy.id:
            return refused(409, "CopyIdMismatch", "It is another copy.")
        copy.status = "aborted"
        return Reply(204, {"x-ms-version": API_VERSION, "x-ms-request-id": "front"})
