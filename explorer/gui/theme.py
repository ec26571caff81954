"""Light, dark or as the system says: palette, style sheet and colours, switched at run time."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from explorer.base import resources
from explorer.base.settings import ThemeChoice
from explorer.gui import colours, icons
from explorer.gui.colours import Colours
from explorer.gui.style_images import StyleImages

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """The look of the whole application. One per process, made before the first window.

    `changed` follows each switch, for what paints into a cache of its own (a
    tray icon). Everything else is repainted by Qt.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._applied: Colours | None = None
        self._images: StyleImages | None = None
        self._system_is_dark = _looks_dark(app.palette())
        app.setStyle("Fusion")
        app.setWindowIcon(icons.app_icon())
        self._hints = app.styleHints()
        self._hints.setColorScheme(_SCHEMES[choice.value])
        self._hints.colorSchemeChanged.connect(self._apply)
        # Qt 6.10 and newer tell whether the system asks for more contrast.
        accessibility = getattr(self._hints, "accessibility", None)
        self._contrast: Any = accessibility() if accessibility is not None else None
        if self._contrast is not None:
            self._contrast.contrastPreferenceChanged.connect(self._apply)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Switch to `choice`, at once and for every open window."""
        self._choice = choice
        self._hints.setColorScheme(_SCHEMES[choice.value])
        self._apply()

    @property
    def is_dark(self) -> bool:
        return colours.current().is_dark

    def _wants_dark(self) -> bool:
        if self._choice is not ThemeChoice.SYSTEM:
            return self._choice is ThemeChoice.DARK
        scheme = self._hints.colorScheme()
        if scheme == Qt.ColorScheme.Unknown:
            return self._system_is_dark
        return bool(scheme == Qt.ColorScheme.Dark)

    def _wants_contrast(self) -> bool:
        if self._contrast is None:
            return False
        preference: Any = self._contrast.contrastPreference()
        return bool(preference.name == "HighContrast")

    def _apply(self) -> None:
        self.show(
            colours.choose(is_dark=self._wants_dark(), is_high_contrast=self._wants_contrast())
        )

    def show(self, scheme: Colours) -> None:
        """Show the whole application in `scheme`, until the next switch."""
        if scheme is self._applied:
            return
        self._applied = scheme
        colours.use(scheme)
        old, self._images = self._images, StyleImages(scheme)
        self._app.setPalette(palette(scheme))
        is_from_right = self._app.layoutDirection() == Qt.LayoutDirection.RightToLeft
        sheet = style_sheet(scheme, self._images.folder, is_from_right=is_from_right)
        self._app.setStyleSheet(sheet)
        if old is not None:
            old.release()
        self.changed.emit()


def _looks_dark(system: QPalette) -> bool:
    """For systems that do not say: is text lighter than what is behind it?"""
    return system.windowText().color().lightness() > system.window().color().lightness()


def palette(scheme: Colours) -> QPalette:
    """`scheme` for the widgets that ask the palette."""
    role = QPalette.ColorRole
    made = QPalette()
    everywhere = {
        role.Window: scheme.window,
        role.WindowText: scheme.text,
        role.Base: scheme.base,
        role.AlternateBase: scheme.alternate,
        role.ToolTipBase: scheme.raised,
        role.ToolTipText: scheme.text,
        role.PlaceholderText: scheme.muted,
        role.Text: scheme.text,
        role.Button: scheme.raised,
        role.ButtonText: scheme.text,
        role.BrightText: scheme.bad,
        role.Link: scheme.link,
        role.LinkVisited: scheme.link,
        role.Highlight: scheme.selection,
        role.HighlightedText: scheme.on_selection,
        role.Accent: scheme.accent,
        role.Light: scheme.raised,
        role.Midlight: scheme.hover,
        role.Mid: scheme.border,
        role.Dark: scheme.outline,
        role.Shadow: "#000000",
    }
    for which, colour in everywhere.items():
        made.setColor(which, QColor(colour))
    made.setColor(QPalette.ColorGroup.Inactive, role.Highlight, QColor(scheme.selection_idle))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(scheme.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(scheme.selection_idle))
    return made


def style_sheet(scheme: Colours, images: str, *, is_from_right: bool = False) -> str:
    """The style sheet in the colours of `scheme`; `images` is the folder of its pictures, and
    what leads on points to where the window reads on."""
    values = {name: value for name, value in asdict(scheme).items() if isinstance(value, str)}
    strict = scheme.is_high_contrast
    values.update(
        images=images,
        on="chevron-left" if is_from_right else "chevron-right",
        button_edge=scheme.outline if strict else _blend(scheme.border, scheme.outline, 0.45),
        ring_on_accent=scheme.focus if strict else scheme.text,
        menu_hover=scheme.selection if strict else scheme.hover,
        on_menu_hover=scheme.on_selection if strict else scheme.text,
        push_checked=scheme.pressed if strict else scheme.selection,
        tool_checked=scheme.pressed,
        on_tool_checked=scheme.text,
        track_edge=f"1px solid {scheme.outline}" if strict else "none",
        notice_hover=_blend(scheme.base, scheme.text, 0.12),
    )
    for tone in ("info", "ok", "warn", "bad"):
        strong, soft = values[tone], values[f"{tone}_soft"]
        values[f"{tone}_edge"] = strong if strict else _blend(soft, strong, 0.35)
    return Template(resources.text("themes/quayside.qss")).substitute(values)


def _blend(back: str, front: str, share: float) -> str:
    """`front` at an opacity of `share` over `back`."""
    pairs = ((int(back[at : at + 2], 16), int(front[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(b + (f - b) * share):02x}" for b, f in pairs)


def tabular(font: QFont) -> QFont:
    """`font` with digits of one width, where the font has them, for columns of numbers."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def scaled(font: QFont, factor: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """`font` larger or smaller by `factor`; follows the system's own size."""
    made = QFont(font)
    if font.pointSizeF() > 0:
        made.setPointSizeF(font.pointSizeF() * factor)
    else:
        made.setPixelSize(round(font.pixelSize() * factor))
    made.setWeight(weight)
    return made
