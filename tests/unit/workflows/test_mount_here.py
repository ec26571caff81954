"""The credentials file of a mount, and whether its port answers: real files, real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base.errors import InputError, LocalError
from explorer.base.redact import redact
from explorer.workflows.mount import parse_share
from explorer.workflows.mount_here import Reached, reach, write_credentials

SHARE = parse_share("//user1.file.core.windows.net/vfolder")
KEY = "Y2FuYXJ5LWtleS1vZi1hLXNoYXJl"
TEXT = f"username=user1\npassword={KEY}\n"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_is_for_its_owner_alone_and_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    write_credentials(folder / "user1.cred", SHARE, f" {KEY}\n")
    assert (folder / "user1.cred").read_text() == TEXT
    assert mode(folder / "user1.cred") == 0o600
    assert mode(folder) == 0o755
    assert KEY not in redact(f"a message with {KEY}")


def test_a_file_that_is_there_is_replaced_only_where_that_was_agreed(tmp_path: Path) -> None:
    path = tmp_path / "user1.cred"
    path.write_text("mine")
    path.chmod(0o644)
    with pytest.raises(InputError, match="exists already"):
        write_credentials(path, SHARE, KEY)
    assert path.read_text() == "mine"
    write_credentials(path, SHARE, KEY, replaces=True)
    assert path.read_text() == TEXT
    assert mode(path) == 0o600
    assert os.listdir(tmp_path) == ["user1.cred"]


def test_what_cannot_be_written_is_said_without_the_key(tmp_path: Path) -> None:
    with pytest.raises(LocalError) as caught:
        write_credentials(tmp_path / "none/user1.cred", SHARE, KEY)
    assert KEY not in str(caught.value)
    for key in ("", "two words", "line\nbreak"):
        with pytest.raises(InputError, match="no account key"):
            write_credentials(tmp_path / "user1.cred", SHARE, key)
    assert os.listdir(tmp_path) == []


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        yield server


def tried(port: int, most_s: float = 5.0, host: str = "127.0.0.1") -> Reached:
    return asyncio.run(reach(host, port, most_s=most_s))


def test_a_port_that_answers_is_reached(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    found = tried(port)
    assert found.is_reached
    assert f"Port {port} of 127.0.0.1 is reached" in found.text


def test_a_port_that_refuses_is_said_to(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    found = tried(port)
    assert not found.is_reached
    assert "refuses" in found.text
    assert "another network" in found.text


def test_a_port_that_is_silent_is_given_up(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)):  # nobody takes more than this one
        found = tried(port, 0.3)
    assert not found.is_reached
    assert "within 0.3 s" in found.text


def test_a_name_that_nobody_has_is_said_to_be_unknown() -> None:
    found = tried(445, host="nobody.invalid")
    assert not found.is_reached
    assert "nobody.invalid is not known" in found.text
