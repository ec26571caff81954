"""What a person types to find names: words, a glob, or a regular expression. Pure.

- `train` finds names that contain it, in any letter case
- `*.log`, `img_??.png`, `[ab]*` is a glob over the whole name, in any letter case, where
  `*` also matches `/`
- `re:^v\\d+$` is a regular expression (Python's), which may match anywhere

Composed and decomposed letters are the same to all three.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from explorer.base.errors import InputError

REGEX_PREFIX: Final = "re:"


def matcher(text: str) -> Callable[[str], bool]:
    """A test for names. Empty text matches every name. Raises `InputError`."""
    if text.startswith(REGEX_PREFIX):
        try:
            with warnings.catch_warnings(action="ignore", category=FutureWarning):
                search = re.compile(_same(text.removeprefix(REGEX_PREFIX))).search
        except (re.error, OverflowError, RecursionError) as error:
            raise InputError(
                f"This is not a regular expression: {error}.",
                cure="Write it like re:^run-\\d+ or leave out the re: to search for plain text.",
            ) from None
        return lambda name: search(_same(name)) is not None
    wanted = folded(text)
    if is_glob(text):
        match = re.compile(fnmatch.translate(wanted)).match
        return lambda name: match(folded(name)) is not None
    return lambda name: wanted in folded(name)


def is_glob(text: str) -> bool:
    """Whether the text has a wildcard in it."""
    return any(sign in text for sign in "*?[")


def matches_glob(glob: str, name: str) -> bool:
    """Whether the whole `name` matches, letter case counted, as blob names count it."""
    return _glob(glob).match(_same(name)) is not None


@lru_cache(maxsize=64)
def _glob(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(_same(glob)))


def _same(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Letters of any case, composed or not, as one."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
