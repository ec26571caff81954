"""Other processes, as Linux tells of them: proc(5)."""

from __future__ import annotations

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """What its main thread has started; nothing where it is gone itself."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def writes_no_more(pid: int) -> bool:
    """Whether it has no file open any more, be it quite gone or not."""
    try:
        return not list(Path(f"/proc/{pid}/fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return True


def is_gone(pid: int) -> bool:
    """Whether it has ended with all its threads, and what it held is free; waited for or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state == "Z" and len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    except (FileNotFoundError, ProcessLookupError):
        return True
