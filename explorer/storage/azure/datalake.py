"""Real directories over one account's dfs endpoint: the DirectoryStore.

What an upload needs (create, append, flush, rename) is made of requests of our own, as in
`store`: the bytes go out without a copy and with their progress, and the SDK would
percent-decode the source of a rename once more. The rest goes through the SDK, in
`lake_control`; metadata and properties are the blob endpoint's, as in the SDK.

Source: Microsoft's REST pages 'Path - Create' and 'Path - Update' (Data Lake Storage Gen2)
and 'Set Blob Expiry'.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from explorer.base.errors import AlreadyExistsError, InputError, PreconditionFailedError
from explorer.storage.acl import AclEntry
from explorer.storage.api import Progress
from explorer.storage.azure import reading
from explorer.storage.azure.answer import is_number
from explorer.storage.azure.dates import http_date
from explorer.storage.azure.errors import Attempt
from explorer.storage.azure.lake_reading import (
    content_headers,
    path_properties,
    properties_header,
    rename_headers,
)
from explorer.storage.azure.names import blob_path, directory_path
from explorer.storage.azure.rest import Rest, impossible
from explorer.storage.azure.signing import SasSigner
from explorer.storage.directories import (
    ACL_BATCH,
    AclChange,
    PathAccess,
    PathPage,
    PathProperties,
    RecursiveAclProgress,
)
from explorer.storage.model import BlobHeaders, BlobRef, Condition, Written

if TYPE_CHECKING:
    from explorer.storage.azure.lake_control import LakeControl
    from explorer.storage.azure.store import AzureBlobStore


class AzureDirectoryStore:
    """DirectoryStore of one AzureBlobStore, over its connections. Safe from many threads."""

    def __init__(self, store: AzureBlobStore, rest: Rest) -> None:
        self._store = store
        self.rest = rest
        self._controls: LakeControl | None = None

    def __repr__(self) -> str:
        return f"AzureDirectoryStore({self.endpoint!r})"

    @property
    def endpoint(self) -> str:
        return self.rest.endpoint

    @property
    def may_rename(self) -> bool | None:
        signer = self.rest.place.signer
        return sas_renames(signer.token) if isinstance(signer, SasSigner) else True

    def _attempt(self, doing: str, container: str, path: str) -> Attempt:
        return Attempt(self.rest.place, doing, container, path)

    def _control(self) -> LakeControl:
        """What the SDK does for us; made, and the SDK imported, at the first need."""
        if self._controls is None:
            from explorer.storage.azure.lake_control import LakeControl

            self._controls = LakeControl(self._store, self.rest)
        return self._controls

    # -- making and filling ---------------------------------------------------

    def create_directory(
        self,
        container: str,
        path: str,
        *,
        condition: Condition,
        metadata: Mapping[str, str] | None = None,
    ) -> Written:
        _not_root(path, "made")
        with _found_there(condition):
            return self._control().create_directory(container, path, condition, metadata or {})

    def create_file(
        self, container: str, path: str, *, headers: BlobHeaders, condition: Condition
    ) -> Written:
        _not_root(path, "a file")
        fields = {**content_headers(headers), **reading.condition_headers(condition)}
        if headers.metadata:
            fields["x-ms-properties"] = properties_header(headers.metadata)
        with _found_there(condition):
            answer, _ = self.rest.do(
                self._attempt("make the file", container, path),
                "PUT",
                directory_path(container, path),
                {"resource": "file"},
                fields,
                good=(201,),
            )
        return reading.written(answer.headers)

    def append(
        self,
        container: str,
        path: str,
        offset: int,
        data: memoryview | bytes,
        *,
        content_md5: bytes | None = None,
        progress: Progress | None = None,
    ) -> None:
        size_bytes = memoryview(data).nbytes
        if offset < 0 or not size_bytes:
            raise InputError(f"{size_bytes} bytes at {offset} cannot be appended.")
        fields = {"content-length": str(size_bytes)}
        if content_md5 is not None:
            fields["content-md5"] = base64.b64encode(content_md5).decode()
        self.rest.do(
            self._attempt("upload a part of", container, path),
            "PATCH",
            directory_path(container, path),
            {"action": "append", "position": str(offset)},
            fields,
            good=(202,),
            body=data,
            progress=progress,
            may_resend=True,
        )

    def flush(
        self,
        container: str,
        path: str,
        position: int,
        *,
        headers: BlobHeaders,
        condition: Condition,
        close: bool = True,
    ) -> Written:
        fields = {
            "content-length": "0",
            **content_headers(headers),
            **reading.condition_headers(condition),
        }
        if headers.content_md5 is not None:
            fields["x-ms-content-md5"] = base64.b64encode(headers.content_md5).decode()
        answer, _ = self.rest.do(
            self._attempt("complete the upload of", container, path),
            "PATCH",
            directory_path(container, path),
            {"action": "flush", "position": str(position), "close": "true" if close else "false"},
            fields,
            good=(200,),
        )
        return reading.written(answer.headers)

    def rename(
        self,
        container: str,
        source: str,
        destination: str,
        *,
        source_condition: Condition,
        destination_condition: Condition,
    ) -> None:
        _not_root(source, "renamed")
        _not_root(destination, "replaced")
        signer = self.rest.place.signer
        from_where = directory_path(container, source)
        if isinstance(signer, SasSigner):
            # The source is authorised by itself.
            from_where += f"?{signer.token}"
        attempt = self._attempt(f"rename {container}/{source} to", container, destination)
        path = directory_path(container, destination)
        fields = {
            "x-ms-rename-source": from_where,
            **rename_headers(source_condition),
            **reading.condition_headers(destination_condition),
        }
        continuation = ""
        with _found_there(destination_condition):
            while True:
                # A very large directory takes several requests; it appears with the last.
                query = {"mode": "legacy", "continuation": continuation}
                answer, _ = self.rest.do(attempt, "PUT", path, query, fields, good=(201,))
                continuation = answer.headers.get("x-ms-continuation", "")
                if not continuation:
                    return

    # -- removing and looking -------------------------------------------------

    def delete_path(
        self,
        container: str,
        path: str,
        *,
        recursive: bool,
        condition: Condition,
        on_batch: Callable[[], None] | None = None,
    ) -> None:
        _not_root(path, "deleted")
        self._control().delete_path(container, path, recursive, condition, on_batch)

    def list_paths(
        self,
        container: str,
        path: str = "",
        *,
        recursive: bool = False,
        marker: str = "",
        page_size: int = 5000,
        by_name: bool = False,
    ) -> PathPage:
        return self._control().list_paths(
            container, path, recursive=recursive, marker=marker, page_size=page_size,
            by_name=by_name,
        )  # fmt: skip

    def properties(self, container: str, path: str) -> PathProperties:
        _not_root(path, "looked at by itself")
        directory_path(container, path)
        attempt = self._attempt("look at", container, path)
        answer, _ = self._store.rest.do(
            attempt, "HEAD", blob_path(container, path), good=(200,), may_resend=True
        )
        if not is_number(answer.headers.get("content-length", "")):
            raise impossible(attempt, "the answer does not say how large it is")
        metadata = reading.metadata_of(answer.spelled, answer.headers)
        found = reading.blob_properties(BlobRef(container, path), answer.headers, metadata)
        return path_properties(found, answer.headers)

    def set_metadata(
        self, container: str, path: str, metadata: Mapping[str, str], *, condition: Condition
    ) -> Written:
        _not_root(path, "given metadata")
        directory_path(container, path)
        ref = BlobRef(container, path)
        return self._store.set_metadata(ref, dict(metadata), condition=condition)

    def set_headers(
        self, container: str, path: str, headers: BlobHeaders, *, condition: Condition
    ) -> Written:
        _not_root(path, "given headers")
        return self._control().set_headers(container, path, headers, condition)

    def set_expiry(self, container: str, path: str, expires_s: int | None) -> None:
        _not_root(path, "made to expire")
        directory_path(container, path)
        fields = {"x-ms-expiry-option": "NeverExpire"}
        if expires_s is not None:
            fields = {"x-ms-expiry-option": "Absolute", "x-ms-expiry-time": http_date(expires_s)}
        self._store.rest.do(
            self._attempt("set the expiry of", container, path),
            "PUT",
            blob_path(container, path),
            {"comp": "expiry"},
            fields,
            good=(200,),
            may_resend=True,
        )

    # -- access ---------------------------------------------------------------

    def access(self, container: str, path: str, *, by_name: bool = False) -> PathAccess:
        return self._control().access(container, path, by_name=by_name)

    def set_access(
        self,
        container: str,
        path: str,
        *,
        owner: str = "",
        group: str = "",
        permissions: str = "",
        acl: Sequence[AclEntry] = (),
        condition: Condition,
    ) -> Written:
        return self._control().set_access(
            container, path, owner=owner, group=group, permissions=permissions, acl=acl,
            condition=condition,
        )  # fmt: skip

    def change_access_recursive(
        self,
        container: str,
        path: str,
        change: AclChange,
        entries: Sequence[AclEntry],
        *,
        continuation: str = "",
        batch_size: int = ACL_BATCH,
        keep_going: bool = True,
    ) -> RecursiveAclProgress:
        return self._control().change_access_recursive(
            container, path, change, entries, continuation=continuation, batch_size=batch_size,
            keep_going=keep_going,
        )  # fmt: skip


def sas_renames(token: str) -> bool | None:
    """What the letters of a SAS say about renaming and removing. A stored policy may grant
    more; one that is bound to a person grants no more than the access lists. Pure.

    Source: 'Create a service SAS' and 'Create a user delegation SAS', signed permissions.
    """
    fields = parse_qs(token)
    letters = "".join(fields.get("sp", ()))
    if set("wd") <= set(letters):  # enough for a rename, also without m
        return None if {"saoid", "suoid", "sduoid"} & fields.keys() else True
    return None if "si" in fields else False


def _not_root(path: str, what: str) -> None:
    if not path:
        raise InputError(
            f"The root of a container cannot be {what}.", cure="Choose a file or folder in it."
        )


@contextmanager
def _found_there(condition: Condition) -> Iterator[None]:
    """What must not be there and is, is told as such, however the service puts it."""
    try:
        yield
    except PreconditionFailedError as error:
        if condition.if_none_match != "*" or error.code == "SourceConditionNotMet":
            raise
        raise AlreadyExistsError(
            error.message, cure=error.cure, status=error.status, code=error.code,
            request_id=error.request_id,
        ) from None  # fmt: skip
