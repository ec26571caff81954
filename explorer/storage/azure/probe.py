"""Tests a connection: what it reaches and what it is refused. Never writes anything.

At most a handful of small requests: what kind of account it is, the containers, one page
of one container, one byte of one blob. A refusal is a finding with its reason; that
nobody answers at all is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from explorer.base.errors import (
    NetworkError,
    NotFoundError,
    QuaysideError,
    ServiceError,
    StorageError,
    ThrottledError,
)
from explorer.base.records import dataclass
from explorer.storage.access import Verdict
from explorer.storage.azure.namespace import find_namespace
from explorer.storage.azure.rest import API_VERSION
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection_spec import ConnectionSpec, ScopeLevel
from explorer.storage.model import AccountInfo, Blob, BlobRef, ContainerPage, Page

T = TypeVar("T")

OLDER_VERSIONS = ("2021-12-02", "2020-10-02", "2019-12-12", "2019-07-07", "2017-11-09")
"""Tried in turn where a service (Azure Stack Hub, an old emulator) knows no newer one."""

_VERSION_CODES = frozenset({"InvalidHeaderValue", "UnsupportedRestVersion"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a try gave. `error` is the refusal where the verdict is no; unknown means that
    it could not be tried."""

    verdict: Verdict
    error: QuaysideError | None = None


NOT_TRIED = Finding(Verdict.UNKNOWN)
FOUND = Finding(Verdict.YES)


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. `clock_skew_s` is how far this machine's clock is ahead."""

    list_containers: Finding
    list_blobs: Finding
    read: Finding
    account: AccountInfo
    is_hierarchical: bool | None
    clock_skew_s: float
    api_version: str
    """The version the service accepted: open the store with it from now on."""
    container: str = ""
    """The container that was looked into, empty if there was none."""

    @property
    def refusal(self) -> QuaysideError | None:
        """Why nothing at all worked; None if anything did."""
        findings = (self.list_containers, self.list_blobs, self.read)
        if any(finding.verdict is Verdict.YES for finding in findings):
            return None
        return next((finding.error for finding in findings if finding.error is not None), None)


def probe(store: AzureBlobStore, spec: ConnectionSpec) -> Probe:
    """Try out a connection.

    Raises NetworkError when there is no answer, ThrottledError and ServiceError when
    there is no sensible one.
    """
    store, account = _with_known_version(store, spec)
    scope = spec.scope
    container = scope.container or spec.start.container
    prefix = scope.path if scope.level is ScopeLevel.DIRECTORY else ""
    containers = NOT_TRIED
    if scope.level is ScopeLevel.ACCOUNT:
        listed, containers = _try(store.list_containers)
        container = container or _first_container(listed)
    blobs = read = NOT_TRIED
    page: Page | None = None
    if container and scope.level is not ScopeLevel.BLOB:
        page, blobs = _try(
            lambda: store.list_blobs(
                container, prefix=f"{prefix}/" if prefix else "", delimiter="", page_size=10
            )
        )
    if container:
        read = _try_reading(store, spec, container, page)
    return Probe(
        list_containers=containers,
        list_blobs=blobs,
        read=read,
        account=account,
        is_hierarchical=find_namespace(store, spec, container=container, account=account),
        clock_skew_s=store.rest.clock_skew_s or 0.0,
        api_version=store.rest.api_version,
        container=container,
    )


def _with_known_version(
    store: AzureBlobStore, spec: ConnectionSpec
) -> tuple[AzureBlobStore, AccountInfo]:
    """The store, in a version the service knows, and what kind of account it is."""
    container = spec.scope.container
    for version in (store.rest.api_version, *OLDER_VERSIONS):
        other = store.in_version(version)
        try:
            return other, other.account_info(container)
        except (NetworkError, ServiceError, ThrottledError):
            raise
        except StorageError as error:
            if error.code in _VERSION_CODES and store.rest.api_version == API_VERSION:
                continue
            return other, AccountInfo()
    return store, AccountInfo()


def _try(what: Callable[[], T]) -> tuple[T | None, Finding]:
    try:
        return what(), FOUND
    except (NetworkError, ThrottledError):
        raise
    except ServiceError as error:
        return None, Finding(Verdict.UNKNOWN, error)
    except QuaysideError as error:
        return None, Finding(Verdict.NO, error)


def _first_container(page: ContainerPage | None) -> str:
    """One worth looking into: the special ones are often empty or closed."""
    names = [item.name for item in page.containers] if page is not None else []
    return next((name for name in names if not name.startswith("$")), names[0] if names else "")


def _try_reading(
    store: AzureBlobStore, spec: ConnectionSpec, container: str, page: Page | None
) -> Finding:
    """Read one byte of the blob that was pasted, or of one that is listed."""
    if spec.scope.level is ScopeLevel.BLOB:
        place = spec.start
        ref = BlobRef(container, spec.scope.path, place.snapshot, place.version_id)
        found, finding = _try(lambda: store.properties(ref))
        if found is None or not found.size_bytes:
            return finding
        return _try(lambda: _read_byte(store, ref))[1]
    blob = next((item for item in page.blobs if _is_readable(item)), None) if page else None
    if blob is not None:
        return _try(lambda: _read_byte(store, BlobRef(container, blob.name)))[1]
    if page is None and spec.start.path and not spec.start.path.endswith("/"):
        _, finding = _try(lambda: store.properties(BlobRef(container, spec.start.path)))
        is_told = isinstance(finding.error, NotFoundError) and finding.error.code == "BlobNotFound"
        # It is not there, and we were told so: what is there could be read.
        return FOUND if is_told else finding
    return NOT_TRIED


def _is_readable(blob: Blob) -> bool:
    return blob.size_bytes > 0 and not blob.is_directory and blob.tier != "Archive"


def _read_byte(store: AzureBlobStore, ref: BlobRef) -> None:
    store.read_range(ref, 0, 1, lambda at, view: None)
