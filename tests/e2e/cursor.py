"""What the mouse looks like on an X display: how a person sees whether a drop would be taken.

The calls are those of the XFIXES extension, through libxcb-xfixes
(https://www.x.org/releases/current/doc/fixesproto/fixesproto.txt, GetCursorImage).
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_int16,
    c_uint,
    c_uint8,
    c_uint16,
    c_uint32,
    c_void_p,
)
from functools import cache
from typing import Any

VERSION = 2, 0


class _Cookie(Structure):
    _fields_ = (("sequence", c_uint),)


class _Image(Structure):
    """`height` rows of `width` pixels, 32 bits each, stand behind it."""

    _fields_ = (
        ("response_type", c_uint8),
        ("pad0", c_uint8),
        ("sequence", c_uint16),
        ("length", c_uint32),
        ("x", c_int16),
        ("y", c_int16),
        ("width", c_uint16),
        ("height", c_uint16),
        ("x_hot", c_uint16),
        ("y_hot", c_uint16),
        ("serial", c_uint32),
        ("pad1", c_uint32 * 2),
    )


@cache
def _call(library: str, name: str, result: Any, *arguments: Any) -> Any:
    call = getattr(ctypes.CDLL(library or None), name)
    call.restype, call.argtypes = result, arguments
    return call


def _xcb(name: str, result: Any, *arguments: Any) -> Any:
    return _call("libxcb.so.1", f"xcb_{name}", result, *arguments)


def _xfixes(name: str, result: Any, *arguments: Any) -> Any:
    return _call("libxcb-xfixes.so.0", f"xcb_xfixes_{name}", result, *arguments)


def _free(place: Any) -> None:
    _call("", "free", None, c_void_p)(place)


def shape(display: str) -> bytes:
    """The picture of the mouse just now; equal for equal shapes. OSError without a display."""
    connection = _xcb("connect", c_void_p, c_char_p, c_void_p)(display.encode(), None)
    try:
        ask = _xfixes("query_version", _Cookie, c_void_p, c_uint32, c_uint32)
        answer = _xfixes("query_version_reply", c_void_p, c_void_p, _Cookie, c_void_p)
        _free(answer(connection, ask(connection, *VERSION), None))
        ask = _xfixes("get_cursor_image", _Cookie, c_void_p)
        answer = _xfixes("get_cursor_image_reply", POINTER(_Image), c_void_p, _Cookie, c_void_p)
        reply = answer(connection, ask(connection), None)
        if not reply:
            raise OSError(f"the display {display} does not tell of its mouse")
        told = reply.contents
        pixels = ctypes.string_at(
            ctypes.addressof(told) + ctypes.sizeof(_Image), told.width * told.height * 4
        )
        hot = told.x_hot, told.y_hot
        _free(reply)
        return bytes(hot) + pixels
    finally:
        _xcb("disconnect", None, c_void_p)(connection)
