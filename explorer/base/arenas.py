"""Where the C library keeps the memory of many threads: in a few arenas, not in one for each.

An arena keeps what its threads gave back. With glibc's eight for each processor, a hundred
threads that read listings hold a hundred megabytes that nobody uses.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Final

FEW: Final = 2
_M_ARENA_MAX: Final = -8
"""See mallopt(3)."""


def keep_few() -> None:
    """From now on no thread makes a further arena, unless MALLOC_ARENA_MAX says otherwise. To be
    called before there are many threads. Does something with glibc only."""
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return
    import ctypes  # late: only transfers need it

    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, FEW)
