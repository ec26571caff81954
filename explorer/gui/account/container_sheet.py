"""One container looked at: facts, metadata, lease. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QWidget

from explorer.base.tasks import TaskScope
from explorer.gui.account.access_words import PUBLIC_WORDS
from explorer.gui.account.metadata_field import MetadataField
from explorer.gui.bridge import Bridge
from explorer.gui.browse.cells import local_time
from explorer.gui.colours import Tone
from explorer.gui.parts.buttons import Rank, push_button
from explorer.gui.parts.fields import line_field
from explorer.gui.parts.texts import explain, plain_label
from explorer.gui.work_sheet import WorkSheet
from explorer.service.model import Ability, Connection, Location
from explorer.storage.access import Verdict
from explorer.storage.control_model import LEASE_FOREVER_S, PublicAccess
from explorer.storage.model import BlobRef, Container

_SPANS = (("for ever", LEASE_FOREVER_S), ("for 60 seconds", 60), ("for 15 seconds", 15))


def refusal(connection: Connection, ability: Ability) -> str:
    """Why not; empty where it is allowed or can only be tried."""
    claim = connection.claim(ability)
    return claim.reason if claim.verdict is Verdict.NO else ""


class ContainerSheet(WorkSheet):
    """Looks at once. The id of a lease taken here is shown, since nobody tells it again."""

    def __init__(
        self,
        bridge: Bridge,
        scope: TaskScope,
        connection: Connection,
        place: Location,
        parent: QWidget | None,
    ) -> None:
        super().__init__(
            f"Container {place.container}", scope, parent, icon_name="container", width=560
        )
        self._bridge = bridge
        self._connection = connection
        self._place = place
        self._seen: Container | None = None
        self.facts = {name: plain_label("…") for name in ("Changed", "ETag", "Public access")}
        self.metadata = MetadataField()
        self.metadata.changed.connect(self.show_state)
        self.lease = plain_label("…")
        self.span = QComboBox()
        self.span.setAccessibleName("How long the lease lasts")
        for words, seconds in _SPANS:
            self.span.addItem(words, seconds)
        self.acquire_button = push_button("&Acquire")
        self.break_button = push_button("&Break")
        self.release_button = push_button("&Release")
        self.lease_id = line_field("Lease id", placeholder="Lease id")
        form = QFormLayout()
        for name, label in self.facts.items():
            form.addRow(name, label)
        form.addRow("&Metadata", self.metadata)
        form.addRow("Lease", self.lease)
        form.addRow("", _row(self.acquire_button, self.span, self.break_button))
        id_label = plain_label("&Id")
        id_label.setBuddy(self.lease_id)
        form.addRow(id_label, _row(self.lease_id, self.release_button))
        self.body.addLayout(form)
        close = self.add_button("Close")
        close.clicked.connect(self.reject)
        self.save_button = self.add_button("&Save metadata", rank=Rank.PRIMARY)
        self.save_button.clicked.connect(lambda: self.begin(self._save(), "save metadata"))
        self.acquire_button.clicked.connect(lambda: self.begin(self._acquire(), "acquire a lease"))
        self.break_button.clicked.connect(lambda: self.begin(self._break(), "break a lease"))
        self.release_button.clicked.connect(lambda: self.begin(self._release(), "release a lease"))
        self.lease_id.textChanged.connect(self.show_state)
        self.show_state()

    def look(self) -> None:
        """Ask how it is now."""
        self.begin(self._look(), "look at a container")

    async def _look(self) -> None:
        seen = await self._ask()
        self.metadata.show_metadata(seen.metadata)
        self.metadata.setFocus()

    async def _ask(self) -> Container:
        seen = await self._bridge.call(lambda it: it.administration.container(self._place))
        self._seen = seen
        public = PublicAccess(seen.public_access)
        self.facts["Changed"].setText(local_time(seen.last_modified_s))
        self.facts["ETag"].setText(seen.etag)
        self.facts["Public access"].setText(PUBLIC_WORDS[public])
        self.lease.setText(seen.lease_state or "unknown")
        return seen

    async def _save(self) -> None:
        metadata = self.metadata.metadata()
        await self._bridge.call(
            lambda it: it.administration.set_container_metadata(self._place, metadata)
        )
        await self._ask()
        self.notice.tell("The metadata is saved.", Tone.OK)

    # -- lease ------------------------------------------------------------------

    @property
    def _ref(self) -> BlobRef:
        return BlobRef(self._place.container, "")

    async def _acquire(self) -> None:
        at, seconds = self._place.connection_id, int(self.span.currentData())
        lease_id = await self._bridge.call(
            lambda it: it.upkeep.acquire_lease(at, self._ref, seconds)
        )
        self.lease_id.setText(lease_id)
        await self._ask()
        self.notice.tell("The lease is taken. Keep its id: it is not told again.", Tone.WARN)
        self.lease_id.setFocus()
        self.lease_id.selectAll()

    async def _break(self) -> None:
        at = self._place.connection_id
        await self._bridge.call(lambda it: it.upkeep.break_lease(at, self._ref))
        await self._ask()
        self.notice.tell("The lease is broken.", Tone.OK)

    async def _release(self) -> None:
        at, lease_id = self._place.connection_id, self.lease_id.text().strip()
        await self._bridge.call(lambda it: it.upkeep.release_lease(at, self._ref, lease_id))
        self.lease_id.clear()
        await self._ask()
        self.notice.tell("The lease is given back.", Tone.OK)

    def show_state(self) -> None:
        seen = self._seen
        is_ready = seen is not None and not self.is_busy
        reason = refusal(self._connection, Ability.CHANGE_CONTAINER)
        is_other = seen is not None and not self.metadata.problem
        is_other = is_other and self.metadata.metadata() != dict(seen.metadata if seen else {})
        self.save_button.setEnabled(is_ready and is_other and not reason)
        explain(self.save_button, reason or self.metadata.problem)
        self.metadata.lines.setReadOnly(bool(reason))
        is_leased = seen is not None and seen.lease_state in ("leased", "breaking")
        states = (
            (self.acquire_button, not is_leased, "Somebody has the lease."),
            (self.span, not is_leased, ""),
            (self.break_button, is_leased, "Nobody has the lease."),
            (
                self.release_button,
                is_leased and bool(self.lease_id.text().strip()),
                "Give the id of the lease.",
            ),
        )
        for widget, can, otherwise in states:
            widget.setEnabled(is_ready and can and not reason)
            explain(widget, reason or ("" if can else otherwise))


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    if all(not isinstance(widget, QComboBox) for widget in widgets):
        return holder
    row.addStretch(1)
    return holder
