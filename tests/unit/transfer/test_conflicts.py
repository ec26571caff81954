"""The rules for conflicts."""

from __future__ import annotations

import pytest

from explorer.transfer.conflicts import Verdict, is_different, judge, needs_md5, numbered
from explorer.transfer.model import ConflictPolicy, Side

P = ConflictPolicy
OLD, NEW = Side(10, 1000.0), Side(10, 2000.0)


@pytest.mark.parametrize(
    ("policy", "source", "target", "verdict"),
    [
        (P.OVERWRITE, OLD, NEW, Verdict.OVERWRITE),
        (P.SKIP, NEW, OLD, Verdict.SKIP),
        (P.NEWER, NEW, OLD, Verdict.OVERWRITE),
        (P.NEWER, OLD, NEW, Verdict.SKIP),
        (P.NEWER, NEW, NEW, Verdict.SKIP),
        (P.DIFFERENT, NEW, NEW, Verdict.SKIP),
        (P.DIFFERENT, OLD, NEW, Verdict.OVERWRITE),
        (P.RENAME, NEW, OLD, Verdict.RENAME),
        (P.FAIL, NEW, OLD, Verdict.FAIL),
    ],
)
def test_each_rule(policy: P, source: Side, target: Side, verdict: Verdict) -> None:
    found, why = judge(policy, source, target)
    assert found is verdict
    assert bool(why) is (verdict is Verdict.SKIP)


def test_size_decides_before_md5_and_md5_before_time() -> None:
    assert is_different(Side(1, 5.0, b"a"), Side(2, 5.0, b"a"))
    assert is_different(Side(1, 5.0, b"a"), Side(1, 5.0, b"b"))
    assert not is_different(Side(1, 5.0, b"a"), Side(1, 500.0, b"a"))
    assert is_different(Side(1, 5.0, b"a"), Side(1, 500.0))
    assert not is_different(Side(1, 5.0), Side(1, 5.9))


def test_a_file_is_hashed_only_where_that_decides() -> None:
    known, unknown = Side(1, 5.0, b"a"), Side(1, 5.0)
    assert needs_md5(P.DIFFERENT, unknown, known)
    assert not needs_md5(P.DIFFERENT, unknown, unknown)
    assert not needs_md5(P.DIFFERENT, Side(2, 5.0), known)
    assert not needs_md5(P.NEWER, unknown, known)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a/b.txt", "a/b (2).txt"),
        ("a.b/c", "a.b/c (2)"),
        (".bashrc", ".bashrc (2)"),
        ("x.tar.gz", "x (2).tar.gz"),
        ("x.y.z", "x.y (2).z"),
        ("..x", "..x (2)"),
    ],
)
def test_the_number_goes_before_the_ending(name: str, told: str) -> None:
    assert numbered(name, 2) == told
