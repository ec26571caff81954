"""Which files an artifact has, and under which names, as azure-ai-ml 1.35 sees them.

Links are followed and keep their own name; `.amlignore`, else `.gitignore`, in the root leaves
files out, by git's wildmatch, where a later pattern goes before an earlier one (and, unlike
git's own rule, may take back a file of a folder that was left out). Blocking.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from explorer.base.errors import InputError, LocalError, LocalNotFoundError
from explorer.base.records import dataclass
from explorer.transfer.filters import IGNORE_FILES


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """One file. `local` is where its bytes really are, `name` its path in the artifact."""

    local: str
    name: str
    size_bytes: int
    stamp: tuple[int, int]
    """Its time of change in nanoseconds and its inode: whether it is still the same file."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """What an ignore file in the root says, and how many files it left out. All empty where
    there is none."""

    name: str = ""
    patterns: tuple[str, ...] = ()
    """As they are written, without comments and empty lines."""
    files: int = 0


@dataclass(frozen=True, slots=True)
class ArtifactSource:
    """A file or folder. `name` is what it is called in storage."""

    name: str
    is_folder: bool
    files: tuple[ArtifactFile, ...]
    ignored: Ignored = Ignored()

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def indicator(self) -> str:
        """The name, below the artifact's own folder, of the file that carries the
        confirmation: the first by local path, then by name."""
        first = min(self.files, key=lambda file: (file.local, file.name))
        return f"{self.name}/{first.name}" if self.is_folder else self.name

    def remote_name(self, file: ArtifactFile) -> str:
        """Of one of its files, below the artifact's own folder."""
        return f"{self.name}/{file.name}" if self.is_folder else self.name


def find_files(path: Path) -> ArtifactSource:
    """All files of the artifact at `path`. Raises LocalNotFoundError, LocalError where one
    cannot be read, InputError for an empty folder."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise LocalNotFoundError(
            f"There is no file or folder '{path}'.", path=str(path), cure="Check the name."
        ) from error
    if real.is_file():
        # The hash has the name of the file itself, storage that of the link to it.
        return ArtifactSource(path.name, False, (_file(real, real.name),))
    files, ignored = _in_folder(real)
    if not files:
        raise InputError(
            f"The folder '{path}' has no files to upload.",
            cure="Put something in it, or look at its .amlignore or .gitignore.",
        )
    return ArtifactSource(real.name, True, tuple(files), ignored)


def _in_folder(root: Path) -> tuple[list[ArtifactFile], Ignored]:
    ignored = _Ignore.of(root)
    files = []
    left_out = 0
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(root, followlinks=True, onerror=_refuse):
        found = os.stat(folder)
        key = (found.st_dev, found.st_ino)
        if key in seen and _is_loop(Path(folder), root):
            folders.clear()
            continue
        seen.add(key)
        real = Path(folder).resolve()
        below = os.path.relpath(folder, root)
        prefix = "" if below == "." else f"{Path(below).as_posix()}/"
        kept = [name for name in names if not ignored.leaves_out(real / name)]
        left_out += len(names) - len(kept)
        files += [_file(real / name, f"{prefix}{name}") for name in kept]
    return files, Ignored(ignored.name, ignored.lines, left_out)


def _is_loop(folder: Path, root: Path) -> bool:
    """Whether it leads, by a link, into a folder above itself."""
    real = folder.resolve()
    above = folder.parent
    while above != root.parent:
        if above.resolve() == real:
            return True
        above = above.parent
    return False


def _file(path: Path, name: str) -> ArtifactFile:
    try:
        real = path.resolve(strict=True)
        found = real.stat()
    except (OSError, RuntimeError) as error:
        raise LocalError(
            f"'{path}' leads nowhere, and an artifact is whole or nothing.",
            path=str(path),
            cure="Mend or remove the link, or name it in .amlignore.",
        ) from error
    return ArtifactFile(str(real), name, found.st_size, (found.st_mtime_ns, found.st_ino))


def _refuse(error: OSError) -> None:
    where = error.filename or ""
    raise LocalError(
        f"'{where}' cannot be read: {error.strerror}.",
        path=str(where),
        cure="Change its permissions, or name it in .amlignore.",
    ) from error


class _Ignore:
    """The patterns of one ignore file."""

    def __init__(self, root: Path, patterns: list[Any], name: str = "") -> None:
        self._root = root
        self._patterns = patterns
        self.name = name
        self.lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Path) -> _Ignore:
        """Of the first ignore file in `root`, or of none."""
        from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern  # late: it costs 40 ms

        for name in IGNORE_FILES:
            path = root / name
            if path.is_file():
                try:
                    lines = path.read_text("utf-8").splitlines()
                    found = cls(
                        root, [GitIgnoreBasicPattern(line.rstrip()) for line in lines], name
                    )
                except (OSError, ValueError) as error:
                    raise InputError(
                        f"'{path}' is no ignore file: {error}.", cure="Mend or remove it."
                    ) from error
                said = (line.rstrip() for line in lines)
                found.lines = tuple(line for line in said if line and not line.startswith("#"))
                return found
        return cls(root, [])

    def leaves_out(self, path: Path) -> bool:
        """By the last pattern that says anything. What a link brings in from elsewhere has a
        path with `..`, as azure-ai-ml has it."""
        if not self._patterns:
            return False
        asked = Path(os.path.relpath(path, self._root)).as_posix()
        is_out = False
        for pattern in self._patterns:
            if pattern.include is not None and pattern.match_file(asked) is not None:
                is_out = bool(pattern.include)
        return is_out
