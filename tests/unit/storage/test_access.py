"""What a credential allows, with the reason where it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from explorer.storage.access import (
    Action,
    Verdict,
    anonymous_access,
    expiry_text,
    key_access,
    sas_access,
    sas_warnings,
    without_changes,
)
from explorer.storage.sas import Sas, parse_sas
from tests.unit.storage import connection_corpus as corpus

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def made(permissions: str, *, kind: str = "c", start: str = "", end: str = corpus.END) -> Sas:
    mark = f"sr={kind}" if "=" not in kind else kind
    begin = f"&st={start}" if start else ""
    return parse_sas(f"sv=2024-11-04&{mark}&sp={permissions}&se={end}{begin}&sig={corpus.SIG}")


@pytest.mark.parametrize(
    ("permissions", "kind", "allowed"),
    [
        ("l", "c", {Action.LIST_BLOBS}),
        ("r", "c", {Action.READ}),
        ("c", "c", {Action.CREATE}),
        ("w", "c", {Action.CREATE, Action.WRITE}),
        ("d", "c", {Action.DELETE}),
        ("x", "c", {Action.DELETE_VERSION}),
        ("t", "c", {Action.READ_TAGS, Action.WRITE_TAGS}),
        ("f", "c", {Action.FIND_BY_TAGS}),
        ("m", "c", {Action.MOVE}),
        ("wd", "c", {Action.CREATE, Action.WRITE, Action.DELETE, Action.MOVE}),
        ("p", "sr=d&sdd=0", {Action.SET_ACL}),
        ("o", "sr=d&sdd=0", {Action.SET_OWNER}),
        ("rl", "b", {Action.READ}),
        ("l", "ss=b&srt=s", {Action.LIST_CONTAINERS}),
        ("l", "ss=b&srt=c", {Action.LIST_BLOBS}),
        ("rl", "ss=b&srt=o", {Action.READ}),
        ("cd", "ss=b&srt=c", {Action.CREATE_CONTAINER, Action.DELETE_CONTAINER}),
        ("r", "ss=b&srt=c", {Action.SEE_CONTAINER}),
        ("w", "ss=b&srt=c", {Action.CREATE_CONTAINER, Action.CHANGE_CONTAINER}),
        ("rwdl", "ss=f&srt=sco", set()),
    ],
)
def test_each_letter_allows_its_actions_and_no_other(
    permissions: str, kind: str, allowed: set[Action]
) -> None:
    access = sas_access(made(permissions, kind=kind), NOW)
    assert {action for action in Action if access.allows(action)} == allowed
    for action in Action:
        assert bool(access.reason(action)) == (action not in allowed)


def test_reasons_name_what_is_missing() -> None:
    access = sas_access(made("r"), NOW)
    assert access.reason(Action.LIST_BLOBS) == "This SAS does not allow to list blobs (sp lacks l)."
    assert "one container" in access.reason(Action.LIST_CONTAINERS)
    assert "key" in access.reason(Action.SIGN)
    account = sas_access(made("rl", kind="ss=b&srt=o"), NOW)
    assert "srt lacks c" in account.reason(Action.LIST_BLOBS)


def test_a_policy_leaves_it_open() -> None:
    access = sas_access(parse_sas(corpus.POLICY_SAS), NOW)
    assert access[Action.READ].verdict is Verdict.UNKNOWN
    assert access.allows(Action.WRITE)
    assert access.describe(NOW) == "list unknown, read unknown, write unknown, expiry unknown"


@pytest.mark.parametrize(
    ("permissions", "text"),
    [
        ("rl", "list yes, read yes, write no, expires in 6 days"),
        ("rwl", "list yes, read yes, write yes, expires in 6 days"),
        ("cd", "list no, read no, write new blobs only, delete yes, expires in 6 days"),
    ],
)
def test_describes_in_one_line(permissions: str, text: str) -> None:
    assert sas_access(made(permissions), NOW).describe(NOW) == text


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(days=1, hours=23), "expires in 1 day"),
        (timedelta(hours=5), "expires in 5 hours"),
        (timedelta(minutes=1), "expires in 1 minute"),
        (timedelta(seconds=5), "expires in less than a minute"),
        (timedelta(days=-3), "expired 3 days ago"),
        (timedelta(0), "expired less than a minute ago"),
    ],
)
def test_tells_the_end_in_words(away: timedelta, text: str) -> None:
    assert expiry_text(NOW + away, NOW) == text


def test_an_expired_sas_keeps_its_claims_and_says_so() -> None:
    access = sas_access(made("rl"), NOW + timedelta(days=30))
    assert access.is_expired
    assert access.allows(Action.READ)
    assert "expired 23 days ago" in access.describe(NOW + timedelta(days=30))


def test_https_only_over_http_allows_nothing() -> None:
    sas = parse_sas(corpus.CONTAINER_SAS)
    access = sas_access(sas, NOW, is_https=False)
    assert not any(access.allows(action) for action in Action)
    assert "https" in access.warnings[0]


@pytest.mark.parametrize(
    ("sas", "word"),
    [
        (made("r", end="2026-04-30"), "expired"),
        (made("r", end="2026-05-01T00:20Z"), "interrupted"),
        (made("r", start="2026-05-01T00:10Z"), "clock"),
        (parse_sas(corpus.POLICY_SAS), "policy"),
        (parse_sas(f"{corpus.CONTAINER_SAS}&skoid=1&sduoid=2"), "sign-in"),
        (parse_sas(f"{corpus.CONTAINER_SAS}&sip=10.0.0.1"), "network"),
        (made("rwdl", kind="ss=b&srt=sco", end="2027-01-01"), "whole account"),
        (made("r", kind="ss=q&srt=o"), "not for the blob service"),
    ],
)
def test_warns(sas: Sas, word: str) -> None:
    assert any(word in warning for warning in sas_warnings(sas, NOW))


def test_an_ordinary_sas_is_not_warned_of() -> None:
    assert sas_warnings(parse_sas(corpus.CONTAINER_SAS), NOW) == ()


def test_a_key_allows_all_and_nobody_little() -> None:
    assert all(key_access()[action].verdict is Verdict.YES for action in Action)
    nobody = anonymous_access()
    assert nobody[Action.READ].verdict is Verdict.UNKNOWN
    assert not nobody.allows(Action.WRITE)
    assert nobody.reason(Action.WRITE)


def test_without_changes_only_looking_and_signing_are_left() -> None:
    access = without_changes(key_access(), "It is read-only.")
    allowed = {action for action in Action if access.allows(action)}
    assert allowed == {
        Action.LIST_CONTAINERS,
        Action.SEE_CONTAINER,
        Action.LIST_BLOBS,
        Action.READ,
        Action.READ_TAGS,
        Action.FIND_BY_TAGS,
        Action.SIGN,
        Action.READ_SETTINGS,
    }
    assert access.reason(Action.DELETE) == "It is read-only."


def test_settings_of_the_account_take_the_key_or_a_sas_for_the_service() -> None:
    def reached(srt: str, sp: str) -> set[Action]:
        text = f"sv=2022-11-02&ss=b&srt={srt}&sp={sp}&se=2099-01-01&sig={'A' * 43}%3D"
        access = sas_access(parse_sas(text), NOW)
        return {one for one in (Action.READ_SETTINGS, Action.SET_SETTINGS) if access.allows(one)}

    assert reached("sco", "rw") == {Action.READ_SETTINGS, Action.SET_SETTINGS}
    assert reached("s", "r") == {Action.READ_SETTINGS}
    assert reached("co", "rw") == set()
    container = sas_access(parse_sas(corpus.CONTAINER_SAS), NOW)
    assert "account SAS" in container.reason(Action.SET_SETTINGS)
