"""Two sides held against each other, name by name, and against what the last run left. Pure.

All three streams are sorted by name (by code points) and read once, so that memory does not
grow with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

from explorer.base.errors import InputError
from explorer.base.records import dataclass
from explorer.workflows.mirror_model import SECOND_NS, Deed, Entry, Limit, Record, Step

_CLOSE_NS: Final = 1_000
"""Some systems keep times in steps of 100 ns."""
TWICE: Final = "two files would have this name"


@dataclass(frozen=True, slots=True)
class Rules:
    """How sides are compared."""

    deletes: bool = False
    by_checksum: bool = False
    target_is_remote: bool = True


_ADDING: Final = Rules()


def compare(
    source: Iterable[Entry],
    target: Iterable[Entry],
    known: Iterable[Record] = (),
    rules: Rules = _ADDING,
) -> Iterator[Step]:
    """One step for each name of either side, in their order. Folders are compared by their
    names only; one that is there because of what is in it is left alone."""
    here, there, records = Peek(source), Peek(target), Peek(known)
    before = ""
    while (mine := here.head) is not None or there.head is not None:
        theirs = there.head
        if mine is not None and (theirs is None or mine.name <= theirs.name):
            here.next()
            if theirs is not None and theirs.name == mine.name:
                there.next()
            else:
                theirs = None
            if mine.name == before:
                yield Step(Deed.REFUSE, mine.name, TWICE, mine)
                continue
            before = mine.name
            if mine.is_folder and here.begins_with(mine.name):
                continue  # it comes with what is in it
            if mine.is_folder and not rules.deletes and there.begins_with(mine.name):
                continue  # it is there, because of what is in it
            yield judge(mine, theirs, records.at(mine.name), rules)
        elif theirs is not None:
            there.next()
            if theirs.name == before or (theirs.is_folder and here.begins_with(theirs.name)):
                continue  # a second marker; or a folder of files that are at the source
            yield _only_there(theirs, rules)


def _only_there(theirs: Entry, rules: Rules) -> Step:
    if rules.deletes and not theirs.refusal:
        return Step(Deed.DELETE, theirs.name, "not at the source", None, theirs)
    reason = theirs.refusal or "only at the target"
    return Step(Deed.EXTRA, theirs.name, reason, None, theirs)


def judge(mine: Entry, theirs: Entry | None, known: Record | None, rules: Rules) -> Step:
    """What is done about a name of the source."""
    if mine.refusal:
        deed = Deed.REFUSE if mine.is_error else Deed.SKIP
        return Step(deed, mine.name, mine.refusal, mine, theirs)
    if theirs is None:
        return Step(Deed.ADD, mine.name, "not at the target", mine)
    if theirs.refusal:
        return Step(Deed.REFUSE, mine.name, theirs.refusal, mine, theirs)
    deed, reason = _difference(mine, theirs, known, rules)
    return Step(deed, mine.name, reason, mine, theirs)


def _difference(mine: Entry, theirs: Entry, known: Record | None, rules: Rules) -> tuple[Deed, str]:
    if mine.is_folder:
        return Deed.SAME, "a folder"
    if mine.size_bytes != theirs.size_bytes:
        return Deed.UPDATE, "the size differs"
    if mine.md5 is not None and theirs.md5 is not None:
        if mine.md5 == theirs.md5:
            return Deed.SAME, "the same MD5"
        return Deed.UPDATE, "the MD5 differs"
    if rules.by_checksum:
        return Deed.CHECK, "not read yet"
    if known is not None and known.size_bytes == mine.size_bytes:
        has_moved = _has_changed(mine, known.source_mark, known.md5)
        was_touched = _has_changed(theirs, known.target_mark, known.md5)
        if not has_moved and not was_touched:
            return Deed.SAME, "as the last run left it"
        return Deed.UPDATE, "changed at the source" if has_moved else "changed at the target"
    return _by_time(mine, theirs, rules)


def _has_changed(entry: Entry, mark: str, md5: bytes | None) -> bool:
    """Since the last run; a blob that only got other properties has the same MD5 still."""
    return entry.mark != mark and (md5 is None or entry.md5 != md5)


def _by_time(mine: Entry, theirs: Entry, rules: Rules) -> tuple[Deed, str]:
    if same_time(mine.mtime_ns, theirs.mtime_ns):
        return Deed.SAME, "the same size and time"
    is_written_later = theirs.mtime_ns > mine.mtime_ns
    if rules.target_is_remote and not theirs.is_time_kept and is_written_later:
        return Deed.SAME, "the same size, written later"
    return Deed.UPDATE, "the time differs"


def same_time(one_ns: int, other_ns: int) -> bool:
    """Within what file systems keep; a time in whole seconds may have lost its fraction."""
    is_coarse = one_ns % SECOND_NS == 0 or other_ns % SECOND_NS == 0
    return abs(one_ns - other_ns) <= (SECOND_NS if is_coarse else _CLOSE_NS)


def checked(step: Step, mine: bytes, theirs: bytes) -> Step:
    """What a step that waited for both MD5s comes to."""
    if mine == theirs:
        return step._replace(deed=Deed.SAME, reason="the same MD5")
    return step._replace(deed=Deed.UPDATE, reason="the MD5 differs")


def is_as_moved(source: Entry, now: Entry, begun_ns: int) -> bool:
    """Whether what is at the target is what this run moved there, and not somebody else's."""
    if source.size_bytes != now.size_bytes:
        return False
    if source.md5 is not None and now.md5 is not None:
        return source.md5 == now.md5
    if same_time(source.mtime_ns, now.mtime_ns):
        return True
    return not now.is_time_kept and now.mtime_ns >= begun_ns - SECOND_NS


def parse_limit(text: str) -> Limit:
    """`100` files, or `20%` of those at the target. Raises InputError."""
    found = re.fullmatch(r"(\d+)(?:(\.\d+)?%)?", text.strip())
    if found is None:
        raise InputError(
            f"'{text}' is no limit for deletions.", cure="Write it like 100, or like 20%."
        )
    if not text.strip().endswith("%"):
        return Limit(count=int(found[1]))
    percent = float(found[1] + (found[2] or ""))
    if percent > 100:
        raise InputError(f"'{text}' is more than all.", cure="Write 100% to allow everything.")
    return Limit(percent=percent)


T = TypeVar("T", Entry, Record)


class Peek(Generic[T]):
    """A sorted stream with its next item in sight."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items: Iterator[T] = iter(items)
        self.head: T | None = next(self._items, None)

    def next(self) -> None:
        before = self.head
        self.head = next(self._items, None)
        if self.head is not None and before is not None and self.head.name < before.name:
            raise ValueError("a side is not sorted")

    def begins_with(self, folder: str) -> bool:
        """Whether the next item is in that folder."""
        return self.head is not None and self.head.name.startswith(folder)

    def at(self, name: str) -> T | None:
        """The item of that name, those before it left behind."""
        while self.head is not None and self.head.name < name:
            self.next()
        return self.head if self.head is not None and self.head.name == name else None
