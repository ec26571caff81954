"""`regex`: a regular expression, as `re.compile` gives it, compiled when it is first used.

Each takes a tenth of a millisecond or more to compile. A command of ours loads sixty and uses
ten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:
    import re

    class regex:
        """See re.compile."""

        def __init__(self, written, flags=0):
            self._written = written, flags

        def __getattr__(self, name):
            value = getattr(re.compile(*self._written), name)
            setattr(self, name, value)  # from now on it is found at once
            return value
