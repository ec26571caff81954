"""Questions: Ctrl-C ends one whenever it comes."""

from __future__ import annotations

import asyncio
import io
import os
import signal

import pytest

from explorer.cli.ask import confirm
from explorer.cli.output import Output


class Screen(io.StringIO):
    """Somebody presses Ctrl-C in the moment in which the question is to be seen."""

    def flush(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_right_after_the_question_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    answers = []

    async def ask() -> None:
        answers.append(confirm(Output(stderr=Screen()), "Delete it?"))

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(ask())
    assert not answers


def test_ctrl_c_right_before_the_question_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    answers = []

    async def ask() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        answers.append(confirm(Output(stderr=io.StringIO()), "Delete it?"))

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(ask())
    assert not answers
