"""How well a few typed letters fit a name. Pure.

The letters must come in their order. What stands at the start of the name or of a word, and
what stands together, counts more; what lies between counts against.
"""

from __future__ import annotations

from typing import Final

_AT_START: Final = 12
_AT_WORD: Final = 8
_TOGETHER: Final = 6
_MOST_GAP: Final = 10
_MOST_LETTERS: Final = 120
"""Of a very long name only the beginning is looked at."""


def fit(typed: str, name: str) -> int | None:
    """The better the higher; None where the letters are not in the name. Blanks in what is
    typed separate words, each of which must fit. Nothing typed fits everything equally."""
    folded = name.casefold()
    total = 0
    for word in typed.casefold().split():
        score = _fit_word(word, folded)
        if score is None:
            return None
        total += score
    return total


def _fit_word(word: str, name: str) -> int | None:
    """The best of all ways to find the letters in the name."""
    # For each place of the letter before: the best score of the letters so far that ends there.
    so_far = {at: _place(name, at) for at in _places(name, word[0])}
    for letter in word[1:]:
        ends = {}
        for at in _places(name, letter):
            ways = [score + _step(name, last, at) for last, score in so_far.items() if last < at]
            if ways:
                ends[at] = max(ways)
        so_far = ends
    return max(so_far.values(), default=None)


def _places(name: str, letter: str) -> list[int]:
    return [at for at, found in enumerate(name[:_MOST_LETTERS]) if found == letter]


def _step(name: str, last: int, at: int) -> int:
    """What the next letter at `at` is worth when the one before it is at `last`."""
    if at == last + 1:
        return _TOGETHER
    return _place(name, at) - min(at - last - 1, _MOST_GAP)


def _place(name: str, at: int) -> int:
    if at == 0:
        return _AT_START
    return _AT_WORD if not name[at - 1].isalnum() else 0
