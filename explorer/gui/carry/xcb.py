"""One property of the window that drags out of this program, on an X display, through libxcb.

Qt has no way to it. A connection of its own to the display; errors of the display are no
exceptions of this program (as they would be with Xlib), only missing answers. GUI thread only.
(https://xcb.freedesktop.org, the calls are those of X11's core protocol)
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_int,
    c_uint,
    c_uint8,
    c_uint16,
    c_uint32,
    c_void_p,
)
from typing import Any, Final

LIBRARY: Final = "libxcb.so.1"
SELECTION: Final = "XdndSelection"
TEXT: Final = "text/plain"
REPLACE: Final = 0
BITS: Final = 8
MAX_WORDS: Final = 16 * 1024
"""Four bytes each: more than any path."""


class _Cookie(Structure):
    _fields_ = (("sequence", c_uint),)


class _Id(Structure):
    """The answer to both `InternAtom` and `GetSelectionOwner`: one number."""

    _fields_ = (
        ("response_type", c_uint8),
        ("pad0", c_uint8),
        ("sequence", c_uint16),
        ("length", c_uint32),
        ("id", c_uint32),
    )


def _load() -> Any:
    library = ctypes.CDLL(LIBRARY)
    for name, result, arguments in (
        ("connect", c_void_p, (c_char_p, c_void_p)),
        ("connection_has_error", c_int, (c_void_p,)),
        ("disconnect", None, (c_void_p,)),
        ("flush", c_int, (c_void_p,)),
        ("intern_atom", _Cookie, (c_void_p, c_uint8, c_uint16, c_char_p)),
        ("intern_atom_reply", POINTER(_Id), (c_void_p, _Cookie, c_void_p)),
        ("get_selection_owner", _Cookie, (c_void_p, c_uint32)),
        ("get_selection_owner_reply", POINTER(_Id), (c_void_p, _Cookie, c_void_p)),
        ("get_property", _Cookie, (c_void_p, c_uint8, *(c_uint32,) * 5)),
        ("get_property_reply", c_void_p, (c_void_p, _Cookie, c_void_p)),
        ("get_property_value", c_void_p, (c_void_p,)),
        ("get_property_value_length", c_int, (c_void_p,)),
        (
            "change_property",
            _Cookie,
            (c_void_p, c_uint8, *(c_uint32,) * 3, c_uint8, c_uint32, c_char_p),
        ),
    ):
        call = getattr(library, f"xcb_{name}")
        call.restype, call.argtypes = result, arguments
    return library


class DragWindow:
    """The property `name` of whatever window drags just now. Raises OSError where there is no
    library or no display."""

    def __init__(self, name: str) -> None:
        self._xcb = _load()
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = (c_void_p,)
        self._display = self._xcb.xcb_connect(None, None)
        if self._xcb.xcb_connection_has_error(self._display):
            self._xcb.xcb_disconnect(self._display)
            raise OSError("the X display cannot be reached")
        self._name = self._atom(name)
        self._text = self._atom(TEXT)
        self._selection = self._atom(SELECTION)
        self._window = 0

    def take(self) -> bool:
        """From now on it is about the window that drags at this moment; whether there is one."""
        cookie = self._xcb.xcb_get_selection_owner(self._display, self._selection)
        self._window = self._id(
            self._xcb.xcb_get_selection_owner_reply(self._display, cookie, None)
        )
        return bool(self._window)

    def write(self, value: bytes) -> None:
        """Put it into the property."""
        self._xcb.xcb_change_property(
            self._display,
            REPLACE,
            self._window,
            self._name,
            self._text,
            BITS,
            len(value),
            value,
        )
        self._xcb.xcb_flush(self._display)

    def read(self) -> bytes:
        """What is in the property; nothing where it is not there."""
        cookie = self._xcb.xcb_get_property(
            self._display, 0, self._window, self._name, 0, 0, MAX_WORDS
        )
        reply = self._xcb.xcb_get_property_reply(self._display, cookie, None)
        if not reply:
            return b""
        try:
            length = self._xcb.xcb_get_property_value_length(reply)
            return ctypes.string_at(self._xcb.xcb_get_property_value(reply), length)
        finally:
            self._free(reply)

    def _atom(self, name: str) -> int:
        text = name.encode("ascii")
        cookie = self._xcb.xcb_intern_atom(self._display, 0, len(text), text)
        return self._id(self._xcb.xcb_intern_atom_reply(self._display, cookie, None))

    def _id(self, reply: Any) -> int:
        if not reply:
            return 0
        try:
            return int(reply.contents.id)
        finally:
            self._free(reply)

    def close(self) -> None:
        self._xcb.xcb_disconnect(self._display)
