"""Which page of the help is about what is in front. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from explorer.base.help_pages import INDEX

_ROOMS: Final = (
    ("explorer.gui.mirror.", "mirror"),
    ("explorer.gui.mount.", "backend-ai"),
    ("explorer.gui.outputs.", "openpai"),
    ("explorer.gui.artifact.", "azureml"),
    ("explorer.gui.share.", "backend-ai"),
    ("explorer.gui.inspect.access", "gen2"),
    ("explorer.gui.connect.", "connecting"),
    ("explorer.gui.browse.tree", "connecting"),
    ("explorer.gui.transfers.", "transfers"),
    ("explorer.gui.carry.", "transfers"),
    ("explorer.gui.window.two_panes", "transfers"),
    ("explorer.gui.local.", "transfers"),
)
"""Where the classes of a room are, and its page; the first that fits counts."""


def topic_of(modules: Iterable[str], otherwise: str = INDEX) -> str:
    """The topic for the widget with the focus: `modules` are those of its class and of all that
    it stands in, from the inside out. `otherwise` where no room has a page."""
    for module in modules:
        for room, topic in _ROOMS:
            if module.startswith(room):
                return topic
    return otherwise
