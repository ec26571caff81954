"""The tree: what is listed when, in which order, and what becomes of late answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from explorer.gui.browse.tree_model import NodeState, TreeModel
from explorer.service.model import Connection, Location, SecretHome
from tests.gui.connections import connection

ACCOUNT = Location("c1")
DATA = ACCOUNT.child("data")


@pytest.fixture
def model(qapp: QApplication) -> Iterator[TreeModel]:
    """A tree with one connection, under Qt's own model tester."""
    made = TreeModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tester.setUseFetchMore(False)
    made.put_connection(connection())
    yield made
    del tester


@pytest.fixture
def asked(model: TreeModel) -> list[tuple[Location, int]]:
    """What the model asked to be listed."""
    questions: list[tuple[Location, int]] = []
    model.listing_wanted.connect(lambda location, turn: questions.append((location, turn)))
    return questions


def children(model: TreeModel, location: Location) -> list[str]:
    index = model.index_of(location)
    return [model.index(row, 0, index).data() for row in range(model.rowCount(index))]


def list_(model: TreeModel, asked: list[tuple[Location, int]], *names: str) -> None:
    """Answer the last question."""
    location, turn = asked[-1]
    model.add(location, turn, names)
    model.finish(location, turn)


def test_a_connection_may_have_children_until_it_was_listed(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    top = model.index_of(ACCOUNT)
    assert model.hasChildren(top)
    assert model.rowCount(top) == 0
    model.want(ACCOUNT)
    list_(model, asked)
    assert not model.hasChildren(top)


def test_children_are_asked_for_once(model: TreeModel, asked: list[tuple[Location, int]]) -> None:
    model.want(ACCOUNT)
    model.want(ACCOUNT)
    assert [location for location, _ in asked] == [ACCOUNT]


def test_children_stand_in_natural_order_whatever_page_they_came_on(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.want(ACCOUNT)
    location, turn = asked[-1]
    model.add(location, turn, ["run10", "b"])
    model.add(location, turn, ["a", "run9", "c", "zz"])
    model.finish(location, turn)
    assert children(model, ACCOUNT) == ["a", "b", "c", "run9", "run10", "zz"]


def test_a_name_on_two_pages_is_one_row(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.want(ACCOUNT)
    location, turn = asked[-1]
    model.add(location, turn, ["data", "data"])
    model.add(location, turn, ["data"])
    assert children(model, ACCOUNT) == ["data"]


def test_a_refresh_keeps_what_is_there_and_drops_what_is_gone(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.want(ACCOUNT)
    list_(model, asked, "data", "old")
    model.want(DATA)
    list_(model, asked, "folder")
    kept = model.index_of(DATA.child("folder")).internalId()
    model.refresh(ACCOUNT)
    list_(model, asked, "data", "new")
    assert children(model, ACCOUNT) == ["data", "new"]
    assert model.index_of(DATA.child("folder")).internalId() == kept


def test_an_answer_to_an_older_question_is_dropped(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.want(ACCOUNT)
    old = asked[-1]
    model.refresh(ACCOUNT)
    model.add(*old, ["late"])
    model.finish(*old)
    assert children(model, ACCOUNT) == []
    assert model.state(ACCOUNT) is NodeState.LISTING


def test_a_failure_keeps_what_is_known_and_can_be_tried_again(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.want(ACCOUNT)
    list_(model, asked, "data")
    model.refresh(ACCOUNT)
    model.fail(*asked[-1], "no network")
    assert children(model, ACCOUNT) == ["data"]
    tip = model.index_of(ACCOUNT).data(Qt.ItemDataRole.ToolTipRole)
    assert "no network" in tip
    model.want(ACCOUNT)
    assert len(asked) == 3


def test_a_deep_place_can_be_shown_before_its_parents_are_listed(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    deep = DATA.child("a").child("b")
    index = model.ensure(deep)
    assert index.data() == "b"
    assert index.parent().parent().data() == "data"
    model.want(ACCOUNT)
    list_(model, asked, "data", "other")
    assert model.index_of(deep).isValid()


def test_a_place_of_an_unknown_connection_is_not_shown(model: TreeModel) -> None:
    assert not model.ensure(Location("elsewhere", "data")).isValid()


def test_a_container_connection_has_its_container_at_the_top(model: TreeModel) -> None:
    root = Location("c2", "only")
    model.put_connection(connection("c2", root=root, name="just one"))
    assert model.index_of(root).data() == "just one"
    assert model.ensure(root.child("a")).isValid()
    assert not model.ensure(Location("c2", "another")).isValid()


def test_what_a_tab_has_listed_is_not_listed_again(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.offer(ACCOUNT, ["data", "logs"])
    model.want(ACCOUNT)
    assert asked == []
    assert children(model, ACCOUNT) == ["data", "logs"]


def test_a_changed_connection_keeps_its_rows(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.want(ACCOUNT)
    list_(model, asked, "data")
    model.put_connection(replace(connection(), name="renamed"))
    assert model.index_of(ACCOUNT).data() == "renamed"
    assert children(model, ACCOUNT) == ["data"]


def test_a_removed_connection_takes_everything_with_it(
    model: TreeModel, asked: list[tuple[Location, int]]
) -> None:
    model.put_connection(connection("c2"))
    model.want(ACCOUNT)
    list_(model, asked, "data")
    model.remove_connection("c1")
    assert not model.index_of(DATA).isValid()
    assert model.rowCount(QModelIndex()) == 1
    assert model.index_of(Location("c2")).row() == 0


@pytest.mark.parametrize(
    ("changed", "badge"),
    [
        ({"expires_s": 1.0}, "Expired"),
        ({"secret_home": SecretHome.MISSING, "notice": "Paste it again."}, "Paste it again."),
    ],
)
def test_trouble_with_a_connection_is_told(
    model: TreeModel, changed: dict[str, object], badge: str
) -> None:
    troubled: Connection = replace(connection(), **changed)  # type: ignore[arg-type]
    model.put_connection(troubled)
    assert badge in model.index_of(ACCOUNT).data(Qt.ItemDataRole.ToolTipRole)


def test_groups_hold_their_connections_and_go_with_the_last(model: TreeModel) -> None:
    made: list[str] = []
    model.group_made.connect(lambda index: made.append(index.data()))
    model.want(ACCOUNT)
    model.put_connection(replace(connection("c2", name="two"), group="team 10"))
    model.put_connection(replace(connection("c3", name="three"), group="team 9"))
    assert model.groups() == ("team 9", "team 10")
    assert made == ["team 10", "team 9"]
    assert [one.name for one in model.connections()] == ["three", "two", "work"]
    model.put_connection(replace(connection(), group="team 9"))
    assert [one.name for one in model.connections()] == ["three", "work", "two"]
    assert model.state(ACCOUNT) is NodeState.LISTING
    assert model.index_of(ACCOUNT).parent().data() == "team 9"
    model.put_connection(connection("c3", name="three"))
    model.remove_connection("c2")
    assert model.groups() == ("team 9",)
    assert [one.name for one in model.connections()] == ["work", "three"]
    model.remove(ACCOUNT)
    assert model.index_of(ACCOUNT).isValid()
    model.remove_connection("c1")
    assert model.groups() == ()


def test_a_colour_and_read_only_are_words_too(model: TreeModel) -> None:
    model.put_connection(replace(connection(), colour="red", is_read_only=True))
    words = model.index_of(ACCOUNT).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "production" in words
    assert "read-only" in words
