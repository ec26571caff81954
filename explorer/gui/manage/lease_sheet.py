"""The lease of one blob or container: its state, taken, renewed, given back, broken."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QWidget

from explorer.base.tasks import TaskScope
from explorer.gui.bridge import Bridge
from explorer.gui.colours import Tone
from explorer.gui.manage.state_sheet import StateSheet
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.texts import explain, plain_label
from explorer.service.model import Location
from explorer.storage.control_model import LEASE_FOREVER_S

LENGTHS = (
    ("Until it is given back", LEASE_FOREVER_S),
    ("60 seconds", 60),
    ("30 seconds", 30),
    ("15 seconds", 15),
)
STATES = {
    "": "Nobody has a lease.",
    "available": "Nobody has a lease.",
    "leased": "Somebody has the lease: changes need its id.",
    "breaking": "The lease is being broken; until its time is up changes need its id.",
    "broken": "The lease was broken. Anybody can take a new one.",
    "expired": "The lease ran out. Anybody can take a new one.",
}
NO_ID = "This takes the id of the lease."
Known = dict[tuple[str, str, str], str]
"""Ids of leases that were taken in this run, by connection, container and blob."""


class LeaseSheet(StateSheet):
    """GUI thread only."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        location: Location,
        name: str,
        known: Known,
        title: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, scope, location, name, f"Lease of {title}", "lock", parent)
        self._known = known
        self.state: str | None = None
        self.length = QComboBox()
        self.length.setAccessibleName("Take it for")
        for words, seconds in LENGTHS:
            self.length.addItem(words, seconds)
        self.lease_id = line_field("Lease id", known.get(self._key, ""), placeholder="not known")
        self.lease_id.textChanged.connect(lambda _: self.show_state())
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (("&For", self.length), ("Lease &id", self.lease_id)):
            caption = plain_label(text)
            caption.setBuddy(field)
            form.addRow(caption, field)
        self.take_button = push_button("&Take")
        self.renew_button = push_button("Re&new")
        self.release_button = push_button("&Give back")
        self.break_button = push_button("&Break", Rank.DANGER)
        explain(self.break_button, "Ends the lease at once, whoever has it.")
        row = QHBoxLayout()
        for button, act in (
            (self.take_button, self.take),
            (self.renew_button, self.renew),
            (self.release_button, self.release),
            (self.break_button, self.end),
        ):
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch()
        self.body.addLayout(form)
        self.body.addLayout(row)
        self.close_button = self.add_button("Close", rank=Rank.PRIMARY)
        self.close_button.clicked.connect(self.accept)
        self.do()

    @property
    def _key(self) -> tuple[str, str, str]:
        return (self._location.connection_id, self.ref.container, self.ref.name)

    # -- state ---------------------------------------------------------------------------

    async def look(self) -> None:
        place, name = self._location, self._name
        if name:
            found = await self._bridge.call(lambda it: it.properties(place, name))
            self.state = found.lease_state
        else:
            about = await self._bridge.call(lambda it: it.container_properties(place))
            self.state = about.lease_state

    def show_state(self) -> None:
        if self.state is not None:
            self.says.setText(STATES.get(self.state, self.state))
        is_idle = self.state is not None and not self.is_busy
        is_held = self.state in ("leased", "breaking")
        has_id = bool(self.lease_id.text().strip())
        self.take_button.setEnabled(is_idle and not is_held)
        self.length.setEnabled(is_idle and not is_held)
        for button in (self.renew_button, self.release_button):
            button.setEnabled(is_idle and has_id)
            explain(button, "" if has_id else NO_ID)
        self.break_button.setEnabled(is_idle and is_held)

    # -- deeds -----------------------------------------------------------------------------

    def take(self) -> None:
        self.do(self._take())

    async def _take(self) -> None:
        at, ref, seconds = self._location.connection_id, self.ref, int(self.length.currentData())
        found = await self._bridge.call(lambda it: it.upkeep.acquire_lease(at, ref, seconds))
        self._known[self._key] = found
        self.lease_id.setText(found)
        self.notice.tell("The lease is yours. Changes now need its id.", Tone.OK)

    def renew(self) -> None:
        self.do(self._renew())

    async def _renew(self) -> None:
        at, ref, lease_id = self._location.connection_id, self.ref, self.lease_id.text().strip()
        await self._bridge.call(lambda it: it.upkeep.renew_lease(at, ref, lease_id))
        self.notice.tell("Its time begins anew.", Tone.OK)

    def release(self) -> None:
        self.do(self._release())

    async def _release(self) -> None:
        at, ref, lease_id = self._location.connection_id, self.ref, self.lease_id.text().strip()
        await self._bridge.call(lambda it: it.upkeep.release_lease(at, ref, lease_id))
        self._forget("The lease is given back.")

    def end(self) -> None:
        self.do(self._end())

    async def _end(self) -> None:
        at, ref = self._location.connection_id, self.ref
        left_s = await self._bridge.call(lambda it: it.upkeep.break_lease(at, ref))
        self._forget(f"It ends in {left_s} seconds." if left_s else "The lease is broken.")

    def _forget(self, words: str) -> None:
        self._known.pop(self._key, None)
        self.lease_id.clear()
        self.notice.tell(words, Tone.OK)
