"""A pattern is compiled when it is first used, and then is as quick as a compiled one."""

from __future__ import annotations

import re

import pytest

from explorer.base.patterns import regex


def test_it_answers_as_a_compiled_one() -> None:
    word = regex("([a-z]+)-", re.I)
    assert [hit[1] for hit in word.finditer("Ab-c-")] == ["Ab", "c"]
    assert word.sub(r"<\1>", "x-y") == "<x>y"
    assert word.pattern == "([a-z]+)-"


def test_nothing_is_compiled_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile

    def compile_(written: str, flags: int) -> re.Pattern[str]:
        compiled.append(written)
        return real(written, flags)

    monkeypatch.setattr(re, "compile", compile_)
    word = regex("seldom+")
    assert compiled == []
    for _ in range(3):
        assert word.match("seldommm")
    assert compiled == ["seldom+"]
