"""Policies, leases, tiers and rules within the service's limits pass; others are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from explorer.base.errors import InputError
from explorer.storage.azure.container_control import policies_body
from explorer.storage.control_model import (
    CorsRule,
    StoredPolicy,
    check_cors,
    check_kept_days,
    check_lease_seconds,
    check_policies,
    tier_named,
)

NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
GOOD_RULE = CorsRule(("*",), ("GET",))


@pytest.mark.parametrize(
    "work",
    [
        lambda: check_policies([StoredPolicy(str(number)) for number in range(6)]),
        lambda: check_policies([StoredPolicy("")]),
        lambda: check_policies([StoredPolicy("n" * 65)]),
        lambda: check_policies([StoredPolicy("a"), StoredPolicy("a")]),
        lambda: check_policies([StoredPolicy("a", "rz")]),
        lambda: check_policies([StoredPolicy("a", "r", NOW, NOW - timedelta(1))]),
        lambda: check_lease_seconds(14),
        lambda: check_lease_seconds(61),
        lambda: check_lease_seconds(0),
        lambda: tier_named("Frozen"),
        lambda: check_cors([GOOD_RULE] * 6),
        lambda: check_cors([CorsRule((), ("GET",))]),
        lambda: check_cors([CorsRule(("*",), ("LOOK",))]),
        lambda: check_cors([CorsRule(("a,b",), ("GET",))]),
        lambda: check_cors([CorsRule(("*",), ("GET",), max_age_s=-1)]),
        lambda: check_kept_days(0),
        lambda: check_kept_days(366),
    ],
)
def test_what_the_service_would_refuse_is_refused_here(work: Callable[[], object]) -> None:
    with pytest.raises(InputError):
        work()


def test_what_the_service_takes_passes() -> None:
    check_policies([StoredPolicy(str(number), "rl", NOW) for number in range(5)])
    for seconds in (-1, 15, 60):
        check_lease_seconds(seconds)
    check_cors([GOOD_RULE] * 5)
    check_kept_days(None)
    check_kept_days(365)
    assert tier_named(" cool ") == "Cool"


def test_policies_are_written_with_ordered_letters_and_times_in_utc() -> None:
    zone = NOW.astimezone()
    body = policies_body((StoredPolicy("a<&", "lwr", None, zone),)).decode()
    assert "<Id>a&lt;&amp;</Id>" in body
    assert "<Permission>rwl</Permission>" in body
    assert "<Expiry>2026-05-01T08:00:00Z</Expiry>" in body
    assert "<Start>" not in body
