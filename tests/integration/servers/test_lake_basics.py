"""The lake server as the data lake SDK sees it: filesystems, files, directories, both APIs."""

from __future__ import annotations

from azure.storage.blob import BlobServiceClient
from azure.storage.filedatalake import DataLakeServiceClient, FileSystemClient

from tests.servers.lake.server import Lake
from tests.support.lake import paths


def test_a_filesystem_has_metadata_and_is_listed(lake: Lake) -> None:
    with DataLakeServiceClient.from_connection_string(lake.connection_string) as service:
        made = service.create_file_system("one", metadata={"made": "here"})
        assert made.get_file_system_properties().metadata == {"made": "here"}
        assert [each.name for each in service.list_file_systems()] == ["one"]
        service.delete_file_system("one")
        assert not made.exists()


def test_a_file_is_what_was_appended_and_flushed(filesystem: FileSystemClient) -> None:
    file = filesystem.get_file_client("a/b/c.txt")
    file.create_file(metadata={"k": "v"})
    file.append_data(b"world", 6)
    file.append_data(b"hello ", 0)
    assert file.get_file_properties().size == 0
    file.flush_data(11)
    assert file.download_file().readall() == b"hello world"
    assert file.get_file_properties().metadata == {"k": "v"}
    assert paths(filesystem) == ["a", "a/b", "a/b/c.txt"]


def test_both_apis_see_the_same(lake: Lake, filesystem: FileSystemClient) -> None:
    filesystem.create_directory("empty/inner")
    with BlobServiceClient.from_connection_string(lake.connection_string) as blobs:
        container = blobs.get_container_client(filesystem.file_system_name)
        container.upload_blob("dir/from-blob", b"12345")
        listed = {blob.name: blob for blob in container.list_blobs(include=["metadata"])}
        assert [blob.name for blob in container.walk_blobs()] == ["dir/", "empty/"]
        assert blobs.get_account_information()["is_hns_enabled"]
    assert paths(filesystem) == ["dir", "dir/from-blob", "empty", "empty/inner"]
    assert listed["empty/inner"].metadata == {"hdi_isfolder": "true"}
    assert listed["dir/from-blob"].size == 5
    assert filesystem.get_file_client("dir/from-blob").download_file().readall() == b"12345"


def test_a_rename_moves_all_below(filesystem: FileSystemClient) -> None:
    filesystem.get_file_client("a/b/c.txt").upload_data(b"1", overwrite=True)
    before = filesystem.get_file_client("a/b/c.txt").get_file_properties()
    filesystem.get_directory_client("a").rename_directory(f"{filesystem.file_system_name}/z")
    assert paths(filesystem) == ["z", "z/b", "z/b/c.txt"]
    after = filesystem.get_file_client("z/b/c.txt").get_file_properties()
    assert (after.etag, after.last_modified) == (before.etag, before.last_modified)


def test_a_directory_goes_with_all_below(filesystem: FileSystemClient) -> None:
    filesystem.get_file_client("a/b/c.txt").upload_data(b"1", overwrite=True)
    filesystem.get_directory_client("a").delete_directory()
    assert paths(filesystem) == []
