"""What the colours of connections look like in each scheme. Pure but for the current one."""

from __future__ import annotations

from explorer.gui import colours

_LIGHT = {
    "red": "#c62f24",
    "orange": "#b85c00",
    "yellow": "#8f7000",
    "green": "#1f7d48",
    "blue": "#1f66b8",
    "purple": "#7a47b5",
    "grey": "#62727b",
}
_DARK = {
    "red": "#ff7b70",
    "orange": "#ffa657",
    "yellow": "#e6cf57",
    "green": "#62cf92",
    "blue": "#6db3ff",
    "purple": "#c39bf5",
    "grey": "#a3b3bc",
}


def hue(colour: str) -> str:
    """`#rrggbb` of a connection's colour, at least 3:1 against the panels of the window."""
    return (_DARK if colours.current().is_dark else _LIGHT)[colour]
