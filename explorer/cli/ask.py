"""Questions on a terminal: asked on standard error, answered on standard input."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from explorer.base.shown import shown
from explorer.base.units import format_bytes, iso_time
from explorer.cli.output import Output

if TYPE_CHECKING:  # a question with yes or no does not load what transfers are made of
    from explorer.transfer.model import Conflict, ConflictPolicy, Side

ANSWERS = {
    "o": "overwrite",
    "s": "skip",
    "n": "newer",
    "d": "different",
    "r": "rename",
    "f": "fail",
}
"""Letters, and the values of the policies they stand for."""
_CHOICES = (
    "[o]verwrite, [s]kip, if [n]ewer, if [d]ifferent, [r]ename, [f]ail; "
    "a capital letter answers for all; [q]uit"
)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends a question at once instead of waiting for the loop's turn, also one that
    came just before and is still to be heard by the task that asks."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise KeyboardInterrupt
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ask(out: Output, question: str) -> str:
    """The answer without spaces around it; `KeyboardInterrupt` at the end of the input too."""
    with _interruptible():  # before the question can be seen, and answered by Ctrl-C
        out.stderr.write(f"{shown(question)} ")
        out.stderr.flush()
        answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer.strip()


def confirm(out: Output, question: str) -> bool:
    """A question with yes or no; anything but y and yes is no."""
    return _ask(out, f"{question} [y/N]").lower() in ("y", "yes")


def read_policy(answer: str) -> tuple[ConflictPolicy | None, bool]:
    """(policy, whether it is for all); None for an answer that is none of the letters. Pure."""
    from explorer.transfer.model import ConflictPolicy

    policy = ANSWERS.get(answer.lower()) if len(answer) == 1 else None
    return None if policy is None else ConflictPolicy(policy), answer.isupper()


def describe(conflict: Conflict) -> str:
    """Both sides in one line. Pure."""
    here, there = _side(conflict.source), _side(conflict.target)
    return f"{conflict.name} exists ({there}); to be replaced by {here}"


def _side(side: Side) -> str:
    size = format_bytes(side.size_bytes)
    return f"{size}, {iso_time(side.modified_s)}" if side.modified_s else size


def ask_conflict(out: Output, conflict: Conflict) -> tuple[ConflictPolicy, bool]:
    """What to do with this one, and whether the answer is for all that follow.

    Raises KeyboardInterrupt for q, Ctrl-C and the end of the input.
    """
    out.stderr.write(f"{shown(describe(conflict))}\n")
    while True:
        answer = _ask(out, f"{_CHOICES}:")
        if answer.lower() == "q":
            raise KeyboardInterrupt
        policy, is_for_all = read_policy(answer)
        if policy is not None:
            return policy, is_for_all
