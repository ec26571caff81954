"""An emulator that copies a blob in one request: Put Blob From URL, to its REST page.

Everything else goes to the emulator behind. `reads` says which sources it can reach.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from explorer.service.emulator import Emulator
from tests.servers.front import Backend, FrontServer, Reply, Request, refused


class WholeCopies:
    """From `__enter__` to `__exit__`; counts what was copied in one request."""

    def __init__(
        self, emulator: Emulator, *, reads: Callable[[str], bool] = lambda url: True
    ) -> None:
        self._backend = Backend(emulator)
        self._reads = reads
        self.copied = 0
        self.drop_answers = 0
        """So many of the next copies are made, and nobody hears of it."""
        self._front = FrontServer(self._answer)

    @property
    def connection_string(self) -> str:
        return self._backend.connection_string(self._front.port)

    def __enter__(self) -> Self:
        self._front.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._front.__exit__(kind, error, trace)

    def _answer(self, request: Request) -> Reply:
        is_copy = request.method == "PUT" and request.header("x-ms-copy-source")
        if not is_copy or not request.header("x-ms-blob-type"):
            return self._backend.forward(request)
        source = request.header("x-ms-copy-source")
        if not self._reads(source):
            return refused(404, "CannotVerifyCopySource", "The source cannot be read.")
        status, etag, body = self._fetch(source)
        if status != 200:
            return refused(status, "CannotVerifyCopySource", "The source cannot be read.")
        wanted = request.header("x-ms-source-if-match")
        if wanted and wanted != etag:
            return refused(412, "SourceConditionNotMet", "The source is another one.")
        md5 = request.header("x-ms-source-content-md5")
        if md5 and base64.b64decode(md5) != _md5(body):
            return refused(400, "Md5Mismatch", "The source has another MD5.")
        headers = {
            name: value
            for name, value in request.headers.items()
            if not name.startswith(("x-ms-source-", "x-ms-copy-source"))
        }
        reply = self._backend.signed(
            "PUT", request.path, headers=headers, body=body, spelled=request.spelled
        )
        if reply.is_good:
            self.copied += 1
            if self.drop_answers:
                self.drop_answers -= 1
                raise ConnectionAbortedError("the answer is dropped on purpose")
        return reply

    def _fetch(self, url: str) -> tuple[int, str, bytes]:
        """From the emulator behind, whatever port the address names: it is the same one."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", self._backend.port, timeout=60)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            answer = connection.getresponse()
            return answer.status, answer.headers.get("etag", ""), answer.read()
        finally:
            connection.close()


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
