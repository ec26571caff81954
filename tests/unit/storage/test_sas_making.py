"""A SAS made here is the one the SDK makes, for every wish; bad wishes are refused."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from azure.storage.blob import generate_account_sas, generate_blob_sas, generate_container_sas
from azure.storage.blob._shared.constants import X_MS_VERSION
from azure.storage.filedatalake import generate_directory_sas
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import ConnectionTextError, InputError
from explorer.storage.connection import parse
from explorer.storage.model import BlobRef
from explorer.storage.sas import SasKind
from explorer.storage.sas_making import (
    make_sas,
    readable_url,
    shared_connection_string,
    shared_url,
)
from explorer.storage.sas_wish import (
    PERMISSIONS,
    AnswerHeaders,
    SasWish,
    checked,
    in_order,
    least_wish,
    wish_warnings,
)

KEY = base64.b64encode(bytes(range(64))).decode()
NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
ENDPOINT = "https://acct.blob.core.windows.net"

_words = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\\"),
    max_size=12,
).filter(str.isprintable)
_names = _words.filter(
    lambda name: bool(name.strip("/")) and not {".", ".."} & set(name.split("/"))
)
_times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
    lambda one: one.replace(tzinfo=UTC)
)


def _letters(kind: SasKind) -> st.SearchStrategy[str]:
    return st.sets(st.sampled_from(PERMISSIONS[kind]), min_size=1).map("".join)


@st.composite
def _common(draw: st.DrawFn, kind: SasKind) -> SasWish:
    start = draw(_times)
    return SasWish(
        kind,
        permissions=in_order(kind, draw(_letters(kind))),
        starts=start,
        expires=start + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=400))),
        is_https_only=draw(st.booleans()),
        ip=draw(st.sampled_from(["", "203.0.113.7", "203.0.113.0-203.0.113.9"])),
        encryption_scope=draw(st.sampled_from(["", "scope1"])),
    )


def _sdk(wish: SasWish) -> dict[str, object]:
    found: dict[str, object] = {
        "permission": wish.permissions,
        "start": wish.starts,
        "expiry": wish.expires,
        "ip": wish.ip or None,
        "protocol": "https" if wish.is_https_only else "https,http",
        "encryption_scope": wish.encryption_scope or None,
    }
    if wish.kind is not SasKind.ACCOUNT:
        found |= {
            "policy_id": wish.policy or None,
            "cache_control": wish.answers.cache_control or None,
            "content_disposition": wish.answers.content_disposition or None,
            "content_encoding": wish.answers.content_encoding or None,
            "content_language": wish.answers.content_language or None,
            "content_type": wish.answers.content_type or None,
        }
    return found


def _same(ours: str, theirs: str) -> None:
    assert parse_qs(ours) == parse_qs(theirs)


@given(_common(SasKind.ACCOUNT), st.sets(st.sampled_from("bqtf"), min_size=1),
       st.sets(st.sampled_from("sco"), min_size=1))  # fmt: skip
def test_an_account_sas_is_the_sdks(wish: SasWish, services: set[str], types: set[str]) -> None:
    wish = checked(replace(wish, services="".join(services), resource_types="".join(types)))
    theirs = generate_account_sas(
        "acct",
        KEY,
        resource_types=wish.resource_types,
        services=wish.services,
        **_sdk(wish),  # type: ignore[arg-type]
    )
    _same(make_sas(wish, "acct", KEY, version=X_MS_VERSION).token, theirs)


@given(_common(SasKind.CONTAINER), st.builds(AnswerHeaders, _words, _words, _words, _words, _words))
def test_a_containers_sas_is_the_sdks(wish: SasWish, answers: AnswerHeaders) -> None:
    wish = replace(wish, container="data", policy="p1", answers=answers)
    theirs = generate_container_sas("acct", "data", KEY, **_sdk(wish))  # type: ignore[arg-type]
    _same(make_sas(wish, "acct", KEY, version=X_MS_VERSION).token, theirs)


@given(_common(SasKind.BLOB), _names, st.builds(AnswerHeaders, _words, _words))
def test_a_blobs_sas_is_the_sdks(wish: SasWish, name: str, answers: AnswerHeaders) -> None:
    wish = replace(wish, container="data", path=name, answers=answers)
    theirs = generate_blob_sas(
        "acct",
        "data",
        name,
        account_key=KEY,
        **_sdk(wish),  # type: ignore[arg-type]
    )
    _same(make_sas(wish, "acct", KEY, version=X_MS_VERSION).token, theirs)


@pytest.mark.parametrize("kind", [SasKind.SNAPSHOT, SasKind.VERSION])
def test_a_snapshots_and_a_versions_sas_are_the_sdks(kind: SasKind) -> None:
    moment = "2026-05-01T08:00:00.1234567Z"
    is_snapshot = kind is SasKind.SNAPSHOT
    wish = least_wish(
        kind,
        NOW,
        container="data",
        path="a/b",
        snapshot=moment if is_snapshot else "",
        version_id="" if is_snapshot else moment,
    )
    theirs = generate_blob_sas(
        "acct",
        "data",
        "a/b",
        account_key=KEY,
        snapshot=moment if is_snapshot else None,
        version_id=None if is_snapshot else moment,
        **_sdk(wish),  # type: ignore[arg-type]
    )
    _same(make_sas(wish, "acct", KEY, version=X_MS_VERSION).token, theirs)
    word = "snapshot" if is_snapshot else "versionid"
    url = shared_url(ENDPOINT, wish, make_sas(wish, "acct", KEY))
    assert f"/data/a/b?{word}=2026-05-01T08%3A00%3A00.1234567Z&sv=" in url


@pytest.mark.parametrize("path", ["a", "a/b/c d", ""])
def test_a_directorys_sas_is_the_sdks(path: str) -> None:
    wish = least_wish(SasKind.DIRECTORY, NOW, container="data", path=path)
    known = _sdk(wish)
    theirs = generate_directory_sas(
        "acct",
        "data",
        path or "/",
        KEY,
        known.pop("permission"),  # type: ignore[arg-type]
        known.pop("expiry"),  # type: ignore[arg-type]
        **known,  # type: ignore[arg-type]
    )
    ours = make_sas(wish, "acct", KEY, version=X_MS_VERSION)
    if path:
        _same(ours.token, theirs)
    assert ours.depth == len(path.split("/")) * bool(path)


def test_the_least_is_one_blob_read_https_an_hour_and_started_back() -> None:
    wish = least_wish(SasKind.BLOB, NOW, container="data", path="x")
    sas = make_sas(wish, "acct", KEY)
    assert (sas.kind, sas.permissions, sas.protocol) == (SasKind.BLOB, "r", "https")
    assert sas.starts == NOW - timedelta(minutes=15)
    assert sas.expires == NOW + timedelta(hours=1)
    assert wish_warnings(wish, NOW) == ()


def test_what_is_more_than_the_least_is_warned_of() -> None:
    wish = SasWish(
        SasKind.ACCOUNT,
        permissions="rwdl",
        expires=NOW + timedelta(days=8),
        is_https_only=False,
    )
    found = " ".join(wish_warnings(wish, NOW))
    for part in ("account SAS", "write, delete", "7 days", "plain http"):
        assert part in found
    exact = replace(wish, expires=NOW + timedelta(days=7))
    assert "7 days" not in " ".join(wish_warnings(exact, NOW))
    only_read = least_wish(SasKind.CONTAINER, NOW, container="data")
    assert "list" in wish_warnings(only_read, NOW)[0]


@pytest.mark.parametrize(
    "wish",
    [
        SasWish(path="x", expires=NOW),
        SasWish(container="data", expires=NOW),
        SasWish(container="data", path="x"),
        SasWish(container="data", path="x", permissions="", expires=NOW),
        SasWish(container="data", path="x", permissions="rz", expires=NOW),
        SasWish(container="data", path="x", starts=NOW, expires=NOW),
        SasWish(container="data", path="x", expires=NOW, ip="1.2.3"),
        SasWish(container="data", path="x", expires=NOW, ip="1.2.3.4-1.2.3.3"),
        SasWish(container="data", path="x\ny", expires=NOW),
        SasWish(container="data", path="x", policy="p\nq", expires=NOW),
        SasWish(container="data", path="x", snapshot="2026", expires=NOW),
        SasWish(SasKind.SNAPSHOT, container="data", path="x", expires=NOW),
        SasWish(SasKind.CONTAINER, container="data", path="x", expires=NOW),
        SasWish(SasKind.SNAPSHOT, "data", "x", "2026", permissions="w", expires=NOW),
        SasWish(SasKind.ACCOUNT, expires=NOW, services="z"),
        SasWish(SasKind.ACCOUNT, expires=NOW, resource_types=""),
        SasWish(SasKind.ACCOUNT, expires=NOW, policy="p"),
        SasWish(SasKind.ACCOUNT, expires=NOW, answers=AnswerHeaders(content_type="a/b")),
    ],
)
def test_a_wish_that_no_sas_can_hold_is_refused(wish: SasWish) -> None:
    with pytest.raises(InputError):
        make_sas(wish, "acct", KEY)


def test_letters_come_in_the_services_order_whatever_order_they_are_typed_in() -> None:
    assert in_order(SasKind.CONTAINER, "ldwr") == "rwdl"
    assert in_order(SasKind.ACCOUNT, "catrwr") == "rwact"


def test_a_stored_policy_may_hold_permissions_and_times() -> None:
    wish = SasWish(SasKind.CONTAINER, "data", permissions="", policy="readers")
    sas = make_sas(wish, "acct", KEY)
    assert sas.policy == "readers"
    assert "se=" not in sas.token
    assert "sp=" not in sas.token


def test_a_broken_key_is_an_error_that_does_not_show_it() -> None:
    wish = least_wish(SasKind.BLOB, NOW, container="data", path="x")
    with pytest.raises(ConnectionTextError) as caught:
        make_sas(wish, "acct", "not base64 !")
    assert "not base64 !" not in str(caught.value)


def test_what_is_handed_out_is_read_back_by_our_own_parser() -> None:
    wish = least_wish(SasKind.BLOB, NOW, container="data", path="a b/ü%41")
    sas = make_sas(wish, "acct", KEY)
    spec = parse(shared_url(ENDPOINT, wish, sas))
    assert spec.sas == sas
    assert (spec.start.container, spec.start.path) == ("data", "a b/ü%41")
    assert parse(shared_connection_string(ENDPOINT, sas)).sas == sas
    assert sas.token not in repr(sas)


def test_the_source_of_a_copy_is_readable_by_what_the_connection_has() -> None:
    ref = BlobRef("data", "x/y")
    by_key = parse(f"AccountName=acct;AccountKey={KEY};EndpointSuffix=core.windows.net")
    url = readable_url(by_key, ref, NOW, lifetime=timedelta(days=2))
    made = parse(url).sas
    assert made is not None
    assert (made.kind, made.permissions) == (SasKind.BLOB, "r")
    assert made.expires == NOW + timedelta(days=2)
    wide = make_sas(SasWish(SasKind.CONTAINER, "data", expires=NOW), "acct", KEY)
    by_sas = parse(f"{ENDPOINT}/data?{wide.token}")
    assert readable_url(by_sas, ref, NOW) == f"{ENDPOINT}/data/x/y?{wide.token}"
    public = parse(f"{ENDPOINT}/data")
    snapshot = BlobRef("data", "x", snapshot="2026-05-01")
    assert readable_url(public, ref, NOW) == f"{ENDPOINT}/data/x/y"
    assert readable_url(public, snapshot, NOW).endswith("/data/x?snapshot=2026-05-01")
