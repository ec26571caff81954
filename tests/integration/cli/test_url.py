"""A place printed for other programs, with a SAS only where it is asked for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


@pytest.fixture
def name(container: ContainerClient) -> str:
    container.upload_blob("runs/7/model.bin", b"model")
    return str(container.container_name)


def test_a_url_has_no_credential_and_one_with_a_sas_reads(quayside: Quayside, name: str) -> None:
    target = f"{name}/runs/7/model.bin"
    assert quayside.ok("url", target).strip().endswith(f"/{target}")
    url = quayside.ok("url", target, "--with-sas").strip()
    assert "sp=r&" in url
    with urlopen(url) as answer:
        assert answer.read() == b"model"


def test_a_folder_with_a_sas_reaches_the_container_and_says_so(
    quayside: Quayside, bare: Quayside, name: str
) -> None:
    done = quayside("url", f"{name}/runs/", "--with-sas")
    assert "whole container" in done.stderr
    assert bare.ok("ls", done.stdout.strip(), "-r").split() == ["7/model.bin"]


def test_a_command_is_one_line_for_a_shell(quayside: Quayside, name: str) -> None:
    words = shlex.split(quayside.ok("url", f"{name}/runs/7/it's.bin", "--as", "az"))
    assert words[:4] == ["az", "storage", "blob", "download"]
    assert "--name=runs/7/it's.bin" in words


def test_a_sas_in_a_path_is_a_usage_error(quayside: Quayside, name: str) -> None:
    assert quayside("url", name, "--as", "path", "--with-sas").returncode == 2
