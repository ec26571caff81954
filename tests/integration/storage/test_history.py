"""Versions, snapshots and what is deleted, through our store: by key and by container SAS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import ContainerClient, ContainerSasPermissions, generate_container_sas

from explorer.base.errors import (
    AlreadyExistsError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
)
from explorer.storage.azure.client import open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.history import BlobState, HistoryStore, Past, history_of
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from tests.integration.storage.connections import options
from tests.servers.history import HistoryServer
from tests.support.history import ProtectedServer, seen_through

ALWAYS = Condition.always()
ALL = frozenset(Past)


class Account:
    """One account with a history: the server, our store and its past, in one container."""

    def __init__(self, server: HistoryServer, container: str, store: AzureBlobStore) -> None:
        self.server = server
        self.container = container
        self.store = store
        self.past: HistoryStore = history_of(store)

    def put(self, name: str, data: bytes) -> str:
        """The version id of what was written."""
        told = self.store.put_blob(
            self.ref(name), data, headers=BlobHeaders(metadata={"Run": "7"}), condition=ALWAYS
        )
        return told.version_id

    def ref(self, name: str, **which: str) -> BlobRef:
        return BlobRef(self.container, name, **which)

    def states(self, past: frozenset[Past] = ALL, **where: Any) -> tuple[BlobState, ...]:
        return self.past.list_states(self.container, past, **where).states

    def read(self, ref: BlobRef) -> bytes:
        data = bytearray()
        size = self.store.properties(ref).size_bytes
        self.store.read_range(ref, 0, size, lambda _, view: data.extend(view))
        return bytes(data)


Opener = Callable[..., Account]


def sas_of(server: HistoryServer, container: str, letters: str = "rwdlxc") -> str:
    spec = parse(server.connection_string)
    token = generate_container_sas(
        spec.account,
        container,
        spec.secret,
        permission=ContainerSasPermissions.from_string(letters),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    return f"{spec.blob_endpoint}/{container}?{token}"


@pytest.fixture(params=["key", "container SAS"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(history_server: ProtectedServer, container_name: str, way: str) -> Iterator[Opener]:
    with ExitStack() as stack:

        def open_one(**protection: Any) -> Account:
            server = history_server(**protection)
            with seen_through(server, container_name) as client:
                client.create_container()
            text = server.connection_string if way == "key" else sas_of(server, container_name)
            store = open_store(parse(text), options())
            stack.callback(store.close)
            return Account(server, container_name, store)

        yield open_one


def test_versions_are_listed_oldest_first_and_the_current_one_is_known(opened: Opener) -> None:
    account = opened(versioning=True)
    first, second = account.put("a", b"one"), account.put("a", b"three")
    states = account.states(frozenset({Past.VERSIONS}))
    assert [(s.version_id, s.is_current, s.blob.size_bytes) for s in states] == [
        (first, False, 3),
        (second, True, 5),
    ]
    assert states[0].blob.metadata == {"Run": "7"}
    assert states[0].made_s < states[1].made_s
    assert account.read(states[0].ref(account.container)) == b"one"


def test_a_version_is_promoted_only_over_what_was_looked_at(opened: Opener) -> None:
    account = opened(versioning=True)
    first = account.put("a", b"one")
    account.put("a", b"two")
    now = account.store.properties(account.ref("a"))
    source = account.ref("a", version_id=first)
    with pytest.raises(PreconditionFailedError):
        account.past.copy_over(source, account.ref("a"), condition=Condition.unchanged('"0x1"'))
    account.past.copy_over(source, account.ref("a"), condition=Condition.unchanged(now.etag))
    assert account.read(account.ref("a")) == b"one"
    assert account.store.properties(account.ref("a")).headers.metadata == {"Run": "7"}


def test_a_deleted_blob_of_a_versioned_account_is_copied_back(opened: Opener) -> None:
    account = opened(versioning=True)
    first = account.put("a", b"one")
    account.store.delete_blob(account.ref("a"), condition=ALWAYS)
    source = account.ref("a", version_id=first)
    account.past.copy_over(source, account.ref("a"), condition=Condition.absent())
    assert account.read(account.ref("a")) == b"one"
    with pytest.raises((PreconditionFailedError, AlreadyExistsError)):
        account.past.copy_over(source, account.ref("a"), condition=Condition.absent())


def test_an_old_version_is_deleted_and_comes_back(opened: Opener) -> None:
    account = opened(versioning=True, blob_days=9)
    first = account.put("a", b"one")
    account.put("a", b"two")
    account.store.delete_blob(account.ref("a", version_id=first), condition=ALWAYS)
    old = account.states()[0]
    assert (old.version_id, old.is_deleted, old.remaining_days) == (first, True, 9)
    account.past.undelete_blob(account.ref("a"))
    assert [s.is_deleted for s in account.states()] == [False, False]


def test_a_deleted_blob_is_listed_with_its_days_and_undeleted(opened: Opener) -> None:
    account = opened(blob_days=7)
    account.put("f/a", b"one")
    account.store.delete_blob(account.ref("f/a"), condition=ALWAYS)
    (gone,) = account.states(frozenset({Past.DELETED}), prefix="f/", delimiter="/")
    assert (gone.name, gone.is_deleted, gone.remaining_days) == ("f/a", True, 7)
    assert gone.deleted_s > 0
    assert gone.ref(account.container) == account.ref("f/a")
    account.past.undelete_blob(account.ref("f/a"))
    assert account.read(account.ref("f/a")) == b"one"
    with pytest.raises(NotFoundError):
        account.past.undelete_blob(account.ref("f/never"))


def test_a_folder_of_deleted_blobs_is_a_prefix_of_the_listing(opened: Opener) -> None:
    account = opened(blob_days=7)
    account.put("f/a", b"one")
    account.store.delete_blob(account.ref("f/a"), condition=ALWAYS)
    page = account.past.list_states(account.container, ALL, delimiter="/")
    assert [prefix.name for prefix in page.prefixes] == ["f/"]


def test_a_snapshot_is_taken_listed_and_promoted(opened: Opener) -> None:
    account = opened()
    account.put("a", b"one")
    mark = account.past.snapshot_blob(account.ref("a"), condition=ALWAYS)
    account.put("a", b"two")
    old, now = account.states(frozenset({Past.SNAPSHOTS}))
    assert (old.snapshot, old.is_current, now.is_current) == (mark, False, True)
    account.past.copy_over(old.ref(account.container), account.ref("a"), condition=ALWAYS)
    assert account.read(account.ref("a")) == b"one"


def test_pages_of_states_follow_each_other(opened: Opener) -> None:
    account = opened(versioning=True)
    marks = [account.put(name, b"x") for name in ("a", "b&c") for _ in range(3)]
    found, marker, pages = [], "", 0
    while marker or not pages:
        page = account.past.list_states(account.container, ALL, marker=marker, page_size=4)
        found += [state.version_id for state in page.states]
        marker, pages = page.next_marker, pages + 1
    assert (found, pages) == (marks, 2)


def test_what_an_account_keeps_is_told_by_its_settings(
    history_server: ProtectedServer, container: ContainerClient
) -> None:
    server = history_server()
    store = open_store(parse(server.connection_string), options())
    try:
        from azure.storage.blob import BlobServiceClient, RetentionPolicy

        with BlobServiceClient.from_connection_string(server.connection_string) as client:
            client.set_service_properties(delete_retention_policy=RetentionPolicy(True, 5))
            assert history_of(store).retention().blob_days == 5
            client.set_service_properties(delete_retention_policy=RetentionPolicy(False))
        assert history_of(store).retention().blob_days == 0
    finally:
        store.close()


def test_a_deleted_container_is_listed_and_restored(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server(container_days=3)
    store = open_store(parse(server.connection_string), options())
    try:
        past = history_of(store)
        store.create_container(container_name)
        store.put_blob(
            BlobRef(container_name, "a"), b"one", headers=BlobHeaders(), condition=ALWAYS
        )
        store.delete_container(container_name)
        (gone,) = past.list_deleted_containers(prefix=container_name).containers
        assert (gone.name, gone.remaining_days) == (container_name, 3)
        past.restore_container(gone.name, gone.version)
        assert store.properties(BlobRef(container_name, "a")).size_bytes == 3
        assert past.list_deleted_containers(prefix=container_name).containers == ()
        with pytest.raises(NotFoundError):
            past.restore_container(gone.name, gone.version)
    finally:
        store.close()


def test_a_sas_that_may_not_delete_versions_is_refused(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server(versioning=True)
    with seen_through(server, container_name) as client:
        client.create_container()
    store = open_store(parse(sas_of(server, container_name, "rwdlc")), options())
    try:
        account = Account(server, container_name, store)
        first = account.put("a", b"one")
        account.put("a", b"two")
        with pytest.raises(NotAuthorizedError):
            store.delete_blob(account.ref("a", version_id=first), condition=ALWAYS)
    finally:
        store.close()
