"""Renaming and moving, for real directories and for names that only look like them.

Where directories are real each is one step, at once; elsewhere it becomes a job of the
transfer queue. One set of actions for both. Coroutines of the GUI thread; errors leave them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from explorer.base.errors import AlreadyExistsError, ConflictError, QuaysideError
from explorer.base.shown import shown
from explorer.base.tasks import TaskScope
from explorer.gui import ask
from explorer.gui.bridge import Bridge
from explorer.gui.browse.move_sheet import MoveSheet
from explorer.gui.browse.operations import job_options
from explorer.gui.browse.place_sheet import make_folder
from explorer.gui.browse.tree_model import TreeModel
from explorer.gui.parts.buttons import Rank
from explorer.gui.transfers.start import TransferStarter
from explorer.service.model import Location
from explorer.service.naming import check_folder_name
from explorer.transfer.conflicts import numbered

MAX_NUMBER = 1000
_CHOICES = (
    ("skip", "&Skip", Rank.SECONDARY),
    ("both", "&Keep both", Rank.SECONDARY),
    ("replace", "&Replace", Rank.DANGER),
)


class StoppedError(Exception):
    """The person wants no more of it."""


class Relocating:
    """One per window."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        starter: TransferStarter,
        tree: TreeModel,
        window: QWidget,
    ) -> None:
        self._bridge = bridge
        self._scope = scope
        self._starter = starter
        self._tree = tree
        self._window = window
        self.moved: Callable[[Location, str, Location, str], None] = lambda *_: None
        """Told of each step that is done: from where, name, to where, new name."""
        self.progressed: Callable[[int, int], bool] = lambda done, total: True
        """Told how many of several are done, at the end of all; says whether to go on."""

    # -- rename -----------------------------------------------------------------

    async def rename(self, location: Location, name: str) -> None:
        """Ask for another name of a file, or of a folder (its name ends with `/`)."""
        plain = name.rstrip("/")
        is_folder = name.endswith("/")
        jobs: list[int | None] = []

        async def attempt(new_name: str) -> None:
            if new_name == plain:
                return
            try:
                job = await self._bridge.call(
                    lambda service: service.rename(location, name, new_name)
                )
            except AlreadyExistsError as error:
                raise AlreadyExistsError(
                    f"There is something named '{shown(new_name)}' already.",
                    cure="Type another name.",
                ) from error
            jobs.append(job)

        new_name = await ask.text_done(
            self._window,
            f"Rename '{plain}'",
            "New &name",
            attempt,
            go="&Rename",
            value=plain,
            selected=len(plain) if is_folder else len(stem(plain)),
            check=lambda text: check_folder_name(
                location.path, text, what="folder" if is_folder else "file"
            ),
        )
        if new_name and jobs:
            if jobs[-1] is None:
                self.moved(location, name, location, new_name)
            else:
                self._starter.tell_started(jobs[-1])

    # -- move ---------------------------------------------------------------------

    async def move_to(self, location: Location, names: tuple[str, ...]) -> None:
        """Ask where, then move."""
        sheet = MoveSheet(location, names, self._tree, self._tree.connection, self._window)
        sheet.new_folder_requested.connect(
            lambda place: self._scope.spawn(
                make_folder(sheet, self._bridge, place), name="new folder"
            )
        )
        target = await ask.finished(sheet, lambda it: it.target)
        if target is not None:
            await self.move(location, names, target)

    async def move(self, location: Location, names: tuple[str, ...], target: Location) -> None:
        """Move these into the folder `target`; what exists there is asked about."""
        is_one_step = await self._bridge.call(
            lambda service: service.copies.is_one_step(location, target)
        )
        if is_one_step:
            await self._steps(location, names, target)
            return
        options = job_options(await self._bridge.get(lambda service: service.settings))
        request = await self._bridge.get(
            lambda service: service.copies.request(
                location, names, target, is_move=True, options=options
            )
        )
        await self._starter.start(request)

    async def _steps(self, location: Location, names: Sequence[str], target: Location) -> None:
        """One after the other. What fails is told at the end; the rest is moved."""
        rest: str | None = None
        failed: list[tuple[str, QuaysideError]] = []
        for at, name in enumerate(names):
            if not self.progressed(at, len(names)):
                break
            try:
                rest = await self._step(location, name, target, rest, len(names) - at)
            except StoppedError:
                break
            except QuaysideError as error:
                failed.append((name, error))
        self.progressed(len(names), len(names))
        if len(failed) == 1:
            raise failed[0][1]
        if failed:
            name, first = failed[0]
            raise QuaysideError(
                f"{len(failed):,} of {len(names):,} could not be moved, '{shown(name)}' first: "
                f"{first}",
                cure=first.cure,
            )

    async def _step(
        self, location: Location, name: str, target: Location, rest: str | None, left: int
    ) -> str | None:
        """Move one; `rest` is what the person said of all that exist, and is returned."""
        plain = name.rstrip("/")
        try:
            await self._one(location, name, target, plain)
            return rest
        except (AlreadyExistsError, ConflictError):
            choice = rest
        if choice is None:
            choice, is_for_all = await self._ask(name, target, left)
            rest = choice if is_for_all else None
        if choice == "replace":
            await self._one(location, name, target, plain, is_replacing=True)
        elif choice == "both":
            await self._beside(location, name, target)
        return rest

    async def _one(
        self,
        location: Location,
        name: str,
        target: Location,
        new_name: str,
        *,
        is_replacing: bool = False,
    ) -> None:
        await self._bridge.call(
            lambda service: service.renaming.move(
                location, name, target, new_name, replace=is_replacing
            )
        )
        self.moved(location, name, target, new_name)

    async def _beside(self, location: Location, name: str, target: Location) -> None:
        """Under the next free name, `a (2).csv`."""
        for number in range(2, MAX_NUMBER):
            try:
                await self._one(location, name, target, numbered(name.rstrip("/"), number))
                return
            except (AlreadyExistsError, ConflictError) as error:
                last = error
        raise last

    async def _ask(self, name: str, target: Location, left: int) -> tuple[str, bool]:
        """What to do about one that exists, and whether that holds for the rest.
        Raises StoppedError."""
        sheet = ask.ChoiceSheet(
            f"'{name.rstrip('/')}' is there already",
            f"In {shown(target.container)}/{shown(target.path)} there is something of that "
            "name. A folder with something in it is never replaced.",
            _CHOICES,
            self._window,
            stay="Stop",
            also=f"Do the same for the other {left - 1:,}" if left > 1 else "",
        )
        answer = await ask.finished(sheet, lambda it: (it.chosen, it.is_also))
        if answer is None:
            raise StoppedError
        return answer


def stem(name: str) -> str:
    """What a person renames: the name without its ending; a leading dot begins none."""
    head, dot, _ = name.rpartition(".")
    if head.lower().endswith(".tar"):
        head = head[:-4]
    return head if dot and head.strip(".") else name
