"""The colours of the window: one set for light, dark and the two high-contrast modes.

A set names purposes, not hues; painters and the style sheet ask `current()`.
GUI thread only.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QColor

from explorer.base.records import dataclass


class Tone(Enum):
    """What a colour says. Never the only thing that says it: an icon or a word is beside it."""

    NEUTRAL = "neutral"
    INFO = "info"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Colours:
    """One colour scheme. Values are `#rrggbb`."""

    is_dark: bool
    is_high_contrast: bool
    # Surfaces, from the frame inwards.
    window: str
    """Behind panels, tool bars and dialogs."""
    base: str
    """Behind lists, trees, text fields."""
    alternate: str
    """Every second row."""
    raised: str
    """Menus, tool tips, secondary buttons."""
    hover: str
    pressed: str
    border: str
    """Hairlines between panels; decoration."""
    outline: str
    """Edges of inputs and check boxes: at least 3:1, because they show what can be used."""
    # Text.
    text: str
    muted: str
    """Secondary text and placeholders; still 4.5:1."""
    disabled: str
    link: str
    # The harbour's own colour.
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    focus: str
    # Selected rows and selected text.
    selection: str
    selection_idle: str
    """Selected, while another panel has the focus."""
    on_selection: str
    # Icons and bars.
    icon: str
    folder: str
    track: str
    thumb: str
    # Tones: strong for text and icons, soft behind them.
    neutral_soft: str
    info: str
    info_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str

    def strong(self, tone: Tone) -> str:
        """Text, icon or bar in this tone."""
        return {
            Tone.NEUTRAL: self.muted,
            Tone.INFO: self.info,
            Tone.OK: self.ok,
            Tone.WARN: self.warn,
            Tone.BAD: self.bad,
        }[tone]

    def soft(self, tone: Tone) -> str:
        """What lies behind text in this tone."""
        return {
            Tone.NEUTRAL: self.neutral_soft,
            Tone.INFO: self.info_soft,
            Tone.OK: self.ok_soft,
            Tone.WARN: self.warn_soft,
            Tone.BAD: self.bad_soft,
        }[tone]


LIGHT = Colours(
    is_dark=False,
    is_high_contrast=False,
    window="#f3f6f7",
    base="#ffffff",
    alternate="#f7fafa",
    raised="#ffffff",
    hover="#e6eef0",
    pressed="#d8e4e7",
    border="#d5dee1",
    outline="#7c8d96",
    text="#13242c",
    muted="#52656f",
    disabled="#98a6ad",
    link="#08647a",
    accent="#0a6a80",
    accent_hover="#085a6d",
    accent_pressed="#064958",
    on_accent="#ffffff",
    focus="#0a7f99",
    selection="#cfe7ec",
    selection_idle="#e1e8ea",
    on_selection="#0b222a",
    icon="#435963",
    folder="#0a7185",
    track="#dce5e8",
    thumb="#b0bfc6",
    neutral_soft="#e8eef0",
    info="#075f73",
    info_soft="#dceff3",
    ok="#17693c",
    ok_soft="#dcf2e4",
    warn="#7d4d00",
    warn_soft="#fdefd3",
    bad="#ac2018",
    bad_soft="#fde6e3",
)

DARK = Colours(
    is_dark=True,
    is_high_contrast=False,
    window="#11191e",
    base="#162026",
    alternate="#19242a",
    raised="#1e2a31",
    hover="#24323a",
    pressed="#2c3c45",
    border="#2a3840",
    outline="#6a7e89",
    text="#e4ecef",
    muted="#9db0ba",
    disabled="#5f727c",
    link="#6ccbdc",
    accent="#4ab9cb",
    accent_hover="#63c8d8",
    accent_pressed="#37a3b5",
    on_accent="#04222a",
    focus="#4ab9cb",
    selection="#154456",
    selection_idle="#2a3941",
    on_selection="#eef7f9",
    icon="#a9bcc5",
    folder="#58bccd",
    track="#2b3a43",
    thumb="#4b5e69",
    neutral_soft="#26343c",
    info="#7ed0de",
    info_soft="#143a45",
    ok="#79d3a0",
    ok_soft="#15382a",
    warn="#f1c068",
    warn_soft="#3b2d12",
    bad="#ff9f96",
    bad_soft="#46211f",
)

HIGH_CONTRAST_LIGHT = Colours(
    is_dark=False,
    is_high_contrast=True,
    window="#ffffff",
    base="#ffffff",
    alternate="#ffffff",
    raised="#ffffff",
    hover="#d9f0ff",
    pressed="#b9e2ff",
    border="#000000",
    outline="#000000",
    text="#000000",
    muted="#1f1f1f",
    disabled="#5c5c5c",
    link="#00328c",
    accent="#00328c",
    accent_hover="#001f5c",
    accent_pressed="#000000",
    on_accent="#ffffff",
    focus="#d06a00",
    selection="#00328c",
    selection_idle="#3b3b3b",
    on_selection="#ffffff",
    icon="#000000",
    folder="#000000",
    track="#ffffff",
    thumb="#000000",
    neutral_soft="#ffffff",
    info="#00328c",
    info_soft="#ffffff",
    ok="#00491f",
    ok_soft="#ffffff",
    warn="#5c3600",
    warn_soft="#ffffff",
    bad="#8b0000",
    bad_soft="#ffffff",
)

HIGH_CONTRAST_DARK = Colours(
    is_dark=True,
    is_high_contrast=True,
    window="#000000",
    base="#000000",
    alternate="#000000",
    raised="#000000",
    hover="#1d3340",
    pressed="#2a4a5c",
    border="#ffffff",
    outline="#ffffff",
    text="#ffffff",
    muted="#e6e6e6",
    disabled="#9a9a9a",
    link="#7fe7ff",
    accent="#1ae6ff",
    accent_hover="#8df3ff",
    accent_pressed="#ffffff",
    on_accent="#000000",
    focus="#d0107a",
    selection="#1ae6ff",
    selection_idle="#c8c8c8",
    on_selection="#000000",
    icon="#ffffff",
    folder="#ffffff",
    track="#000000",
    thumb="#ffffff",
    neutral_soft="#000000",
    info="#7fe7ff",
    info_soft="#000000",
    ok="#7dff9e",
    ok_soft="#000000",
    warn="#ffe600",
    warn_soft="#000000",
    bad="#ffb3ad",
    bad_soft="#000000",
)

_current = LIGHT


def current() -> Colours:
    """The colours to paint with now; asked at each paint, not kept."""
    return _current


def use(colours: Colours) -> None:
    """Make `colours` the current ones. Only the theme calls this."""
    global _current
    _current = colours


def choose(*, is_dark: bool, is_high_contrast: bool) -> Colours:
    """The scheme for what the system and the person ask for."""
    if is_high_contrast:
        return HIGH_CONTRAST_DARK if is_dark else HIGH_CONTRAST_LIGHT
    return DARK if is_dark else LIGHT


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def translucent(colour: str, alpha: float) -> QColor:
    """`colour` with an opacity of 0 to 1, for painters."""
    mixed = QColor(colour)
    mixed.setAlphaF(alpha)
    return mixed
