"""Calls of the system that Python does not offer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from explorer.transfer import syscalls

SHARED = Path("/dev/shm")


@pytest.mark.skipif(
    sys.platform != "linux" or not os.access(SHARED, os.W_OK), reason="there is no RAM disk"
)
def test_a_ram_disk_is_not_filled_with_zeros_and_says_when_it_is_too_small() -> None:
    path = SHARED / f"quayside-room-{os.getpid()}"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    try:
        assert not syscalls.allocate(fd, 1 << 20)
        assert os.fstat(fd).st_blocks == 0
        with pytest.raises(OSError, match="No space left"):
            syscalls.allocate(fd, 1 << 60)
    finally:
        os.close(fd)
        path.unlink()
