"""A cancel reaches what waits, once, and nothing that has stopped waiting."""

from __future__ import annotations

import pytest

from explorer.base.cancel import Cancelled, CancelToken, current_token, running_under


def test_a_cancel_runs_each_abort_once() -> None:
    token, aborted = CancelToken(), list[str]()
    with token.aborting(lambda: aborted.append("a")), token.aborting(lambda: aborted.append("b")):
        token.cancel()
        token.cancel()
    assert aborted == ["a", "b"]


def test_what_no_longer_waits_is_not_aborted() -> None:
    token, aborted = CancelToken(), list[str]()
    with token.aborting(lambda: aborted.append("a")):
        pass
    token.cancel()
    assert aborted == []


def test_nothing_begins_to_wait_after_a_cancel() -> None:
    token = CancelToken()
    token.raise_if_cancelled()
    token.cancel()
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()
    with pytest.raises(Cancelled), token.aborting(lambda: None):
        raise AssertionError("waited")


def test_the_token_is_that_of_the_innermost_work() -> None:
    outer, inner = CancelToken(), CancelToken()
    with running_under(outer):
        with running_under(inner):
            assert current_token() is inner
        assert current_token() is outer
    assert current_token() is None
