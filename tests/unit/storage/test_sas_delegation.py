"""A SAS by user delegation is the one the SDK makes, and in every layout what is documented."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from azure.storage.blob import UserDelegationKey as SdkKey
from azure.storage.blob import generate_blob_sas, generate_container_sas
from azure.storage.blob._shared.constants import X_MS_VERSION
from azure.storage.filedatalake import generate_directory_sas
from azure.storage.filedatalake._models import UserDelegationKey as LakeKey
from hypothesis import given
from hypothesis import strategies as st

from explorer.base.errors import InputError
from explorer.storage.sas import SasKind
from explorer.storage.sas_delegation import (
    UserDelegationKey,
    checked_for_delegation,
    make_delegated_sas,
    string_to_sign,
)
from explorer.storage.sas_making import parameters_of
from explorer.storage.sas_wish import (
    PERMISSIONS,
    AnswerHeaders,
    SasWish,
    checked,
    in_order,
    least_wish,
)

NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
KEY = UserDelegationKey(
    object_id="11059fcc-5514-4800-b5f8-49808b9cfab6",
    tenant_id="ab1f708d-50f6-404c-a006-d71b2ac7a606",
    starts="2026-05-01T07:00:00Z",
    expires="2026-05-02T08:00:00Z",
    service="b",
    version="2023-11-03",
    value=base64.b64encode(bytes(range(32))).decode(),
)
_texts = st.text(st.characters(categories=("L", "N", "P"), exclude_characters="\\"), max_size=9)


def _theirs(made: type[Any]) -> Any:
    key = made()
    key.signed_oid, key.signed_tid = KEY.object_id, KEY.tenant_id
    key.signed_start, key.signed_expiry = KEY.starts, KEY.expires
    key.signed_service, key.signed_version = KEY.service, KEY.version
    key.value = KEY.value
    return key


def _said(wish: SasWish) -> dict[str, Any]:
    answers = wish.answers
    return {
        "permission": wish.permissions,
        "start": wish.starts,
        "expiry": wish.expires,
        "ip": wish.ip or None,
        "protocol": "https" if wish.is_https_only else "https,http",
        "encryption_scope": wish.encryption_scope or None,
        "cache_control": answers.cache_control or None,
        "content_disposition": answers.content_disposition or None,
        "content_type": answers.content_type or None,
    }


@st.composite
def _wishes(draw: st.DrawFn, kind: SasKind) -> SasWish:
    start = draw(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))).replace(tzinfo=UTC)
    letters = draw(st.sets(st.sampled_from(PERMISSIONS[kind]), min_size=1))
    return checked(
        SasWish(
            kind,
            "data",
            "a/b c.txt" if kind is SasKind.BLOB else "",
            permissions=in_order(kind, "".join(letters)),
            starts=start,
            expires=start + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=7))),
            is_https_only=draw(st.booleans()),
            ip=draw(st.sampled_from(["", "203.0.113.7"])),
            answers=AnswerHeaders(draw(_texts), draw(_texts), content_type=draw(_texts)),
            encryption_scope=draw(st.sampled_from(["", "scope1"])),
        )
    )


@given(_wishes(SasKind.BLOB))
def test_a_blobs_sas_and_what_is_signed_are_the_sdks(wish: SasWish) -> None:
    signed: list[str] = []
    theirs = generate_blob_sas(
        "acct", "data", wish.path, user_delegation_key=_theirs(SdkKey), sts_hook=signed.append,
        **_said(wish),
    )  # fmt: skip
    ours = make_delegated_sas(wish, "acct", KEY, version=X_MS_VERSION)
    assert parse_qs(ours.token) == parse_qs(theirs)
    assert _signed(wish, X_MS_VERSION) == signed[0]


@given(_wishes(SasKind.CONTAINER))
def test_a_containers_sas_and_what_is_signed_are_the_sdks(wish: SasWish) -> None:
    signed: list[str] = []
    theirs = generate_container_sas(
        "acct", "data", user_delegation_key=_theirs(SdkKey), sts_hook=signed.append,
        **_said(wish),
    )  # fmt: skip
    ours = make_delegated_sas(wish, "acct", KEY, version=X_MS_VERSION)
    assert parse_qs(ours.token) == parse_qs(theirs)
    assert _signed(wish, X_MS_VERSION) == signed[0]


@pytest.mark.parametrize("path", ["a", "a/b/c d"])
def test_a_directorys_sas_is_the_sdks_with_its_depth(path: str) -> None:
    wish = checked(least_wish(SasKind.DIRECTORY, NOW, container="data", path=path))
    said = _said(wish)
    theirs = generate_directory_sas(
        "acct", "data", path, _theirs(LakeKey), said.pop("permission"), said.pop("expiry"), **said
    )
    ours = make_delegated_sas(wish, "acct", KEY, version=X_MS_VERSION)
    assert parse_qs(ours.token) == parse_qs(theirs)
    assert ours.depth == len(path.split("/"))


@pytest.mark.parametrize("kind", [SasKind.SNAPSHOT, SasKind.VERSION])
def test_a_snapshots_and_a_versions_sas_are_the_sdks(kind: SasKind) -> None:
    moment = "2026-05-01T08:00:00.1234567Z"
    which: dict[str, Any] = {"snapshot" if kind is SasKind.SNAPSHOT else "version_id": moment}
    wish = checked(least_wish(kind, NOW, container="data", path="x", **which))
    theirs = generate_blob_sas(
        "acct", "data", "x", user_delegation_key=_theirs(SdkKey), **which, **_said(wish)
    )
    ours = make_delegated_sas(wish, "acct", KEY, version=X_MS_VERSION)
    assert parse_qs(ours.token) == parse_qs(theirs)


def _signed(wish: SasWish, version: str) -> str:
    values = parameters_of(wish, version) | {
        "skoid": KEY.object_id, "sktid": KEY.tenant_id, "skt": KEY.starts, "ske": KEY.expires,
        "sks": KEY.service, "skv": KEY.version,
    }  # fmt: skip
    return string_to_sign(wish, values, "acct")


_HEAD = [
    "r", "2026-05-01T07:45:00Z", "2026-05-01T09:00:00Z", "/blob/acct/data/x",
    KEY.object_id, KEY.tenant_id, KEY.starts, KEY.expires, "b", "2023-11-03",
]  # fmt: skip
_ANSWERS = ["", "", "", "", "text/plain"]


@pytest.mark.parametrize(
    ("version", "agents", "after"),
    [
        ("2018-11-09", 0, [""]),
        ("2020-02-10", 3, [""]),
        ("2020-12-06", 3, ["", "scope1"]),
        ("2023-11-03", 3, ["", "scope1"]),
        ("2025-07-05", 5, ["", "scope1"]),
        ("2026-04-06", 5, ["", "scope1", "", ""]),
    ],
)
def test_each_version_signs_its_own_lines(version: str, agents: int, after: list[str]) -> None:
    wish = least_wish(SasKind.BLOB, NOW, container="data", path="x")
    answers = AnswerHeaders(content_type="text/plain")
    wish = replace(wish, answers=answers, encryption_scope="scope1", ip="203.0.113.7")
    tail = ["203.0.113.7", "https", version, "b", *after, *_ANSWERS]
    assert _signed(wish, version).split("\n") == [*_HEAD, *[""] * agents, *tail]


def test_more_than_seven_days_the_account_and_a_policy_are_refused() -> None:
    wish = least_wish(SasKind.CONTAINER, NOW, container="data")
    week = replace(wish, expires=NOW + timedelta(days=7))
    assert checked_for_delegation(week, NOW).expires == NOW + timedelta(days=7)
    with pytest.raises(InputError, match="7 days"):
        checked_for_delegation(replace(week, expires=NOW + timedelta(days=7, seconds=1)), NOW)
    with pytest.raises(InputError, match="whole account"):
        checked_for_delegation(least_wish(SasKind.ACCOUNT, NOW), NOW)
    with pytest.raises(InputError, match="stored policy"):
        checked_for_delegation(replace(wish, policy="p"), NOW)


def test_a_version_that_knows_no_such_sas_is_refused() -> None:
    folder = least_wish(SasKind.DIRECTORY, NOW, container="data", path="a")
    blob = least_wish(SasKind.BLOB, NOW, container="data", path="a")
    for wish, version in ((folder, "2019-12-12"), (blob, "2017-11-09")):
        with pytest.raises(InputError, match=version):
            make_delegated_sas(wish, "acct", KEY, version=version)


def test_the_keys_value_is_in_no_repr() -> None:
    assert KEY.value not in repr(KEY)
