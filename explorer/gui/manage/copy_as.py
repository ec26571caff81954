"""'Copy as': the text of a place for other programs, without credentials unless asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtGui import QGuiApplication

from explorer.base.shown import shown
from explorer.gui import ask
from explorer.gui.browse import rules
from explorer.gui.parts.secret_clip import KEPT_WORDS, secret_clip
from explorer.gui.share.words import allows_text
from explorer.gui.window.offers import Offer
from explorer.gui.window.subject import Subject
from explorer.gui.window.surroundings import Surroundings
from explorer.service.claims import utc_now
from explorer.service.copy_as import Form, Spot, copy_as, reason
from explorer.service.model import Ability
from explorer.storage.sas import SasKind
from explorer.storage.sas_wish import SasWish, least_wish

WORDS = {
    Form.PATH: "&Path",
    Form.URL: "&URL",
    Form.ABFSS: "&abfss address",
    Form.AZ: "a&z command",
    Form.AZCOPY: "Az&Copy command",
    Form.RCLONE: "&rclone command",
    Form.PYTHON: "P&ython",
    Form.FSSPEC: "&fsspec",
}
ONE_AT_A_TIME = "With a SAS one at a time is copied."


def spots_of(subject: Subject) -> tuple[Spot, ...]:
    """What is meant, for other programs; folders with a slash at their end."""
    connection, location = subject.connection, subject.location
    top = Spot(
        connection.account,
        connection.endpoint,
        location.container,
        location.path,
        is_emulator=connection.is_emulator,
    )
    if not subject.rows:
        return (top,)
    if not location.container:
        return tuple(replace(top, container=row.name) for row in subject.rows)
    return tuple(replace(top, path=location.path + name) for name in subject.names)


def wish_for(subject: Subject, spot: Spot) -> SasWish:
    """The least SAS that lets other programs read it: of a blob `r`, of the rest `rl`."""
    is_https = spot.endpoint.startswith("https://")
    if spot.is_blob:
        return least_wish(
            SasKind.BLOB, utc_now(), container=spot.container, path=spot.path, is_https=is_https
        )
    is_directory = bool(spot.path and subject.connection.is_hierarchical)
    kind = SasKind.DIRECTORY if is_directory else SasKind.CONTAINER
    path = spot.path if is_directory else ""
    wish = least_wish(kind, utc_now(), container=spot.container, path=path, is_https=is_https)
    return replace(wish, permissions="rl")


class CopyAsArea:
    """See `Area`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def offers(self, subject: Subject) -> Sequence[Offer]:
        spots = spots_of(subject)
        share = rules.refusal(subject.as_place(), Ability.SHARE)
        if not share and len(spots) > 1:
            share = ONE_AT_A_TIME
        if not share and not spots[0].container:
            share = "Choose a container, a folder or a blob."
        plain, signed = [], []
        for form, words in WORDS.items():
            refusal = reason(form, spots[0])
            plain.append(Offer(words, partial(self.copy, form, spots), refusal=refusal))
            if form.takes_sas:
                ask_first = partial(self._begin, form, subject, spots[0])
                signed.append(Offer(f"{words}…", ask_first, refusal=share or refusal))
        below = Offer("&With a SAS", icon_name="key", refusal=share, children=tuple(signed))
        return (Offer("Cop&y as", icon_name="copy", children=(*plain, below)),)

    def copy(self, form: Form, spots: tuple[Spot, ...]) -> None:
        """Put it on the clipboard, a text for each; no credential is in it."""
        between = "\n\n" if form in (Form.PYTHON, Form.FSSPEC) else "\n"
        text = between.join(copy_as(form, spot) for spot in spots)
        QGuiApplication.clipboard().setText(text)

    def _begin(self, form: Form, subject: Subject, spot: Spot) -> None:
        self._around.do(self.copy_with_sas(form, subject, spot), "copy with a SAS")

    async def copy_with_sas(self, form: Form, subject: Subject, spot: Spot) -> None:
        """Ask, make the least SAS, and put the text with it on the clipboard for a minute."""
        wish = wish_for(subject, spot)
        words = WORDS[form].replace("&", "")
        told = [allows_text(wish), "Whoever gets the text can do that.", KEPT_WORDS]
        if spot.path and wish.kind is SasKind.CONTAINER:
            told.insert(1, "No SAS is limited to a folder here: it reaches the whole container.")
        is_sure = await ask.confirm(
            self._around.window,
            f"Copy {shown(spot.name)} as {words} with a SAS?",
            "\n".join(told),
            go="&Make and copy",
        )
        if not is_sure:
            return
        at = subject.connection.id
        made = await self._around.bridge.call(lambda it: it.sharing.make(at, wish))
        secret_clip().put(copy_as(form, replace(spot, sas=made.token)))
