"""Marks are kept as they were set; damaged ones are refused, later ones passed over."""

from __future__ import annotations

import pytest

from explorer.base.errors import InputError
from explorer.storage.connection import parse
from explorer.storage.marks import (
    COLOURS,
    Favourite,
    Marks,
    checked_colour,
    checked_name,
    marks_from_json,
    marks_to_json,
)
from explorer.storage.saved_connection import from_json, save_form, to_json

MARKS = Marks(True, "red", "Production", (Favourite("runs", "data", "runs/"),))


def test_marks_go_through_json_with_their_connection() -> None:
    saved = save_form(parse("UseDevelopmentStorage=true"), connection_id="a1", name="x")
    assert "marks" not in to_json(saved)
    entry = to_json(saved) | {"marks": marks_to_json(MARKS)}
    assert from_json(entry).marks == MARKS
    assert to_json(from_json(entry)) == entry


def test_what_a_later_version_added_is_passed_over_unless_it_is_read_strictly() -> None:
    entry = marks_to_json(MARKS) | {"later": 1, "colour": "mauve"}
    assert marks_from_json(entry) == Marks(True, "", "Production", MARKS.favourites)
    with pytest.raises(ValueError, match="unknown"):
        marks_from_json(entry, is_strict=True)


@pytest.mark.parametrize(
    "entry",
    [
        [],
        {"is_read_only": 1},
        {"colour": 7},
        {"group": "a\nb"},
        {"favourites": {}},
        {"favourites": [{"name": "a", "container": "b", "path": "no-folder"}]},
        {"favourites": [{"name": "", "container": "b"}]},
        {"favourites": [{"name": "a", "container": "b"}] * 201},
    ],
)
def test_damaged_marks_are_refused(entry: object) -> None:
    with pytest.raises(ValueError, match=r"mark|favourite"):
        marks_from_json(entry)


def test_colours_and_names_are_checked() -> None:
    assert checked_colour(" Red ") == "red"
    assert checked_colour("") == ""
    assert len(set(COLOURS)) == len(COLOURS)
    assert checked_name(" a ", "group") == "a"
    for text in ("", " ", "a\nb", "x" * 201):
        with pytest.raises(InputError):
            checked_name(text, "group")
    with pytest.raises(InputError):
        checked_colour("mauve")
