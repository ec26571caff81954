"""What a SAS may do at the lake server, with SAS that the SDKs made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.filedatalake import (
    AccessPolicy,
    DataLakeFileClient,
    DataLakeServiceClient,
    FileSystemClient,
    generate_account_sas,
    generate_directory_sas,
    generate_file_sas,
    generate_file_system_sas,
)

from tests.servers.lake.server import Lake
from tests.support.lake import code_of

HOUR = timedelta(hours=1)


def later() -> datetime:
    return datetime.now(UTC) + HOUR


@pytest.fixture
def full(filesystem: FileSystemClient) -> FileSystemClient:
    for path in ("top/in/file", "top/other", "beside"):
        filesystem.get_file_client(path).upload_data(b"bytes", overwrite=True)
    return filesystem


def opened(lake: Lake, full: FileSystemClient, token: str) -> FileSystemClient:
    return FileSystemClient(lake.endpoint, full.file_system_name, credential=token)


def filesystem_sas(lake: Lake, full: FileSystemClient, letters: str, **more: Any) -> str:
    more.setdefault("expiry", later())
    return generate_file_system_sas(lake.account, full.file_system_name, lake.key, letters, **more)


def directory_sas(lake: Lake, full: FileSystemClient, letters: str, path: str = "top") -> str:
    return generate_directory_sas(
        lake.account, full.file_system_name, path, lake.key, letters, later()
    )


def test_a_filesystem_sas_reads_and_lists(lake: Lake, full: FileSystemClient) -> None:
    with opened(lake, full, filesystem_sas(lake, full, "rl")) as seen:
        assert len(list(seen.get_paths())) == 5
        assert seen.get_file_client("beside").download_file().readall() == b"bytes"
        file = seen.get_file_client("beside")
        assert code_of(file.delete_file) == "AuthorizationPermissionMismatch"
        assert code_of(file.create_file) == "AuthorizationPermissionMismatch"
        assert code_of(seen.get_file_system_properties) == "AuthorizationFailure"


def test_creating_alone_does_not_write_over(lake: Lake, full: FileSystemClient) -> None:
    with opened(lake, full, filesystem_sas(lake, full, "c")) as seen:
        seen.get_file_client("new").create_file()
        file = seen.get_file_client("beside")
        assert code_of(file.create_file) == "AuthorizationPermissionMismatch"


def test_a_wrong_signature_is_refused(lake: Lake, full: FileSystemClient) -> None:
    token = filesystem_sas(lake, full, "rl").replace("sp=rl", "sp=rwl")
    with opened(lake, full, token) as seen:
        assert code_of(lambda: list(seen.get_paths())) == "AuthenticationFailed"


@pytest.mark.parametrize(
    "times",
    [{"expiry": datetime.now(UTC) - HOUR}, {"start": datetime.now(UTC) + HOUR}],
    ids=["past", "to come"],
)
def test_a_sas_out_of_its_time_is_refused(
    lake: Lake, full: FileSystemClient, times: dict[str, datetime]
) -> None:
    with opened(lake, full, filesystem_sas(lake, full, "rl", **times)) as seen:
        assert code_of(lambda: list(seen.get_paths())) == "AuthenticationFailed"


def test_protocol_and_address_are_checked(lake: Lake, full: FileSystemClient) -> None:
    for more, code in (
        ({"protocol": "https"}, "AuthorizationProtocolMismatch"),
        ({"ip": "10.0.0.1-10.0.0.9"}, "AuthorizationSourceIPMismatch"),
    ):
        with opened(lake, full, filesystem_sas(lake, full, "l", **more)) as seen:
            assert code_of(lambda seen=seen: list(seen.get_paths())) == code  # type: ignore[misc]


def test_a_directory_sas_ends_at_its_directory(lake: Lake, full: FileSystemClient) -> None:
    with opened(lake, full, directory_sas(lake, full, "racwdlmeop")) as seen:
        assert [path.name for path in seen.get_paths("top/in")] == ["top/in/file"]
        assert len(list(seen.get_paths("top"))) == 3
        assert seen.get_file_client("top/in/file").download_file().readall() == b"bytes"
        assert code_of(lambda: list(seen.get_paths())) == "AuthenticationFailed"
        beside = seen.get_file_client("beside")
        assert code_of(beside.create_file) == "AuthenticationFailed"
        seen.get_directory_client("top/in").delete_directory()
    with ContainerClient(
        lake.endpoint, full.file_system_name, credential=directory_sas(lake, full, "rl")
    ) as container:
        names = [blob.name for blob in container.list_blobs(name_starts_with="top/")]
        assert names == ["top/other"]
        assert code_of(lambda: list(container.list_blobs())) == "AuthenticationFailed"
        inner = container.get_blob_client("top/other")
        assert code_of(inner.get_account_information) == "AuthorizationFailure"


def test_a_deeper_directory_sas_is_not_for_the_directory_above(
    lake: Lake, full: FileSystemClient
) -> None:
    with opened(lake, full, directory_sas(lake, full, "rl", "top/in")) as seen:
        assert [path.name for path in seen.get_paths("top/in")] == ["top/in/file"]
        assert code_of(lambda: list(seen.get_paths("top"))) == "AuthenticationFailed"


def test_a_file_sas_is_for_that_file(lake: Lake, full: FileSystemClient) -> None:
    token = generate_file_sas(
        lake.account, full.file_system_name, "top", "other", lake.key, "r", later()
    )
    with opened(lake, full, token) as seen:
        assert seen.get_file_client("top/other").download_file().readall() == b"bytes"
        assert code_of(seen.get_file_client("beside").download_file) == "AuthenticationFailed"


def test_a_rename_needs_to_move_or_to_write_and_delete(lake: Lake, full: FileSystemClient) -> None:
    name = full.file_system_name
    for letters, is_enough in (("m", True), ("wd", True), ("w", False), ("d", False)):
        with opened(lake, full, directory_sas(lake, full, letters)) as seen:
            file = seen.get_file_client("top/other")
            if is_enough:
                file.rename_file(f"{name}/top/moved")
                full.get_file_client("top/moved").rename_file(f"{name}/top/other")
            else:
                assert (
                    code_of(lambda file=file: file.rename_file(f"{name}/top/moved"))  # type: ignore[misc]
                    == "AuthorizationPermissionMismatch"
                )


def test_a_rename_checks_the_sas_of_its_source(lake: Lake, full: FileSystemClient) -> None:
    with opened(lake, full, directory_sas(lake, full, "racwdlm", "top/in")) as seen:
        file = seen.get_file_client("top/in/file")
        code = code_of(lambda: file.rename_file(f"{full.file_system_name}/top/out"))
        assert code == "AuthenticationFailed"


def test_access_control_has_letters_of_its_own(lake: Lake, full: FileSystemClient) -> None:
    acl = "user::rwx,group::r-x,other::---"
    with opened(lake, full, directory_sas(lake, full, "rwl")) as seen:
        file = seen.get_file_client("top/other")
        assert (
            code_of(lambda: file.set_access_control(acl=acl)) == "AuthorizationPermissionMismatch"
        )
        assert code_of(file.get_access_control) == "AuthorizationPermissionMismatch"
    with opened(lake, full, directory_sas(lake, full, "ep")) as seen:
        file = seen.get_file_client("top/other")
        file.set_access_control(acl=acl)
        assert file.get_access_control()["acl"] == acl
        assert (
            code_of(lambda: file.set_access_control(owner="me"))
            == "AuthorizationPermissionMismatch"
        )


def test_an_account_sas_is_for_its_types(lake: Lake, full: FileSystemClient) -> None:
    everything = generate_account_sas(lake.account, lake.key, "sco", "rwdlac", later())
    with DataLakeServiceClient(lake.endpoint, credential=everything) as service:
        assert [each.name for each in service.list_file_systems()] == [full.file_system_name]
        service.create_file_system("two").delete_file_system()
    objects = generate_account_sas(lake.account, lake.key, "o", "rl", later())
    with BlobServiceClient(lake.endpoint, credential=objects) as blobs:
        assert code_of(lambda: list(blobs.list_containers())) == (
            "AuthorizationResourceTypeMismatch"
        )
        blob = blobs.get_blob_client(full.file_system_name, "beside")
        assert blob.download_blob().readall() == b"bytes"


def test_a_stored_policy_says_what_a_sas_leaves_out(lake: Lake, full: FileSystemClient) -> None:
    policy = AccessPolicy(permission="rl", expiry=later(), start=datetime.now(UTC) - HOUR)
    full.set_file_system_access_policy({"readers": policy})
    token = generate_file_system_sas(
        lake.account, full.file_system_name, lake.key, policy_id="readers"
    )
    with opened(lake, full, token) as seen:
        assert len(list(seen.get_paths())) == 5
    full.set_file_system_access_policy({})
    with opened(lake, full, token) as seen:
        assert code_of(lambda: list(seen.get_paths())) == "AuthenticationFailed"


def test_without_or_with_a_wrong_key_nothing_is_told(lake: Lake, full: FileSystemClient) -> None:
    name = full.file_system_name
    with FileSystemClient(lake.endpoint, name) as nobody:
        assert code_of(lambda: list(nobody.get_paths())) == "NoAuthenticationInformation"
    with DataLakeFileClient(lake.endpoint, name, "beside", credential="d3Jvbmc=") as wrong:
        assert code_of(wrong.create_file) == "AuthenticationFailed"
