"""Buttons of one make: a push button with a rank, and an icon button with a name."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from explorer.gui.icons import icon
from explorer.gui.parts.texts import explain, tooltip

ICON_SIZE = QSize(18, 18)


class Rank(Enum):
    """How much a button asks for attention."""

    PRIMARY = "primary"
    """The one thing to do here."""
    SECONDARY = "secondary"
    FLAT = "flat"
    """As quiet as a link."""
    DANGER = "danger"
    """Destroys something."""


def push_button(
    text: str, rank: Rank = Rank.SECONDARY, *, icon_name: str = "", hint: str = ""
) -> QPushButton:
    """A button that says what it does; only Enter in a dialog's default button triggers it."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    if rank is not Rank.SECONDARY:
        button.setProperty("kind", rank.value)
    if icon_name:
        button.setIcon(icon(icon_name))
    if hint:
        explain(button, hint)
    return button


def tool_button(
    icon_name: str, name: str, *, hint: str = "", with_text: bool = False
) -> QToolButton:
    """An icon button; `name` is what it does, for the tool tip and the screen reader."""
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setIconSize(ICON_SIZE)
    button.setText(name)
    button.setAutoRaise(True)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolTip(tooltip(hint or name))
    if hint:
        button.setAccessibleDescription(hint)
    if with_text:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
