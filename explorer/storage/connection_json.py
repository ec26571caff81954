"""Connection strings inside JSON: OpenPAI's `connectionStrings`, and what tools print.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field
from typing import Any

from explorer.base.records import dataclass
from explorer.storage.pasted import IncompleteTextError

_MOST_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class JsonText:
    """A text found in it; announced where its key says that it is a connection string."""

    text: str = field(repr=False)
    is_announced: bool


def looks_like_json(text: str) -> bool:
    """An object or a list, whole or not."""
    return text[:1] in ("{", "[") and not text.startswith("[::")


def texts_in_json(text: str) -> Iterator[JsonText]:
    """Every text in it, in order, at most 1,000. Raises IncompleteTextError where it is cut."""
    try:
        document = json.loads(text.rstrip(",; \n"))
    except (ValueError, RecursionError):
        # The error of the parser may quote the document, so it goes no further.
        raise IncompleteTextError(
            "This looks like JSON, and it is not whole.",
            field="JSON",
            cure="Paste all of it, or one connection string alone.",
        ) from None
    found = 0
    pending: list[tuple[Any, bool]] = [(document, isinstance(document, list))]
    while pending and found < _MOST_TEXTS:
        value, is_announced = pending.pop()
        if isinstance(value, str):
            found += 1
            yield JsonText(value, is_announced)
        elif isinstance(value, list):
            pending.extend((item, is_announced) for item in reversed(value))
        elif isinstance(value, dict):
            pending.extend(
                (item, _is_announcing(key)) for key, item in reversed(list(value.items()))
            )


def _is_announcing(key: str) -> bool:
    return "".join(letter for letter in key.lower() if letter.isalpha()).startswith(
        "connectionstring"
    )
