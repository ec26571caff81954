"""One account's blobs through signed requests of our own: the BlobStore.

What lists, transfers and starts is here: each operation is a path, a few headers and a
few checks, and the SDK's import (230 ms) would be paid at every start of the command
line. What is done now and then goes through the SDK, in `control`.

Source: Microsoft's REST pages of the operation each method names.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from explorer.base.errors import InputError, NotFoundError, QuaysideError, ServiceError
from explorer.base.redact import register_secret
from explorer.storage.api import DELETE_BATCH, Progress, Sink
from explorer.storage.azure import reading
from explorer.storage.azure.answer import is_number
from explorer.storage.azure.blocks import BlockPuts
from explorer.storage.azure.errors import Attempt, refusal
from explorer.storage.azure.listing import (
    block_list_body,
    parse_block_list,
    parse_containers,
    parse_page,
)
from explorer.storage.azure.markup import MarkupError
from explorer.storage.azure.names import blob_path, container_path
from explorer.storage.azure.ranges import read_exactly
from explorer.storage.azure.rest import Rest, check_goes_on, impossible
from explorer.storage.azure.signing import KeySigner, SasSigner, TokenSigner
from explorer.storage.model import (
    AccountInfo,
    BlobHeaders,
    BlobProperties,
    BlobRef,
    BlockList,
    Condition,
    Container,
    ContainerPage,
    Crc64,
    Md5,
    Page,
    RangeRead,
    Written,
)

if TYPE_CHECKING:
    from explorer.storage.azure.control import Control
    from explorer.storage.azure.deleting import Deleter
    from explorer.storage.directories import DirectoryStore

PAGE_LIMIT = 64 << 20
"""Most that is read as one page of a listing."""

_CONTAINER = {"restype": "container"}
_AS_IT_IS: Mapping[str, str] = {}
"""The blob, and no snapshot or version of it."""

COMMIT_WAIT_S = 50.0
"""A commit of 50,000 blocks may take the service this long before it answers."""


class AzureBlobStore:
    """BlobStore over the Blob REST API. Safe from many threads.

    `dfs` are requests to the account's other endpoint where its directories are real.
    """

    def __init__(self, rest: Rest, dfs: Rest | None = None) -> None:
        self.rest = rest
        self._dfs = dfs
        self._blocks = BlockPuts(rest)
        self._controls: Control | None = None

    def __repr__(self) -> str:
        return f"AzureBlobStore({self.endpoint!r})"

    @property
    def endpoint(self) -> str:
        return self.rest.endpoint

    def in_version(self, api_version: str) -> AzureBlobStore:
        """The same in another version of the API, over the same connections."""
        if api_version == self.rest.api_version:
            return self
        dfs = self._dfs.in_version(api_version) if self._dfs is not None else None
        return AzureBlobStore(self.rest.in_version(api_version), dfs)

    def with_directories(self, dfs: Rest | None) -> AzureBlobStore:
        """The same, over the same connections, with real directories or without."""
        return AzureBlobStore(self.rest, dfs)

    @cached_property
    def directories(self) -> DirectoryStore | None:
        """See `BlobStore.directories`; over the same connections."""
        if self._dfs is None:
            return None
        from explorer.storage.azure.datalake import AzureDirectoryStore

        return AzureDirectoryStore(self, self._dfs)

    @cached_property
    def _deleter(self) -> Deleter:
        from explorer.storage.azure.deleting import Deleter  # late, as `copying` below

        return Deleter(self.rest)

    def _attempt(self, doing: str, container: str = "", name: str = "") -> Attempt:
        return Attempt(self.rest.place, doing, container, name)

    # -- the account and its containers ---------------------------------------

    def account_info(self, container: str = "") -> AccountInfo:
        attempt = self._attempt("look up what kind of account it is", container)
        answer, _ = self.rest.do(
            attempt,
            "GET",
            container_path(container) if container else "/",
            {"restype": "account", "comp": "properties"},
            good=(200,),
            may_resend=True,
        )
        return reading.account_info(answer.headers)

    def list_containers(self, *, prefix: str = "", marker: str = "") -> ContainerPage:
        attempt = self._attempt("list the containers")
        _, body = self.rest.do(
            attempt,
            "GET",
            "/",
            {"comp": "list", "prefix": prefix, "marker": marker, "include": "metadata"},
            good=(200,),
            limit=PAGE_LIMIT,
            may_resend=True,
        )
        with readable(attempt):
            page = parse_containers(body)
        check_goes_on(attempt, marker, page.next_marker)
        return page

    def container_properties(self, container: str) -> Container:
        return self._control().container_properties(container)

    def create_container(self, container: str) -> None:
        attempt = self._attempt("make the container", container)
        self.rest.do(attempt, "PUT", container_path(container), _CONTAINER, good=(201,))

    def delete_container(self, container: str) -> None:
        self._control().delete_container(container)

    def _control(self) -> Control:
        """What the SDK does for us; made, and the SDK imported, at the first need."""
        if self._controls is None:
            from explorer.storage.azure.control import Control

            self._controls = Control(self)
        return self._controls

    # -- listing --------------------------------------------------------------

    def list_blobs(
        self,
        container: str,
        *,
        prefix: str = "",
        delimiter: str = "/",
        marker: str = "",
        page_size: int = 5000,
        with_metadata: bool = False,
    ) -> Page:
        attempt = self._attempt("list", container, prefix)
        _, body = self.rest.do(
            attempt,
            "GET",
            container_path(container),
            {
                **_CONTAINER,
                "comp": "list",
                "prefix": prefix,
                "delimiter": delimiter,
                "marker": marker,
                "maxresults": str(page_size) if page_size != 5000 else "",
                "include": "metadata" if with_metadata else "",
            },
            good=(200,),
            limit=PAGE_LIMIT,
            may_resend=True,
        )
        with readable(attempt):
            page = parse_page(body, with_metadata=with_metadata)
        check_goes_on(attempt, marker, page.next_marker)
        return page

    # -- one blob -------------------------------------------------------------

    def properties(self, ref: BlobRef) -> BlobProperties:
        attempt = self._attempt("look at", ref.container, ref.name)
        answer, _ = self.rest.do(
            attempt,
            "HEAD",
            blob_path(ref.container, ref.name),
            _which(ref),
            good=(200,),
            may_resend=True,
        )
        if not is_number(answer.headers.get("content-length", "")):
            raise impossible(attempt, "the answer does not say how large it is")
        metadata = reading.metadata_of(answer.spelled, answer.headers)
        return reading.blob_properties(ref, answer.headers, metadata)

    def read_range(
        self, ref: BlobRef, offset: int, length: int, sink: Sink, *, if_match: str = ""
    ) -> RangeRead:
        if offset < 0 or length <= 0:
            raise InputError(f"A range of {length} bytes at {offset} cannot be read.")
        attempt = self._attempt("read", ref.container, ref.name)
        headers = {"x-ms-range": f"bytes={offset}-{offset + length - 1}"}
        if if_match:
            headers["if-match"] = if_match
        answer = self.rest.ask(
            attempt,
            "GET",
            blob_path(ref.container, ref.name),
            _which(ref),
            headers,
            good=(200, 206),
            may_resend=True,
        )
        try:
            return read_exactly(attempt, answer, offset, length, sink, if_match)
        finally:
            answer.close()

    def put_blob(
        self,
        ref: BlobRef,
        data: memoryview | bytes,
        *,
        headers: BlobHeaders,
        condition: Condition,
        progress: Progress | None = None,
    ) -> Written:
        fields = {
            "x-ms-blob-type": "BlockBlob",
            **reading.stored_headers(headers),
            **reading.condition_headers(condition),
        }
        if headers.content_md5 is not None:
            fields["content-md5"] = fields["x-ms-blob-content-md5"]
        attempt = self._attempt("upload", ref.container, ref.name)
        answer = self.rest.ask(
            attempt,
            "PUT",
            blob_path(ref.container, ref.name),
            headers=fields,
            good=(201,),
            body=data,
            metadata=headers.metadata,
            progress=progress,
        )
        self.rest.finish(attempt, answer)
        return reading.written(answer.headers)

    def put_block(
        self,
        ref: BlobRef,
        block_id: bytes,
        data: memoryview | bytes,
        *,
        digest: Md5 | Crc64 | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._blocks.put(ref, block_id, data, digest, progress)

    def readable_url(self, ref: BlobRef, expires_s: float) -> str:
        from explorer.storage.azure import copying  # late: what only lists needs none of it

        return copying.readable_url(self.rest, ref, expires_s)

    def source_authorization(self) -> str:
        from explorer.storage.azure import copying

        return copying.source_authorization(self.rest)

    def put_blob_from_url(
        self,
        ref: BlobRef,
        source_url: str,
        *,
        headers: BlobHeaders,
        condition: Condition,
        source_if_match: str = "",
        source_md5: bytes | None = None,
        source_authorization: str = "",
    ) -> Written:
        from explorer.storage.azure import copying

        return copying.put_blob_from_url(
            self.rest, ref, source_url, headers=headers, condition=condition,
            source_if_match=source_if_match, source_md5=source_md5,
            source_authorization=source_authorization,
        )  # fmt: skip

    def put_block_from_url(
        self,
        ref: BlobRef,
        block_id: bytes,
        source_url: str,
        offset: int,
        length: int,
        *,
        source_if_match: str = "",
        source_md5: bytes | None = None,
        source_authorization: str = "",
    ) -> None:
        from explorer.storage.azure import copying

        copying.put_block_from_url(
            self.rest, ref, block_id, source_url, offset, length,
            source_if_match=source_if_match, source_md5=source_md5,
            source_authorization=source_authorization,
        )  # fmt: skip

    def block_list(self, ref: BlobRef) -> BlockList:
        attempt = self._attempt("look at the blocks of", ref.container, ref.name)
        answer, body = self.rest.do(
            attempt,
            "GET",
            blob_path(ref.container, ref.name),
            {"comp": "blocklist", "blocklisttype": "all", **_which(ref)},
            good=(200, 404),
            limit=PAGE_LIMIT,
            may_resend=True,
        )
        if answer.status == 404:
            error = refusal(attempt, answer.status, answer.headers, bytes(body))
            if isinstance(error, NotFoundError) and error.code in ("", "BlobNotFound"):
                return BlockList((), ())
            raise error
        with readable(attempt):
            found = parse_block_list(body, answer.headers.get("etag", ""))
        if found.etag and found.uncommitted and not found.committed:
            # A small blob written whole, or (the emulator) no blob at all: only a look tells.
            try:
                self.properties(ref)
            except NotFoundError:
                found = replace(found, etag="")
        return found

    def put_block_list(
        self,
        ref: BlobRef,
        block_ids: Sequence[bytes],
        *,
        headers: BlobHeaders,
        condition: Condition,
    ) -> Written:
        body = block_list_body(block_ids)
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        answer, _ = self.rest.do(
            self._attempt("complete the upload of", ref.container, ref.name),
            "PUT",
            blob_path(ref.container, ref.name),
            {"comp": "blocklist"},
            {
                "content-type": "application/xml",
                "content-md5": base64.b64encode(md5).decode(),
                **reading.stored_headers(headers),
                **reading.condition_headers(condition),
            },
            good=(201,),
            body=body,
            metadata=headers.metadata,
            answer_wait_s=COMMIT_WAIT_S,
        )
        return reading.written(answer.headers)

    def set_metadata(
        self, ref: BlobRef, metadata: dict[str, str], *, condition: Condition
    ) -> Written:
        from explorer.storage.azure import blob_control

        return blob_control.set_metadata(self.rest, ref, metadata, condition)

    def delete_blob(
        self, ref: BlobRef, *, condition: Condition, with_snapshots: bool = True
    ) -> None:
        fields = reading.condition_headers(condition)
        if with_snapshots and not (ref.snapshot or ref.version_id):
            fields["x-ms-delete-snapshots"] = "include"
        self.rest.do(
            self._attempt("delete", ref.container, ref.name),
            "DELETE",
            blob_path(ref.container, ref.name),
            _which(ref),
            fields,
            good=(202,),
        )

    def delete_blobs(
        self, container: str, names: Sequence[str]
    ) -> Iterator[tuple[str, QuaysideError | None]]:
        if len(names) > DELETE_BATCH:
            raise InputError(f"At most {DELETE_BATCH} blobs can be deleted at once.")

        def one_by_one(name: str) -> None:
            self.delete_blob(BlobRef(container, name), condition=Condition.always())

        return self._deleter.delete(container, names, one_by_one)

    def is_lendable(self, *, for_changes: bool) -> bool:
        is_renewed_here = isinstance(self.rest.place.signer, TokenSigner)
        return not is_renewed_here and not (for_changes and self.rest.pool.guard())

    def __reduce__(self) -> tuple[Callable[[Rest], AzureBlobStore], tuple[Rest]]:
        """For another process of ours; it does without the directories."""
        return _taken_over, (self.rest,)

    def close(self) -> None:
        self.rest.close()


def _taken_over(rest: Rest) -> AzureBlobStore:
    signer = rest.place.signer
    if isinstance(signer, KeySigner):
        register_secret(signer.key_text)
    elif isinstance(signer, SasSigner):
        register_secret(signer.token)
    return AzureBlobStore(rest)


def _which(ref: BlobRef) -> Mapping[str, str]:
    is_a_state = ref.snapshot or ref.version_id
    return {"snapshot": ref.snapshot, "versionid": ref.version_id} if is_a_state else _AS_IT_IS


@contextmanager
def readable(attempt: Attempt) -> Iterator[None]:
    """An answer that cannot be read whole is a failure, never an empty answer."""
    try:
        yield
    except MarkupError as error:
        raise ServiceError(f"{attempt}: {error}.", cure="It is tried again.") from None
