"""What is carried survives the clipboard, and is put down only where that makes sense."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData

from explorer.gui.browse.rows import Row, RowKind
from explorer.gui.carry import plan
from explorer.gui.carry.parcel import MIME, Parcel, from_json, parcel_in, put_into
from explorer.gui.carry.plan import Step
from explorer.service.model import Ability, Location
from tests.gui.connections import connection

HERE = Location("a", "data", "run/")


def row(name: str, kind: RowKind = RowKind.BLOB) -> Row:
    return Row(kind, name, 1, 0, "", "", None, "")


def test_what_is_cut_comes_out_of_the_clipboard_as_it_went_in() -> None:
    parcel = Parcel.of(HERE, [row("d", RowKind.FOLDER), row("b\udc80.txt")], is_cut=True)
    mime = QMimeData()
    put_into(mime, parcel)
    assert parcel.names == ("d/", "b\udc80.txt")
    assert parcel_in(mime) == parcel


def test_beside_it_are_plain_paths_for_other_programs() -> None:
    mime = QMimeData()
    put_into(mime, Parcel.of(HERE, [row("d", RowKind.FOLDER), row("b")]))
    assert mime.text() == "/data/run/d/\n/data/run/b"


def test_a_container_is_carried_by_its_name() -> None:
    parcel = Parcel.of(Location("a"), [row("data", RowKind.CONTAINER)])
    assert parcel.names == ("data",)
    assert Parcel.of_place(Location("a", "data")) == parcel
    assert Parcel.of_place(HERE) == Parcel(Location("a", "data"), ("run/",))


def told(**changes: object) -> bytes:
    data = {"version": 1, "connection": "a", "container": "c", "path": "", "names": ["b"]}
    return json.dumps({**data, **changes}).encode()


def test_what_is_well_told_is_read() -> None:
    assert from_json(told()) == Parcel(Location("a", "c"), ("b",))


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"[]",
        told(version=2),
        told(connection=""),
        told(connection=3),
        told(names=[]),
        told(names="b"),
        told(names=["b", ""]),
        told(path="no-slash"),
        told(container="", path="x/"),
    ],
)
def test_what_makes_no_sense_is_nothing(text: bytes) -> None:
    assert from_json(text) is None
    mime = QMimeData()
    mime.setData(MIME, text)
    assert parcel_in(mime) is None


def test_rows_go_in_one_step() -> None:
    parcel, there = Parcel(HERE, ("d/", "b")), Location("b", "other")
    assert plan.steps(parcel, there) == (Step(HERE, ("d/", "b"), there),)


def test_containers_become_folders_in_a_container_and_containers_in_an_account() -> None:
    parcel = Parcel(Location("a"), ("one", "two"))
    into = Location("b", "other", "x/")
    one, two = Location("a", "one"), Location("a", "two")
    assert plan.steps(parcel, into) == (
        Step(one, ("",), into, new_name="one"),
        Step(two, ("",), into, new_name="two"),
    )
    assert plan.steps(parcel, Location("b")) == (
        Step(one, ("",), Location("b", "one"), makes_container=True),
        Step(two, ("",), Location("b", "two"), makes_container=True),
    )


def test_a_folder_does_not_go_into_itself_and_a_file_like_it_does() -> None:
    inside = HERE.child("d").child("deep")
    assert plan.senseless(Parcel(HERE, ("d/",)), inside, is_move=False) == plan.INTO_ITSELF
    assert plan.senseless(Parcel(HERE, ("d",)), inside, is_move=False) == ""
    assert plan.senseless(Parcel(HERE, ("d/",)), HERE.child("dd"), is_move=True) == ""
    elsewhere = Location("b", "data", inside.path)
    assert plan.senseless(Parcel(HERE, ("d/",)), elsewhere, is_move=False) == ""


def test_a_container_does_not_go_into_itself() -> None:
    parcel = Parcel(Location("a"), ("data",))
    assert plan.senseless(parcel, HERE, is_move=False) == plan.INTO_ITSELF
    assert plan.senseless(parcel, Location("b", "data"), is_move=False) == ""


def test_nothing_is_moved_to_where_it_is_but_may_be_copied_there() -> None:
    parcel = Parcel(HERE, ("b",))
    assert plan.senseless(parcel, HERE, is_move=True) == plan.THERE_ALREADY
    assert plan.senseless(parcel, HERE, is_move=False) == ""


def test_blobs_need_a_container() -> None:
    assert plan.senseless(Parcel(HERE, ("b",)), Location("a"), is_move=False)


@pytest.mark.parametrize(
    ("source", "target", "is_move", "is_allowed"),
    [
        ((), (), True, True),
        ((Ability.READ,), (), False, False),
        ((Ability.DELETE,), (), False, True),
        ((Ability.DELETE,), (), True, False),
        ((), (Ability.WRITE,), False, False),
        ((Ability.WRITE,), (Ability.READ, Ability.DELETE), False, True),
    ],
)
def test_both_credentials_have_to_allow_it(
    source: tuple[Ability, ...], target: tuple[Ability, ...], is_move: bool, is_allowed: bool
) -> None:
    refusal = plan.not_allowed(
        Parcel(HERE, ("b",)),
        Location("b", "other"),
        connection("a", denied=source),
        connection("b", denied=target),
        is_move=is_move,
    )
    assert (refusal == "") is is_allowed
