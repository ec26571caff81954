"""Opening a blob in the local program: into the cache first, and never by running it.

What the system would execute rather than show is not opened.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from explorer.base.errors import UnsafeNameError
from explorer.base.paths import cache_dir, make_private_dir

_PROGRAMS = (
    "action app appimage bat bin cmd com command cpl desktop elf exe gadget hta inf jar jnlp lnk "
    "msc msi msix msp out paf pif ps1 psm1 reg rgs run scf scr sct shb shs url vb vbe vbs vbscript "
    "webloc workflow ws wsc wsf wsh"
)
# Linux shows these in an editor, since a download is never made executable.
_SCRIPTS = "ahk csh js jse ksh pl py pyc pyw rb sh tcsh zsh"

RUN_ON_LINUX = frozenset(_PROGRAMS.split())
RUN_ELSEWHERE = RUN_ON_LINUX | frozenset(_SCRIPTS.split())


def check_openable(name: str, platform: str = sys.platform) -> None:
    """Raises UnsafeNameError for what a system would run."""
    extension = name.rstrip(". ").rpartition(".")[2].lower() if "." in name else ""
    if extension in (RUN_ON_LINUX if platform.startswith("linux") else RUN_ELSEWHERE):
        raise UnsafeNameError(
            f"'{name}' could be run as a program, so it is not opened from here.",
            cure="Download it, look at it, and decide then.",
        )


def fresh_folder() -> Path:
    """A private folder of its own in the cache. Blocking."""
    return make_private_dir(cache_dir() / "opened" / secrets.token_hex(8))
