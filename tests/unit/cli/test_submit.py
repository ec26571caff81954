"""What is asked before a transfer from the command line: how many answers are kept."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.cli import submit
from explorer.cli.output import Output
from explorer.transfer.model import (
    Conflict,
    ConflictPolicy,
    JobOptions,
    RemotePlace,
    Side,
    UploadRequest,
    UploadSource,
)

P = ConflictPolicy
PLACE = RemotePlace("c1", "https://a.example", "models", "")
REQUEST = UploadRequest((UploadSource("/up", ""),), PLACE)


def asked(monkeypatch: pytest.MonkeyPatch, answers: list[tuple[P, bool]], found: int) -> JobOptions:
    """The options after these answers, of which none may be left."""
    monkeypatch.setattr(submit, "MOST_DECISIONS", 3)
    left: Iterator[tuple[P, bool]] = iter(answers)
    monkeypatch.setattr(submit, "ask_conflict", lambda out, conflict: next(left))

    async def find_conflicts(request: Any) -> AsyncIterator[Conflict]:
        for number in range(found):
            yield Conflict(str(number), Side(1, 0), Side(1, 0))

    service: Any = SimpleNamespace(find_conflicts=find_conflicts)
    out = Output(io.StringIO(), io.StringIO())
    options = asyncio.run(submit._asked(service, REQUEST, out))
    assert next(left, None) is None
    return options


def test_after_many_single_answers_the_next_is_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(P.SKIP, False)] * 3 + [(P.OVERWRITE, False)]
    options = asked(monkeypatch, answers, found=1000)
    assert options.conflicts is P.OVERWRITE
    assert options.decisions == dict.fromkeys("012", P.SKIP)


def test_an_answer_for_all_keeps_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    options = asked(monkeypatch, [(P.RENAME, True)], found=1000)
    assert (options.conflicts, options.decisions) == (P.RENAME, {})


def test_what_nobody_was_asked_about_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    options = asked(monkeypatch, [(P.SKIP, False)] * 3, found=3)
    assert options.conflicts is P.FAIL
    assert options.decisions == dict.fromkeys("012", P.SKIP)
