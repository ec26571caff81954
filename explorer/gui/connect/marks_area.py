"""What the window offers to set on a connection: colour, read-only, group; and favourites.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from explorer.gui import ask
from explorer.gui.browse.tree_words import colour_word
from explorer.gui.colours import Tone
from explorer.gui.connect.favourites import FavouritesPanel
from explorer.gui.parts.secret_clip import KEPT_WORDS, secret_clip
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.model import Connection, Location, SecretHome
from explorer.storage.marks import COLOURS, checked_name

NOTHING_TO_COPY = "This connection has no secret: its address is all there is."
IS_LOCKED = "The secret of this connection is missing. Replace its credential."
NOT_SAVED = "This connection is for this run only. Saved connections can be exported."
MOST_GROUPS = 20


class MarksArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        connection, place = subject.connection, subject.place
        found: list[Offer] = []
        if place is not None and place.container:
            found.append(self._favourite(place))
        if place == connection.root and not subject.rows:
            found += self._of_connection(connection)
        return tuple(found)

    def _of_connection(self, connection: Connection) -> list[Offer]:
        refusal = "" if connection.is_saved else NOT_SAVED
        exporting = self._around.connecting.taking_along
        return [
            self._colours(connection),
            Offer(
                "Read-onl&y",
                lambda: self._do(self.set_read_only(connection), "set read-only"),
                "shield",
                is_checked=connection.is_read_only,
            ),
            self._groups(connection),
            Offer(
                "Copy connection strin&g",
                lambda: self._do(self.copy_string(connection), "copy a connection string"),
                "copy",
                _no_string(connection),
            ),
            Offer(
                "E&xport…",
                lambda: self._do(exporting.export(connection.id), "export a connection"),
                "upload",
                refusal,
            ),
        ]

    def _do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self._around.do(work, name)

    # -- favourites -----------------------------------------------------------------

    def _favourite(self, place: Location) -> Offer:
        panel = self._around.window.findChild(FavouritesPanel)
        if panel is None:
            raise RuntimeError("the window has its favourites")
        if panel.is_favourite(place):
            return Offer(
                "Remove from fa&vourites",
                lambda: self._do(panel.take_out(place), "remove a favourite"),
                "star-filled",
            )
        return Offer(
            "Add to fa&vourites", lambda: self._do(panel.add(place), "add a favourite"), "star"
        )

    # -- colour, read-only, group ---------------------------------------------------

    def _colours(self, connection: Connection) -> Offer:
        children = [self._colour(connection, "", "None")]
        for colour in COLOURS:
            word = colour_word(colour)
            text = colour.capitalize() + (f" ({word})" if word != colour else "")
            children.append(self._colour(connection, colour, text))
        return Offer("Colo&ur", icon_name="tag", children=tuple(children))

    def _colour(self, connection: Connection, colour: str, text: str) -> Offer:
        def act() -> None:
            work = self._around.bridge.call(
                lambda service: service.marks.set_colour(connection.id, colour)
            )
            self._do(work, "set a colour")

        return Offer(text, act, is_checked=connection.colour == colour)

    async def set_read_only(self, connection: Connection) -> None:
        """Switch it. Off is asked about: changes are possible then."""
        wants = not connection.is_read_only
        if not wants and not await ask.confirm(
            self._around.window,
            f"Allow changes through '{connection.name}'?",
            "It is read-only now: nothing is changed through it, whoever asks.",
            go="&Allow changes",
        ):
            return
        await self._around.bridge.call(
            lambda service: service.marks.set_read_only(connection.id, wants)
        )

    def _groups(self, connection: Connection) -> Offer:
        names = list(self._around.tree.model.groups())[:MOST_GROUPS]
        children = [self._group(connection, "", "No group")]
        children += [self._group(connection, name, name.replace("&", "&&")) for name in names]
        children.append(
            Offer("&New group…", lambda: self._do(self.new_group(connection), "make a group"))
        )
        return Offer("&Group", icon_name="list", children=tuple(children))

    def _group(self, connection: Connection, group: str, text: str) -> Offer:
        return Offer(
            text,
            lambda: self._do(self._set_group(connection.id, group), "set a group"),
            is_checked=connection.group == group,
        )

    async def _set_group(self, connection_id: str, group: str) -> None:
        await self._around.bridge.call(
            lambda service: service.marks.set_group(connection_id, group)
        )

    async def new_group(self, connection: Connection) -> None:
        """Ask for a name and put the connection under it."""

        def check(text: str) -> None:
            checked_name(text, "group")

        name = await ask.text(
            self._around.window,
            "New group",
            "&Name",
            go="&Create",
            value=connection.group,
            check=check,
        )
        if name:
            await self._set_group(connection.id, name)

    # -- taking along ---------------------------------------------------------------

    async def copy_string(self, connection: Connection) -> None:
        """Put it, with its secret, on the clipboard for a minute."""
        text = await self._around.bridge.call(
            lambda service: service.exporting.connection_string(connection.id)
        )
        secret_clip().put(text)
        self._around.tabs.pane.notice.say(
            f"The connection string of {connection.name} is copied, with its secret. {KEPT_WORDS}",
            Tone.INFO,
        )


def _no_string(connection: Connection) -> str:
    if connection.secret_home is SecretHome.MISSING:
        return IS_LOCKED
    is_public = connection.secret_home is SecretHome.NONE_NEEDED and not connection.is_emulator
    return NOTHING_TO_COPY if is_public else ""
