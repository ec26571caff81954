"""Buffers are used again and have the asked size."""

from __future__ import annotations

from explorer.transfer.buffers import Buffers


def test_a_buffer_is_used_again_and_grows() -> None:
    buffers = Buffers(2)
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
