"""The test server with a history does to the real SDK what Microsoft's pages say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import (
    BlobServiceClient,
    ContainerClient,
    ResourceTypes,
    RetentionPolicy,
    StandardBlobTier,
    generate_account_sas,
)

from tests.servers.history import HistoryServer
from tests.support.history import ProtectedServer, seen_through


@pytest.fixture
def versioned(history_server: ProtectedServer, container_name: str) -> Iterator[ContainerClient]:
    """A container of an account with versions."""
    with seen_through(history_server(versioning=True), container_name) as client:
        client.create_container()
        yield client


@pytest.fixture
def soft(history_server: ProtectedServer, container_name: str) -> Iterator[ContainerClient]:
    """A container of an account with soft delete of blobs for a week, without versions."""
    with seen_through(history_server(blob_days=7), container_name) as client:
        client.create_container()
        yield client


def put(container: ContainerClient, name: str, data: bytes) -> str:
    """The version id of what was written."""
    told = container.upload_blob(name, data, overwrite=True)
    version = told.get_blob_properties().version_id
    return str(version or "")


def versions_of(container: ContainerClient, name: str) -> list[tuple[str, bool]]:
    rows = container.list_blobs(name_starts_with=name, include=["versions"])
    return [(row.version_id or "", bool(row.is_current_version)) for row in rows]


def test_each_write_makes_a_version(versioned: ContainerClient) -> None:
    first, second = put(versioned, "a", b"one"), put(versioned, "a", b"two")
    assert versions_of(versioned, "a") == [(first, False), (second, True)]
    blob = versioned.get_blob_client("a")
    assert blob.download_blob(version_id=first).readall() == b"one"
    assert blob.download_blob(version_id=second).readall() == b"two"
    assert blob.download_blob().readall() == b"two"


def test_a_version_keeps_its_etag_type_and_metadata(versioned: ContainerClient) -> None:
    blob = versioned.get_blob_client("a")
    blob.upload_blob(b"one", metadata={"Step": "1"})
    before = blob.get_blob_properties()
    blob.set_blob_metadata({"Step": "2"})
    found = blob.get_blob_properties(version_id=before.version_id)
    assert (found.etag, found.metadata, found.size) == (before.etag, {"Step": "1"}, 3)
    assert found.last_modified == before.last_modified
    assert blob.get_blob_properties().metadata == {"Step": "2"}


def test_ranges_and_conditions_of_a_version_hold(versioned: ContainerClient) -> None:
    blob = versioned.get_blob_client("a")
    first = put(versioned, "a", b"0123456789")
    etag = blob.get_blob_properties().etag
    put(versioned, "a", b"other")
    wanted = blob.download_blob(
        offset=2,
        length=3,
        version_id=first,
        etag=etag,
        match_condition=MatchConditions.IfNotModified,
    )
    assert wanted.readall() == b"234"
    with pytest.raises(ResourceModifiedError):
        blob.download_blob(
            version_id=first, etag='"0x0"', match_condition=MatchConditions.IfNotModified
        )


def test_a_deletion_leaves_the_versions(versioned: ContainerClient) -> None:
    first = put(versioned, "a", b"one")
    versioned.delete_blob("a")
    assert versions_of(versioned, "a") == [(first, False)]
    with pytest.raises(ResourceNotFoundError):
        versioned.get_blob_client("a").get_blob_properties()


def test_a_version_is_copied_over_the_blob(versioned: ContainerClient) -> None:
    first = put(versioned, "a", b"one")
    put(versioned, "a", b"two")
    blob = versioned.get_blob_client("a")
    assert blob.start_copy_from_url(f"{blob.url}?versionid={first}")["copy_status"] == "success"
    assert blob.download_blob().readall() == b"one"
    assert len(versions_of(versioned, "a")) == 3


def test_an_old_version_is_deleted_and_the_current_one_is_not(versioned: ContainerClient) -> None:
    first, second = put(versioned, "a", b"one"), put(versioned, "a", b"two")
    blob = versioned.get_blob_client("a")
    blob.delete_blob(version_id=first)
    assert versions_of(versioned, "a") == [(second, True)]
    with pytest.raises(HttpResponseError) as refusal:
        blob.delete_blob(version_id=second)
    assert refusal.value.status_code == 403


def test_a_versions_tier_is_its_own(versioned: ContainerClient) -> None:
    first = put(versioned, "a", b"one")
    put(versioned, "a", b"two")
    blob = versioned.get_blob_client("a")
    blob.set_standard_blob_tier(StandardBlobTier.COOL, version_id=first)
    assert blob.get_blob_properties(version_id=first).blob_tier == "Cool"
    assert blob.get_blob_properties().blob_tier != "Cool"


def test_pages_of_versions_follow_each_other(versioned: ContainerClient) -> None:
    wanted = [(name, put(versioned, name, b"x")) for name in ("a", "b") for _ in range(3)]
    pages = versioned.list_blobs(include=["versions"], results_per_page=2).by_page()
    sizes, found = [], []
    for page in pages:
        rows = [(row.name, row.version_id) for row in page]
        sizes.append(len(rows))
        found += rows
    assert (sizes, found) == ([2, 2, 2], wanted)


def test_a_deleted_blob_is_listed_and_comes_back(soft: ContainerClient) -> None:
    soft.upload_blob("d/a", b"one", metadata={"k": "v"})
    soft.delete_blob("d/a")
    assert [row.name for row in soft.list_blobs()] == []
    (row,) = soft.list_blobs(include=["deleted", "metadata"])
    assert (row.name, row.deleted, row.remaining_retention_days) == ("d/a", True, 7)
    assert row.deleted_time is not None
    assert datetime.now(UTC) - row.deleted_time < timedelta(minutes=1)
    assert (row.size, row.metadata) == (3, {"k": "v"})
    soft.get_blob_client("d/a").undelete_blob()
    assert soft.download_blob("d/a").readall() == b"one"
    assert soft.get_blob_client("d/a").get_blob_properties().metadata == {"k": "v"}


def test_what_an_overwrite_replaced_is_a_deleted_snapshot(soft: ContainerClient) -> None:
    soft.upload_blob("a", b"one")
    soft.upload_blob("a", b"two", overwrite=True)
    rows = list(soft.list_blobs(include=["snapshots", "deleted"]))
    assert [(bool(row.snapshot), bool(row.deleted)) for row in rows] == [
        (True, True),
        (False, False),
    ]
    blob = soft.get_blob_client("a")
    blob.undelete_blob()
    old = soft.get_blob_client("a", snapshot=rows[0].snapshot)
    assert old.download_blob().readall() == b"one"
    assert blob.download_blob().readall() == b"two"


def test_deleted_snapshots_come_back_with_their_blob(soft: ContainerClient) -> None:
    soft.upload_blob("a", b"one")
    mark = str(soft.get_blob_client("a").create_snapshot()["snapshot"])
    with pytest.raises(HttpResponseError):
        soft.delete_blob("a")
    soft.delete_blob("a", delete_snapshots="include")
    rows = list(soft.list_blobs(include=["snapshots", "deleted"]))
    assert [(row.snapshot, row.deleted) for row in rows] == [(mark, True), (None, True)]
    soft.get_blob_client("a").undelete_blob()
    rows = list(soft.list_blobs(include=["snapshots"]))
    assert [row.snapshot for row in rows] == [mark, None]
    assert soft.get_blob_client("a", snapshot=mark).download_blob().readall() == b"one"


def test_nothing_is_undeleted_where_nothing_was(soft: ContainerClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        soft.get_blob_client("never").undelete_blob()


def test_deleted_versions_come_back_without_becoming_current(
    history_server: ProtectedServer, container_name: str
) -> None:
    with seen_through(history_server(versioning=True, blob_days=3), container_name) as client:
        client.create_container()
        first = put(client, "a", b"one")
        second = put(client, "a", b"two")
        client.get_blob_client("a").delete_blob(version_id=first)
        rows = client.list_blobs(include=["versions", "deleted"])
        assert [(row.version_id, bool(row.deleted)) for row in rows] == [
            (first, True),
            (second, False),
        ]
        client.get_blob_client("a").undelete_blob()
        assert versions_of(client, "a") == [(first, False), (second, True)]


def test_a_batch_deletes_softly(soft: ContainerClient) -> None:
    for name in ("a", "b", "c"):
        soft.upload_blob(name, b"x")
    answers = soft.delete_blobs("a", "b", raise_on_any_failure=True)
    assert [answer.status_code for answer in answers] == [202, 202]
    rows = soft.list_blobs(include=["deleted"])
    assert [(row.name, bool(row.deleted)) for row in rows] == [
        ("a", True),
        ("b", True),
        ("c", False),
    ]


def test_the_services_own_settings_switch_soft_delete_of_blobs(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server()
    with BlobServiceClient.from_connection_string(server.connection_string) as account:
        account.set_service_properties(delete_retention_policy=RetentionPolicy(True, 5))
        assert server.protection.blob_days == 5
        assert account.get_service_properties()["delete_retention_policy"].days == 5
        account.set_service_properties(delete_retention_policy=RetentionPolicy(False))
        assert server.protection.blob_days == 0


def test_a_deleted_container_comes_back_with_all_that_is_in_it(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server(container_days=4)
    with BlobServiceClient.from_connection_string(server.connection_string) as account:
        client = account.create_container(container_name)
        client.upload_blob("a", b"one")
        account.delete_container(container_name)
        assert not client.exists()
        assert container_name not in names_of(account)
        (row,) = deleted_of(account, container_name)
        account.undelete_container(container_name, row.version)
        assert client.download_blob("a").readall() == b"one"
        assert deleted_of(account, container_name) == []


def test_a_new_container_leaves_the_deleted_one_of_its_name_restorable(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server(container_days=4)
    with BlobServiceClient.from_connection_string(server.connection_string) as account:
        account.create_container(container_name).upload_blob("old", b"one")
        account.delete_container(container_name)
        account.create_container(container_name).upload_blob("new", b"two")
        (row,) = deleted_of(account, container_name)
        with pytest.raises(HttpResponseError) as refusal:
            account.undelete_container(container_name, row.version)
        assert refusal.value.status_code == 409
        account.delete_container(container_name)
        account.undelete_container(container_name, row.version)
        client = account.get_container_client(container_name)
        assert [found.name for found in client.list_blobs()] == ["old"]


def names_of(account: BlobServiceClient) -> list[str]:
    return [str(row.name) for row in account.list_containers()]


def deleted_of(account: BlobServiceClient, name: str) -> list[Any]:
    rows = account.list_containers(name_starts_with=name, include_deleted=True)
    return [row for row in rows if row.deleted]


def sas_client(server: HistoryServer, container: str, letters: str) -> ContainerClient:
    parts = dict(
        part.split("=", 1) for part in server.connection_string.strip(";").split(";") if part
    )
    token = generate_account_sas(
        parts["AccountName"],
        parts["AccountKey"],
        ResourceTypes(container=True, object=True),
        letters,
        datetime.now(UTC) + timedelta(hours=1),
    )
    return ContainerClient(parts["BlobEndpoint"], container, credential=token)


def test_a_sas_reads_and_deletes_versions_by_its_letters_alone(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server(versioning=True)
    with seen_through(server, container_name) as client:
        client.create_container()
        first = put(client, "a", b"one")
        put(client, "a", b"two")
    with sas_client(server, container_name, "rl") as reader:
        assert versions_of(reader, "a")[0] == (first, False)
        blob = reader.get_blob_client("a")
        assert blob.download_blob(version_id=first).readall() == b"one"
        with pytest.raises(HttpResponseError) as refusal:
            blob.delete_blob(version_id=first)
        assert "AuthorizationPermissionMismatch" in str(refusal.value)
    with sas_client(server, container_name, "rlx") as deleter:
        deleter.get_blob_client("a").delete_blob(version_id=first)
        assert len(versions_of(deleter, "a")) == 1


def test_a_forged_signature_reads_no_version(
    history_server: ProtectedServer, container_name: str
) -> None:
    server = history_server(versioning=True)
    with seen_through(server, container_name) as client:
        client.create_container()
        first = put(client, "a", b"one")
        put(client, "a", b"two")
    forged = server.connection_string.replace("AccountKey=E", "AccountKey=F")
    assert forged != server.connection_string
    with (
        ContainerClient.from_connection_string(forged, container_name) as stranger,
        pytest.raises(HttpResponseError) as refusal,
    ):
        stranger.download_blob("a", version_id=first)
    assert refusal.value.status_code == 403
