"""What is met goes before what is written; every no has its reason."""

from __future__ import annotations

from datetime import UTC, datetime

from explorer.base.errors import NotAuthorizedError, NotFoundError
from explorer.service.claims import claims_of, report_of, skew_text
from explorer.service.model import Ability, Claim
from explorer.storage.access import Verdict
from explorer.storage.azure.probe import FOUND, NOT_TRIED, Finding, Probe
from explorer.storage.connection import ConnectionSpec, parse
from explorer.storage.model import AccountInfo

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SIG = "c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmUtMTI%3D"


def sas(permissions: str) -> ConnectionSpec:
    return parse(
        "https://first.blob.core.windows.net/data?sv=2022-11-02&sr=c"
        f"&sp={permissions}&se=2026-05-07T00:00:00Z&sig={SIG}"
    )


def probe(*, blobs: Finding = NOT_TRIED, read: Finding = NOT_TRIED, skew_s: float = 0.0) -> Probe:
    return Probe(NOT_TRIED, blobs, read, AccountInfo(), None, skew_s, "2021-12-02", "data")


def answers(claims: tuple[Claim, ...]) -> dict[Ability, Verdict]:
    return {claim.ability: claim.verdict for claim in claims}


def test_every_ability_has_a_claim_and_every_no_its_reason() -> None:
    claims = claims_of(sas("rl").access(NOW))
    assert [claim.ability for claim in claims] == list(Ability)
    assert all(claim.reason for claim in claims if claim.verdict is Verdict.NO)
    found = answers(claims)
    assert found[Ability.READ] is Verdict.YES
    assert found[Ability.WRITE] is Verdict.NO


def test_what_the_service_refused_is_a_no_whatever_the_sas_says() -> None:
    refused = Finding(Verdict.NO, NotAuthorizedError("The address is not allowed."))
    claims = claims_of(sas("rl").access(NOW), probe(blobs=refused, read=FOUND))
    listing = next(claim for claim in claims if claim.ability is Ability.LIST)
    assert (listing.verdict, listing.reason) == (Verdict.NO, "The address is not allowed.")


def test_what_worked_is_a_yes_and_what_is_missing_proves_nothing() -> None:
    missing = Finding(Verdict.NO, NotFoundError("no such container"))
    assert answers(claims_of(sas("rl").access(NOW), probe(blobs=missing)))[Ability.LIST] is (
        Verdict.YES
    )
    assert answers(claims_of(sas("r").access(NOW), probe(blobs=FOUND)))[Ability.LIST] is Verdict.YES


def test_the_report_is_one_line_and_its_warnings() -> None:
    report = report_of(sas("rl"), probe(blobs=FOUND, read=FOUND, skew_s=1200), NOW)
    assert report.summary == "list yes, read yes, write no, delete no, expires in 6 days"
    assert report.expires_s == datetime(2026, 5, 7, tzinfo=UTC).timestamp()
    assert any("20 minutes ahead" in warning for warning in report.warnings)
    blind = report_of(sas("r"), probe(read=FOUND), NOW)
    assert any("by their path" in warning for warning in blind.warnings)


def test_a_clock_that_is_a_little_off_is_not_mentioned() -> None:
    assert skew_text(60) == ""
    assert "behind" in skew_text(-900)
