"""An emulator that copies a blob in one request: Put Blob From URL, to its REST page.

Everything else goes to the emulator behind. `reads` says which sources it can reach. What
a sign-in shows for the source (`x-ms-copy-source-authorization`) is used to read it, here and
in Put Block From URL; the emulator passes over it.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from explorer.service.emulator import Emulator
from tests.servers.front import API_VERSION, DroppedError, Reply, Request, Standing, refused


class WholeCopies(Standing):
    """From `__enter__` to `__exit__`; counts what was copied in one request."""

    def __init__(
        self,
        emulator: Emulator,
        *,
        reads: Callable[[str], bool] = lambda url: True,
        tls: ssl.SSLContext | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(emulator, tls=tls, trust=trust)
        self._reads = reads
        self.copied = 0
        self.drop_answers = 0
        """So many of the next copies are made, and nobody hears of it."""
        self.shown: list[str] = []
        """Authorizations that came for sources."""

    def answer(self, request: Request) -> Reply:
        is_copy = request.method == "PUT" and request.header("x-ms-copy-source")
        if is_copy and (shown := request.header("x-ms-copy-source-authorization")):
            self.shown.append(shown)
        elif not is_copy or not request.header("x-ms-blob-type"):
            return self._backend.forward(request)
        source = request.header("x-ms-copy-source")
        if not self._reads(source):
            return refused(404, "CannotVerifyCopySource", "The source cannot be read.")
        status, etag, body = self._fetch(source, request)
        if status not in (200, 206):
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
            "PUT", request.path, request.parameters, headers, body, request.spelled
        )
        if reply.is_good:
            self.copied += 1
            if self.drop_answers:
                self.drop_answers -= 1
                raise DroppedError("the answer is dropped on purpose")
        return reply

    def _fetch(self, url: str, request: Request) -> tuple[int, str, bytes]:
        """From the emulator behind, whatever port the address names: it is the same one."""
        parts = urlsplit(url)
        wanted = {
            "x-ms-version": API_VERSION,
            "Authorization": request.header("x-ms-copy-source-authorization"),
            "Range": request.header("x-ms-source-range"),
        }
        connection = self._backend.connect()
        try:
            headers = {name: value for name, value in wanted.items() if value}
            connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("etag", ""), answer.read()
        finally:
            connection.close()


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
