"""The two panes of a tab compared: marks on both sides, and what is selected by them.

GUI thread only; MD5s of local files are made in a worker thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import shiboken6
from PySide6.QtCore import QMetaObject, QObject, QTimer, Signal

from explorer.gui.browse import comparing, md5s
from explorer.gui.browse.comparing import Content, Facts, Group, Result
from explorer.gui.browse.pane import Pane
from explorer.gui.browse.telling import PaneNotice
from explorer.gui.colours import Tone
from explorer.gui.errors import describe
from explorer.gui.local.pane import LocalPane
from explorer.gui.window.actions import Act
from explorer.gui.window.sides import Side, Sides
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Ability
from explorer.storage.access import Verdict

NO_SECOND = "Show a second pane first (F3)."
NOT_COMPARED = "Compare the panes first (Ctrl+Shift+E)."
BUSY = "The panes are being compared."
STOPPED = "Comparing by MD5 was stopped. What was looked at until then is marked."
SETTLE_MS = 300
"""So long after rows came or changed the marks follow."""
TELL_EVERY_MS = 250

GROUPS: Mapping[Act, Group] = {
    Act.SELECT_LACKING: Group.LACKING,
    Act.SELECT_ONLY_HERE: Group.ONLY_HERE,
    Act.SELECT_NEWER: Group.NEWER,
    Act.SELECT_DIFFERENT: Group.DIFFERENT,
}
_NOTHING: Mapping[Group, str] = {
    Group.LACKING: "The other pane lacks nothing.",
    Group.ONLY_HERE: "Nothing is only here.",
    Group.NEWER: "Nothing is newer here.",
    Group.DIFFERENT: "Nothing is different.",
}


class Comparison(QObject):
    """One per window: of one tab at a time, until a side of it goes elsewhere."""

    changed = Signal()
    """What can be selected is something else."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around = around
        self._pair: tuple[Side, Side] | None = None
        self._found: dict[Side, dict[comparing.Key, Result]] = {}
        self._kinds: dict[Side, frozenset[Result]] = {}
        self._contents: dict[str, tuple[Facts, Content]] = {}
        self._links: list[QMetaObject.Connection] = []
        self._task: asyncio.Task[None] | None = None
        self._notice: PaneNotice | None = None
        self._told: tuple[PaneNotice, str, bool] | None = None
        """Where the sum stands, as it was told, and whether MD5s are in it."""
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._follow)

    @property
    def _sides(self) -> Sides:
        return self._around.tabs.tab.sides

    def deeds(self) -> dict[Act, Callable[[], object]]:
        """What its actions do."""
        selecting = {act: partial(self.select, group) for act, group in GROUPS.items()}
        return {Act.COMPARE: self.compare, Act.COMPARE_MD5: self.compare_md5, **selecting}

    def refusals(self) -> Mapping[Act, str]:
        """Why the panes cannot be compared, or nothing selected by it; empty where they can."""
        no_second = "" if self._sides.right is not None else NO_SECOND
        busy = BUSY if self._task is not None else ""
        told = {Act.COMPARE: no_second, Act.COMPARE_MD5: no_second or busy}
        kinds = self._kinds.get(self._sides.front)
        for act, group in GROUPS.items():
            if kinds is None:
                told[act] = no_second or NOT_COMPARED
            else:
                told[act] = _NOTHING[group] if kinds.isdisjoint(comparing.RESULTS[group]) else ""
        return told

    # -- comparing ----------------------------------------------------------------

    def compare(self) -> None:
        """By name, size and time: mark on both sides what only one has or what differs."""
        if self._begin():
            self._mark()
            self._sum_up(self._sides.front.notice, has_md5=False)

    def compare_md5(self) -> None:
        """The same, and files of one size by their MD5: stored with the blob, made of a file."""
        if self._begin() and self._pair is not None:
            left, right = self._pair
            self._notice = self._sides.front.notice
            self._mark()
            work = self._look(left, right, self._notice)
            self._task = self._around.scope.spawn(work, name="compare by MD5")
            self.changed.emit()

    def _begin(self) -> bool:
        self.end()
        left, right = self._sides.left, self._sides.right
        if right is None:
            return False
        self._pair = left, right
        for side in self._pair:
            model, later = side.model, self._rows_changed
            self._links += [
                side.location_changed.connect(self.end),
                side.destroyed.connect(self.end),
                model.modelReset.connect(later),
                model.rowsInserted.connect(later),
                model.dataChanged.connect(later),
            ]
        return True

    def _rows_changed(self) -> None:
        self._settling.start()

    def _mark(self) -> None:
        if self._pair is None:
            return
        left, right = self._pair
        for side, other in ((left, right), (right, left)):
            found = comparing.compare(side.model.rows, other.model.rows, self._contents)
            self._found[side], self._kinds[side] = found, frozenset(found.values())
            side.model.marks = comparing.marks(found)
            side.view.viewport().update()
        self.changed.emit()

    def _follow(self) -> None:
        """Rows came or changed: the marks, and the sum where it still stands."""
        self._mark()
        if (told := self._standing()) is not None:
            self._sum_up(told[0], has_md5=told[2])

    def _standing(self) -> tuple[PaneNotice, str, bool] | None:
        """The sum, unless it was closed or something else has been told in its place."""
        told = self._told
        if told is None or not shiboken6.isValid(told[0]) or told[0].isHidden():
            return None
        return told if told[0].text() == told[1] else None

    def _sum_up(self, notice: PaneNotice, *, has_md5: bool) -> None:
        if self._pair is None:
            return
        left, right = self._pair
        text = comparing.summary(self._found[left], self._found[right], has_md5=has_md5)
        if self._standing() == (notice, text, has_md5):
            return
        self._told = notice, text, has_md5
        notice.say(
            text,
            Tone.INFO,
            action="Select what the other lacks",
            act=partial(self.select, Group.LACKING),
        )

    def end(self) -> None:
        """Stop, and take the marks away."""
        if self._give_up() and self._notice is not None and shiboken6.isValid(self._notice):
            self._notice.dismiss()
        if (told := self._standing()) is not None:
            told[0].dismiss()
        self._told = None
        self._settling.stop()
        for link in self._links:
            QObject.disconnect(link)
        self._links.clear()
        pair, self._pair = self._pair, None
        self._found, self._kinds, self._contents = {}, {}, {}
        for side in pair or ():
            if shiboken6.isValid(side):
                side.model.marks = {}
                side.view.viewport().update()
        self.changed.emit()

    def _give_up(self) -> bool:
        """Whether MD5s were looked at until now."""
        task, self._task = self._task, None
        return task is not None and task.cancel()

    # -- by MD5 ---------------------------------------------------------------------

    async def _look(self, left: Side, right: Side, notice: PaneNotice) -> None:
        own = asyncio.current_task()
        pairs = dict(comparing.same_sized(left.model.rows, right.model.rows))
        total = sum(facts[0] for facts in pairs.values()) if _has_local(left, right) else 0
        local, done = md5s.LocalMd5s(self._around.workers), 0

        def tell() -> None:
            text = comparing.progress(done, len(pairs), local.read_bytes, total)
            notice.say(text, Tone.INFO, action="Stop", act=self._stop, closable=False)

        telling = QTimer(self)
        telling.timeout.connect(tell)
        telling.start(TELL_EVERY_MS)
        tell()
        try:
            stored: dict[Side, dict[str, bytes]] = {
                side: await self._stored(side, pairs)
                for side in (left, right)
                if isinstance(side, Pane)
            }
            for name, facts in pairs.items():
                content = await _content(name, facts, (left, right), stored, local)
                self._contents[name] = facts, content
                done += 1
            self._mark()
            self._sum_up(notice, has_md5=True)
        except Exception as error:
            notice.say_failure(describe(error))
        finally:
            telling.stop()
            telling.deleteLater()
            if self._task is own:
                self._task = None
                self.changed.emit()

    async def _stored(self, pane: Pane, names: Mapping[str, Facts]) -> dict[str, bytes]:
        place, connection = pane.location, pane.connection
        if place is None or connection is None or not names:
            return {}
        may_list = connection.claim(Ability.LIST).verdict is not Verdict.NO
        return await md5s.stored(
            self._around.bridge, place, names, is_flat=pane.is_flat, may_list=may_list
        )

    def _stop(self) -> None:
        """What was found until now stays marked."""
        if self._give_up() and self._notice is not None:
            self._mark()
            self._notice.say(STOPPED, Tone.INFO)

    # -- selecting ------------------------------------------------------------------

    def select(self, group: Group) -> None:
        """On the side with the keys, so that the next copy takes just these."""
        front = self._sides.front
        if (found := self._found.get(front)) is not None:
            front.view.clearSelection()
            front.view.select_names(comparing.keys_of(found, group))
            front.stage.focus_shown()


def _has_local(left: Side, right: Side) -> bool:
    return isinstance(left, LocalPane) or isinstance(right, LocalPane)


async def _content(
    name: str,
    facts: Facts,
    sides: tuple[Side, Side],
    stored: Mapping[Side, Mapping[str, bytes]],
    local: md5s.LocalMd5s,
) -> Content:
    """What the two files of that name hold. A file is read only where a blob has its MD5."""
    if not facts[0]:
        return Content.SAME
    found: list[bytes | None] = [stored[side].get(name) for side in sides if side in stored]
    if None in found:
        return Content.NO_MD5
    for side in sides:
        if isinstance(side, LocalPane):
            digest = await local.of(side.path_of(name))
            if digest is None:
                return Content.NOT_READ
            found.append(digest)
    return comparing.content(found[0], found[1])
