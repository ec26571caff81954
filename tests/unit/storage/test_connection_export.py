"""An export is read back as it was; what was changed, damaged or is unknown is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage import connection_export
from explorer.storage.connection import parse
from explorer.storage.connection_export import Parcel, pack, unpack
from explorer.storage.marks import COLOURS, Favourite, Marks
from explorer.storage.saved_connection import save_form

KEY = "a2V5IGtleSBrZXkga2V5IGtleSBrZXkga2V5IGtleSBrZXkga2V5IGtleSBrZXkga2V5IGtleSBrZXkga2V5IQ=="
SPEC = parse(f"AccountName=acct;AccountKey={KEY};EndpointSuffix=core.windows.net")
SAVED = save_form(SPEC, connection_id="abc", name="work")
PARCELS = (Parcel(SAVED, KEY), Parcel(replace(SAVED, id="def", name="ü", account="acct"), KEY))
PASSPHRASE = "correct horse"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest parameters that are accepted, so that many can be tried."""
    monkeypatch.setattr(connection_export, "_COST", 1 << 14)


_names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)
_paths = _names.map(lambda one: f"{one}/")
_marks = st.builds(
    Marks,
    st.booleans(),
    st.sampled_from(("", *COLOURS)),
    st.just("") | _names,
    st.lists(st.builds(Favourite, _names, _names, st.just("") | _paths), max_size=3).map(tuple),
)


@given(st.lists(st.tuples(_names, _marks), max_size=4))
def test_what_is_packed_is_unpacked(wanted: list[tuple[str, Marks]]) -> None:
    parcels = [Parcel(replace(SAVED, name=name, marks=marks), KEY) for name, marks in wanted]
    data = pack(parcels)
    assert KEY.encode() not in data
    export = unpack(data)
    assert not export.is_locked
    assert [(one.saved.name, one.saved.marks, one.secret) for one in export.parcels] == [
        (name, marks, "") for name, marks in wanted
    ]


def test_secrets_go_only_under_a_passphrase() -> None:
    data = pack(PARCELS, PASSPHRASE)
    assert KEY.encode() not in data
    assert PASSPHRASE.encode() not in data
    assert pack(PARCELS, PASSPHRASE) != data
    locked = unpack(data)
    assert locked.is_locked
    assert [one.secret for one in locked.parcels] == ["", ""]
    opened = unpack(data, PASSPHRASE)
    assert [one.secret for one in opened.parcels] == [KEY, KEY]
    assert KEY not in repr(opened)
    with pytest.raises(InputError, match="does not fit"):
        unpack(data, "wrong horse")
    with pytest.raises(InputError, match="shorter"):
        pack(PARCELS, "short")


def _set(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        inner: Any = document
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("connections", 0, "blob_endpoint", to="https://evil.blob.core.windows.net"),
        _set("connections", 0, "name", to="other"),
        _set("connections", 0, "is_http_allowed", to=True),
        _set("secrets", "n", to=1 << 15),
        _set("secrets", "salt", to="AAAAAAAAAAAAAAAAAAAAAA=="),
        _set("secrets", "nonce", to="AAAAAAAAAAAAAAAA"),
    ],
)
def test_a_file_that_was_changed_gives_up_no_secret(
    change: Callable[[dict[str, Any]], None],
) -> None:
    document = json.loads(pack(PARCELS, PASSPHRASE))
    change(document)
    with pytest.raises(InputError, match=r"does not fit|damaged"):
        unpack(json.dumps(document).encode(), PASSPHRASE)


@pytest.mark.parametrize(
    "change",
    [
        _set("format", to="other"),
        _set("version", to=0),
        _set("version", to=True),
        _set("version", to=2),
        _set("extra", to=1),
        _set("connections", to={}),
        _set("connections", 0, to=[]),
        _set("connections", 0, "extra", to="x"),
        _set("connections", 0, "id", to="2"),
        _set("connections", 0, "name", to=7),
        _set("connections", 0, "name", to=" "),
        _set("connections", 0, "blob_endpoint", to="ftp://x"),
        _set("connections", 0, "blob_endpoint", to="https://user@x.blob.core.windows.net"),
        _set("connections", 0, "credential_type", to="magic"),
        _set("connections", 0, "scope_level", to="world"),
        _set("connections", 0, "marks", to={"extra": 1}),
        _set("connections", 0, "marks", to={"colour": "mauve"}),
        _set("connections", 0, "marks", to={"favourites": [{"name": "a"}]}),
        _set("secrets", to=[]),
        _set("secrets", "extra", to=1),
        _set("secrets", "kdf", to="md5"),
        _set("secrets", "cipher", to="none"),
        _set("secrets", "n", to=1 << 30),
        _set("secrets", "n", to=float(1 << 14)),
        _set("secrets", "r", to=9),
        _set("secrets", "p", to=True),
        _set("secrets", "salt", to="!"),
        _set("secrets", "data", to=""),
    ],
)
def test_what_is_not_known_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(pack(PARCELS, PASSPHRASE))
    change(document)
    with pytest.raises(InputError):
        unpack(json.dumps(document).encode(), PASSPHRASE)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["format", "version", "connections", "secrets"]), inner),
).map(lambda one: json.dumps(one).encode()))  # fmt: skip
def test_anything_else_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(InputError):
        unpack(data, PASSPHRASE)


def test_a_file_of_a_newer_version_says_so() -> None:
    document = json.loads(pack(PARCELS)) | {"version": 2}
    with pytest.raises(InputError, match="newer"):
        unpack(json.dumps(document).encode())
