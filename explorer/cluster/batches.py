"""How many files go to a worker at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MOST_FILES: Final = 200
MOST_BYTES: Final = 256 * 1024 * 1024
"""What is lost with a worker is sent again: so much at most, or one file."""


def share_of(
    sizes: Sequence[int],
    workers: int,
    most_files: int = MOST_FILES,
    most_bytes: int = MOST_BYTES,
) -> int:
    """How many of the files that wait, by size in bytes, are the next batch.

    At least one, where there is one; never more than the bounds say, unless the first alone is
    too large; and no more than a fair share, so that every worker gets some.
    """
    fair = -(-len(sizes) // max(1, workers))
    count = total = 0
    for size_bytes in sizes[: min(most_files, fair)]:
        total += size_bytes
        if count and total > most_bytes:
            break
        count += 1
    return count
