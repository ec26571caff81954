"""Puts parcels down: as jobs of the queue, or in one step where directories are real.

Coroutines of the GUI thread; errors leave them and are told by the window.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from explorer.base.errors import AlreadyExistsError, InputError
from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.operations import job_options
from explorer.gui.carry import plan
from explorer.gui.carry.parcel import Parcel
from explorer.gui.carry.plan import Step
from explorer.gui.parts.buttons import Rank
from explorer.gui.transfers.start import TransferStarter
from explorer.service.model import Connection, Location
from explorer.service.naming import check_container_name

NAMES_TOLD = 5


class Carrying:
    """One per window."""

    def __init__(
        self,
        bridge: Bridge,
        starter: TransferStarter,
        connection_of: Callable[[str], Connection | None],
        window: QWidget,
    ) -> None:
        self._bridge = bridge
        self._starter = starter
        self._connection_of = connection_of
        self._window = window

    def refusal(self, parcel: Parcel, target: Location, *, is_move: bool) -> str:
        """Why it cannot be put there; empty where it can."""
        return plan.senseless(parcel, target, is_move=is_move) or plan.not_allowed(
            parcel,
            target,
            self._connection_of(parcel.place.connection_id),
            self._connection_of(target.connection_id),
            is_move=is_move,
        )

    async def put(self, parcel: Parcel, target: Location, *, is_move: bool) -> bool:
        """Copy or move it into the account, container or folder `target`; False where the person
        called it off. Raises InputError where it cannot be put there, and what a move in one
        step raises."""
        if refusal := self.refusal(parcel, target, is_move=is_move):
            raise InputError(f"It cannot be put there. {refusal}")
        if plan.is_home(parcel, target):
            if parcel.holds_containers:
                return await self._copy_containers(parcel)
            await self.duplicate(parcel)
            return True
        for step in plan.steps(parcel, target):
            if is_move and all(step.names) and await self._is_one_step(step):
                await self._move_at_once(step)
            elif await self._queue(step, is_move=is_move) is None:
                return False
        return True

    async def duplicate(self, parcel: Parcel) -> None:
        """A copy of each beside it, under the next free name."""
        place, names = parcel.place, parcel.names
        job_id = await self._bridge.call(lambda service: service.copies.duplicate(place, names))
        self._starter.tell_started(job_id)

    async def _copy_containers(self, parcel: Parcel) -> bool:
        """Within one account a copy needs another name."""
        for name in parcel.names:
            new_name = await ask.text(
                self._window,
                f"Copy container '{shown(name)}'",
                "&Name of the copy",
                go="&Copy",
                value=f"{name}-copy",
                check=lambda text, name=name: _check_copy_name(text, name),  # type: ignore[misc]
            )
            if new_name is None:
                return False
            source, target = parcel.place.child(name), parcel.place.child(new_name)
            step = Step(source, ("",), target, makes_container=True)
            if await self._queue(step, is_move=False) is None:
                return False
        return True

    async def _queue(self, step: Step, *, is_move: bool) -> int | None:
        settings = await self._bridge.get(lambda service: service.settings)
        request = await self._bridge.get(
            lambda service: service.copies.request(
                step.location,
                step.names,
                step.target,
                new_name=step.new_name,
                is_move=is_move,
                options=job_options(settings),
                make_container=step.makes_container,
            )
        )
        return await self._starter.start(request)

    async def _is_one_step(self, step: Step) -> bool:
        return await self._bridge.call(
            lambda service: service.copies.is_one_step(step.location, step.target)
        )

    async def _move_at_once(self, step: Step) -> None:
        """Each by itself; those whose name is taken are asked about together."""
        taken = []
        for name in step.names:
            try:
                await self._move_one(step, name, replace=False)
            except AlreadyExistsError:
                taken.append(name)
        if not taken:
            return
        names = ", ".join(shown(name) for name in taken[:NAMES_TOLD])
        more = f" and {len(taken) - NAMES_TOLD:,} more" if len(taken) > NAMES_TOLD else ""
        headline = "One exists already" if len(taken) == 1 else f"{len(taken):,} exist already"
        chosen = await ask.choose(
            self._window,
            headline,
            f"In the folder they would be moved to there is {names}{more}.",
            (("replace", "&Replace", Rank.DANGER),),
            stay="&Leave them where they are",
        )
        if chosen == "replace":
            for name in taken:
                await self._move_one(step, name, replace=True)

    async def _move_one(self, step: Step, name: str, *, replace: bool) -> None:
        location, target = step.location, step.target
        await self._bridge.call(
            lambda service: service.renaming.move(location, name, target, replace=replace)
        )


def _check_copy_name(text: str, name: str) -> None:
    check_container_name(text)
    if text == name:
        raise InputError("That is the name of the container itself.")
