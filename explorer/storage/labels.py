"""What is kept beside a blob for people: metadata and tags, checked as the service checks them.

Pure. Sources: Microsoft's REST pages 'Set Blob Metadata' and 'Set Blob Tags', and 'Naming
and referencing metadata'.
"""

from __future__ import annotations

from collections.abc import Mapping

from explorer.base.errors import InputError
from explorer.base.patterns import regex

MAX_TAGS = 10
MAX_TAG_NAME = 128
MAX_TAG_VALUE = 256
MAX_METADATA_BYTES = 8 << 10
"""Of all names and values of one blob or container together."""

_TAG = regex(r"[A-Za-z0-9 +\-./:=_]*")
_METADATA_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises InputError, which names the tag and the limit."""
    if len(tags) > MAX_TAGS:
        raise InputError(
            f"These are {len(tags)} tags; a blob has at most {MAX_TAGS}.", cure="Remove some."
        )
    for name, value in tags.items():
        if not name or len(name) > MAX_TAG_NAME:
            raise InputError(
                f"The name of a tag has 1 to {MAX_TAG_NAME} characters; '{name[:40]}' does not.",
                cure="Choose another name.",
            )
        if len(value) > MAX_TAG_VALUE:
            raise InputError(
                f"The value of tag '{name}' has {len(value)} characters; {MAX_TAG_VALUE} fit.",
                cure="Shorten it.",
            )
        for text in (name, value):
            if not _TAG.fullmatch(text):
                raise InputError(
                    f"Tag '{name}' has a character that tags cannot hold.",
                    cure="Use letters and digits (ASCII), spaces and + - . / : = _",
                )


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raises InputError, which says what is wrong with which name."""
    seen: set[str] = set()
    for name, value in metadata.items():
        if not _METADATA_NAME.fullmatch(name):
            raise InputError(
                f"'{name}' cannot be the name of metadata.",
                cure="Use letters, digits and underscores, and begin with a letter.",
            )
        if name.lower() in seen:
            raise InputError(
                f"There are two values of metadata called '{name}'.",
                cure="Small and capital letters are the same in names of metadata.",
            )
        seen.add(name.lower())
        if not (value.isascii() and (value.isprintable() or not value)):
            raise InputError(
                f"The value of metadata '{name}' has characters that the service does not keep.",
                cure="Use plain letters, digits and punctuation (ASCII), on one line.",
            )
        if not value.strip():
            raise InputError(
                f"Metadata '{name}' has no value.", cure="Give it one, or remove the name."
            )
    size_bytes = sum(len(name) + len(value) for name, value in metadata.items())
    if size_bytes > MAX_METADATA_BYTES:
        raise InputError(
            f"The metadata takes {size_bytes:,} bytes; {MAX_METADATA_BYTES:,} fit.",
            cure="Shorten or remove some.",
        )


def merged(
    before: Mapping[str, str], added: Mapping[str, str], removed: tuple[str, ...]
) -> dict[str, str]:
    """Metadata with some names set and some removed; letter case of names counts for nothing,
    and a name that stays keeps its place."""
    gone = {name.lower() for name in removed}
    fresh = {name.lower(): (name, value) for name, value in added.items()}
    found = {}
    for name, value in before.items():
        folded = name.lower()
        if folded in fresh:
            name, value = fresh.pop(folded)
        elif folded in gone:
            continue
        found[name] = value
    return found | {name: value for name, value in fresh.values()}


def split_pair(text: str, what: str) -> tuple[str, str]:
    """(name, value) of `name=value`. Raises InputError."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise InputError(f"'{text}' is no {what}.", cure="Write it like name=value.")
    return name, value
