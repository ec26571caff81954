"""Natural order of names: `run9` before `run10`, capitals beside small letters.

A name becomes one string that compares as people would order names. It is plain text
because strings compare fastest and cost least memory. Pure.
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]+")


def _counted(hit: re.Match[str]) -> str:
    """A run of digits: first how many that count, then those. So longer is larger."""
    digits = hit.group().lstrip("0")
    # Beginning with a digit keeps numbers where digits stand among other characters.
    return f"0{chr(0x100 + min(len(digits), 0xD000))}{digits}"


def natural_key(name: str) -> str:
    """The sort key of `name`. Names that differ only in case or in leading zeros have
    equal keys, and keep the order in which they came."""
    folded = name if name.islower() else name.casefold()
    if _DIGITS.search(folded) is None:
        return folded
    return _DIGITS.sub(_counted, folded)
