"""What the rooms of the window offer stands in menus, with reasons where it cannot be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.window.offers import Offer, fill, flat
from explorer.gui.window.subject import Subject
from explorer.service.model import Location
from tests.gui.connections import connection


def row(name: str, kind: RowKind = RowKind.BLOB) -> Row:
    return Row(kind, name, 1, 0, "", "", None, "")


def nothing() -> None:
    """Chosen, it does nothing."""


class Room:
    def __init__(self, *offers: Offer) -> None:
        self._offers = offers

    def offers(self, subject: Subject) -> Sequence[Offer]:
        return self._offers


def subject(*rows: Row, container: str = "c", path: str = "") -> Subject:
    return Subject(connection("a"), Location("a", container, path), rows)


def test_rooms_have_sections_where_single_offers_share_one_and_an_empty_one_has_none(
    qtbot: QtBot,
) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    one, two, three = (Offer(name, nothing) for name in ("One", "Two", "Three"))
    fill(menu, [Room(one), Room(), Room(two), Room(one, three), Room(two)], subject())
    texts = [a.text() for a in menu.actions()]
    assert texts == ["One", "Two", "", "One", "Three", "", "Two"]


def test_an_offer_that_cannot_be_taken_says_why(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    fill(menu, [Room(Offer("Share", nothing, refusal="It has <no> key."))], subject())
    (action,) = menu.actions()
    assert not action.isEnabled()
    assert "It has &lt;no&gt; key." in action.toolTip()


def test_choosing_an_offer_does_it_also_in_a_menu_below(qtbot: QtBot) -> None:
    menu = QMenu()
    done: list[str] = []
    qtbot.addWidget(menu)
    below = Offer("Copy &as", children=(Offer("URL", lambda: done.append("url")),))
    fill(menu, [Room(below)], subject())
    child = menu.actions()[0].menu()
    assert isinstance(child, QMenu)
    child.actions()[0].trigger()
    assert done == ["url"]


def test_the_whole_name_of_an_offer_holds_those_above_it() -> None:
    offers = (Offer("Copy &as", children=(Offer("&URL…", nothing),)), Offer("Tie&r…", nothing))
    assert [name for name, _ in flat(offers)] == ["Copy as: URL", "Tier"]


def test_one_folder_is_a_place_and_one_blob_is_none() -> None:
    assert subject(row("d", RowKind.FOLDER)).place == Location("a", "c", "d/")
    assert subject(row("b")).place is None
    assert subject(row("b")).blob == row("b")
    assert subject().place == Location("a", "c")
    assert subject(row("d", RowKind.FOLDER), row("b")).place is None


def test_names_are_what_the_service_wants() -> None:
    assert subject(row("d", RowKind.FOLDER), row("b")).names == ("d/", "b")
    assert subject().names == ("",)


def test_a_container_is_meant_as_a_row_and_as_the_place_itself() -> None:
    assert subject(row("c", RowKind.CONTAINER), container="").container == Location("a", "c")
    assert subject().container == Location("a", "c")
    assert subject(path="d/").container is None
    assert subject(container="").is_account
