"""No file, however damaged, brings a preview down or has it read without end."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.preview.detect import Kind, detect
from tests.unit.preview.samples import SAMPLES, check, see, walk_through

NAMES = sorted(SAMPLES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_anywhere_is_looked_at(name: str) -> None:
    data = SAMPLES[name]
    step = max(1, len(data) // 2000)
    for end in [*range(0, len(data), step), *range(max(0, len(data) - 40), len(data))]:
        walk_through(name, data[:end])


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with some bytes changed, left out or put in."""
    name = draw(st.sampled_from(NAMES))
    data = bytearray(SAMPLES[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.sampled_from(("set", "cut", "put", "wide")))
        if what == "set" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif what == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif what == "put":
            data[at:at] = draw(st.binary(max_size=40))
        else:
            data[at : at + 8] = draw(
                st.sampled_from((b"\xff" * 8, b"\0" * 8, b"\xff" * 4 + b"\x7f" + b"\0" * 3))
            )
    return name, bytes(data)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(), st.booleans())
def test_a_damaged_file_gives_a_message_and_no_more(
    sample: tuple[str, bytes], from_end: bool
) -> None:
    name, data = sample
    walk_through(name, data, from_end=from_end)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.binary(max_size=600))
def test_any_bytes_under_any_name_are_looked_at(name: str, data: bytes) -> None:
    walk_through(name, data)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(("a.txt", "a.json", "a.jsonl", "a.csv", "a.tsv")))
def test_any_text_is_looked_at_from_both_ends(text: str, name: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        data = text.encode(encoding, "surrogatepass")
        check(see(name, data))
        check(see(name, data, from_end=True))


def test_names_alone_decide_nothing_about_bytes() -> None:
    assert detect("a.png", "image/png", b"<html>") is Kind.TEXT
    assert detect("a.txt", "text/plain", b"\x89PNG\r\n\x1a\n") is Kind.IMAGE
