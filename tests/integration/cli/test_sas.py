"""Making and trying out SAS from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.cli.conftest import Quayside

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


@pytest.fixture
def name(container: ContainerClient) -> str:
    container.upload_blob("runs/7/model.bin", b"model")
    return str(container.container_name)


def test_a_sas_is_made_used_and_tried_out(quayside: Quayside, bare: Quayside, name: str) -> None:
    url = quayside.ok("sas", f"{name}/runs/7/model.bin").strip()
    assert bare.ok("cat", url) == "model"
    told = bare.ok("sas", "test", "-", text=url)
    assert told.startswith(f"blob SAS for {name}/runs/7/model.bin: ")
    assert "read               yes" in told
    assert "permissions        r" in told
    refused = bare("sas", "test", "-", text=url[:-6] + "%3D" if url.endswith("%3D") else url[:-4])
    assert refused.returncode in (2, 3)
    assert url.rpartition("sig=")[2] not in refused.stderr


def test_a_containers_sas_has_what_was_asked_for(
    quayside: Quayside, bare: Quayside, name: str
) -> None:
    words = ("sas", name, "--permissions", "lr", "--expires", "8d", "--json")
    made = json.loads(quayside.ok(*words))
    assert (made["kind"], made["permissions"]) == ("container", "rl")
    assert any("7 days" in warning for warning in made["warnings"])
    assert bare.ok("ls", made["url"], "-r").split() == ["runs/7/model.bin"]
    assert made["token"] in made["connection_string"]


def test_an_account_sas_lists_containers(quayside: Quayside, bare: Quayside, name: str) -> None:
    done = quayside("sas", "/", "--permissions", "rl", "--resource-types", "sco")
    assert "account SAS" in done.stderr
    assert name in bare.ok("ls", done.stdout.strip())


def test_the_least_sas_of_the_account_passes_its_own_test(
    quayside: Quayside, bare: Quayside, name: str
) -> None:
    url = quayside.ok("sas", "/").strip()
    assert "sp=rl&" in url
    assert "srt=sco&" in url
    told = bare.ok("sas", "test", "-", text=url)
    assert "list containers    yes" in told
    assert "write              no  This SAS does not allow to upload new blobs (sp lacks" in told
    assert name in bare.ok("ls", url)
    changing = quayside.ok("sas", "/", "--permissions", "rlw").strip()
    assert "srt=co&" in changing  # with s it could change the settings of the account
    told = bare.ok("sas", "test", "-", text=changing)
    assert "list containers    no  This SAS does not reach the service (srt lacks s)." in told


def test_a_sas_that_is_over_is_told_with_its_reason_and_ends_with_3(
    quayside: Quayside, bare: Quayside, name: str
) -> None:
    words = ("--start", "2020-01-01T00:00Z", "--expires", "2020-01-02T00:00Z")
    url = quayside.ok("sas", name, *words).strip()
    done = bare("sas", "test", "-", text=url)
    assert done.returncode == 3
    assert "read               no  This SAS ended on 2 Jan 2020 00:00 UTC." in done.stdout
    assert "At present it can do nothing" in done.stderr


def test_wrong_wishes_are_usage_errors(quayside: Quayside, name: str) -> None:
    for words in (
        (name, "--permissions", "z"),
        (name, "--expires", "soon"),
        (f"{name}/runs/7",),
        (name, "--https-only", "--allow-http"),
        (name, "b", "c"),
    ):
        done = quayside("sas", *words)
        assert done.returncode == 2, words
        assert done.stderr.startswith("quayside: ")


def test_a_qr_code_is_drawn(quayside: Quayside, name: str) -> None:
    drawn = quayside.ok("sas", f"{name}/runs/7/model.bin", "--qr").splitlines()
    assert len(drawn) > 15
    assert any("█" in line for line in drawn)
