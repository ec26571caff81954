"""What is allowed where, and the reason shown where it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.gui.browse import rules
from explorer.gui.browse.rules import Place
from explorer.service.history import NO_LAKE
from explorer.service.model import Ability, Location, SecretHome
from tests.gui.connections import connection

ACCOUNT = Location("c1")
FOLDER = Location("c1", "data", "a/")


@pytest.mark.parametrize(
    ("rule", "ability"),
    [
        (rules.upload, Ability.WRITE),
        (rules.new_folder, Ability.WRITE),
        (rules.download, Ability.READ),
        (rules.delete, Ability.DELETE),
    ],
)
def test_what_a_credential_denies_is_refused_with_its_reason(rule, ability: Ability) -> None:  # type: ignore[no-untyped-def]
    allowed = Place(connection(), FOLDER, 1, 1)
    denied = Place(connection(denied=(ability,)), FOLDER, 1, 1)
    assert rule(allowed) == ""
    assert rule(denied) == f"No {ability.value} here."


def test_nothing_is_uploaded_beside_a_container() -> None:
    assert rules.upload(Place(connection(), ACCOUNT)) == rules.NO_CONTAINER


def test_without_a_selection_nothing_is_deleted_but_the_folder_can_be_downloaded() -> None:
    place = Place(connection(), FOLDER)
    assert rules.delete(place) == rules.NO_SELECTION
    assert rules.download(place) == ""


def test_containers_are_deleted_one_at_a_time() -> None:
    assert rules.delete(Place(connection(), ACCOUNT, 1)) == ""
    assert rules.delete(Place(connection(), ACCOUNT, 2)) != ""


def test_a_missing_secret_is_the_reason_for_everything() -> None:
    locked = replace(connection(), secret_home=SecretHome.MISSING)
    assert "Replace its credential" in rules.upload(Place(locked, FOLDER))


def test_saving_under_a_name_is_for_one_blob() -> None:
    assert rules.save_as(Place(connection(), FOLDER, 1, 1)) == ""
    assert rules.save_as(Place(connection(), FOLDER, 1, 0)) != ""
    assert rules.save_as(Place(connection(), FOLDER, 2, 2)) != ""


def test_what_is_deleted_is_not_shown_where_directories_are_real() -> None:
    lake = replace(connection(), is_hierarchical=True)
    assert rules.show_deleted(Place(lake, FOLDER)) == NO_LAKE
    assert rules.show_deleted(Place(connection(), FOLDER)) == ""
    blind = connection(denied=(Ability.LIST,))
    assert rules.show_deleted(Place(blind, FOLDER)) == f"No {Ability.LIST.value} here."
    assert rules.show_deleted(Place(blind, ACCOUNT)) == ""


def test_a_folder_of_deleted_things_can_be_gone_into_and_nothing_else() -> None:
    folder = Place(connection(), FOLDER, 1, 0, deleted_selected=1)
    assert rules.open_one(folder) == ""
    assert rules.delete(folder) == rules.download(folder) == rules.DELETED
    container = Place(connection(), ACCOUNT, 1, 0, deleted_selected=1)
    assert rules.open_one(container) == rules.DELETED
