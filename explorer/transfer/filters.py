"""Which files of a folder belong to a job: include, exclude and ignore files. Pure.

Patterns are git's (gitignore(5)), held against paths relative to the folder, `/`
between the parts, letter case counted:

- `*.log` any file or folder of that form, at any depth; `*` and `?` stop at `/`
- `/data/*.csv`, `a/b` only from the top; a `/` inside anchors it as one in front does
- `build/` folders only, with all that is in them
- `**/x`, `a/**`, `a/**/b` any number of folders; `[ab]`, `[!0-9]` one character of these

A file is taken if no exclude pattern matches it or a folder above it, an include
pattern does (where there are any), and the ignore file does not rule it out. In an
ignore file `#` starts a comment and `!` takes back what an earlier line ruled out,
as AzureML reads it: only the file in the root counts, `.amlignore` before
`.gitignore`, and each file is looked at, also in a folder that is ruled out itself.
In include and exclude patterns `#` and `!` stand for themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from explorer.base.errors import InputError
from explorer.base.records import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES: Final = (".amlignore", ".gitignore")
"""Looked for in the root of a folder, in this order; the first that is there counts."""


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The rules of one ignore file."""

    name: str
    lines: tuple[str, ...]

    @classmethod
    def read(cls, name: str, data: bytes) -> IgnoreFile:
        """From the file's bytes. Lines that are no pattern are left out, as git does."""
        text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        lines = (line.removesuffix("\r") for line in text.split("\n"))
        return cls(name, tuple(line for line in lines if _is_rule(line)))


@dataclass(frozen=True, slots=True)
class Filter:
    """A predicate on relative paths. Made by `make`, which checks the patterns."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore: IgnoreFile | None = None

    @classmethod
    def make(
        cls,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        ignore: IgnoreFile | None = None,
    ) -> Filter:
        """Raises `InputError` for a pattern that git would not understand."""
        for pattern in (*include, *exclude):
            if not pattern.strip() or not _is_rule(_literal(pattern)):
                raise InputError(
                    f"‘{pattern}’ is not a pattern for files.",
                    cure="Write it like *.log, build/ or /data/**/*.csv.",
                )
        return cls(tuple(include), tuple(exclude), ignore)

    def allows(self, path: str, is_dir: bool = False) -> bool:
        """Whether a file is taken, or a folder looked into."""
        return not self.reason(path, is_dir)

    def reason(self, path: str, is_dir: bool = False) -> str:
        """Why it is left out, for a person; empty if it is not."""
        asked = f"{path}/" if is_dir and not path.endswith("/") else path
        pattern = _match(tuple(map(_literal, self.exclude)), asked)
        if pattern:
            return f"excluded by ‘{self._said(pattern)}’"
        if self.ignore is not None and not (is_dir and self._takes_back):
            pattern = _match(self.ignore.lines, asked)
            if pattern:
                return f"ignored by ‘{pattern}’ in {self.ignore.name}"
        if self.include and not is_dir and not self._is_included(asked):
            return "not among the included"
        return ""

    def keeps_empty(self, path: str) -> bool:
        """Whether a folder with nothing in it belongs to the job itself."""
        asked = path if path.endswith("/") else f"{path}/"
        if self.ignore is not None and _match(self.ignore.lines, asked):
            return False
        return self.allows(asked, is_dir=True) and (not self.include or self._is_included(asked))

    @property
    def _takes_back(self) -> bool:
        return self.ignore is not None and any(line.startswith("!") for line in self.ignore.lines)

    def _is_included(self, asked: str) -> bool:
        return bool(_match(tuple(map(_literal, self.include)), asked))

    @staticmethod
    def _said(literal: str) -> str:
        return literal[1:] if literal.startswith(("\\#", "\\!")) else literal


def _literal(pattern: str) -> str:
    """An include or exclude pattern as a line of an ignore file."""
    return "\\" + pattern if pattern.startswith(("#", "!")) else pattern


@lru_cache(maxsize=64)
def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    # Imported here because it costs 40 ms and few jobs have a filter.
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _is_rule(line: str) -> bool:
    try:
        return any(pattern.include is not None for pattern in _spec((line,)).patterns)
    except ValueError:
        return False


def _match(lines: tuple[str, ...], path: str) -> str:
    """The line that rules `path` out, or in; empty if none does."""
    if not lines:
        return ""
    found = _spec(lines).check_file(path)
    return lines[found.index] if found.include and found.index is not None else ""
