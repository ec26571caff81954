"""What our `dataclass` makes is what the library's makes, frozen apart."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar

import pytest

import explorer
from explorer.base import records


@records.dataclass(frozen=True, slots=True)
class Place:
    """Has all kinds of fields."""

    kind: ClassVar[str] = "place"
    name: str
    secret: str = field(default="hidden", repr=False)
    tags: list[str] = field(default_factory=list)
    loaded: int = field(default=0, compare=False)
    size: int = field(default=3, kw_only=True)
    double: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "double", 2 * self.size)


@records.dataclass(frozen=True, slots=True)
class Town(Place):
    river: str = ""


class Village(Place):
    """No dataclass itself."""


def theirs(of: Callable[..., Any]) -> type:
    @of(frozen=True, slots=True)
    class Place:
        name: str
        secret: str = field(default="hidden", repr=False)
        tags: tuple[str, ...] = ()
        loaded: int = field(default=0, compare=False)
        size: int = field(default=3, kw_only=True)

    return Place


def test_it_is_filled_shown_and_compared_as_the_librarys() -> None:
    ours, library = theirs(records.dataclass), theirs(dataclasses.dataclass)
    samples: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("a",), {}),
        (("a", "b", ("c",), 4), {"size": 5}),
        ((), {"name": "z"}),
    ]
    for words, named in 20 * samples:  # the first few are filled in another way
        one, other = ours(*words, **named), library(*words, **named)
        assert repr(one) == repr(other)
        assert dataclasses.asdict(one) == dataclasses.asdict(other)
        assert one == ours(*words, **named)
        assert hash(one) == hash(ours(*words, **named))
        assert (one == ours("other")) == (other == library("other"))
        assert one != other
        assert not hasattr(one, "__dict__")


@pytest.mark.parametrize(
    ("words", "named"), [((), {}), (("a", "b", (), 0, 5), {}), (("a",), {"nothing": 1})]
)
def test_wrong_arguments_are_refused_with_the_name_of_the_class(
    words: tuple[Any, ...], named: dict[str, Any]
) -> None:
    wrong = theirs(records.dataclass)
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Place\.__init__\(\)"):
            wrong(*words, **named)


def test_what_is_not_to_be_given_is_refused() -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match="double"):
            Place("a", double=4)  # type: ignore[call-arg]


def test_a_default_that_is_made_is_made_for_each() -> None:
    one, other = Place("a"), Place("b")
    one.tags.append("x")
    assert other.tags == []
    assert (one.double, Place("a", size=5).double) == (6, 10)
    assert "hidden" not in repr(one)


def test_a_default_that_all_would_change_is_refused() -> None:
    with pytest.raises(TypeError, match="tags"):

        @records.dataclass(slots=True)
        class Shared:
            tags: list[str] = []  # noqa: RUF012


def test_fields_may_be_called_what_our_own_code_calls_things() -> None:
    @records.dataclass(frozen=True, slots=True)
    class Gap:
        missing: str = "a"
        make_tags: str = "b"
        default_missing: str = "c"
        tags: list[str] = field(default_factory=list)

    gap = Gap()
    assert (gap.missing, gap.make_tags, gap.default_missing, gap.tags) == ("a", "b", "c", [])


def test_those_below_have_the_fields_of_those_above() -> None:
    assert Town("a", size=4, river="b") == Town("a", river="b", size=4)
    assert Town("a", river="b").double == 6
    assert Village("a").name == "a"
    assert Place("a") != Village("a")
    assert repr(Village("a")).startswith("Village(name='a'")


def test_it_is_copied_replaced_and_pickled() -> None:
    town = Town("a", tags=["t"], river="b")
    assert dataclasses.replace(Place("a"), name="c") == Place("c")
    assert copy.deepcopy(town) == town
    assert pickle.loads(pickle.dumps(town)) == town


def test_the_program_has_no_other() -> None:
    """What is frozen there and not here could not be mixed."""
    root = Path(explorer.__file__).parent
    others = re.compile(r"^from dataclasses import .*\bdataclass\b|dataclasses\.dataclass", re.M)
    found = [path.name for path in root.rglob("*.py") if others.search(path.read_text("utf-8"))]
    assert found == ["records.py"]


def test_what_is_not_frozen_has_no_hash_and_what_is_written_out_stays() -> None:
    @records.dataclass(slots=True)
    class Loose:
        size: int

        def __repr__(self) -> str:
            return "mine"

    @records.dataclass(slots=True, eq=False)
    class Self:
        size: int

    with pytest.raises(TypeError):
        hash(Loose(1))
    assert repr(Loose(1)) == "mine"
    assert Self(1) != Self(1)
    assert Loose(1) == Loose(1)


def test_without_slots_a_class_has_its_defaults_and_takes_more() -> None:
    @records.dataclass
    class Loose:
        name: str
        size: int = field(default=3)

    one = Loose("a")
    one.note = "more"  # type: ignore[attr-defined]
    assert (Loose.size, one.size, vars(one)) == (3, 3, {"name": "a", "size": 3, "note": "more"})
