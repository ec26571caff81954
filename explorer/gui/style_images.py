"""Arrows, ticks and boxes for the style sheet, in the theme's colours, held in memory.

A style sheet can only name images by path. Instead of files in a cache folder,
the recoloured SVGs become a Qt resource, so nothing is written to the disk.
The layout is what `rcc --format-version 1` emits: a tree of 14-byte nodes, a
table of names with their hashes, and a table of contents, all big-endian; see
QResourceRoot in qtbase/src/corelib/io/qresource.cpp.
"""

from __future__ import annotations

import struct
import weakref
from itertools import count

from PySide6.QtCore import qRegisterResourceData, qUnregisterResourceData

from explorer.base.records import dataclass
from explorer.gui.colours import Colours
from explorer.gui.icons import recoloured

_FORMAT_VERSION = 1
_DIRECTORY = 2
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Compiled:
    """The three tables Qt reads."""

    tree: bytes
    names: bytes
    contents: bytes


class StyleImages:
    """The images of one colour scheme; `folder` is their path for `url()`.

    Every set has a folder of its own, because Qt caches images by path. They go
    with `release`, with this object, or at the end of the process: Qt keeps no
    copy, so the tables must live exactly as long as they are registered.
    """

    def __init__(self, scheme: Colours) -> None:
        name = f"quayside-{next(_numbers)}"
        self.folder = f":/{name}"
        made = compile_resource(name, draw(scheme))
        tables = (_FORMAT_VERSION, made.tree, made.names, made.contents)
        qRegisterResourceData(*tables)
        self._taken_back = weakref.finalize(self, qUnregisterResourceData, *tables)

    def release(self) -> None:
        """Take the images away, once no style sheet names them. Harmless when repeated."""
        self._taken_back()


def draw(scheme: Colours) -> dict[str, bytes]:
    """Every image the style sheet names, by file name."""
    # They are shown at half the size of other icons, so their strokes are heavier.
    images = {
        f"{name}.svg": _heavy(name, scheme.icon)
        for name in ("chevron-up", "chevron-down", "chevron-left", "chevron-right", "close")
    }
    for name in ("chevron-down", "chevron-left", "chevron-right"):
        images[f"{name}-selected.svg"] = _heavy(name, scheme.on_selection)
    edge, fill, off = scheme.outline, scheme.base, scheme.disabled
    on, mark = scheme.accent, scheme.on_accent
    tick = "M4.4 8.3l2.5 2.5 4.7-5.2"
    dash = "M4.75 8h6.5"
    images["box.svg"] = _box(edge, fill)
    images["box-hover.svg"] = _box(scheme.focus, scheme.hover)
    images["box-disabled.svg"] = _box(off, scheme.window)
    images["box-checked.svg"] = _box(on, on, tick, mark)
    images["box-partial.svg"] = _box(on, on, dash, mark)
    images["box-checked-disabled.svg"] = _box(off, scheme.window, tick, off)
    images["radio.svg"] = _radio(edge, fill)
    images["radio-hover.svg"] = _radio(scheme.focus, scheme.hover)
    images["radio-disabled.svg"] = _radio(off, scheme.window)
    images["radio-checked.svg"] = _radio(on, on, mark)
    images["radio-checked-disabled.svg"] = _radio(off, scheme.window, off)
    return images


def _heavy(name: str, colour: str) -> bytes:
    return recoloured(name, colour).replace(b'stroke-width="1.75"', b'stroke-width="2.5"')


def _box(edge: str, fill: str, mark: str = "", mark_colour: str = "none") -> bytes:
    return _svg(
        f'<rect x="1" y="1" width="14" height="14" rx="3.5" fill="{fill}" stroke="{edge}" '
        f'stroke-width="1.25"/><path d="{mark or "M0 0"}" fill="none" stroke="{mark_colour}" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _radio(edge: str, fill: str, mark: str = "none") -> bytes:
    return _svg(
        f'<circle cx="8" cy="8" r="7" fill="{fill}" stroke="{edge}" stroke-width="1.25"/>'
        f'<circle cx="8" cy="8" r="3" fill="{mark}"/>'
    )


def _svg(body: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{body}</svg>'.encode()


def compile_resource(folder: str, files: dict[str, bytes]) -> Compiled:
    """`files` below one `folder`, as the tables of a Qt resource."""
    ordered = sorted(files, key=_hash)
    names = b""
    name_at = {}
    for name in (folder, *ordered):
        name_at[name] = len(names)
        names += struct.pack(">HI", len(name), _hash(name)) + name.encode("utf-16-be")
    # Node 0 is the root, node 1 the folder, the files follow, sorted by hash.
    tree = struct.pack(">IHII", 0, _DIRECTORY, 1, 1)
    tree += struct.pack(">IHII", name_at[folder], _DIRECTORY, len(ordered), 2)
    contents = b""
    for name in ordered:
        any_territory, any_language = 0, 1
        tree += struct.pack(">IHHHI", name_at[name], 0, any_territory, any_language, len(contents))
        contents += struct.pack(">I", len(files[name])) + files[name]
    return Compiled(tree, names, contents)


def _hash(name: str) -> int:
    """Qt's qt_hash, by which resource names are found."""
    value = 0
    for letter in name:
        value = (value << 4) + ord(letter)
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
