"""Where lines begin and end in bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from explorer.cli.lines import end_of_lines, start_of_lines

_TEXTS = st.lists(st.sampled_from([b"\n", b"a", b"bc"]), max_size=20).map(b"".join)


@given(_TEXTS, st.integers(0, 12))
def test_the_first_lines_end_after_their_line_ends(data: bytes, count: int) -> None:
    lines = data.splitlines(keepends=True)
    assert data[: end_of_lines(data, count)] == b"".join(lines[:count])


@given(_TEXTS, st.integers(1, 12))
def test_the_last_lines_begin_after_a_line_end(data: bytes, count: int) -> None:
    at = start_of_lines(data, count)
    if at < 0:
        assert data.count(b"\n") < count
    else:
        assert data[at - 1 : at] == b"\n"
        assert data[at - 1 :].count(b"\n") == count
