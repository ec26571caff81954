"""Buffers are used again, have the asked size, and keep to their budget."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.base.cancel import Cancelled, CancelToken, running_under
from explorer.transfer.buffers import Buffers


def test_a_buffer_is_used_again_and_grows() -> None:
    buffers = Buffers(200)
    with buffers.borrow(10) as first:
        assert len(first) == 10
        first[:] = b"0123456789"
    with buffers.borrow(4) as again:
        assert bytes(again) == b"0123"
        with buffers.borrow(4) as other:
            other[:] = b"xxxx"
        assert bytes(again) == b"0123"
    with buffers.borrow(100) as larger:
        assert len(larger) == 100
    with buffers.borrow(0) as empty:
        assert len(empty) == 0


def test_no_more_is_lent_at_once_than_the_budget() -> None:
    buffers = Buffers(100)
    lock = threading.Lock()
    three = threading.Barrier(3)
    now = most = 0

    def use(_: int) -> None:
        nonlocal now, most
        with buffers.borrow(30):
            with lock:
                now += 1
                most = max(most, now)
            three.wait(60)  # so many are lent, and no fewer
            with lock:
                now -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(60)))
    assert most == 3


def test_one_that_is_larger_than_the_budget_is_lent_alone() -> None:
    buffers = Buffers(100)
    with buffers.borrow(500) as large:
        assert len(large) == 500
    token = CancelToken()
    with buffers.borrow(80):
        token.cancel()
        with running_under(token), pytest.raises(Cancelled), buffers.borrow(500):
            pass


def test_nothing_at_all_can_be_lent() -> None:
    with Buffers().borrow(0) as view:
        assert len(view) == 0
