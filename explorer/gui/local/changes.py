"""What is changed in a folder of this computer: made, renamed, put into the trash, deleted.

Every function blocks and is called from a worker thread. Names are single names inside of the
folder; a link is renamed or deleted itself, and never what it leads to.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

from PySide6.QtCore import QFile

from explorer.base.errors import InputError, LocalError
from explorer.base.shown import shown
from explorer.transfer import syscalls
from explorer.transfer.files import translating
from explorer.transfer.names import ESCAPE, encode, rules_for


def check_name(name: str, platform: str = sys.platform) -> None:
    """Raises InputError for what cannot be one name on such a system. Pure."""
    rules = rules_for(platform)
    plain = name.replace(ESCAPE, "_")  # which means something in names of downloads only
    if not name or name.isspace():
        problem = "it is empty"
    elif "/" in name:
        problem = "it holds a slash"
    elif name in (".", ".."):
        problem = "dots alone mean another folder"
    elif rules.length(name) > rules.max_component:
        problem = "it is too long"
    elif encode(plain, rules) != plain:
        problem = f"it holds what {rules.system} does not keep in a name"
    else:
        return
    raise InputError(f"'{shown(name)}' cannot be a name: {problem}.", cure="Type another name.")


def make_folder(folder: Path, name: str) -> None:
    """An empty folder in here. Raises InputError where the name is taken; LocalError."""
    check_name(name)
    path = _inside(folder, name)
    with translating(os.fsencode(path)):
        try:
            path.mkdir()
        except FileExistsError as error:
            raise _taken(name) from error


def rename(folder: Path, name: str, new_name: str) -> None:
    """Another name in the same folder; what has that name already stays. Raises InputError
    where it is taken; LocalError."""
    check_name(new_name)
    old, new = _inside(folder, name), _inside(folder, new_name)
    with translating(os.fsencode(old)):
        try:
            if not _rename_new(folder, name, new_name):
                if os.path.lexists(new) and not _is_one(old, new):
                    raise _taken(new_name)
                old.rename(new)
        except FileExistsError as error:
            raise _taken(new_name) from error


def _rename_new(folder: Path, name: str, new_name: str) -> bool:
    """In one step, where the system has it."""
    if not sys.platform.startswith("linux"):
        return False
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return syscalls.rename_new(fd, os.fsencode(name), os.fsencode(new_name))
    finally:
        os.close(fd)


def _is_one(old: Path, new: Path) -> bool:
    """Two ways of writing one name, where case does not count."""
    return old.name.casefold() == new.name.casefold() and os.path.samestat(old.lstat(), new.lstat())


def _taken(name: str) -> InputError:
    return InputError(
        f"There is something named '{shown(name)}' already.", cure="Type another name."
    )


def trash(folder: Path, name: str) -> bool:
    """Whether it is in the system's trash now, from where it can be brought back. Raises
    LocalError where it is not there."""
    path = _inside(folder, name)
    with translating(os.fsencode(path)):
        path.lstat()
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False  # Qt would look for another name
    return QFile(str(path)).moveToTrash()


def delete(folder: Path, name: str) -> None:
    """For good; a folder with all that is in it. Links in it are deleted, what they lead to is
    not. Raises LocalError."""
    path = _inside(folder, name)
    with translating(os.fsencode(path)):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path)
        else:
            path.unlink()


def _inside(folder: Path, name: str) -> Path:
    """Raises LocalError for what would be elsewhere; listings do not give such names."""
    if os.path.basename(name) != name or name in ("", ".", ".."):
        raise LocalError(
            f"'{shown(name)}' is no name in {shown(str(folder))}.",
            path=str(folder),
            cure="List the folder again.",
        )
    return folder / name
