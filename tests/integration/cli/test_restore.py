"""Versions and deleted blobs from the command line: shown, read, downloaded, restored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Quayside
from tests.integration.service.test_history import moment
from tests.servers.history import HistoryServer
from tests.support.history import ProtectedServer, seen_through


class Here:
    """The command against an account with a history, and a container of it."""

    def __init__(self, server: HistoryServer, container: str, quayside: Quayside) -> None:
        self.server = server
        self.container = container
        self.quayside = quayside.with_environment(
            AZURE_STORAGE_CONNECTION_STRING=server.connection_string
        )

    def put(self, **data: str) -> None:
        with seen_through(self.server, self.container) as client:
            for name, text in data.items():
                client.upload_blob(name.replace("__", "/"), text.encode(), overwrite=True)

    def at(self, path: str = "") -> str:
        return f"{self.container}/{path}"

    def lines(self, *words: str) -> list[str]:
        return self.quayside.ok(*words).splitlines()

    def rows(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines(*words, "--json")]

    def cat(self, path: str) -> str:
        return self.quayside.ok("cat", self.at(path))


@pytest.fixture
def here(
    history_server: ProtectedServer, container_name: str, bare: Quayside
) -> Callable[..., Here]:
    def start(**protection: Any) -> Here:
        server = history_server(**protection)
        with seen_through(server, container_name) as client:
            client.create_container()
        return Here(server, container_name, bare)

    return start


def test_versions_are_listed_read_and_restored(here: Callable[..., Here], tmp_path: Path) -> None:
    h = here(versioning=True)
    h.put(a="one")
    h.put(a="three", ab="other")
    rows = h.rows("ls", h.at("a"), "--versions")
    assert [(row["name"], row["size"], row["is_current"]) for row in rows] == [
        ("a", 3, False),
        ("a", 5, True),
    ]
    old = rows[0]["version"]
    lines = h.lines("ls", h.at(), "--versions")
    assert lines[0] == f"a  (version {old})"
    assert lines[1].endswith(", current)")
    assert h.quayside.ok("cat", h.at("a"), "--version-id", old) == "one"
    url = h.server.connection_string.split("BlobEndpoint=")[1].rstrip(";")
    assert h.quayside.ok("cat", f"{url}/{h.at('a')}?versionid={old}", "--range", "-2") == "ne"
    stat = json.loads(h.quayside.ok("stat", h.at("a"), "--version-id", old, "--json"))
    assert (stat["version"], stat["size"], stat["is_current"]) == (old, 3, False)
    h.quayside.ok("download", h.at("a"), str(tmp_path / "old"), "--version-id", old)
    assert (tmp_path / "old").read_text() == "one"
    assert "would restore" in h.quayside.ok("restore", h.at("a"), "--version-id", old, "--dry-run")
    assert h.cat("a") == "three"
    h.quayside.ok("restore", h.at("a"), "--version-id", old)
    assert h.cat("a") == "one"


def test_a_snapshot_is_listed_and_read(here: Callable[..., Here]) -> None:
    h = here()
    h.put(a="one")
    with seen_through(h.server, h.container) as client:
        mark = client.get_blob_client("a").create_snapshot()["snapshot"]
    h.put(a="three")
    assert h.lines("ls", h.at(), "--snapshots") == [f"a  (snapshot {mark})", "a"]
    assert h.quayside.ok("cat", h.at("a"), "--snapshot", str(mark)) == "one"


@pytest.mark.parametrize("versioning", [False, True])
def test_what_is_deleted_is_listed_and_comes_back(
    here: Callable[..., Here], versioning: bool
) -> None:
    h = here(versioning=versioning, blob_days=7)
    h.put(d__a="one", d__b="two", top="three")
    h.quayside.ok("rm", h.at("d"), "-r", "--yes")
    assert h.lines("ls", h.container) == ["top"]
    assert h.lines("ls", h.container, "--deleted") == ["d/", "top"]
    rows = h.rows("ls", h.at("d"), "--deleted")
    assert [row["name"] for row in rows] == ["d/a", "d/b"]
    dry = h.lines("restore", h.at("d"), "--dry-run")
    assert [line.split()[1] for line in dry] == ["d/a", "d/b"]
    h.quayside.ok("restore", h.at("d/a"))
    assert h.lines("ls", h.at("d")) == ["a"]
    h.quayside.ok("restore", h.at("d"))
    assert h.lines("ls", h.at("d")) == ["a", "b"]
    again = h.quayside("restore", h.at("d"))
    assert (again.returncode, "nothing to restore" in again.stderr) == (0, True)


def test_a_folder_is_restored_to_a_time_after_it_was_agreed_to(
    here: Callable[..., Here],
) -> None:
    h = here(versioning=True)
    h.put(d__a="old")
    when = moment()
    h.put(d__a="new", d__b="late")

    to = datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    refused = h.quayside("restore", h.at("d"), "--to", to)
    assert refused.returncode == 2
    assert "restore 1 blob" in refused.stderr
    h.quayside.ok("restore", h.at("d"), "--to", to, "--yes")
    assert h.cat("d/a") == "old"
    assert h.lines("ls", h.at("d")) == ["a", "b"]
    h.quayside.ok("restore", h.at("d"), "--to", to, "--yes", "--delete")
    assert h.lines("ls", h.at("d")) == ["a"]


def test_a_deleted_container_is_listed_and_comes_back(here: Callable[..., Here]) -> None:
    h = here(container_days=2)
    h.put(a="one")
    h.quayside.ok("rm", h.container, "-r", "--yes")
    (line,) = h.lines("ls", "--deleted", "--match", h.container)
    assert "2 days left" in line
    h.quayside.ok("restore", h.container)
    assert h.cat("a") == "one"


def test_what_is_not_kept_is_not_found(here: Callable[..., Here]) -> None:
    h = here()
    assert h.quayside("restore", h.at("never")).returncode == 4
    assert h.quayside("restore", f"{h.container}x").returncode == 4
    assert h.quayside("restore", h.at("a"), "--delete").returncode == 2
    h.put(a="x")
    assert h.quayside("restore", h.at("a"), "--version-id", "2020").returncode == 4
    assert h.quayside("ls", h.at(), "--versions", "--sort", "size").returncode == 2


def test_where_nothing_is_kept_the_very_place_is_named(here: Callable[..., Here]) -> None:
    at = here(versioning=True)
    at.put(runs__8="kept")
    missing = at.quayside("restore", at.at("runs/7"), "--to", "2026-11-20")
    assert missing.returncode == 4
    assert f"There is nothing at {at.at('runs/7/')}, and nothing is kept." in missing.stderr
