"""What the rooms of the window offer to do with a subject, as menu entries and commands.

A room (sharing, properties, statistics, ...) is an `Area`: given what is selected, it says
what can be done, and why not where it cannot. The menus of the listing and of the tree and
the command palette show the same offers. Actions with keys of their own are in `actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QMenu

from explorer.base.records import dataclass
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip
from explorer.gui.window.letters import give_letters
from explorer.gui.window.subject import Subject


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry. `act` returns at once; what takes time becomes a task of the window."""

    text: str
    """With its mnemonic, and an ellipsis where a dialog follows."""
    act: Callable[[], object] | None = None
    icon_name: str = ""
    refusal: str = ""
    """Why it cannot be done; empty where it can."""
    is_checked: bool | None = None
    """None for what is no switch."""
    children: tuple[Offer, ...] = ()
    """A menu of its own; it has no `act` then."""


class Area(Protocol):
    """One room of the window. GUI thread."""

    def offers(self, subject: Subject) -> Sequence[Offer]:
        """What fits `subject`, in the order to be shown; what makes no sense for it is left
        out, what is not allowed stays with its reason."""
        ...


@runtime_checkable
class DeletedArea(Protocol):
    """A room that has something to offer for what is deleted, too. GUI thread."""

    def offers_deleted(self, subject: Subject) -> Sequence[Offer]:
        """What fits `subject`, some or all of whose rows are deleted."""
        ...


def offered(area: Area, subject: Subject) -> Sequence[Offer]:
    """What the area offers for `subject`: nothing for deleted rows, unless it knows of them."""
    if not subject.deleted:
        return area.offers(subject)
    return area.offers_deleted(subject) if isinstance(area, DeletedArea) else ()


def fill(menu: QMenu, areas: Iterable[Area], subject: Subject) -> None:
    """Put the offers into a menu, a section for each area; single ones share a section."""
    menu.setToolTipsVisible(True)
    give_letters(menu)
    last = 0
    for area in areas:
        if offers := offered(area, subject):
            is_apart = not last == len(offers) == 1
            if is_apart and menu.actions() and not menu.actions()[-1].isSeparator():
                menu.addSeparator()
            _add(menu, offers)
            last = len(offers)


def _add(menu: QMenu, offers: Iterable[Offer]) -> None:
    for offer in offers:
        if offer.children:
            below = menu.addMenu(offer.text)
            if offer.icon_name:
                below.setIcon(icon(offer.icon_name))
            below.setToolTipsVisible(True)
            give_letters(below)
            below.setEnabled(not offer.refusal)
            below.menuAction().setToolTip(tooltip(offer.refusal))
            _add(below, offer.children)
            continue
        action = menu.addAction(offer.text)
        if offer.icon_name:
            action.setIcon(icon(offer.icon_name))
        if offer.is_checked is not None:
            action.setCheckable(True)
            action.setChecked(offer.is_checked)
            action.setIconVisibleInMenu(False)  # its place is the mark's
        action.setEnabled(not offer.refusal and offer.act is not None)
        action.setToolTip(tooltip(offer.refusal))
        if offer.act is not None:
            action.triggered.connect(lambda _=False, act=offer.act: act())


def flat(offers: Iterable[Offer], above: str = "") -> Iterable[tuple[str, Offer]]:
    """Every offer that can be chosen, with its whole name: `Copy as: URL`."""
    for offer in offers:
        name = f"{above}{offer.text.replace('&', '').rstrip('…')}"
        if offer.children:
            yield from flat(offer.children, f"{name}: ")
        else:
            yield name, offer
