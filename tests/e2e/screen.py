"""A virtual screen with a window manager, a mouse and a keyboard, for real windows.

Needs Xvfb, openbox, xdotool, xwininfo, xprop and ImageMagick's `import`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, timeout_s: float = 30.0) -> T:
    """Ask `look` until it gives something true; fails naming `what` after the time-out."""
    end = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(0.05)


class Screen:
    """One display; `env` starts programs on it."""

    def __init__(self, display: str, env: dict[str, str]) -> None:
        self.display = display
        self.env = {**env, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def do(self, *words: str | int) -> str:
        """Run one xdotool command line and return what it prints."""
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def window(self, title: str, timeout_s: float = 30.0) -> str:
        """The id of the visible window whose title matches, once there is one."""

        def look() -> str | None:
            try:
                ids = self.do("search", "--onlyvisible", "--name", title)
            except subprocess.CalledProcessError:
                return None
            return ids.splitlines()[-1]

        return wait_for(look, f"a window titled {title!r}", timeout_s)

    def place(self, window: str, x: int, y: int, width: int, height: int) -> None:
        """Put a window there, in front, with the keyboard."""
        self.do("windowsize", "--sync", window, width, height)
        self.do("windowmove", "--sync", window, x, y)
        self.do("windowactivate", "--sync", window)

    def corner(self, window: str) -> tuple[int, int]:
        """Where the inside of a window begins. (xdotool counts the frame twice.)"""
        command = ["xwininfo", "-id", window]
        done = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        told = dict(line.strip().split(":", 1) for line in done.stdout.splitlines() if ":" in line)
        return int(told["Absolute upper-left X"]), int(told["Absolute upper-left Y"])

    def keys(self, *keys: str) -> None:
        """Press keys as xdotool names them: `ctrl+v`, `Return`."""
        self.do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type text as a person would."""
        self.do("type", "--clearmodifiers", "--delay", 4, text)

    def click(self, x: int, y: int, *, button: int = 1, times: int = 1) -> None:
        self.do("mousemove", x, y)
        self.do("click", "--repeat", times, "--delay", 60, button)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at `start`, move in small steps, release over `end`."""
        self.do("mousemove", *start)
        self.do("mousedown", 1)
        for _ in range(12):
            self.do("mousemove_relative", "--sync", 3, 2)
        steps = 10
        for step in range(1, steps + 1):
            x = start[0] + 36 + (end[0] - start[0] - 36) * step // steps
            y = start[1] + 24 + (end[1] - start[1] - 24) * step // steps
            self.do("mousemove", x, y)
            time.sleep(0.04)
        self.do("mousemove_relative", "--sync", 2, 2)
        time.sleep(0.2)
        self.do("mouseup", 1)

    def picture(self, path: Path) -> Path:
        """Take the whole screen as a PNG."""
        command = ["import", "-window", "root", str(path)]
        subprocess.run(command, env=self.env, check=True, capture_output=True)
        return path


@contextlib.contextmanager
def virtual_screen(
    env: dict[str, str], *, width: int = 1400, height: int = 900
) -> Iterator[Screen]:
    """Start a screen and a window manager on a free display; both end with the block."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(write_end),
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-noreset",
            "-nolisten",
            "tcp",
        ],
        pass_fds=(write_end,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    if not number:
        server.wait()
        raise RuntimeError("Xvfb did not start")
    screen = Screen(f":{number}", env)
    manager = subprocess.Popen(
        ["openbox"], env=screen.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: _has_manager(screen), "the window manager")
        yield screen
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(10)


def _has_manager(screen: Screen) -> bool:
    command = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
    done = subprocess.run(command, env=screen.env, capture_output=True, text=True, check=False)
    return "window id" in done.stdout
