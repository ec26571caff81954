"""What the window offers to do with containers and the account. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from explorer.gui import ask
from explorer.gui.account.container_sheet import ContainerSheet
from explorer.gui.account.policies_sheet import PoliciesSheet
from explorer.gui.account.public_access_sheet import PublicAccessSheet
from explorer.gui.account.settings_sheet import AccountSettingsSheet
from explorer.gui.browse import rules
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability, Connection, Location


class AccountArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        connection, container = subject.connection, subject.container
        if subject.is_account:
            missing = rules.refusal(subject.as_place(), Ability.SEE_SETTINGS)
            return (
                self._offer(
                    "Account &settings…",
                    "settings",
                    missing,
                    lambda: self._settings(connection),
                ),
            )
        if container is None:
            return ()
        set_access = rules.refusal(subject.as_place(), Ability.SET_ACCESS)
        return (
            self._offer(
                "&Public access…", "unlock", set_access, lambda: self._public_access(container)
            ),
            self._offer(
                "Stored access polic&ies…", "shield", set_access, lambda: self._policies(container)
            ),
            self._offer(
                "Container propert&ies and lease…",
                "info",
                rules.refusal(subject.as_place(), Ability.SEE_CONTAINER),
                lambda: self._properties(connection, container),
            ),
        )

    def _offer(
        self, text: str, icon_name: str, reason: str, work: Callable[[], Coroutine[Any, Any, Any]]
    ) -> Offer:
        name = text.replace("&", "").rstrip("…").lower()
        return Offer(text, lambda: self._around.do(work(), name), icon_name, reason)

    async def _settings(self, connection: Connection) -> None:
        around = self._around
        sheet = AccountSettingsSheet(around.bridge, around.scope, connection, around.window)
        sheet.look()
        await ask.answer(sheet)

    async def _public_access(self, place: Location) -> None:
        around = self._around
        sheet = PublicAccessSheet(around.bridge, around.scope, place, around.window)
        sheet.look()
        await ask.answer(sheet)

    async def _policies(self, place: Location) -> None:
        around = self._around
        sheet = PoliciesSheet(around.bridge, around.scope, place, around.window)
        sheet.look()
        await ask.answer(sheet)

    async def _properties(self, connection: Connection, place: Location) -> None:
        around = self._around
        sheet = ContainerSheet(around.bridge, around.scope, connection, place, around.window)
        sheet.look()
        await ask.answer(sheet)
