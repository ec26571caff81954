"""The blob API of the lake server, through azure-storage-blob on the same port."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.core import MatchConditions
from azure.storage.blob import (
    BlobBlock,
    BlobPrefix,
    BlobServiceClient,
    ContainerClient,
    StandardBlobTier,
    generate_container_sas,
)
from azure.storage.filedatalake import FileSystemClient

from tests.servers.lake.server import Lake
from tests.support.lake import code_of, paths


@pytest.fixture
def container(lake: Lake, filesystem: FileSystemClient) -> Iterator[ContainerClient]:
    name = filesystem.file_system_name
    with ContainerClient.from_connection_string(lake.connection_string, name) as client:
        yield client


def test_writing_a_blob_makes_the_directories_above(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    container.upload_blob("a/b/c", b"12345")
    assert paths(filesystem) == ["a", "a/b", "a/b/c"]
    found = container.get_blob_client("a/b").get_blob_properties()
    assert (found.size, found.metadata) == (0, {"hdi_isfolder": "true"})
    assert code_of(lambda: container.upload_blob("a/b/c/d", b"")) == "PathConflict"
    assert (
        code_of(lambda: container.upload_blob("a/b", b"1", overwrite=True))
        == "OperationNotSupportedOnDirectory"
    )


def test_an_empty_blob_with_the_mark_is_a_directory(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    container.upload_blob("x/y", b"", metadata={"hdi_isfolder": "true"})
    assert [path.is_directory for path in filesystem.get_paths()] == [True, True]


def test_listings_show_directories_as_the_service_does(container: ContainerClient) -> None:
    for name in ("b/x", "a/y/z", "a.txt", "c&d"):
        container.upload_blob(name, b"1", metadata={"k": "<v>"})
    whole = ["a", "a/y", "a/y/z", "a.txt", "b", "b/x", "c&d"]
    assert [blob.name for blob in container.list_blobs()] == whole
    for size in (1, 3):
        pages = list(container.list_blobs(results_per_page=size).by_page())
        assert [blob.name for page in pages for blob in page] == whole
        walked = container.walk_blobs(results_per_page=size)
        assert sorted(each.name for each in walked) == ["a.txt", "a/", "b/", "c&d"]
    inner = list(container.walk_blobs(name_starts_with="a/"))
    assert [(each.name, type(each)) for each in inner] == [("a/y/", BlobPrefix)]
    assert [blob.name for blob in container.list_blobs(name_starts_with="a")] == whole[:4]
    (blob,) = container.list_blobs(name_starts_with="b/", include=["metadata"])
    assert (blob.metadata, blob.size, blob.blob_tier) == ({"k": "<v>"}, 1, "Hot")
    assert code_of(lambda: list(container.walk_blobs(delimiter="-"))) == (
        "InvalidQueryParameterValue"
    )


def test_blocks_are_no_blob_until_they_are_committed(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    blob = container.get_blob_client("d/blocks")
    ids = [base64.b64encode(bytes([number])).decode() for number in range(3)]
    for each in ids:
        blob.stage_block(each, b"xy")
    assert paths(filesystem) == []
    assert [block.size for block in blob.get_block_list("all")[1]] == [2, 2, 2]
    assert [each.name for each in container.list_blobs(include=["uncommittedblobs"])] == [
        "d/blocks"
    ]
    blob.commit_block_list([BlobBlock(each) for each in ids])
    assert blob.download_blob().readall() == b"xyxyxy"
    assert paths(filesystem) == ["d", "d/blocks"]


def test_the_two_apis_do_not_write_one_file(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    container.upload_blob("f", b"blob")
    file = filesystem.get_file_client("f")
    assert code_of(lambda: file.append_data(b"!", 4)) == "InvalidFlushOperation"
    file.create_file()
    file.append_data(b"dfs", 0, flush=True)
    assert container.get_blob_client("f").get_block_list("all") == ([], [])


def test_conditions_and_ranges_reach_the_blob(container: ContainerClient) -> None:
    blob = container.upload_blob("f", b"0123456789")
    etag = blob.get_blob_properties().etag
    assert blob.download_blob(offset=2, length=3).readall() == b"234"
    assert code_of(lambda: container.upload_blob("f", b"")) == "BlobAlreadyExists"
    blob.upload_blob(b"new", overwrite=True, etag=etag, match_condition=_SAME)
    assert (
        code_of(lambda: blob.upload_blob(b"", overwrite=True, etag=etag, match_condition=_SAME))
        == "ConditionNotMet"
    )
    assert code_of(container.get_blob_client("none").download_blob) == "BlobNotFound"


_SAME = MatchConditions.IfNotModified


def test_a_blob_moves_with_its_directory_while_it_is_read(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    data = bytes(range(256)) * 20_000
    blob = container.upload_blob("a/big", data)
    chunks = blob.download_blob().chunks()
    first = next(chunks)
    filesystem.get_directory_client("a").rename_directory(f"{filesystem.file_system_name}/b")
    assert first + b"".join(chunks) == data
    assert code_of(blob.get_blob_properties) == "BlobNotFound"


def test_a_directory_goes_as_a_blob_only_when_it_is_empty(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    container.upload_blob("a/f", b"")
    assert code_of(lambda: container.delete_blob("a")) == "DirectoryIsNotEmpty"
    container.delete_blob("a/f")
    assert paths(filesystem) == ["a"]
    container.delete_blob("a")
    assert paths(filesystem) == []


def test_a_copy_within_the_account(lake: Lake, container: ContainerClient) -> None:
    source = container.upload_blob("a/f", b"copied", metadata={"k": "v"})
    target = container.get_blob_client("b/f")
    target.start_copy_from_url(source.url)
    found = target.get_blob_properties()
    assert target.download_blob().readall() == b"copied"
    assert (found.copy.source, found.metadata) == (source.url, {"k": "v"})
    later = datetime.now(UTC) + timedelta(hours=1)
    name = container.container_name
    for letters, is_read in (("cw", False), ("rcw", True)):
        token = generate_container_sas(
            lake.account, name, lake.key, permission=letters, expiry=later
        )
        with ContainerClient(lake.endpoint, name, credential=token) as other:
            copy = other.get_blob_client(f"by-sas-{is_read}")
            if is_read:
                copy.start_copy_from_url(f"{source.url}?{token}")
            else:
                url = f"{source.url}?{token}"
                code = code_of(lambda copy=copy, url=url: copy.start_copy_from_url(url))  # type: ignore[misc]
                assert code == "AuthorizationPermissionMismatch"


def test_a_batch_answers_for_each(container: ContainerClient) -> None:
    for name in ("1", "2", "dir/3"):
        container.upload_blob(name, b"")
    answers = container.delete_blobs("1", "none", "dir", "2", raise_on_any_failure=False)
    assert [answer.status_code for answer in answers] == [202, 404, 409, 202]
    assert [blob.name for blob in container.list_blobs()] == ["dir", "dir/3"]
    container.set_standard_blob_tier_blobs(StandardBlobTier.COOL, "dir/3")
    assert container.get_blob_client("dir/3").get_blob_properties().blob_tier == "Cool"


def test_a_hierarchical_account_says_what_it_lacks(lake: Lake, container: ContainerClient) -> None:
    blob = container.upload_blob("f", b"")
    unsupported = "FeatureNotYetSupportedForHierarchicalNamespaceAccounts"
    assert code_of(blob.get_blob_tags) == "InvalidQueryParameterValue"
    assert code_of(lambda: container.upload_blob("g", b"", tags={"a": "b"})) == unsupported
    assert code_of(blob.create_snapshot) == unsupported
    with BlobServiceClient.from_connection_string(lake.connection_string) as service:
        assert code_of(lambda: list(service.find_blobs_by_tags("a='b'"))) == (
            "InvalidQueryParameterValue"
        )
        assert service.get_account_information()["is_hns_enabled"]
        assert [each.name for each in service.list_containers()] == [container.container_name]
        assert service.get_service_properties()


def test_properties_say_what_the_path_is(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    blob = container.upload_blob("f", b"")
    filesystem.get_file_client("f").set_access_control(permissions="0700")
    seen: dict[str, str] = {}
    blob.get_blob_properties(
        raw_response_hook=lambda answer: seen.update(answer.http_response.headers)
    )
    assert (seen["x-ms-resource-type"], seen["x-ms-permissions"]) == ("file", "rwx------")


def test_metadata_keeps_its_letters_and_spaces(
    container: ContainerClient, filesystem: FileSystemClient
) -> None:
    metadata = {"CamelCase": "a  b", "zeta_1": "", "x": "y, z=1"}
    blob = container.upload_blob("f", b"", metadata=metadata)
    assert blob.get_blob_properties().metadata == metadata
    filesystem.get_file_client("g").create_file(metadata=metadata)
    assert filesystem.get_file_client("g").get_file_properties().metadata == metadata
    listed = {each.name: each.metadata for each in container.list_blobs(include=["metadata"])}
    # An empty element is nothing to the SDK.
    assert listed["g"] == {**metadata, "zeta_1": None}
