"""How good a passphrase is, in a word and why. Pure."""

from __future__ import annotations

import math
from itertools import pairwise

from explorer.gui.colours import Tone
from explorer.storage.connection_export import SHORTEST_PASSPHRASE

FAIR_BITS, GOOD_BITS = 50, 75
_COMMON = ("password", "passwort", "123456", "qwerty", "letmein", "quayside", "azure")


def strength(text: str) -> tuple[str, Tone]:
    """A sentence and its tone: a guess from length and kinds of letters, repeats counted once."""
    if len(text) < SHORTEST_PASSPHRASE:
        return f"Too short: at least {SHORTEST_PASSPHRASE} characters.", Tone.BAD
    if any(word in text.lower() for word in _COMMON):
        return "Weak: it holds a word that is tried first.", Tone.WARN
    bits = guessed_bits(text)
    if bits < FAIR_BITS:
        return "Weak: make it longer; some words in a row are easy to remember.", Tone.WARN
    if bits < GOOD_BITS:
        return "Fair: longer is better.", Tone.INFO
    return "Good.", Tone.OK


def guessed_bits(text: str) -> float:
    """A rough upper bound of its entropy in bits."""
    pool = 0
    for size, has in (
        (26, any(letter.islower() for letter in text)),
        (26, any(letter.isupper() for letter in text)),
        (10, any(letter.isdigit() for letter in text)),
        (33, any(not letter.isalnum() for letter in text)),
    ):
        pool += size if has else 0
    # A letter that comes again, or follows its neighbour in the alphabet, adds little.
    steps = pairwise(text)
    fresh = 1 + sum(abs(ord(other) - ord(one)) > 1 for one, other in steps)
    varied = min(fresh, len(set(text)) * 2)
    return varied * math.log2(max(2, pool))
