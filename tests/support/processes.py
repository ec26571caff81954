"""Other processes, as Linux tells of them: proc(5)."""

from __future__ import annotations

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """What its main thread has started; nothing where it is gone itself."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_gone(pid: int) -> bool:
    """Whether it has ended, waited for or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
