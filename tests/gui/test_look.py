"""Icons, colours and themes: what is there, what can be read, what changes with the theme."""

from __future__ import annotations

import ast
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.base import resources
from explorer.base.settings import ThemeChoice
from explorer.gui import colours, file_kinds, icons, style_images
from explorer.gui import theme as themes
from explorer.gui.colours import Colours, Tone
from explorer.gui.theme import Theme

SCHEMES = {
    "light": colours.LIGHT,
    "dark": colours.DARK,
    "contrast-light": colours.HIGH_CONTRAST_LIGHT,
    "contrast-dark": colours.HIGH_CONTRAST_DARK,
}
SURFACES = ("window", "base", "alternate", "raised", "hover")
GUI = Path(icons.__file__).parent
each_scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.show(colours.LIGHT)
    qapp.setStyleSheet("")
    made.deleteLater()


def colours_in(image: QImage) -> set[str]:
    """Colours of the opaque pixels."""
    return {
        QColor(image.pixel(x, y)).name()
        for x in range(image.width())
        for y in range(image.height())
        if QColor.fromRgba(image.pixel(x, y)).alpha() == 255
    }


# ---- icons ----


@pytest.mark.parametrize("name", icons.names())
def test_every_icon_draws(qapp: QApplication, name: str) -> None:
    drawing = QSvgRenderer(icons.recoloured(name, "#123456"))
    assert drawing.isValid()
    assert drawing.viewBoxF().width() == drawing.viewBoxF().height()


@pytest.mark.parametrize("name", [name for name in icons.names() if name != icons.APP_ICON])
def test_every_icon_takes_the_colour_asked_for(qapp: QApplication, name: str) -> None:
    assert "#" not in resources.text(f"icons/{name}.svg")
    assert colours_in(icons.pixmap(name, 48, 1.0, "#123456").toImage()) == {"#123456"}


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")


def icon_names_in(tree: ast.AST) -> Iterator[str]:
    """Literal names given to the functions and parameters that take an icon's name."""
    first_argument = {"icon", "tool_button", "EmptyState", "ToneIcon"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        given = node.args[:1] if name in first_argument else []
        given += [keyword.value for keyword in node.keywords if keyword.arg == "icon_name"]
        for value in given:
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value


def test_every_icon_the_code_names_exists() -> None:
    known = set(icons.names())
    named = {
        (path.name, name)
        for path in GUI.rglob("*.py")
        for name in icon_names_in(ast.parse(path.read_text("utf-8")))
    }
    assert len(named) > 3
    assert {pair for pair in named if pair[1] not in known} == set()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_an_icon_has_a_pixel_for_each_of_the_screen(qapp: QApplication, scale: float) -> None:
    drawn = icons.icon("folder").pixmap(QSize(16, 16), scale)
    assert drawn.devicePixelRatio() == scale
    assert drawn.size() == QSize(16, 16) * scale
    painted = icons.pixmap("folder", 16, scale, "#123456")
    assert painted.devicePixelRatio() == scale
    assert painted.size() == QSize(16, 16) * scale


def test_a_selected_and_a_disabled_icon_have_their_own_colours(theme: Theme) -> None:
    scheme = colours.current()
    for mode, colour in (
        (QIcon.Mode.Normal, scheme.icon),
        (QIcon.Mode.Disabled, scheme.disabled),
        (QIcon.Mode.Selected, scheme.on_selection),
    ):
        drawn = icons.icon("copy").pixmap(QSize(48, 48), mode)
        assert colours_in(drawn.toImage()) == {colour}


def test_the_same_icon_follows_the_theme(theme: Theme) -> None:
    icon = icons.icon("copy")
    theme.choose(ThemeChoice.DARK)
    assert colours_in(icon.pixmap(48, 48).toImage()) == {colours.DARK.icon}
    theme.choose(ThemeChoice.LIGHT)
    assert colours_in(icon.pixmap(48, 48).toImage()) == {colours.LIGHT.icon}


def test_a_tone_colours_an_icon(theme: Theme) -> None:
    drawn = icons.icon("copy", Tone.BAD).pixmap(48, 48)
    assert colours_in(drawn.toImage()) == {colours.LIGHT.bad}


def test_a_copied_icon_outlives_the_first(qapp: QApplication) -> None:
    copy = QIcon(icons.icon("copy"))
    blank = QPixmap(8, 8)
    blank.fill(Qt.GlobalColor.transparent)
    copy.addPixmap(blank)  # detaches: Qt clones the engine
    gc.collect()
    assert not copy.pixmap(16, 16).isNull()


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("runs/17/model-00001-of-00004.safetensors", "", "file-model"),
        ("TRAIN.PARQUET", "application/octet-stream", "file-table"),
        ("backup.tar.gz", "", "file-archive"),
        ("app.log.3", "", "file-log"),
        ("a/Dockerfile", "", "file-code"),
        ("photo", "image/png", "file-image"),
        ("page", "text/html; charset=utf-8", "file-code"),
        ("notes", "text/x-anything", "file-text"),
        (".gitignore", "", "file"),
        ("2024", "", "file"),
        ("", "", "file"),
    ],
)
def test_a_file_kind_comes_from_name_then_type(name: str, content_type: str, expected: str) -> None:
    assert file_kinds.file_icon_name(name, content_type) == expected


def test_every_file_kind_has_its_icon() -> None:
    kinds = {
        kind
        for table in (
            file_kinds._KIND_OF_EXTENSION,
            file_kinds._KIND_OF_NAME,
            file_kinds._KIND_OF_TYPE,
            file_kinds._KIND_OF_FAMILY,
        )
        for kind in table.values()
    }
    assert kinds <= set(icons.names())


# ---- contrast ----


def test_contrast_is_measured_as_wcag_does() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@each_scheme
def test_every_text_can_be_read_on_every_surface(scheme: Colours) -> None:
    texts = ("text", "muted", "link", "ok", "warn", "bad", "info")
    ratios = {
        (text, surface): colours.contrast(getattr(scheme, text), getattr(scheme, surface))
        for text in texts
        for surface in SURFACES
    }
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@each_scheme
def test_selected_rows_buttons_and_chips_can_be_read(scheme: Colours) -> None:
    pairs = [
        (scheme.on_selection, scheme.selection),
        (scheme.on_selection, scheme.selection_idle),
        (scheme.text, scheme.pressed),
        *([] if scheme.is_high_contrast else [(scheme.text, scheme.selection)]),
        (scheme.on_accent, scheme.accent),
        (scheme.on_accent, scheme.accent_hover),
        (scheme.on_accent, scheme.accent_pressed),
        *((scheme.strong(tone), scheme.soft(tone)) for tone in Tone),
        *((scheme.text, scheme.soft(tone)) for tone in Tone),
    ]
    assert [pair for pair in pairs if colours.contrast(*pair) < 4.5] == []


@each_scheme
def test_edges_icons_and_the_focus_ring_can_be_seen(scheme: Colours) -> None:
    pairs = [
        (front, back)
        for front in (scheme.outline, scheme.focus, scheme.icon, scheme.folder, scheme.accent)
        for back in (scheme.window, scheme.base)
    ]
    pairs += [(scheme.focus, scheme.selection)]
    assert [pair for pair in pairs if colours.contrast(*pair) < 3] == []


# ---- theme ----


def test_a_theme_sets_palette_style_sheet_and_colours(theme: Theme, qapp: QApplication) -> None:
    theme.choose(ThemeChoice.DARK)
    assert qapp.palette().window().color() == QColor(colours.DARK.window)
    assert colours.DARK.accent in qapp.styleSheet()
    assert colours.current() is colours.DARK
    assert theme.is_dark


def test_a_switch_is_told_once(theme: Theme, qtbot: QtBot) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.is_dark))
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.LIGHT)
    assert told == [True, False]


def test_the_choice_of_a_person_beats_the_system(theme: Theme) -> None:
    theme._system_is_dark = True
    theme.choose(ThemeChoice.LIGHT)
    assert not theme.is_dark


def test_a_system_that_does_not_say_is_judged_by_its_palette(theme: Theme) -> None:
    theme._system_is_dark = True
    theme.choose(ThemeChoice.SYSTEM)
    assert theme.is_dark


def test_a_wish_for_contrast_is_respected() -> None:
    assert colours.choose(is_dark=True, is_high_contrast=True) is colours.HIGH_CONTRAST_DARK
    assert colours.choose(is_dark=False, is_high_contrast=True) is colours.HIGH_CONTRAST_LIGHT


@each_scheme
def test_the_style_sheet_names_only_images_that_are_there(scheme: Colours) -> None:
    sheet = themes.style_sheet(scheme, "IMAGES")
    named = {part.split('"')[0] for part in sheet.split("IMAGES/")[1:]}
    assert named <= set(style_images.draw(scheme))
    assert "$" not in sheet


@each_scheme
def test_images_of_the_style_sheet_are_found_whole_by_qt(
    qapp: QApplication, scheme: Colours
) -> None:
    images = style_images.StyleImages(scheme)
    for name, content in style_images.draw(scheme).items():
        file = QFile(f"{images.folder}/{name}")
        assert file.open(QIODevice.OpenModeFlag.ReadOnly)
        assert file.readAll().data() == content
        assert QSvgRenderer(content).isValid()
        file.close()
    images.release()
    assert not QFile.exists(f"{images.folder}/box.svg")


def test_the_style_sheet_is_understood_by_qt(
    theme: Theme, qapp: QApplication, capfd: pytest.CaptureFixture[str]
) -> None:
    for scheme in SCHEMES.values():
        theme.show(scheme)
        qapp.processEvents()
    assert "parse" not in capfd.readouterr().err.lower()


def test_the_gallery_shows_everything_sharp_at_200_percent(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "packaging" / "gallery.py"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2"}
    done = subprocess.run(
        [sys.executable, str(script), "--to", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    picture = QImage(str(tmp_path / "dark-200-models.png"))
    assert picture.width() == 2 * 1240
    assert QColor(picture.pixel(4, 4)) == QColor(colours.DARK.window)
