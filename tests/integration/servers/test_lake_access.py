"""Owner, group, permissions and access control lists at the lake server."""

from __future__ import annotations

import pytest
from azure.storage.filedatalake import (
    AccessControlChangeResult,
    AccessControlChanges,
    DataLakeFileClient,
    FileSystemClient,
)

from tests.servers.lake.server import Lake
from tests.support.lake import code_of

ADA = "6f0c1f0e-5d0b-4f1e-9c57-0d9a4a2f7a01"
BASIC = "user::rwx,group::r-x,other::---"


def file(filesystem: FileSystemClient, path: str) -> DataLakeFileClient:
    client = filesystem.get_file_client(path)
    client.create_file()
    return client


def acl(filesystem: FileSystemClient, path: str) -> str:
    return str(filesystem.get_file_client(path).get_access_control()["acl"])


def counted(result: AccessControlChangeResult) -> tuple[int, int, int]:
    """Directories, files, failures."""
    found = result.counters
    assert found is not None
    return found.directories_successful, found.files_successful, found.failure_count


def test_what_is_new_has_the_mode_less_the_umask(filesystem: FileSystemClient) -> None:
    assert file(filesystem, "f").get_access_control()["permissions"] == "rw-r-----"
    directory = filesystem.create_directory("d", permissions="0777", umask="0057")
    assert directory.get_access_control()["permissions"] == "rwx-w----"
    assert directory.get_access_control()["owner"] == "$superuser"


def test_permissions_are_set_as_digits_or_letters(filesystem: FileSystemClient) -> None:
    client = file(filesystem, "f")
    for given, shown in (
        ("0640", "rw-r-----"),
        ("rwxr-x--T", "rwxr-x--T"),
        ("1777", "rwxrwxrwt"),
        ("rwxrwxrwx", "rwxrwxrwx"),
    ):
        client.set_access_control(permissions=given)
        assert client.get_access_control()["permissions"] == shown
    assert code_of(lambda: client.set_access_control(permissions="0999")) == "InvalidHeaderValue"


def test_named_entries_get_a_mask_and_a_plus(filesystem: FileSystemClient) -> None:
    client = file(filesystem, "f")
    client.set_access_control(acl=f"user::rwx,user:{ADA}:rw-,group::r-x,other::---", owner="me")
    found = client.get_access_control()
    assert found["acl"] == f"user::rwx,user:{ADA}:rw-,group::r-x,mask::rwx,other::---"
    assert (found["permissions"], found["owner"]) == ("rwxrwx---+", "me")
    client.set_access_control(permissions="0700")
    assert acl(filesystem, "f").split(",")[3] == "mask::---"


@pytest.mark.parametrize(
    "text",
    [
        "user::rwx,group::r-x",
        "user::rwx,group::r-x,other::--",
        "user::rwx,group::r-x,other::---,user::r--",
        "user::rwx,group::r-x,other:someone:---",
        "owner::rwx,group::r-x,other::---",
        f"{BASIC},default:user::rwx,default:group::r-x,default:other::---",
        ",".join([BASIC, *(f"user:{number}:r--" for number in range(30))]),
    ],
)
def test_a_list_that_cannot_be_is_refused(filesystem: FileSystemClient, text: str) -> None:
    client = file(filesystem, "f")
    before = client.get_access_control()["acl"]
    assert code_of(lambda: client.set_access_control(acl=text)) == "InvaldAccessControlList"
    assert client.get_access_control()["acl"] == before


def test_default_entries_are_inherited(filesystem: FileSystemClient) -> None:
    directory = filesystem.create_directory("d")
    default = f"default:user::rwx,default:user:{ADA}:r-x,default:group::r-x,default:mask::r-x"
    directory.set_access_control(acl=f"{BASIC},{default},default:other::---")
    file(filesystem, "d/f")
    filesystem.create_directory("d/sub")
    assert acl(filesystem, "d/f") == f"user::rw-,user:{ADA}:r-x,group::r-x,mask::r--,other::---"
    assert acl(filesystem, "d/sub") == (
        f"user::rwx,user:{ADA}:r-x,group::r-x,mask::r-x,other::---,"
        f"default:user::rwx,default:user:{ADA}:r-x,default:group::r-x,default:mask::r-x,"
        "default:other::---"
    )


def test_names_are_given_where_they_are_asked_for(filesystem: FileSystemClient, lake: Lake) -> None:
    lake.names[ADA] = "ada@contoso.com"
    client = file(filesystem, "f")
    client.set_access_control(acl=f"user::rwx,user:{ADA}:rw-,group::r-x,other::---")
    client.set_access_control(owner=ADA)
    found = client.get_access_control(upn=True)
    assert (found["owner"], found["acl"].split(",")[1]) == (
        "ada@contoso.com",
        "user:ada@contoso.com:rw-",
    )
    assert client.get_access_control()["owner"] == ADA
    assert [path.owner for path in filesystem.get_paths(upn=True)] == ["ada@contoso.com"]


@pytest.fixture
def full(filesystem: FileSystemClient) -> FileSystemClient:
    for number in range(6):
        file(filesystem, f"top/{number % 2}/{number}")
    return filesystem


def test_entries_are_set_modified_and_removed_recursively(full: FileSystemClient) -> None:
    top = full.get_directory_client("top")
    result = top.set_access_control_recursive(
        acl=f"{BASIC},default:user::rwx,default:group::r--,default:other::---"
    )
    assert counted(result) == (3, 6, 0)
    assert acl(full, "top/0/0") == BASIC
    assert acl(full, "top/1").endswith("default:user::rwx,default:group::r--,default:other::---")
    top.update_access_control_recursive(acl=f"user:{ADA}:r--")
    assert acl(full, "top/1/5") == f"user::rwx,user:{ADA}:r--,group::r-x,mask::r-x,other::---"
    top.remove_access_control_recursive(acl=f"user:{ADA},default:group")
    assert ADA not in acl(full, "top/1/5")


def test_a_recursive_change_goes_in_batches(full: FileSystemClient) -> None:
    seen: list[AccessControlChanges] = []
    top = full.get_directory_client("top")
    result = top.set_access_control_recursive(acl=BASIC, batch_size=4, progress_hook=seen.append)
    assert len(seen) == 3
    assert counted(result) == (3, 6, 0)
    part = top.set_access_control_recursive(acl=BASIC, batch_size=1, max_batches=1)
    assert part.continuation
    rest = top.set_access_control_recursive(acl=BASIC, continuation=part.continuation)
    assert counted(rest) == (2, 6, 0)
    whole = full._get_root_directory_client()
    assert counted(whole.set_access_control_recursive(acl=BASIC, batch_size=1)) == (4, 6, 0)


def test_a_refused_path_ends_it_or_is_counted(full: FileSystemClient, lake: Lake) -> None:
    name = full.file_system_name
    lake.acl_refused.update({(name, "top/0/2"), (name, "top/1")})
    top = full.get_directory_client("top")
    seen: list[AccessControlChanges] = []
    ended = top.set_access_control_recursive(acl=BASIC, batch_size=3, progress_hook=seen.append)
    # The second batch ends at its first path.
    assert counted(ended) == (2, 1, 1)
    assert [each.name for each in seen[-1].batch_failures] == ["top/0/2"]
    assert ended.continuation
    seen.clear()
    through = top.set_access_control_recursive(
        acl=BASIC, batch_size=2, continue_on_failure=True, progress_hook=seen.append
    )
    assert counted(through) == (2, 5, 2)
    failed = [each for batch in seen for each in batch.batch_failures]
    assert [(each.name, each.is_directory) for each in failed] == [
        ("top/0/2", False),
        ("top/1", True),
    ]
    lake.acl_refused.clear()
    again = top.set_access_control_recursive(acl=BASIC, continuation=ended.continuation)
    assert counted(again)[2] == 0
