"""What a connection may do: what its credential says, and what a test of it met. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from explorer.base.errors import NotAuthorizedError
from explorer.service.model import Ability, Claim, ProbeReport
from explorer.storage.access import Access, Action, Verdict
from explorer.storage.connection import ConnectionSpec, ScopeLevel

if TYPE_CHECKING:  # most commands test nothing
    from explorer.storage.azure.probe import Finding, Probe

_ACTIONS = {
    Ability.LIST_CONTAINERS: Action.LIST_CONTAINERS,
    Ability.LIST: Action.LIST_BLOBS,
    Ability.READ: Action.READ,
    Ability.WRITE: Action.CREATE,
    Ability.DELETE: Action.DELETE,
    Ability.CREATE_CONTAINER: Action.CREATE_CONTAINER,
    Ability.DELETE_CONTAINER: Action.DELETE_CONTAINER,
    Ability.RENAME: Action.MOVE,
    Ability.SET_ACL: Action.SET_ACL,
    Ability.SET_OWNER: Action.SET_OWNER,
    Ability.OVERWRITE: Action.WRITE,
    Ability.TAG: Action.WRITE_TAGS,
    Ability.SEE_CONTAINER: Action.SEE_CONTAINER,
    Ability.CHANGE_CONTAINER: Action.CHANGE_CONTAINER,
    Ability.SET_ACCESS: Action.SET_CONTAINER_ACCESS,
    Ability.SHARE: Action.SIGN,
    Ability.SEE_SETTINGS: Action.READ_SETTINGS,
    Ability.SET_SETTINGS: Action.SET_SETTINGS,
}
LOOKING = frozenset(
    {
        Ability.LIST_CONTAINERS,
        Ability.LIST,
        Ability.READ,
        Ability.SHARE,
        Ability.SEE_CONTAINER,
        Ability.SEE_SETTINGS,
    }
)
"""What changes nothing there."""
_SKEW_S = 300.0
"""The service refuses a signature that is 15 minutes off; a third of it is worth a word."""


def claims_of(access: Access, found: Probe | None = None) -> tuple[Claim, ...]:
    """One claim for each ability, in their order. What was met goes before what was said."""
    met: dict[Ability, Finding] = {}
    if found is not None:
        met = {
            Ability.LIST_CONTAINERS: found.list_containers,
            Ability.LIST: found.list_blobs,
            Ability.READ: found.read,
        }
    return tuple(
        _claim(ability, access, action, met.get(ability)) for ability, action in _ACTIONS.items()
    )


def _claim(ability: Ability, access: Access, action: Action, finding: Finding | None) -> Claim:
    if finding is not None and finding.verdict is Verdict.YES:
        return Claim(ability, Verdict.YES)
    # A container that is missing says nothing about what is allowed in others.
    if finding is not None and isinstance(finding.error, NotAuthorizedError):
        reason = access.reason(action) or str(finding.error)
        return Claim(ability, Verdict.NO, reason)
    return Claim(ability, access[action].verdict, access.reason(action))


def report_of(spec: ConnectionSpec, found: Probe, now: datetime, bar: str = "") -> ProbeReport:
    """What a person reads before a connection is kept. `bar` is why nothing works at all."""
    access = spec.access(now)
    claims = claims_of(access, None if bar else found)
    if bar:
        no = Verdict.NO
        claims = tuple(one if one.verdict is no else Claim(one.ability, no, bar) for one in claims)
    verdicts = {claim.ability: claim.verdict for claim in claims}
    words = [
        f"{ability.value} {verdicts[ability].value}"
        for ability in (Ability.LIST, Ability.READ, Ability.WRITE, Ability.DELETE)
    ]
    ending = access.describe(now).rpartition(", ")[2]
    if ending.startswith("expire"):
        words.append(ending)
    warnings = [*spec.warnings, *access.warnings]
    if skew := skew_text(found.clock_skew_s):
        warnings.append(skew)
    if verdicts[Ability.LIST] is Verdict.NO and verdicts[Ability.READ] is not Verdict.NO:
        warnings.append("Nothing can be listed; open blobs by their path.")
    elif verdicts[Ability.LIST_CONTAINERS] is Verdict.NO and (
        spec.scope.level is ScopeLevel.ACCOUNT and verdicts[Ability.LIST] is not Verdict.NO
    ):
        warnings.append("Containers cannot be listed; open one by its name.")
    return ProbeReport(
        claims=claims,
        is_hierarchical=found.is_hierarchical,
        expires_s=expiry_of(access),
        clock_skew_s=found.clock_skew_s,
        summary=", ".join(words),
        warnings=tuple(dict.fromkeys(warnings)),
        api_version=found.api_version,
    )


def expiry_of(access: Access) -> float | None:
    """Seconds since 1970; None where it never ends or nobody knows."""
    return access.expires.timestamp() if access.expires is not None else None


def skew_text(ahead_s: float) -> str:
    """A sentence where the clocks differ by more than is healthy; else empty."""
    if abs(ahead_s) < _SKEW_S:
        return ""
    minutes = round(abs(ahead_s) / 60)
    which = "ahead of" if ahead_s > 0 else "behind"
    return (
        f"The clock of this computer is {minutes} minutes {which} the service's: set it right, "
        "or signatures will be refused."
    )


def utc_now() -> datetime:
    return datetime.now(UTC)
