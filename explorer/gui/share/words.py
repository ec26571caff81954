"""What the SAS dialog says. Pure but for the zone of this machine."""

from __future__ import annotations

import re

from explorer.base.shown import shown
from explorer.gui.browse.cells import local_time
from explorer.gui.browse.rows import Row
from explorer.gui.share.form import Shareable
from explorer.service.model import Location
from explorer.service.sharing import SasTest
from explorer.storage.access import Verdict
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import LETTERS, SasWish

_LACK = re.compile(r"\((\w+ lacks [^()]+)\)\.$")
"""How a reason ends that names the letter a SAS lacks; that is enough beside what it is for."""
FLAT_FOLDER = (
    "In this account folders are only a part of names, and no SAS is limited to one: "
    "this one reaches the whole container."
)


def choices_of(
    location: Location, row: Row | None, kinds: tuple[SasKind, ...]
) -> tuple[Shareable, ...]:
    """What can be chosen from for one row of `location`, or for `location` itself, the
    least first; `kinds` are those the service offers there."""
    place = location if row is None else location.child(row.name)
    is_blob = row is not None and not row.is_folder
    path = location.path + row.name if is_blob and row is not None else place.path.rstrip("/")
    name = shown(path.rpartition("/")[2])
    found = []
    for kind in kinds:
        if kind is SasKind.BLOB:
            found.append(Shareable(kind, f"The blob {name}", location.container, path))
        elif kind is SasKind.DIRECTORY and path and not is_blob:
            found.append(Shareable(kind, f"The folder {name}", place.container, path, "rl"))
        elif kind is SasKind.CONTAINER:
            container = place.container
            found.append(
                Shareable(kind, f"All of the container {container}", container, permissions="rl")
            )
        elif kind is SasKind.ACCOUNT:
            found.append(Shareable(kind, "The account", permissions="rl"))
    return tuple(found)


def time_text(wish: SasWish) -> str:
    """Until when, by this machine's clock."""
    if wish.expires is None:
        return "as long as the stored policy says"
    return f"until {local_time(int(wish.expires.timestamp()))}"


def allows_text(wish: SasWish, count: int = 1) -> str:
    """In a sentence what a SAS allows."""
    what = {
        SasKind.ACCOUNT: "the account",
        SasKind.CONTAINER: f"the container {shown(wish.container)}",
    }.get(wish.kind, shown(f"{wish.container}/{wish.path}"))
    if count > 1:
        what = f"{count:,} blobs, each with a SAS of its own"
    letters = ", ".join(LETTERS[one] for one in wish.permissions)
    if wish.policy:
        letters = letters or f"what the stored policy '{shown(wish.policy)}' says"
    how = "" if wish.is_https_only else ", over plain http too"
    only = f", only from {wish.ip}" if wish.ip else ""
    return f"Allows {letters} for {what}, {time_text(wish)}{only}{how}."


def trial_text(test: SasTest) -> str:
    """What a test found: what it can do, what nobody knows yet, and what it cannot, with the
    reason of each no; the reason comes once where it is that of several."""
    lines = [f"Tried by itself for {shown(test.place)}."]
    can, perhaps = (
        [one.ability.value for one in test.report.claims if one.verdict is verdict]
        for verdict in (Verdict.YES, Verdict.UNKNOWN)
    )
    if can:
        lines.append(f"It can: {', '.join(can)}.")
    elif test.bar:
        lines.append("At present it can do nothing.")
    if perhaps:
        lines.append(f"Only trying tells whether it can: {', '.join(perhaps)}.")
    lacks: dict[str, list[str]] = {}
    reasons: dict[str, list[str]] = {}
    for claim in test.report.claims:
        if claim.verdict is Verdict.NO:
            lack = _LACK.search(claim.reason)
            into, why = (lacks, lack[1]) if lack else (reasons, claim.reason)
            into.setdefault(why, []).append(claim.ability.value)
    if lacks:
        told = "; ".join(f"{', '.join(what)} ({shown(why)})" for why, what in lacks.items())
        lines.append(f"It cannot: {told}.")
    lines += [f"It cannot {', '.join(what)}: {shown(why)}" for why, what in reasons.items()]
    return "\n".join([*lines, *test.report.warnings])
