"""What a row of the tree looks like and says; pure but for the icons.

A connection whose secret is missing shows a lock, an expired one a clock.
"""

from __future__ import annotations

from time import time

from PySide6.QtGui import QIcon

from explorer.base.shown import shown
from explorer.gui.colours import Tone
from explorer.gui.icons import icon
from explorer.gui.parts.texts import tooltip
from explorer.service.model import Connection, Location, SecretHome

SOON_S = 7 * 24 * 3600
PRODUCTION = "red"


def is_expired(connection: Connection) -> bool:
    """By this machine's clock."""
    return connection.expires_s is not None and connection.expires_s <= time()


def node_icon(location: Location, connection: Connection, *, is_top: bool) -> QIcon:
    """The icon of a connection, container or folder."""
    if is_top:
        if connection.secret_home is SecretHome.MISSING:
            return icon("lock", Tone.WARN)
        if is_expired(connection):
            return icon("expired")
        if connection.is_hierarchical:
            return icon("lake")
        if connection.is_emulator:
            return icon("account-emulator")
        return icon("account" if not connection.root.container else "container")
    return icon("folder" if location.path else "container")


def kind_text(connection: Connection) -> str:
    """Which kind of account it is; empty where nobody knows yet."""
    if connection.is_hierarchical is None:
        return ""
    kind = "Data Lake Gen2" if connection.is_hierarchical else "Blob"
    return f"{kind}, as set by hand" if connection.is_namespace_set else kind


def expiry_badge(connection: Connection) -> tuple[str, Tone] | None:
    """A short word on how long the access lasts, where that is worth a word."""
    if connection.secret_home is SecretHome.MISSING:
        return "locked", Tone.WARN
    if connection.expires_s is None:
        return None
    left = connection.expires_s - time()
    if left <= 0:
        return "expired", Tone.BAD
    if left < 3600:
        return f"{max(1, int(left // 60))} min", Tone.WARN
    if left < 24 * 3600:
        return f"{int(left // 3600)} h", Tone.WARN
    tone = Tone.WARN if left < SOON_S / 7 * 2 else Tone.NEUTRAL
    return f"{int(left // 86400)} d", tone


Badge = tuple[str, Tone, str]
"""Text, tone and icon."""


def badges(connection: Connection) -> tuple[Badge, ...]:
    """What stands at the end of a connection's row, the most important last."""
    found: list[Badge] = []
    if connection.colour:
        tone = Tone.BAD if connection.colour == PRODUCTION else Tone.NEUTRAL
        found.append((colour_word(connection.colour), tone, ""))
    if connection.is_read_only:
        found.append(("", Tone.INFO, "shield"))  # its word would leave no room for the name
    expiry = expiry_badge(connection)
    if expiry is not None:
        found.append((*expiry, "clock"))
    return tuple(found)


def marks_text(connection: Connection) -> str:
    """The same in words, for who does not see it."""
    words = [text for text, _, _ in badges(connection) if text]
    return ", ".join([*words, "read-only"] if connection.is_read_only else words)


def colour_word(colour: str) -> str:
    """What a colour is called, since no colour stands alone: red says production."""
    return "production" if colour == PRODUCTION else colour


def expiry_text(connection: Connection) -> str:
    """The same in a sentence; empty where nothing ends."""
    if connection.expires_s is None:
        return ""
    left = connection.expires_s - time()
    word, span = ("Expires in", left) if left > 0 else ("Expired", -left)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if span >= size:
            count = int(span // size)
            text = f"{word} {count} {unit}{'' if count == 1 else 's'}"
            break
    else:
        text = f"{word} less than a minute"
    return text if left > 0 else f"{text} ago"


def node_tooltip(
    location: Location, connection: Connection, *, is_top: bool, trouble: str = ""
) -> str:
    """Where it is and how it is reached; no secret."""
    if is_top:
        lines = [connection.name, connection.endpoint, connection.credential_kind]
        if kind := kind_text(connection):
            lines.append(kind)
        if connection.root.container:
            lines.append(f"Container: {connection.root.container}")
        if ends := expiry_text(connection):
            lines.append(ends)
        if connection.colour:
            lines.append(f"Colour: {connection.colour}")
        if connection.is_read_only:
            lines.append("Read-only: nothing is changed through it.")
        if connection.notice:
            lines.append(connection.notice)
    else:
        lines = ["/".join(part for part in (location.container, location.path) if part)]
    if trouble:
        lines.append(trouble)
    return tooltip("\n".join(shown(line) for line in lines if line))
