"""Paths at the lake server: conditions, renames, continuation, leases, expiry, and refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.filedatalake import ContentSettings, DataLakeFileClient, FileSystemClient

from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake
from tests.support.lake import code_of, paths


def file(filesystem: FileSystemClient, path: str, data: bytes = b"bytes") -> DataLakeFileClient:
    client = filesystem.get_file_client(path)
    client.upload_data(data, overwrite=True)
    return client


# -------------------------------------------------------------- create and content


def test_creating_where_something_is_asks_for_leave(filesystem: FileSystemClient) -> None:
    there = file(filesystem, "a/b")
    only_new: dict[str, Any] = {"match_condition": MatchConditions.IfMissing}
    assert code_of(lambda: there.create_file(**only_new)) == "PathAlreadyExists"
    there.create_file()
    assert there.get_file_properties().size == 0
    assert code_of(lambda: filesystem.create_directory("a/b")) == "PathConflict"
    assert code_of(lambda: filesystem.create_directory("a/b/c")) == "PathConflict"
    assert code_of(filesystem.get_file_client("a").create_file) == "PathConflict"


def test_a_directory_made_again_keeps_what_is_in_it(filesystem: FileSystemClient) -> None:
    file(filesystem, "a/b")
    filesystem.create_directory("a", metadata={"k": "v"})
    assert paths(filesystem) == ["a", "a/b"]
    assert filesystem.get_directory_client("a").get_directory_properties().metadata["k"] == "v"


def test_a_flush_must_fit_what_was_appended(filesystem: FileSystemClient) -> None:
    client = filesystem.get_file_client("f")
    client.create_file()
    client.append_data(b"0123", 0)
    client.append_data(b"89", 8)
    assert code_of(lambda: client.flush_data(10)) == "InvalidFlushPosition"
    assert code_of(lambda: client.flush_data(3)) == "InvalidFlushPosition"
    client.flush_data(4)
    assert client.download_file().readall() == b"0123"


def test_a_flush_keeps_what_comes_later_where_it_is_told(filesystem: FileSystemClient) -> None:
    client = filesystem.get_file_client("f")
    client.create_file()
    client.append_data(b"4567", 4)
    client.append_data(b"0123", 0)
    client.flush_data(4, retain_uncommitted_data=True)
    assert client.download_file().readall() == b"0123"
    client.flush_data(8)
    assert client.download_file().readall() == b"01234567"


def test_an_append_can_flush_too(filesystem: FileSystemClient) -> None:
    client = filesystem.get_file_client("f")
    client.create_file()
    client.append_data(b"all of it", 0, flush=True)
    assert client.download_file().readall() == b"all of it"


def test_an_append_with_a_wrong_sum_is_refused(filesystem: FileSystemClient, lake: Lake) -> None:
    client = filesystem.get_file_client("f")
    client.create_file()
    client.append_data(b"right", 0, validate_content=True)
    assert lake.counts[Op.PATH_APPEND] == 1
    assert lake.log[-1].status == 202


def test_flushing_keeps_metadata_and_content_type(filesystem: FileSystemClient) -> None:
    client = filesystem.get_file_client("f")
    settings = ContentSettings(content_type="text/csv", cache_control="no-store")
    client.create_file(content_settings=settings, metadata={"k": "v"})
    client.append_data(b"1,2", 0)
    client.flush_data(3)
    found = client.get_file_properties()
    assert (found.content_settings.content_type, found.metadata) == ("text/csv", {"k": "v"})
    client.append_data(b"\n", 3)
    client.flush_data(4, content_settings=ContentSettings(content_type="text/plain"))
    found = client.get_file_properties()
    assert (found.content_settings.content_type, found.size) == ("text/plain", 4)
    assert found.content_settings.cache_control == "no-store"


def test_a_flush_obeys_its_condition(filesystem: FileSystemClient) -> None:
    client = filesystem.get_file_client("f")
    first = client.create_file()["etag"]
    client.append_data(b"1", 0)
    only_first: dict[str, Any] = {"etag": first, "match_condition": MatchConditions.IfNotModified}
    client.flush_data(1, **only_first)
    client.append_data(b"2", 1)
    assert code_of(lambda: client.flush_data(2, **only_first)) == "ConditionNotMet"


def test_ranges_are_read(filesystem: FileSystemClient) -> None:
    client = file(filesystem, "f", b"0123456789")
    assert client.download_file(offset=3, length=4).readall() == b"3456"
    assert code_of(lambda: client.download_file(offset=50, length=1)) == "InvalidRange"


# ------------------------------------------------------------------------- rename


def test_a_rename_replaces_a_file_in_one_step(filesystem: FileSystemClient) -> None:
    source, _ = file(filesystem, "new", b"new"), file(filesystem, "d/old", b"old")
    etag = source.get_file_properties().etag
    moved = source.rename_file(f"{filesystem.file_system_name}/d/old")
    assert moved.download_file().readall() == b"new"
    assert moved.get_file_properties().etag == etag
    assert paths(filesystem) == ["d", "d/old"]


def test_a_rename_obeys_conditions_on_both_ends(filesystem: FileSystemClient) -> None:
    source, target = file(filesystem, "s"), file(filesystem, "t")
    where = f"{filesystem.file_system_name}/t"
    assert (
        code_of(lambda: source.rename_file(where, match_condition=MatchConditions.IfMissing))
        == "PathAlreadyExists"
    )
    stale: dict[str, Any] = {"etag": '"0x1"', "match_condition": MatchConditions.IfNotModified}
    assert code_of(lambda: source.rename_file(where, **stale)) == "ConditionNotMet"
    assert (
        code_of(
            lambda: source.rename_file(
                where, source_etag='"0x1"', source_match_condition=MatchConditions.IfNotModified
            )
        )
        == "SourceConditionNotMet"
    )
    fresh = target.get_file_properties().etag
    source.rename_file(where, etag=fresh, match_condition=MatchConditions.IfNotModified)
    assert paths(filesystem) == ["t"]


def test_a_rename_that_cannot_be_changes_nothing(filesystem: FileSystemClient) -> None:
    name = filesystem.file_system_name
    file(filesystem, "a/in/f")
    file(filesystem, "full/f")
    top = filesystem.get_directory_client("a")
    assert code_of(lambda: top.rename_directory(f"{name}/a/in/deeper")) == "InvalidRenameSourcePath"
    assert (
        code_of(lambda: top.rename_directory(f"{name}/none/x"))
        == "RenameDestinationParentPathNotFound"
    )
    assert code_of(lambda: top.rename_directory(f"{name}/full")) == "DirectoryNotEmpty"
    assert (
        code_of(lambda: top.rename_directory(f"{name}/full/f"))
        == "InvalidSourceOrDestinationResourceType"
    )
    nothing = filesystem.get_directory_client("nothing")
    assert code_of(lambda: nothing.rename_directory(f"{name}/x")) == "SourcePathNotFound"
    assert paths(filesystem) == ["a", "a/in", "a/in/f", "full", "full/f"]


def test_a_directory_takes_the_place_of_an_empty_one(filesystem: FileSystemClient) -> None:
    file(filesystem, "a/f")
    filesystem.create_directory("empty")
    filesystem.get_directory_client("a").rename_directory(f"{filesystem.file_system_name}/empty")
    assert paths(filesystem) == ["empty", "empty/f"]


def test_in_posix_mode_a_directory_moves_into_one_that_is_there(
    filesystem: FileSystemClient,
) -> None:
    file(filesystem, "a/f")
    filesystem.create_directory("there")
    filesystem.get_directory_client("a").rename_directory(
        f"{filesystem.file_system_name}/there", mode="posix"
    )
    assert paths(filesystem) == ["there", "there/a", "there/a/f"]


def test_a_move_crosses_filesystems(filesystem: FileSystemClient, lake: Lake) -> None:
    with FileSystemClient.from_connection_string(lake.connection_string, "other") as other:
        other.create_file_system()
        file(filesystem, "a/f", b"far")
        filesystem.get_directory_client("a").rename_directory("other/b")
        assert paths(other) == ["b", "b/f"]
        filesystem.delete_file_system()
        assert other.get_file_client("b/f").download_file().readall() == b"far"


def test_a_rename_in_steps_is_seen_whole_or_not(filesystem: FileSystemClient, lake: Lake) -> None:
    for number in range(5):
        file(filesystem, f"a/{number}")
    lake.limits.rename = 2
    target = filesystem.get_directory_client("b")
    source = f"/{filesystem.file_system_name}/a"
    ask = target._client.path.create
    seen: list[str | None] = []
    token = None
    while token or not seen:
        headers = ask(
            rename_source=source, mode="legacy", continuation=token, cls=lambda _a, _b, h: h
        )
        token = headers["x-ms-continuation"]
        seen.append(token)
        assert paths(filesystem)[0] == ("a" if token else "b")
    assert len(seen) == 3


# ------------------------------------------------------------- delete, list, lease


def test_a_directory_with_something_in_it_needs_recursive(filesystem: FileSystemClient) -> None:
    file(filesystem, "a/f")
    directory = filesystem.get_directory_client("a")
    delete = directory._client.path.delete
    assert code_of(lambda: delete(recursive=False)) == "DirectoryNotEmpty"
    directory.delete_directory()
    assert code_of(directory.delete_directory) == "PathNotFound"


def test_a_deletion_in_steps_follows_its_continuation(
    filesystem: FileSystemClient, lake: Lake
) -> None:
    for number in range(25):
        file(filesystem, f"a/{number % 5}/{number}")
    lake.limits.delete = 10
    delete = filesystem.get_directory_client("a")._client.path.delete
    token, steps = None, 0
    while token or not steps:
        headers = delete(recursive=True, continuation=token, cls=lambda _a, _b, h: h)
        token, steps = headers["x-ms-continuation"], steps + 1
    assert steps == 3
    assert paths(filesystem) == []


def test_listings_page_in_the_order_of_paths(filesystem: FileSystemClient) -> None:
    for path in ("b/x", "a/y/z", "a.txt", "a-b/c", "c"):
        file(filesystem, path)
    whole = paths(filesystem)
    assert whole == ["a", "a/y", "a/y/z", "a-b", "a-b/c", "a.txt", "b", "b/x", "c"]
    for size in (1, 2, 4):
        pages = list(filesystem.get_paths(max_results=size).by_page())
        names = [[path.name for path in page] for page in pages]
        assert all(len(page) <= size for page in names)
        assert list(chain.from_iterable(names)) == whole
    assert paths(filesystem, recursive=False) == ["a", "a-b", "a.txt", "b", "c"]
    assert paths(filesystem, path="a") == ["a/y", "a/y/z"]
    assert paths(filesystem, path="a", recursive=False) == ["a/y"]
    with pytest.raises(ResourceNotFoundError):
        paths(filesystem, path="none")


def test_a_lease_guards_its_file(filesystem: FileSystemClient) -> None:
    client = file(filesystem, "f")
    lease = client.acquire_lease()
    name = filesystem.file_system_name
    client.append_data(b"!", 5, lease=lease)
    assert code_of(lambda: client.flush_data(6)) == "LeaseIdMissing"
    client.flush_data(6, lease=lease)
    assert code_of(client.delete_file) == "LeaseIdMissing"
    assert code_of(lambda: client.rename_file(f"{name}/g")) == "LeaseIdMissing"
    assert client.get_file_properties().lease.state == "leased"
    lease.release()
    client.delete_file()


def test_an_expired_file_is_gone(filesystem: FileSystemClient) -> None:
    client = file(filesystem, "f")
    client.set_file_expiry("Absolute", expires_on=datetime.now(UTC) + timedelta(hours=1))
    (path,) = filesystem.get_paths()
    assert path.expiry_time is not None
    client.set_file_expiry("NeverExpire")
    client.set_file_expiry("RelativeToNow", expires_on=1)
    while client.exists():
        pass
    assert paths(filesystem) == []
    client.create_file()
    assert paths(filesystem) == ["f"]
    filesystem.create_directory("d")
    directory = filesystem.get_file_client("d")
    with pytest.raises(HttpResponseError):
        directory.set_file_expiry("RelativeToNow", expires_on=1000)


def test_properties_and_metadata_are_set(filesystem: FileSystemClient) -> None:
    directory = filesystem.create_directory("d")
    before = directory.get_directory_properties()
    directory.set_metadata({"k": "v"})
    after = directory.get_directory_properties()
    assert after.metadata == {"k": "v", "hdi_isfolder": "true"}
    assert after.etag != before.etag
    client = file(filesystem, "f")
    client.set_http_headers(ContentSettings(content_type="text/html"))
    assert client.get_file_properties().content_settings.content_type == "text/html"


def test_names_that_no_path_can_have_are_refused(filesystem: FileSystemClient) -> None:
    deep = "/".join("d" * 64)
    assert code_of(filesystem.get_file_client(deep).create_file) == "InvalidUri"
    client = filesystem.get_file_client("ümläut ★/a+b %zz & c#.txt")
    client.upload_data(b"odd", overwrite=True)
    assert paths(filesystem) == ["ümläut ★", "ümläut ★/a+b %zz & c#.txt"]
    moved = client.rename_file(f"{filesystem.file_system_name}/plain é")
    assert moved.download_file().readall() == b"odd"


def test_a_missing_filesystem_is_said(lake: Lake) -> None:
    with FileSystemClient.from_connection_string(lake.connection_string, "missing") as nowhere:
        assert code_of(nowhere.get_file_client("f").create_file) == "FilesystemNotFound"
        assert code_of(lambda: list(nowhere.get_paths())) == "FilesystemNotFound"
        nowhere.create_file_system()
        assert code_of(nowhere.create_file_system) == "ContainerAlreadyExists"
        create = nowhere._client.file_system.create
        assert code_of(create) == "FilesystemAlreadyExists"
