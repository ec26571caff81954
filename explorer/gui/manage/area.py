"""Offers what is changed beside the bytes: properties, tier, lease, a copy. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.manage.change_sheet import ChangeSheet
from explorer.gui.manage.copy_status_sheet import CopyStatusSheet
from explorer.gui.manage.forms import PropertiesForm, TierForm, WishForm
from explorer.gui.manage.lease_sheet import Known, LeaseSheet
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Location


def title_of(subject: Subject) -> str:
    """The name of what is meant."""
    if len(subject.rows) > 1:
        return f"{len(subject.rows):,} items"
    if subject.rows:
        return shown(subject.rows[0].name)
    return shown(subject.location.name) or subject.connection.name


class ManageArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._leases: Known = {}

    def offers(self, subject: Subject) -> Sequence[Offer]:
        if subject.is_account or (not subject.location.container and subject.container is None):
            return ()
        do, place = self._around.do, subject.as_place()
        change = rules.refusal(place, Ability.OVERWRITE)
        tag = rules.refusal(place, Ability.TAG)
        found = [
            Offer(
                "Change p&roperties…",
                lambda: do(self.change_properties(subject, (change, tag)), "change properties"),
                "tag",
                change if tag else "",
            ),
            Offer(
                "Change tie&r…",
                lambda: do(self.change_tier(subject), "change the tier"),
                "tier",
                change,
            ),
        ]
        blob, container = subject.blob, subject.container
        if blob is not None or container is not None:
            where = container if container is not None else subject.location
            name = blob.name if blob is not None else ""
            lease = change if name else rules.refusal(place, Ability.CHANGE_CONTAINER)
            found.append(
                Offer(
                    "&Lease…",
                    lambda: do(self.show_lease(subject, where, name), "show the lease"),
                    "lock",
                    lease,
                )
            )
        if blob is not None:
            found.append(
                Offer(
                    "Cop&y status…",
                    lambda: do(self.show_copy(subject, blob.name), "show the state of a copy"),
                    "copy",
                    rules.refusal(place, Ability.READ),
                )
            )
        return tuple(found)

    async def change_properties(self, subject: Subject, refusals: tuple[str, str]) -> None:
        """Headers, metadata and tags, until the sheet is closed."""
        headline = f"Change properties of {title_of(subject)}"
        await self._change(subject, headline, PropertiesForm(refusals))

    async def change_tier(self, subject: Subject) -> None:
        """The tier, until the sheet is closed."""
        blob = subject.blob
        form = TierForm(blob.tier if blob is not None else "")
        await self._change(subject, f"Change the tier of {title_of(subject)}", form)

    async def _change(self, subject: Subject, headline: str, form: WishForm) -> None:
        around, place, names = self._around, subject.location, subject.names
        if not place.container and subject.container is not None:
            place, names = subject.container, ("",)
        sheet = ChangeSheet(
            around.bridge, around.scope, place, names, headline, form, around.window
        )
        await ask.answer(sheet)

    async def show_lease(self, subject: Subject, where: Location, name: str) -> None:
        """The lease, until the sheet is closed."""
        around = self._around
        await ask.answer(
            LeaseSheet(
                around.bridge,
                around.scope,
                where,
                name,
                self._leases,
                title_of(subject),
                around.window,
            )
        )

    async def show_copy(self, subject: Subject, name: str) -> None:
        """The state of a copy, until the sheet is closed."""
        around = self._around
        await ask.answer(
            CopyStatusSheet(
                around.bridge,
                around.scope,
                subject.location,
                name,
                title_of(subject),
                around.window,
            )
        )
