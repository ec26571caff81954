"""The command against an account with real folders: seen, made, deleted, who may."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.filedatalake import FileSystemClient, generate_directory_sas

from tests.integration.cli.conftest import Quayside
from tests.servers.lake.faults import Refuse, Rule
from tests.servers.lake.operations import Op
from tests.servers.lake.server import Lake

ANNA = "4a1b0e3c-9d2f-4c55-8a77-0123456789ab"


@pytest.fixture
def quayside(bare: Quayside, lake: Lake) -> Quayside:
    return bare.with_environment(AZURE_STORAGE_CONNECTION_STRING=lake.connection_string)


@pytest.fixture
def name(filesystem: FileSystemClient) -> str:
    for path in ("a/1", "a/2", "a/b/3", "top"):
        filesystem.get_file_client(path).upload_data(b"x", overwrite=True)
    filesystem.create_directory("empty")
    return str(filesystem.file_system_name)


def paths(filesystem: FileSystemClient) -> list[str]:
    return [str(path.name) for path in filesystem.get_paths()]


def test_real_folders_are_listed_and_told(quayside: Quayside, name: str) -> None:
    assert quayside.ok("ls", name).splitlines() == ["a/", "empty/", "top"]
    assert quayside.ok("ls", f"{name}/a").splitlines() == ["b/", "1", "2"]
    assert quayside.ok("ls", f"{name}/empty") == ""
    for target in (f"{name}/empty", f"{name}/empty/"):
        told = json.loads(quayside.ok("stat", target, "--json"))
        assert (told["type"], told["owner"]) == ("folder", "$superuser")
        assert told["permissions"] == "rwxr-x---"
    assert quayside("stat", f"{name}/nothing").returncode == 4


def test_folders_are_made_and_removed(
    quayside: Quayside, name: str, filesystem: FileSystemClient
) -> None:
    quayside.ok("mkdir", f"{name}/new/deep")
    assert quayside("mkdir", f"{name}/new").returncode == 1
    assert {"new", "new/deep"} <= set(paths(filesystem))
    assert quayside("rm", f"{name}/empty").returncode == 2
    quayside.ok("rm", "-r", "--yes", f"{name}/empty")
    assert "4 blobs" in quayside("rm", "-r", name, "--dry-run").stdout
    assert "3 blobs" in quayside("rm", "-r", f"{name}/a", "--dry-run").stdout
    quayside.ok("rm", "-r", "--yes", f"{name}/a")
    assert paths(filesystem) == ["new", "new/deep", "top"]
    assert quayside("rm", "-r", "--yes", f"{name}/a").returncode == 4


def test_access_is_shown_and_set(quayside: Quayside, name: str) -> None:
    shown = quayside.ok("acl", "get", f"{name}/a").splitlines()
    assert shown[:3] == [
        "owner: $superuser", "group: $superuser", "permissions: rwxr-x--- (0750)",
    ]  # fmt: skip
    entry = f"user:{ANNA}:r-x"
    quayside.ok(
        "acl", "set", f"{name}/a", "--entry", entry, "--entry", f"default:{entry}",
        "--permissions", "0700", "--owner", ANNA,
    )  # fmt: skip
    told = json.loads(quayside.ok("acl", "get", f"{name}/a/", "--json"))
    assert told["owner"] == ANNA
    assert told["acl"] == ["user::rwx", entry, "group::---", "mask::r-x", "other::---"]
    assert f"default:{entry}" in told["default_acl"]
    quayside.ok("acl", "set", f"{name}/a", "--remove", f"user:{ANNA}")
    assert entry not in json.loads(quayside.ok("acl", "get", f"{name}/a", "--json"))["acl"]
    root = json.loads(quayside.ok("acl", "set", name, "--permissions", "0711", "--json"))
    assert root["permissions"] == "rwx--x--x"


def test_access_below_is_changed_and_failures_are_listed(
    quayside: Quayside, name: str, lake: Lake
) -> None:
    lake.limits.acl = 2
    lake.acl_refused.add((name, "a/2"))
    words = ("acl", "set", f"{name}/a", "-r", "--entry", f"user:{ANNA}:r-x")
    done = quayside(*words)
    assert done.returncode == 1
    assert "quayside: a/2: " in done.stderr
    assert "Changed 2 folders and 2 files, 1 failed." in done.stderr
    again = quayside(*words, "--retry", "1", "--json")
    rows = [json.loads(line) for line in again.stdout.splitlines()]
    assert [row["failed"] for row in rows] == ["a/2", 1]
    assert lake.counts[Op.PATH_SET_ACCESS_RECURSIVE] == 3 + 3 + 1
    lake.acl_refused.clear()
    assert "Changed 2 folders and 3 files." in quayside(*words).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("get", "c", "--entry", "user::rwx"),
        ("set", "c"),
        ("set", "c", "--entry", "user:anna"),
        ("set", "c", "--permissions", "999"),
        ("set", "c", "--remove", "other"),
        ("set", "c", "--entry", "user::rwx", "--retry", "2"),
        ("set", "c", "--entry", "user::rwx", "--permissions", "0700"),
        ("show", "c"),
    ],
)
def test_what_makes_no_sense_is_refused(quayside: Quayside, words: tuple[str, ...]) -> None:
    done = quayside("acl", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("quayside: ")


def test_what_is_not_there_and_not_allowed_has_its_exit_code(
    quayside: Quayside, name: str, lake: Lake
) -> None:
    assert quayside("acl", "get", f"{name}/nothing").returncode == 4
    lake.rules.append(Rule(Op.PATH_ACCESS, Refuse(403, "AuthorizationPermissionMismatch")))
    assert quayside("acl", "get", f"{name}/a").returncode == 3


def test_a_sas_of_one_folder_opens_that_folder(
    bare: Quayside, lake: Lake, name: str, filesystem: FileSystemClient
) -> None:
    sas = generate_directory_sas(
        lake.account, name, "a", lake.key, permission="racwdlmeop",
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    url = f"{lake.endpoint}/{name}/a"
    assert bare.ok("ls", f"{url}?{sas}").splitlines() == ["b/", "1", "2"]
    bare.ok("mkdir", f"{url}/new?{sas}")
    assert "a/new" in paths(filesystem)
    above = bare("ls", f"{lake.endpoint}/{name}?{sas}")
    assert above.returncode != 0


def test_a_connection_says_and_is_told_which_kind_it_is(
    bare: Quayside, lake: Lake, name: str
) -> None:
    bare.ok("connect", "lake", text=lake.connection_string)

    def kind() -> tuple[object, object]:
        told = json.loads(bare.ok("connect", "show", "lake", "--json"))
        return told["hierarchical"], told["hierarchical_set"]

    assert kind() == (True, False)
    bare.ok("connect", "set", "lake", "--hierarchical", "no")
    assert kind() == (False, True)
    done = bare("acl", "get", name, "--connection", "lake")
    assert done.returncode == 2
    assert "connect set NAME --hierarchical yes" in done.stderr
    bare.ok("connect", "set", "lake", "--hierarchical", "auto")
    assert kind() == (None, False)
    bare.ok("acl", "get", name, "--connection", "lake")
    assert kind() == (True, False)
    assert bare("connect", "set", "lake").returncode == 2
    assert bare("connect", "show", "lake", "--hierarchical", "yes").returncode == 2


def test_the_metadata_of_a_directory_is_changed(
    quayside: Quayside, name: str, filesystem: FileSystemClient
) -> None:
    directory = filesystem.get_directory_client("a/b")
    rehearsed = quayside.ok("props", "set", f"{name}/a/b", "--metadata", "team=blue", "--dry-run")
    assert "metadata team: - -> blue" in rehearsed
    assert "team" not in directory.get_directory_properties().metadata
    quayside.ok("props", "set", f"{name}/a/b", "--metadata", "team=blue")
    quayside.ok("props", "set", f"{name}/a/b", "--metadata", "run=7")
    found = directory.get_directory_properties()
    assert {"team": "blue", "run": "7"}.items() <= found.metadata.items()
    assert paths(filesystem) == ["a", "a/1", "a/2", "a/b", "a/b/3", "empty", "top"]
    refused = quayside("props", "set", f"{name}/a/b", "--tier", "cool")
    assert refused.returncode == 2
    assert "metadata only" in refused.stderr
