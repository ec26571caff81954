"""Put Block, and how the service checks on arrival what was sent.

CRC64 where the service knows it. That it does not is told by one of these, and then its
blocks are checked by MD5 from there on: an API version before 2019-02-02; a refusal of the
header; an answer of yes that does not say the CRC64 of what has come (the service says it of
every block, see the REST page of Put Block), as from an older emulator.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final, Protocol

from explorer.base.errors import IntegrityError, StorageError
from explorer.storage.api import Progress
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.names import blob_path
from explorer.storage.azure.rest import Rest
from explorer.storage.model import BlobRef, Crc64, Md5

CRC64_SINCE: Final = "2019-02-02"
_REFUSED: Final = ("UnsupportedHeader", "InvalidHeaderValue")
_HEADER: Final = "x-ms-content-crc64"


class _Send(Protocol):
    """Sends the block with one header more; returns the CRC64 that the service says."""

    def __call__(self, name: str = "", value: bytes = b"") -> str: ...


class BlockPuts:
    """Stages blocks of one account; remembers whether it takes CRC64. Safe from many threads."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self.takes_crc64 = rest.api_version >= CRC64_SINCE

    def put(
        self,
        ref: BlobRef,
        block_id: bytes,
        data: memoryview | bytes,
        digest: Md5 | Crc64 | None,
        progress: Progress | None,
    ) -> None:
        """See `BlobStore.put_block`."""
        attempt = Attempt(self._rest.place, "upload a block of", ref.container, ref.name)

        def send(name: str = "", value: bytes = b"") -> str:
            answer, _ = self._rest.do(
                attempt,
                "PUT",
                blob_path(ref.container, ref.name),
                {"comp": "block", "blockid": base64.b64encode(block_id).decode()},
                {name: base64.b64encode(value).decode()} if name else {},
                good=(201,),
                body=data,
                progress=progress,
                may_resend=True,
            )
            return answer.headers.get(_HEADER, "")

        if isinstance(digest, Md5):
            send("content-md5", digest.value)
        elif digest is None:
            send()
        elif not self._put_with_crc64(attempt, digest, send):
            if digest.or_md5:
                send("content-md5", hashlib.md5(data, usedforsecurity=False).digest())
            else:
                send()

    def _put_with_crc64(self, attempt: Attempt, digest: Crc64, send: _Send) -> bool:
        """Whether that was done: false where it has to be sent once more, another way."""
        if not self.takes_crc64:
            return False
        try:
            said = send(_HEADER, digest.value)
        except StorageError as error:
            if error.code not in _REFUSED:
                raise
            self.takes_crc64 = False
            return False
        if not said:
            self.takes_crc64 = False
            return not digest.or_md5  # it is there, and nobody asked for more
        if said != base64.b64encode(digest.value).decode():
            raise IntegrityError(
                f"{attempt}: the bytes arrived damaged.", cure="They are sent again."
            )
        return True
