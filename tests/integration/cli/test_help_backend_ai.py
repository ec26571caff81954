"""The help page about Backend.AI, followed command by command; content types of uploads."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explorer.service.emulator import Emulator
from tests.integration.cli.conftest import Quayside
from tests.support.help_pages import Follower

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

KEY = "Y2FuYXJ5LWtleS1vZi1hLXNoYXJl"


@pytest.fixture
def follower(tmp_path: Path, azurite: Emulator, container_name: str) -> Follower:
    """With a session's folder and a key where the page has them."""
    session = tmp_path / "session"
    session.mkdir()
    (session / "result.csv").write_text("1,2\n")
    (session / "events").write_text("{}\n")
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    return Follower(
        tmp_path,
        {
            "QUAYSIDE_DATA_DIR": str(tmp_path / "quayside"),
            "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
        },
        {"ACCOUNT": "account1", "user7": container_name},
    )


def test_the_page_can_be_followed(follower: Follower, tmp_path: Path, container_name: str) -> None:
    printed = "".join(follower.follow("backend-ai"))
    assert "application/x-ndjson" in printed
    where = f"{container_name}/vfolder/session/"
    assert f"blob SAS for {where}result.csv: list no, read yes, write no, delete no" in printed
    assert "expires in 59 minutes" in printed
    assert f"7 B           2  {where}\n" in printed
    assert "text/csv" in printed
    assert "      fstype: cifs" in printed
    assert KEY not in printed
    assert (tmp_path / "received.csv").read_text() == "1,2\n"
    assert stat.S_IMODE((tmp_path / "account.cred").stat().st_mode) == 0o600
    link = (tmp_path / "link.txt").read_text().strip()
    other = follower.run(f"quayside cat '{link.replace('result.csv', 'events')}'")
    assert other.returncode == 3
    assert follower.run(f"quayside rm -r --yes {container_name}").returncode == 0


def test_a_content_type_is_guessed_unless_it_is_said(
    quayside: Quayside, container: ContainerClient, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text("{}")
    name = str(container.container_name)
    quayside.ok("upload", str(tmp_path / "a.json"), name)
    kind = "application/geo+json; charset=utf-8"
    quayside.ok("upload", str(tmp_path / "a.json"), name, "said", "--content-type", kind)
    seen = {one.name: one.content_settings.content_type for one in container.list_blobs()}
    assert seen == {"a.json": "application/json", "said/a.json": kind}


@pytest.mark.parametrize("kind", ["csv", "text/", "text/csv\r\nx-ms-version: 1", "text/cs v"])
def test_what_is_no_content_type_is_a_usage_error(
    quayside: Quayside, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "a").write_text("")
    done = quayside("upload", str(tmp_path / "a"), "user7", "--content-type", kind)
    assert done.returncode == 2
    assert "no content type" in done.stderr
