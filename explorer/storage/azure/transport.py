"""The SDK's way onto our connections: an azure-core transport over the pool.

Imported only where the SDK is. Proxies, certificates and time-outs are the pool's;
what the SDK passes for them is ignored. Redirects are never followed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import (
    DecodeError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import HttpResponse, HttpTransport
from azure.core.utils import CaseInsensitiveDict

from explorer.base.errors import InputError
from explorer.storage.azure.answer import Answer
from explorer.storage.azure.dial import Origin, ProxyRefusedError
from explorer.storage.azure.pool import Call, Pool
from explorer.storage.azure.rest import head_lines
from explorer.storage.azure.signing import TokenSigner
from explorer.storage.azure.wire import SLICE, ClosedEarly, WireError

_RESENDABLE = frozenset({"GET", "HEAD"})
_WITH_LENGTH = frozenset({"PUT", "PATCH", "POST"})
"""Requests the service refuses without a length, also where they have no body."""


class PoolTransport(HttpTransport[Any, Any]):
    """Sends the SDK's requests over a pool, which it does not own. Safe from many threads.

    `signer` is a sign-in, whose token is shown with each of them.
    """

    def __init__(self, pool: Pool, signer: TokenSigner | None = None) -> None:
        self._pool = pool
        self._signer = signer

    def __enter__(self) -> PoolTransport:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def open(self) -> None:
        """Nothing to do: connections are opened when they are needed."""

    def close(self) -> None:
        """Nothing to do: the pool belongs to the store."""

    def send(self, request: Any, **kwargs: Any) -> PoolResponse:
        """Send a request of either of azure-core's kinds.

        Raises azure-core's ServiceRequestError and ServiceResponseError with the fault as
        their cause, Cancelled and InputError as they are.
        """
        body = _body_of(request)
        headers = dict(request.headers)
        is_told = any(name.lower() == "content-length" for name in headers)
        if not is_told and (body is not None or request.method in _WITH_LENGTH):
            headers["Content-Length"] = str(len(body or b""))
        answer = self._answered(request, headers, body)
        if answer.status == 401 and self._signer is not None and self._signer.renew(headers):
            answer.close()
            answer = self._answered(request, headers, body)
        response = PoolResponse(request, answer)
        if not kwargs.get("stream", False):
            response.read()
        return response

    def _answered(self, request: Any, headers: dict[str, str], body: bytes | None) -> Answer:
        if self._signer is not None:
            self._signer.sign(request.method, "", "", headers)
        parts = urlsplit(request.url)
        usual = 443 if parts.scheme == "https" else 80
        path = parts.path or "/"
        call = Call(
            Origin(parts.scheme, parts.hostname or "", parts.port or usual),
            request.method,
            f"{path}?{parts.query}" if parts.query else path,
            head_lines(headers, {}),
            memoryview(body) if body else None,
            may_resend=request.method in _RESENDABLE,
        )
        try:
            return self._pool.exchange(call)
        except TimeoutError as error:
            raise ServiceResponseTimeoutError(str(error), error=error) from error
        except ClosedEarly as error:
            raise ServiceResponseError(str(error), error=error) from error
        except (OSError, WireError, ProxyRefusedError) as error:
            raise ServiceRequestError(str(error), error=error) from error


MOST_BYTES = 64 << 20
"""Of an answer that is read at once: pages of listings are the longest."""


class Pieces(Iterator[bytes]):
    """A body in pieces, with what the SDK's downloader asks of one (and room for the
    properties it hangs on it)."""

    def __init__(self, response: PoolResponse, pieces: Iterator[bytes]) -> None:
        self.response = response
        self.content_length = int(response.headers.get("Content-Length", 0))
        self._pieces = pieces

    def __len__(self) -> int:
        return self.content_length

    def __next__(self) -> bytes:
        return next(self._pieces)


class PoolResponse(HttpResponse):
    """An answer as both of azure-core's kinds of responses. Belongs to one thread."""

    def __init__(self, request: Any, answer: Answer) -> None:
        super().__init__(request, answer, block_size=SLICE)
        spelled = answer.spelled
        self.status_code = answer.status
        self.reason = answer.reason
        self.headers = CaseInsensitiveDict(
            {spelled.get(name, name): value for name, value in answer.headers.items()}
        )
        self.content_type = answer.headers.get("content-type")
        self._answer = answer
        self._body: bytes | None = None

    def body(self) -> bytes:
        """The whole body, without its content encoding."""
        return self.read()

    def read(self) -> bytes:
        """The whole body, without its content encoding; the connection is free afterwards."""
        if self._body is None:
            body = bytearray()
            for piece in self._pieces(decompress=True):
                body += piece
                if len(body) > MOST_BYTES:
                    self.close()
                    raise DecodeError("the answer is too long")
            self._body = bytes(body)
        return self._body

    @property
    def content(self) -> bytes:
        return self.read()

    def stream_download(self, pipeline: Any, **kwargs: Any) -> Iterator[bytes]:
        """The body in pieces; undone of its content encoding unless `decompress` is false."""
        return Pieces(self, self._pieces(decompress=bool(kwargs.get("decompress", True))))

    def iter_bytes(self, **kwargs: Any) -> Iterator[bytes]:
        return iter((self._body,)) if self._body is not None else self._pieces(decompress=True)

    def iter_raw(self, **kwargs: Any) -> Iterator[bytes]:
        return self._pieces(decompress=False)

    def close(self) -> None:
        self._answer.close()

    def _pieces(self, *, decompress: bool) -> Iterator[bytes]:
        encoding = self._answer.headers.get("content-encoding", "").lower()
        expander = None
        if decompress and encoding in ("gzip", "deflate"):
            expander = zlib.decompressobj(zlib.MAX_WBITS | 32)
        buffer = memoryview(bytearray(min(self._answer.length or SLICE, SLICE)))
        try:
            while count := self._answer.read_into(buffer):
                piece = bytes(buffer[:count])
                if expander is None:
                    yield piece
                    continue
                while piece:  # what a few bytes expand to comes in pieces, too
                    yield expander.decompress(piece, SLICE)
                    piece = expander.unconsumed_tail
            if expander is not None:
                yield expander.flush()
        except zlib.error as error:
            raise DecodeError("the body cannot be decompressed", error=error) from error
        except ClosedEarly as error:
            raise IncompleteReadError(str(error), error=error) from error
        except TimeoutError as error:
            raise ServiceResponseTimeoutError(str(error), error=error) from error
        except (OSError, WireError) as error:
            raise ServiceResponseError(str(error), error=error) from error
        finally:
            self._answer.close()


def _body_of(request: Any) -> bytes | None:
    """The body as bytes. What the SDK streams it cuts into blocks beforehand, so that
    nothing large comes here in one piece."""
    if getattr(request, "files", None):
        raise InputError("Form uploads are not part of the storage service.")
    data = request.data
    if data is None or isinstance(data, bytes):
        return data
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, bytearray | memoryview):
        return bytes(data)
    if hasattr(data, "read"):
        content = data.read()
        return content.encode() if isinstance(content, str) else bytes(content)
    if isinstance(data, Mapping):
        raise InputError("Form uploads are not part of the storage service.")
    return b"".join(data)
