"""The store against a real emulator: every method, by key and by SAS."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Iterator

import pytest
from azure.storage.blob import ContainerClient

from explorer.base.errors import (
    AlreadyExistsError,
    ConflictError,
    CredentialExpiredError,
    InputError,
    IntegrityError,
    NetworkError,
    NotAuthorizedError,
    NotFoundError,
    PreconditionFailedError,
    UnsafeNameError,
)
from explorer.service.emulator import Emulator
from explorer.storage.api import BlobStore
from explorer.storage.azure.client import open_store
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.connection import parse
from explorer.storage.crc64 import crc64_of
from explorer.storage.model import BlobHeaders, BlobRef, BlobType, Condition, Crc64, Md5
from tests.integration.storage.connections import (
    WAYS,
    by_account_sas,
    by_blob_sas,
    by_container_sas,
    by_key,
    options,
)

PLAIN = BlobHeaders()
ALWAYS = Condition.always()
HARD_NAMES = [
    "a//b", " %41", "+", "#?&", "日本/ü", "x" * 1024, "dot.", "dots...", "a b", "%2F", "e\u0301",
    "~!$*()'\";:@,=[]{}|^`<>", "/lead", "tail/", "tab\t", "nl\n", "\u202e", "\U0001f600", "..a",
    "end ", "  ", " both ",
]  # fmt: skip


@pytest.fixture(params=list(WAYS))
def store(
    request: pytest.FixtureRequest, azurite: Emulator, container: ContainerClient
) -> Iterator[AzureBlobStore]:
    opened = open_store(WAYS[request.param](azurite, container.container_name), options())
    yield opened
    opened.close()


@pytest.fixture
def keyed(azurite: Emulator) -> Iterator[AzureBlobStore]:
    opened = open_store(by_key(azurite), options())
    yield opened
    opened.close()


def ref(container: ContainerClient, name: str = "x/y") -> BlobRef:
    return BlobRef(container.container_name, name)


def read(store: BlobStore, blob: BlobRef, offset: int, length: int, if_match: str = "") -> bytes:
    pieces: list[bytes] = []
    at = offset

    def sink(where: int, view: memoryview) -> None:
        nonlocal at
        assert where == at
        at += len(view)
        pieces.append(bytes(view))

    store.read_range(blob, offset, length, sink, if_match=if_match)
    return b"".join(pieces)


def test_it_is_a_blob_store(keyed: AzureBlobStore) -> None:
    assert isinstance(keyed, BlobStore)


def test_names_come_back_as_they_went(store: AzureBlobStore, container: ContainerClient) -> None:
    for name in HARD_NAMES:
        blob = ref(container, name)
        receipt = store.put_blob(blob, name.encode(), headers=PLAIN, condition=ALWAYS)
        assert store.properties(blob).etag == receipt.etag
        assert read(store, blob, 0, len(name.encode())) == name.encode()
    assert {blob.name for blob in container.list_blobs()} == set(HARD_NAMES)
    page = store.list_blobs(container.container_name, delimiter="")
    assert {blob.name for blob in page.blobs} == set(HARD_NAMES)
    for name in HARD_NAMES:
        listed = store.list_blobs(container.container_name, prefix=name, delimiter="")
        assert name in [blob.name for blob in listed.blobs]
    outcomes = list(store.delete_blobs(container.container_name, HARD_NAMES))
    assert outcomes == [(name, None) for name in HARD_NAMES]
    assert list(container.list_blobs()) == []


def test_blocks_become_a_blob(store: AzureBlobStore, container: ContainerClient) -> None:
    data = random.Random(1).randbytes(5 << 20)
    ids = [bytes([number]) * 48 for number in range(3)]
    parts = [data[: 2 << 20], data[2 << 20 : 4 << 20], data[4 << 20 :]]
    blob = ref(container)
    told: list[int] = []
    for block_id, part in zip(ids, parts, strict=True):
        digest = Crc64(crc64_of(part))
        store.put_block(blob, block_id, memoryview(part), digest=digest, progress=told.append)
    assert sum(told) == len(data)
    listed = store.block_list(blob)
    assert [(block.block_id, block.size_bytes) for block in listed.uncommitted] == [
        (block_id, len(part)) for block_id, part in zip(ids, parts, strict=True)
    ]
    assert (listed.committed, listed.etag) == ((), "")
    headers = BlobHeaders(
        content_type="text/x; charset=utf-8",
        content_encoding="gzip",
        content_language="ko",
        content_disposition='attachment; filename="a b"',
        cache_control="no-cache",
        content_md5=hashlib.md5(data).digest(),
        metadata={
            "mtime": "2024-01-01T00:00:00.5Z",
            "CamelCase": "a  b",
            "zeta_1": "",
            "zeta1": "z",
        },
    )
    receipt = store.put_block_list(blob, ids, headers=headers, condition=Condition.absent())
    found = store.properties(blob)
    assert (found.etag, found.size_bytes, found.headers.content_md5) == (
        receipt.etag, len(data), hashlib.md5(data).digest(),
    )  # fmt: skip
    assert found.blob_type is BlobType.BLOCK
    assert found.headers.metadata == headers.metadata
    assert found.headers.content_type == headers.content_type
    assert found.headers.content_encoding == "gzip"
    assert found.headers.content_language == "ko"
    assert found.headers.content_disposition == headers.content_disposition
    assert found.headers.cache_control == "no-cache"
    listed = store.block_list(blob)
    assert [block.block_id for block in listed.committed] == ids
    assert listed.etag == receipt.etag
    assert read(store, blob, 0, len(data), receipt.etag) == data
    assert read(store, blob, 3, 2_000_000) == data[3:2_000_003]
    result = store.read_range(blob, len(data) - 1, 1, lambda at, view: None)
    assert (result.etag, result.total_size_bytes) == (receipt.etag, len(data))
    assert result.content_md5 == hashlib.md5(data).digest()


def test_an_unknown_blob_has_no_blocks(store: AzureBlobStore, container: ContainerClient) -> None:
    found = store.block_list(ref(container, "nothing"))
    assert (found.committed, found.uncommitted, found.etag) == ((), (), "")


def test_a_blob_written_whole_keeps_its_etag_in_the_block_list(
    store: AzureBlobStore, container: ContainerClient
) -> None:
    receipt = store.put_blob(ref(container), b"old", headers=PLAIN, condition=ALWAYS)
    store.put_block(ref(container), b"1" * 48, b"new")
    assert store.block_list(ref(container)).etag == receipt.etag


def test_damage_on_the_way_is_refused(store: AzureBlobStore, container: ContainerClient) -> None:
    wrong = hashlib.md5(b"other").digest()
    with pytest.raises(IntegrityError):
        store.put_block(ref(container), b"1" * 48, b"data", digest=Md5(wrong))
    with pytest.raises(IntegrityError):
        store.put_block(ref(container), b"1" * 48, b"data", digest=Crc64(crc64_of(b"other")))
    with pytest.raises(IntegrityError):
        store.put_blob(
            ref(container), b"data", headers=BlobHeaders(content_md5=wrong), condition=ALWAYS
        )


def test_conditions_protect_what_is_there(
    store: AzureBlobStore, container: ContainerClient
) -> None:
    blob = ref(container)
    first = store.put_blob(blob, b"one", headers=PLAIN, condition=Condition.absent())
    with pytest.raises(AlreadyExistsError):
        store.put_blob(blob, b"two", headers=PLAIN, condition=Condition.absent())
    unchanged = Condition.unchanged(first.etag)
    second = store.put_blob(blob, b"two", headers=PLAIN, condition=unchanged)
    store.put_block(blob, b"1" * 48, b"three")
    with pytest.raises(PreconditionFailedError):
        store.put_block_list(blob, [b"1" * 48], headers=PLAIN, condition=unchanged)
    with pytest.raises(PreconditionFailedError):
        store.set_metadata(blob, {"a": "b"}, condition=unchanged)
    with pytest.raises(PreconditionFailedError):
        store.delete_blob(blob, condition=unchanged)
    with pytest.raises(PreconditionFailedError):
        read(store, blob, 0, 3, first.etag)
    assert read(store, blob, 0, 3, second.etag) == b"two"


def test_ranges_that_are_not_there_are_errors(
    store: AzureBlobStore, container: ContainerClient
) -> None:
    store.put_blob(ref(container), b"12345", headers=PLAIN, condition=ALWAYS)
    seen: list[int] = []
    with pytest.raises(IntegrityError):
        store.read_range(ref(container), 3, 10, lambda at, view: seen.append(at))
    with pytest.raises((PreconditionFailedError, IntegrityError)):  # the service, the emulator
        store.read_range(ref(container), 5, 1, lambda at, view: seen.append(at))
    with pytest.raises(InputError):
        store.read_range(ref(container), 0, 0, lambda at, view: seen.append(at))
    assert seen == []


def test_what_the_sink_raises_comes_through(
    store: AzureBlobStore, container: ContainerClient
) -> None:
    store.put_blob(ref(container), b"12345", headers=PLAIN, condition=ALWAYS)

    def full(at: int, view: memoryview) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        store.read_range(ref(container), 0, 5, full)
    assert read(store, ref(container), 0, 5) == b"12345"


def test_metadata_is_replaced(store: AzureBlobStore, container: ContainerClient) -> None:
    headers = BlobHeaders(metadata={"old": "1"})
    first = store.put_blob(ref(container), b"x", headers=headers, condition=ALWAYS)
    second = store.set_metadata(
        ref(container), {"New": "2"}, condition=Condition.unchanged(first.etag)
    )
    found = store.properties(ref(container))
    assert (found.headers.metadata, found.etag) == ({"New": "2"}, second.etag)
    listed = store.list_blobs(container.container_name, delimiter="", with_metadata=True)
    assert listed.blobs[0].metadata == {"New": "2"}
    assert listed.blobs[0].etag == second.etag


@pytest.mark.parametrize("metadata", [{"a-b": "x"}, {"a": "é"}, {"a": "x\r\ny: z"}, {"": "x"}])
def test_metadata_that_headers_cannot_hold_is_refused(
    keyed: AzureBlobStore, container: ContainerClient, metadata: dict[str, str]
) -> None:
    with pytest.raises(InputError):
        keyed.set_metadata(ref(container), metadata, condition=ALWAYS)


def test_listing_by_folders_and_pages(store: AzureBlobStore, container: ContainerClient) -> None:
    name = container.container_name
    names = [f"d{number % 3}/f{number}" for number in range(12)] + ["top", "mark/"]
    for blob in names:
        store.put_blob(BlobRef(name, blob), b"", headers=PLAIN, condition=ALWAYS)
    page = store.list_blobs(name)
    assert [prefix.name for prefix in page.prefixes] == ["d0/", "d1/", "d2/", "mark/"]
    assert [blob.name for blob in page.blobs] == ["top"]
    assert not page.has_more
    inside = store.list_blobs(name, prefix="mark/")
    assert [(blob.name, blob.is_directory) for blob in inside.blobs] == [("mark/", True)]
    found: list[str] = []
    marker = ""
    while True:
        page = store.list_blobs(name, delimiter="", marker=marker, page_size=5)
        assert len(page.blobs) <= 5
        found += [blob.name for blob in page.blobs]
        marker = page.next_marker
        if not page.has_more:
            break
    assert found == sorted(names)


def test_our_listing_is_the_sdks(store: AzureBlobStore, container: ContainerClient) -> None:
    for name in HARD_NAMES[:8]:
        headers = BlobHeaders(content_md5=hashlib.md5(b"x").digest(), metadata={"k": "v"})
        headers = headers if name.isascii() else PLAIN
        store.put_blob(ref(container, name), b"x", headers=headers, condition=ALWAYS)
    ours = store.list_blobs(container.container_name, delimiter="", with_metadata=True).blobs
    theirs = list(container.list_blobs(include=["metadata"]))
    assert [blob.name for blob in ours] == [blob.name for blob in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.size_bytes == other.size
        assert mine.etag.strip('"') == other.etag.strip('"')
        assert mine.last_modified_s == int(other.last_modified.timestamp())
        assert mine.created_s == int(other.creation_time.timestamp())
        assert mine.content_type == other.content_settings.content_type
        md5 = other.content_settings.content_md5
        assert mine.content_md5 == (bytes(md5) if md5 else None)
        assert mine.tier == (other.blob_tier or "")
        assert mine.metadata == dict(other.metadata or {})


def test_deleting_tells_each_outcome(store: AzureBlobStore, container: ContainerClient) -> None:
    for name in ("a", "b"):
        store.put_blob(ref(container, name), b"x", headers=PLAIN, condition=ALWAYS)
    container.get_blob_client("b").create_snapshot()
    outcomes = dict(store.delete_blobs(container.container_name, ["a", "gone", "..", "b"]))
    assert outcomes["a"] is None
    assert outcomes["b"] is None
    assert isinstance(outcomes["gone"], NotFoundError)
    assert isinstance(outcomes[".."], UnsafeNameError)
    assert list(container.list_blobs(include=["snapshots"])) == []


def test_snapshots_are_kept_unless_told(keyed: AzureBlobStore, container: ContainerClient) -> None:
    keyed.put_blob(ref(container), b"one", headers=PLAIN, condition=ALWAYS)
    stamp = str(container.get_blob_client("x/y").create_snapshot()["snapshot"])
    keyed.put_blob(ref(container), b"two", headers=PLAIN, condition=ALWAYS)
    with pytest.raises(ConflictError):
        keyed.delete_blob(ref(container), condition=ALWAYS, with_snapshots=False)
    old = BlobRef(container.container_name, "x/y", snapshot=stamp)
    assert read(keyed, old, 0, 3) == b"one"
    keyed.delete_blob(old, condition=ALWAYS)
    keyed.delete_blob(ref(container), condition=ALWAYS, with_snapshots=False)
    with pytest.raises(NotFoundError):
        keyed.delete_blob(ref(container), condition=ALWAYS)


def test_a_lease_is_a_conflict(store: AzureBlobStore, container: ContainerClient) -> None:
    store.put_blob(ref(container), b"one", headers=PLAIN, condition=ALWAYS)
    lease = container.get_blob_client("x/y").acquire_lease(15)
    with pytest.raises(ConflictError) as caught:
        store.put_blob(ref(container), b"two", headers=PLAIN, condition=ALWAYS)
    assert caught.value.code == "LeaseIdMissing"
    lease.break_lease(0)


def test_blocks_that_are_gone_mean_start_again(
    store: AzureBlobStore, container: ContainerClient
) -> None:
    with pytest.raises(ConflictError) as caught:
        store.put_block_list(ref(container), [b"9" * 48], headers=PLAIN, condition=ALWAYS)
    assert caught.value.code == "InvalidBlockList"


def test_a_foreign_block_id_of_another_length_is_named(
    store: AzureBlobStore, container: ContainerClient
) -> None:
    container.get_blob_client("x/y").stage_block("short", b"x")
    with pytest.raises(ConflictError) as caught:
        store.put_block(ref(container), b"1" * 48, b"x")
    assert "another program" in caught.value.message


def test_containers_are_made_seen_and_deleted(keyed: AzureBlobStore, container_name: str) -> None:
    with pytest.raises(NotFoundError):
        keyed.container_properties(container_name)
    keyed.create_container(container_name)
    with pytest.raises(AlreadyExistsError):
        keyed.create_container(container_name)
    found = keyed.container_properties(container_name)
    (listed,) = keyed.list_containers(prefix=container_name).containers
    assert (found.name, found.etag, found.last_modified_s) == (
        listed.name, listed.etag, listed.last_modified_s,
    )  # fmt: skip
    keyed.delete_container(container_name)
    with pytest.raises(NotFoundError):
        keyed.list_blobs(container_name)


def test_account_info(store: AzureBlobStore, container: ContainerClient) -> None:
    assert store.account_info(container.container_name).kind == "StorageV2"


def test_many_threads_share_a_store(store: AzureBlobStore, container: ContainerClient) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(8):
                blob = ref(container, f"t{number}/{turn}")
                data = bytes([number, turn]) * 50_000
                store.put_blob(blob, data, headers=PLAIN, condition=ALWAYS)
                assert read(store, blob, 0, len(data)) == data
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


# -- refusals ------------------------------------------------------------------------


def test_a_wrong_key_says_what_to_do(azurite: Emulator) -> None:
    text = azurite.connection_string.replace("AccountKey=E", "AccountKey=F")
    store = open_store(parse(text), options())
    with pytest.raises(NotAuthorizedError) as caught:
        store.list_containers()
    assert "does not fit account" in caught.value.cure
    store.close()


def test_an_expired_sas_asks_for_another(azurite: Emulator, container: ContainerClient) -> None:
    from datetime import timedelta

    spec = by_account_sas(azurite, lasts=timedelta(minutes=-1))
    store = open_store(spec, options())
    for what in (store.list_containers, lambda: store.properties(ref(container))):
        with pytest.raises(CredentialExpiredError) as caught:
            what()
        assert spec.secret not in str(caught.value)
        assert "sig=" not in str(caught.value)
    store.close()


def test_a_sas_stays_in_its_place(azurite: Emulator, container: ContainerClient) -> None:
    container.upload_blob("a b", b"12345")
    one = open_store(by_blob_sas(azurite, container.container_name, "a b", "r"), options())
    assert read(one, ref(container, "a b"), 0, 5) == b"12345"
    reader = open_store(by_container_sas(azurite, container.container_name, "r"), options())
    for what in (
        lambda: one.properties(ref(container, "other")),
        lambda: one.list_blobs(container.container_name),
        lambda: reader.list_blobs(container.container_name),
        lambda: reader.list_containers(),
        lambda: reader.put_blob(ref(container), b"", headers=PLAIN, condition=ALWAYS),
        lambda: reader.delete_blob(ref(container, "a b"), condition=ALWAYS),
    ):
        with pytest.raises(NotAuthorizedError):
            what()
    (outcome,) = [error for _, error in reader.delete_blobs(container.container_name, ["a b"])]
    assert isinstance(outcome, NotAuthorizedError)
    one.close()
    reader.close()


def test_a_missing_container_is_told_from_a_missing_blob(
    keyed: AzureBlobStore, container: ContainerClient
) -> None:
    with pytest.raises(NotFoundError) as caught:
        keyed.block_list(BlobRef("no-such-container", "x"))
    assert caught.value.code == "ContainerNotFound"
    with pytest.raises(NotFoundError) as caught:
        keyed.properties(ref(container, "none"))
    assert caught.value.code == "BlobNotFound"
    outcomes = dict(keyed.delete_blobs("no-such-container", ["a", "b"]))
    assert all(isinstance(error, NotFoundError) for error in outcomes.values())


def test_nobody_listens(azurite: Emulator) -> None:
    text = azurite.connection_string.replace(f":{azurite.port}/", ":1/")
    store = open_store(parse(text), options())
    with pytest.raises(NetworkError) as caught:
        store.list_containers()
    assert "not running" in caught.value.message
    store.close()
