"""What is set on blobs, containers and the account, as the SDK sees it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from explorer.base.errors import (
    ConflictError,
    InputError,
    PreconditionFailedError,
    StorageError,
)
from explorer.service.claims import utc_now
from explorer.service.emulator import Emulator
from explorer.storage.azure import blob_control, container_control, leasing
from explorer.storage.azure.account_control import AccountControl
from explorer.storage.azure.client import open_store
from explorer.storage.azure.rest import Rest
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.control_model import (
    ContainerAccess,
    CorsRule,
    PublicAccess,
    StaticWebsite,
    StoredPolicy,
)
from explorer.storage.model import BlobHeaders, BlobRef, Condition

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, ContainerClient


@pytest.fixture
def store(azurite: Emulator) -> Iterator[AzureBlobStore]:
    opened = open_store(parse(azurite.connection_string))
    yield opened
    opened.close()


@pytest.fixture
def rest(store: AzureBlobStore) -> Rest:
    return store.rest


@pytest.fixture
def blob(container: ContainerClient) -> BlobClient:
    return container.upload_blob("a b/ü.txt", b"data", metadata={"Kept": "yes"})


@pytest.fixture
def ref(container: ContainerClient) -> BlobRef:
    return BlobRef(str(container.container_name), "a b/ü.txt")


def test_headers_are_replaced_and_metadata_stays(
    rest: Rest, blob: BlobClient, ref: BlobRef
) -> None:
    before = blob.get_blob_properties()
    headers = BlobHeaders(
        content_type="text/x-log",
        content_encoding="identity",
        content_language="de",
        content_disposition="inline",
        cache_control="no-cache",
        content_md5=bytes(before.content_settings.content_md5 or b""),
        tier="Cool",
    )
    done = blob_control.set_headers(rest, ref, headers, Condition.unchanged(before.etag))
    found = blob.get_blob_properties()
    assert found.etag == done.etag != before.etag
    settings = found.content_settings
    assert settings.content_type == "text/x-log"
    assert settings.content_encoding == "identity"
    assert settings.content_language == "de"
    assert settings.content_disposition == "inline"
    assert settings.cache_control == "no-cache"
    assert settings.content_md5 == before.content_settings.content_md5
    assert found.metadata == {"Kept": "yes"}
    assert found.blob_tier == before.blob_tier
    with pytest.raises(PreconditionFailedError):
        blob_control.set_headers(rest, ref, headers, Condition.unchanged(before.etag))


def test_metadata_is_replaced_under_a_condition(rest: Rest, blob: BlobClient, ref: BlobRef) -> None:
    etag = blob.get_blob_properties().etag
    done = blob_control.set_metadata(rest, ref, {"CamelCase": "a, b=c"}, Condition.unchanged(etag))
    assert blob.get_blob_properties().metadata == {"CamelCase": "a, b=c"}
    with pytest.raises(PreconditionFailedError):
        blob_control.set_metadata(rest, ref, {"x": "y"}, Condition.unchanged(etag))
    blob_control.set_metadata(rest, ref, {}, Condition.unchanged(done.etag))
    assert not blob.get_blob_properties().metadata


def test_tags_go_round(rest: Rest, blob: BlobClient, ref: BlobRef) -> None:
    assert blob_control.tags(rest, ref) == {}
    new = {"project": "a b+c-d./:=_", "Project": "2"}
    blob_control.set_tags(rest, ref, new)
    assert blob_control.tags(rest, ref) == new == blob.get_blob_tags()
    blob_control.set_tags(rest, ref, {})
    assert blob_control.tags(rest, ref) == {}


def test_a_tier_is_set_and_an_archived_blob_comes_back(
    rest: Rest, blob: BlobClient, ref: BlobRef
) -> None:
    for tier in ("Cool", "Hot", "Archive"):
        assert blob_control.set_tier(rest, ref, tier) is False
        assert blob.get_blob_properties().blob_tier == tier
    blob_control.set_tier(rest, ref, "Hot")
    assert blob.get_blob_properties().blob_tier == "Hot"


@pytest.mark.parametrize("of_container", [False, True])
def test_a_lease_is_taken_renewed_broken_and_given_back(
    rest: Rest, blob: BlobClient, ref: BlobRef, of_container: bool
) -> None:
    ref = BlobRef(ref.container, "") if of_container else ref
    lease = leasing.acquire(rest, ref)
    with pytest.raises(ConflictError):
        leasing.acquire(rest, ref)
    leasing.renew(rest, ref, lease)
    leasing.release(rest, ref, lease)
    lease = leasing.acquire(rest, ref, 15)
    assert leasing.break_lease(rest, ref, 0) == 0
    leasing.acquire(rest, ref, 60)
    assert 0 < leasing.break_lease(rest, ref) <= 60
    assert leasing.break_lease(rest, ref, 0) == 0
    for seconds in (0, 14, 61):
        with pytest.raises(InputError):
            leasing.acquire(rest, ref, seconds)


def test_a_leased_blob_changes_only_with_the_leases_id(
    rest: Rest, blob: BlobClient, ref: BlobRef
) -> None:
    lease = leasing.acquire(rest, ref)
    with pytest.raises(StorageError) as caught:
        blob_control.set_metadata(rest, ref, {"a": "b"}, Condition.always())
    assert caught.value.code == "LeaseIdMissing"
    blob_control.set_metadata(rest, ref, {"a": "b"}, Condition.always(), lease)
    assert blob.get_blob_properties().metadata == {"a": "b"}
    leasing.break_lease(rest, ref, 0)


def test_a_finished_copy_cannot_be_stopped(rest: Rest, blob: BlobClient, ref: BlobRef) -> None:
    with pytest.raises(StorageError):
        blob_control.abort_copy(rest, ref, "00000000-0000-0000-0000-000000000000")


def test_a_container_is_made_with_metadata_and_access(
    rest: Rest, container_name: str, store: AzureBlobStore
) -> None:
    container_control.create(rest, container_name, PublicAccess.BLOBS, {"Owner": "me"})
    found = store.container_properties(container_name)
    assert (found.public_access, found.metadata) == ("blob", {"Owner": "me"})
    container_control.set_metadata(rest, container_name, {"Other": "x"})
    assert store.container_properties(container_name).metadata == {"Other": "x"}


def test_stored_policies_and_access_go_round(rest: Rest, container: ContainerClient) -> None:
    name = str(container.container_name)
    assert container_control.access(rest, name) == ContainerAccess()
    now = utc_now().replace(microsecond=0)
    new = ContainerAccess(
        PublicAccess.ALL,
        (
            StoredPolicy("readers <&>", "rl", now, now + timedelta(days=1)),
            StoredPolicy("writers", "rwl", None, now + timedelta(days=1)),
        ),
    )
    container_control.set_access(rest, name, new)
    assert container_control.access(rest, name) == new
    told = container.get_container_access_policy()
    assert [one.id for one in told["signed_identifiers"]] == ["readers <&>", "writers"]
    container_control.set_access(rest, name, ContainerAccess())
    assert container_control.access(rest, name) == ContainerAccess()


def test_the_accounts_settings_go_round(store: AzureBlobStore) -> None:
    control = AccountControl(store)
    before = control.settings()
    rule = CorsRule(
        ("https://a.example", "https://b.example"), ("GET", "PUT"), ("x-*",), ("*",), 60
    )
    control.set_cors([rule])
    control.set_kept_days(3)
    control.set_website(StaticWebsite(True, "index.html", "404.html"))
    found = control.settings()
    assert found.cors == (rule,)
    assert found.kept_days == 3
    assert (found.website.is_enabled, found.website.index_document) == (True, "index.html")
    assert {one.name for one in found.recordings} >= {"logging", "metrics by hour"}
    control.set_cors([])
    control.set_kept_days(None)
    control.set_website(StaticWebsite())
    found = control.settings()
    assert (found.cors, found.kept_days, found.website.is_enabled) == ((), None, False)
    assert before.cors == ()


def test_access_that_was_changed_meanwhile_is_not_replaced(
    rest: Rest, container: ContainerClient
) -> None:
    name = str(container.container_name)
    seen = container_control.access(rest, name)
    other = ContainerAccess(PublicAccess.NOBODY, (StoredPolicy("theirs", "r"),))
    container_control.replace_access(rest, name, seen, other)
    mine = ContainerAccess(PublicAccess.NOBODY, (StoredPolicy("mine", "r"),))
    with pytest.raises(ConflictError, match="meanwhile"):
        container_control.replace_access(rest, name, seen, mine)
    assert container_control.access(rest, name) == other
    container_control.replace_access(rest, name, other, mine)
    assert container_control.access(rest, name) == mine
