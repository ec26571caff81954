"""Saved connections survive damage, newer versions and two programs at once, without secrets."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.base.errors import LocalError
from explorer.storage.accounts import Accounts, new_id
from explorer.storage.connection import NeedsCredential, Place, parse, replace_credential
from explorer.storage.saved_connection import (
    SavedConnection,
    from_json,
    save_form,
    spec_of,
    to_json,
    with_new_credential,
)
from tests.unit.storage import connection_corpus as corpus
from tests.unit.storage.connection_corpus import GOOD, Good

HTTP = ("consent to plain http",)
CONTAINER_URL = f"{corpus.HOST}/data/runs/?{corpus.CONTAINER_SAS}"


def saved(text: str, name: str = "") -> SavedConnection:
    spec = parse(text).with_http_allowed()
    return save_form(spec, connection_id=new_id(), name=name)


@pytest.mark.parametrize(
    "case", [case for case in GOOD if case.missing in ((), HTTP)], ids=lambda case: case.name
)
def test_every_connection_comes_back_as_it_was(case: Good) -> None:
    spec = parse(case.text)
    entry = json.loads(json.dumps(to_json(saved(case.text))))
    assert corpus.KEY[:12] not in json.dumps(entry)
    assert "sig=" not in json.dumps(entry)
    again = spec_of(from_json(entry), spec.secret)
    assert again.credential == spec.credential
    assert (again.kind, again.account, again.blob_endpoint) == (
        spec.kind,
        spec.account,
        spec.blob_endpoint,
    )
    assert (again.start, again.scope) == (spec.start, spec.scope)
    assert again.is_emulator == spec.is_emulator


def test_a_connection_without_its_secret_keeps_its_place() -> None:
    spec = spec_of(saved(CONTAINER_URL), "")
    assert isinstance(spec.credential, NeedsCredential)
    assert spec.start == Place("data", "runs/")
    assert spec.scope.container == "data"


def test_what_is_not_complete_is_not_saved() -> None:
    with pytest.raises(ValueError, match="incomplete"):
        saved("abfss://data@pai.dfs.core.windows.net/runs")


def test_the_emulator_needs_no_keyring() -> None:
    local = saved("UseDevelopmentStorage=true")
    assert not local.needs_secret
    assert spec_of(local, "").secret
    assert saved(CONTAINER_URL).needs_secret
    assert not saved(f"{corpus.HOST}/data").needs_secret


def test_a_secret_pasted_as_a_name_is_not_kept() -> None:
    assert corpus.SIGNATURE[:8] not in saved(CONTAINER_URL, name=CONTAINER_URL).name
    assert saved(CONTAINER_URL).name == "pai / data"


def test_a_replaced_credential_leaves_what_the_user_set() -> None:
    old = replace(saved(CONTAINER_URL, name="Runs"), api_version="2021-12-02")
    later = corpus.CONTAINER_SAS.replace(corpus.END, "2026-09-01")
    new = with_new_credential(old, replace_credential(parse(CONTAINER_URL), later), "m")
    assert (new.id, new.name, new.api_version) == (old.id, "Runs", "2021-12-02")
    assert new.expires_s > old.expires_s


def test_connections_are_added_changed_and_removed(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    assert accounts.load().connections == ()
    one, two = saved(corpus.KEY_STRING), saved(CONTAINER_URL)
    accounts.add(one)
    accounts.add(two)
    accounts.update(one.id, lambda it: replace(it, name="Renamed", is_http_allowed=True))
    accounts.update("gone", lambda it: replace(it, name="never"))
    found = Accounts(tmp_path).load().connections
    assert [it.name for it in found] == ["Renamed", "pai / data"]
    assert found[0].is_http_allowed
    assert accounts.remove(two.id).connections == (found[0],)
    accounts.remove("gone")
    assert accounts.add(replace(found[0], name="Again")).connections[0].name == "Again"
    assert len(accounts.load().connections) == 1


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_the_file_is_private(tmp_path: Path) -> None:
    Accounts(tmp_path / "data").add(saved(corpus.KEY_STRING))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"format": "other", "version": 1, "connections": []}',
     b'{"format": "quayside-connections", "version": "1", "connections": []}',
     b'{"format": "quayside-connections", "version": 1, "connections": {}}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_set_aside_and_said_so(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "connections.json").write_bytes(damage)
    accounts = Accounts(tmp_path, clock=lambda: 0.0)
    found = accounts.load()
    assert found.connections == ()
    assert "connections.json.damaged-19700101-000000" in found.notices[0]
    assert (tmp_path / "connections.json.damaged-19700101-000000").read_bytes() == damage
    assert accounts.add(saved(corpus.KEY_STRING)).notices == ()
    (tmp_path / "connections.json").write_bytes(damage)
    assert "damaged-19700101-000000-1" in accounts.load().notices[0]


@pytest.mark.parametrize(
    "entry",
    [
        7,
        {},
        {"id": "x"},
        {"name": 5},
        {"id": "../x"},
        {"kind": "no such kind"},
        {"credential_type": "password"},
        {"blob_endpoint": "https://pai.blob.core.windows.net/?sig=1"},
        {"blob_endpoint": "https://me:pw@pai.blob.core.windows.net"},
        {"blob_endpoint": "javascript:alert(1)"},
        {"scope_level": "world"},
        {"is_http_allowed": 1},
        {"name": "x" * 30_000},
    ],
)
def test_a_damaged_entry_costs_only_itself(tmp_path: Path, entry: object) -> None:
    good = saved(corpus.KEY_STRING)
    bad = entry
    if isinstance(entry, dict) and entry and entry != {"id": "x"}:
        bad = {**to_json(saved(CONTAINER_URL)), **entry}
    document = {"format": "quayside-connections", "version": 1}
    text = json.dumps({**document, "connections": [bad, to_json(good)]})
    (tmp_path / "connections.json").write_text(text)
    found = Accounts(tmp_path).load()
    assert found.connections == (good,)
    assert "1 of 2" in found.notices[0]
    kept = [path for path in tmp_path.iterdir() if "damaged" in path.name]
    assert [path.read_text() for path in kept] == [text]
    assert Accounts(tmp_path).load().notices == ()


def test_fields_of_a_later_quayside_are_passed_over(tmp_path: Path) -> None:
    entry = {**to_json(saved(corpus.KEY_STRING)), "mood": "good"}
    assert from_json(entry).account == "pai"


def test_a_newer_file_is_left_as_it_is(tmp_path: Path) -> None:
    text = '{"format": "quayside-connections", "version": 2, "connections": [{"a": 1}]}'
    (tmp_path / "connections.json").write_text(text)
    accounts = Accounts(tmp_path)
    found = accounts.load()
    assert not found.is_writable
    assert "newer" in found.notices[0]
    with pytest.raises(LocalError, match="newer"):
        accounts.add(saved(corpus.KEY_STRING))
    assert (tmp_path / "connections.json").read_text() == text


def test_a_folder_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError) as caught:
        Accounts(tmp_path / "file").load()
    assert caught.value.cure


def test_two_programs_lose_nothing_of_each_other(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from explorer.storage.accounts import Accounts, new_id\n"
        "from explorer.storage.connection import parse\n"
        "from explorer.storage.saved_connection import save_form\n"
        "spec = parse('UseDevelopmentStorage=true')\n"
        "accounts = Accounts(Path(sys.argv[1]))\n"
        "for number in range(15):\n"
        "    name = f'{sys.argv[2]}{number}'\n"
        "    accounts.add(save_form(spec, connection_id=new_id(), name=name))\n"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), letter]) for letter in "ab"
    ]
    assert [program.wait(60) for program in programs] == [0, 0]
    names = {one.name for one in Accounts(tmp_path).load().connections}
    assert names == {f"{letter}{number}" for letter in "ab" for number in range(15)}


@pytest.mark.parametrize(
    ("found", "told", "is_hierarchical"),
    [
        ("", "", None),
        ("hierarchical", "", True),
        ("flat", "", False),
        ("hierarchical", "flat", False),
        ("flat", "hierarchical", True),
        ("", "hierarchical", True),
    ],
)
def test_what_a_person_says_of_the_namespace_goes_before_what_was_found(
    found: str, told: str, is_hierarchical: bool | None
) -> None:
    kept = replace(saved(CONTAINER_URL), namespace_found=found, namespace_set=told)
    again = from_json(json.loads(json.dumps(to_json(kept))))
    assert again == kept
    assert again.is_hierarchical is is_hierarchical
    new = with_new_credential(again, parse(CONTAINER_URL), "m")
    assert new.is_hierarchical is is_hierarchical


@pytest.mark.parametrize("field", ["namespace_found", "namespace_set"])
def test_a_namespace_that_is_none_is_damage(field: str) -> None:
    with pytest.raises(ValueError, match="sideways"):
        from_json({**to_json(saved(CONTAINER_URL)), field: "sideways"})
