"""Properties, leases and containers from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


@pytest.fixture
def filled(container: ContainerClient) -> str:
    for name in ("runs/1", "runs/2", "top.txt"):
        container.upload_blob(name, b"x", metadata={"Kept": "1"})
    container.upload_blob("runs/empty", b"", metadata={"hdi_isfolder": "true"})
    return str(container.container_name)


def test_one_blob_is_changed_and_shown(
    quayside: Quayside, filled: str, container: ContainerClient
) -> None:
    target = f"{filled}/top.txt"
    done = quayside(
        "props", "set", target, "--content-type", "text/x-log", "--cache-control", "no-cache",
        "--metadata", "run=7", "--remove-metadata", "kept", "--tag", "project=a b",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "Changed 1.\n")
    for words in (("props", "get", target, "--json"), ("stat", target, "--json")):
        shown = json.loads(quayside.ok(*words))
        assert shown["content_type"] == "text/x-log"
        assert shown["cache_control"] == "no-cache"
        assert shown["metadata"] == {"run": "7"}
        assert shown["tags"] == {"project": "a b"}
    assert "tags:" in quayside.ok("stat", target)
    again = quayside("props", "set", target, "--metadata", "run=7")
    assert again.stderr == "Changed 0, 1 as wished already.\n"


def test_a_folder_is_rehearsed_then_changed(
    quayside: Quayside, filled: str, container: ContainerClient
) -> None:
    words = ("props", "set", f"{filled}/runs", "-r", "--tier", "cool")
    rehearsed = quayside(*words, "--dry-run")
    assert rehearsed.stdout.splitlines() == [
        "runs/1", "  tier: Hot -> Cool", "runs/2", "  tier: Hot -> Cool",
    ]  # fmt: skip
    assert "2 blobs change" in rehearsed.stderr
    tiers = {blob.name: blob.blob_tier for blob in container.list_blobs()}
    assert set(tiers.values()) == {"Hot"}
    assert json.loads(quayside.ok(*words, "--json")) == {
        "changed": 2, "unchanged": 0, "failed": 0,
    }  # fmt: skip
    tiers = {blob.name: blob.blob_tier for blob in container.list_blobs()}
    assert tiers == {"runs/1": "Cool", "runs/2": "Cool", "runs/empty": "Hot", "top.txt": "Hot"}


def test_wrong_words_are_usage_errors_and_change_nothing(quayside: Quayside, filled: str) -> None:
    top = f"{filled}/top.txt"
    for words in (
        ("set", top),
        ("set", top, "--tier", "frozen"),
        ("set", top, "--metadata", "nonsense"),
        ("set", top, "--metadata", "a-b=c"),
        ("set", top, "--public-access", "blob"),
        ("set", f"{filled}/runs", "--tier", "cool"),
        ("set", f"{filled}/runs/", "--tier", "cool"),
        ("set", filled, "--tier", "cool"),
        ("set", filled),
        ("get", top, "--tier", "cool"),
    ):
        done = quayside("props", *words)
        assert done.returncode == 2, (words, done.stderr)
    assert quayside("props", "set", f"{filled}/nothing", "--tier", "cool").returncode == 4


def test_a_container_is_made_public_with_metadata_and_changed(
    quayside: Quayside, container_name: str
) -> None:
    quayside.ok("mkdir", container_name, "--public-access", "blob", "--metadata", "Owner=me")
    shown = json.loads(quayside.ok("stat", container_name, "--json"))
    assert (shown["public_access"], shown["metadata"]) == ("blob", {"Owner": "me"})
    words = ("props", "set", container_name, "--metadata", "x=1", "--public-access", "none")
    assert "public access: blob -> none" in quayside.ok(*words, "--dry-run")
    quayside.ok(*words)
    shown = json.loads(quayside.ok("props", "get", container_name, "--json"))
    assert (shown["public_access"], shown["metadata"]) == ("private", {"Owner": "me", "x": "1"})
    assert quayside("mkdir", f"{container_name}/a", "--public-access", "blob").returncode == 2


def test_a_lease_is_taken_given_back_and_broken(quayside: Quayside, filled: str) -> None:
    target = f"{filled}/top.txt"
    lease = quayside.ok("lease", "acquire", target).strip()
    refused = quayside("props", "set", target, "--content-type", "a/b")
    assert refused.returncode == 1
    assert "lease" in refused.stderr
    quayside.ok("lease", "renew", target, lease)
    quayside.ok("lease", "release", target, lease)
    quayside.ok("lease", "acquire", target, "--seconds", "60")
    assert "is broken" in quayside("lease", "break", target).stderr
    quayside.ok("props", "set", target, "--content-type", "a/b")
    for words in (("renew", target), ("acquire", target, "id"), ("acquire", f"{filled}/runs/")):
        assert quayside("lease", *words).returncode == 2
