"""Who shows a person the code of a sign-in: the command line says so when it starts."""

from __future__ import annotations

from collections.abc import Callable

_hearers: list[Callable[[str], None]] = []


def hear_codes(hearer: Callable[[str], None] | None) -> None:
    """`hearer` is told, from any thread, where to type which code; None: nobody is. Without one
    nobody could see it, and no sign-in by code begins."""
    _hearers[:] = [hearer] if hearer is not None else []


def is_anybody_there() -> bool:
    """Whether a code would be seen."""
    return bool(_hearers)


def tell_code(text: str) -> None:
    """A sentence with an address and a code. From any thread."""
    for hearer in tuple(_hearers):
        hearer(text)
