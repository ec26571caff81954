"""`quayside du` against the emulator."""

from __future__ import annotations

import json

from azure.storage.blob import ContainerClient, StandardBlobTier

from tests.integration.cli.conftest import Quayside


def fill(container: ContainerClient) -> str:
    for name, size in {"a/b/one.csv": 1000, "a/two.csv": 24, "three.log": 2048}.items():
        container.upload_blob(name, bytes(size))
    container.upload_blob("cold.bin", bytes(7), standard_blob_tier=StandardBlobTier.COOL)
    container.upload_blob("empty", b"", metadata={"hdi_isfolder": "true"})
    return container.container_name


def test_sizes_by_folder_down_to_a_depth(quayside: Quayside, container: ContainerClient) -> None:
    name = fill(container)
    lines = quayside.ok("du", name, "--depth", "2", "--exact").splitlines()
    assert [line.split() for line in lines] == [
        ["1024", "2", f"{name}/a/"],
        ["1000", "1", f"{name}/a/b/"],
        ["3079", "4", f"{name}/"],
    ]
    assert quayside.ok("du", f"{name}/a").split() == ["1", "KiB", "2", f"{name}/a/"]


def test_by_tier_as_json(quayside: Quayside, container: ContainerClient) -> None:
    name = fill(container)
    rows = [
        json.loads(line)
        for line in quayside.ok("du", name, "--by", "tier", "--json").split("\n")
        if line
    ]
    assert {row["tier"]: (row["blobs"], row["size_bytes"]) for row in rows}["Cool"] == (1, 7)


def test_the_whole_account(quayside: Quayside, container: ContainerClient) -> None:
    name = fill(container)
    lines = quayside.ok("du", "--depth", "1", "--exact").splitlines()
    assert ["3079", "4", f"{name}/"] in [line.split() for line in lines]


def test_a_folder_that_is_not_there_is_no_empty_one(
    quayside: Quayside, container: ContainerClient
) -> None:
    name = fill(container)
    done = quayside("du", f"{name}/nowhere")
    assert done.returncode == 4
    assert "nowhere" in done.stderr
    assert quayside.ok("du", f"{name}/empty").split()[:2] == ["0", "B"]
