"""A virtual screen with a window manager, a mouse and a keyboard, for real windows.

Needs Xvfb, setpriv, openbox, xdotool, xwininfo, xprop and ImageMagick's `import`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.e2e.cursor import shape

T = TypeVar("T")
PATIENCE_S = 150.0
"""A start of Quayside was seen to take a minute on a machine that did thirty other things. Less
than pytest allows a test, so that it is said what was waited for."""
Turned = Callable[[], object]
FRAME = 64
"""No frame of a window is wider, in pixels."""
_SILENT: Final[dict[str, Any]] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def wait_for(look: Callable[[], T | None], what: str, timeout_s: float = PATIENCE_S) -> T:
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

    def __init__(self, display: str, env: dict[str, str], width: int, height: int) -> None:
        self.display = display
        self.width, self.height = width, height
        self.env = {**env, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def do(self, *words: str | int) -> str:
        """Run one xdotool command line and return what it prints."""
        command = ["xdotool", *map(str, words)]
        done = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def window(self, title: str) -> str:
        """The id of the visible window whose title matches, once there is one."""
        return wait_for(lambda: self.found("--name", title), f"a window titled {title!r}")

    def found(self, *sought: str | int) -> str:
        """The id of the newest visible window that xdotool finds by these words; empty if none."""
        try:
            ids = self.do("search", "--all", "--onlyvisible", *sought)
        except subprocess.CalledProcessError:
            return ""
        return ids.splitlines()[-1]

    def place(self, window: str, x: int, y: int, width: int, height: int) -> None:
        """Put a window there, in front, with the keyboard; it is there when this returns."""

        def lies() -> bool:
            told = self._told_of(window)
            at, size = _corner(told), (int(told["Width"]), int(told["Height"]))
            is_there = x <= at[0] < x + FRAME and y <= at[1] < y + FRAME
            return is_there and size == (width, height)

        self.do("windowsize", window, width, height)
        self.do("windowmove", window, x, y)
        wait_for(lies, f"the window {window} to be in its place")
        self.activate(window)

    def activate(self, window: str) -> None:
        """Bring a window to the front, and wait until it has the keyboard; again where another
        program, at the end of its start, has put itself before it."""

        def look() -> bool:
            is_in_front = self._active() == window
            if not is_in_front:
                self.do("windowactivate", window)
            return is_in_front

        wait_for(look, f"the window {window} to be in front")

    def _active(self) -> str:
        """The window that the window manager has given the keyboard; empty for none."""
        done = subprocess.run(
            ["xdotool", "getactivewindow"],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    def corner(self, window: str) -> tuple[int, int]:
        """Where the inside of a window begins. (xdotool counts the frame twice.)"""
        return _corner(self._told_of(window))

    def _told_of(self, window: str) -> dict[str, str]:
        command = ["xwininfo", "-id", window]
        done = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        told = (line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
        return {name.strip(): value.strip() for name, value in told}

    def keys(self, *keys: str) -> None:
        """Press keys as xdotool names them: `ctrl+v`, `Return`."""
        self.do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type text as a person would."""
        self.do("type", "--clearmodifiers", "--delay", 4, text)

    def click(self, x: int, y: int, *, button: int = 1, times: int = 1) -> None:
        self.do("mousemove", x, y)
        self.do("click", "--repeat", times, "--delay", 60, button)

    def drag(
        self, start: tuple[int, int], end: tuple[int, int], turned: Turned, *, refused: bool = False
    ) -> None:
        """Press at `start`, move in small steps, release over `end` once the mouse says that a
        drop is taken there, or, where it is to be refused, once that had time to be said.
        `turned` returns when all programs have handled what came before.

        On the way it goes to the corner of the screen, where nothing takes a drop.
        """
        nowhere = self.width - 1, self.height - 1
        self.do("mousemove", *nowhere)
        turned()
        resting = shape(self.display)
        self.do("mousemove", *start)
        self.do("mousedown", 1)
        for _ in range(12):
            self.do("mousemove_relative", 3, 2)
        self.do("mousemove", *nowhere)
        wait_for(lambda: shape(self.display) != resting, "the drag to begin")
        turned()
        nothing = shape(self.display)
        self.do("mousemove", *end)

        def is_taken() -> bool:
            if shape(self.display) != nothing:
                return True
            self.do("mousemove_relative", 2, 2)  # some programs answer the next movement
            self.do("mousemove_relative", "--", -2, -2)
            return False

        if refused:
            turned()
        else:
            wait_for(is_taken, "the drop to be taken")
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
    with contextlib.ExitStack() as stack:
        display = stack.enter_context(_server(width, height))
        screen = Screen(display, env, width, height)
        stack.enter_context(_ended(subprocess.Popen(["openbox"], env=screen.env, **_SILENT)))
        wait_for(lambda: _has_manager(screen), "the window manager")
        yield screen


@contextlib.contextmanager
def _server(width: int, height: int) -> Iterator[str]:
    """An X server; the name of its display. It ends with this process, however that ends, and
    with it all that shows windows there."""
    read_end, write_end = os.pipe()
    size = f"{width}x{height}x24"
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", size, "-noreset"]
    with os.fdopen(read_end) as pipe:
        server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command, "-nolisten", "tcp"],
            pass_fds=(write_end,),
            **_SILENT,
        )
        os.close(write_end)
        with _ended(server):
            number = pipe.readline().strip()
            if not number:
                raise RuntimeError("Xvfb did not start")
            yield f":{number}"


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process has ended after the block."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _corner(told: dict[str, str]) -> tuple[int, int]:
    return int(told["Absolute upper-left X"]), int(told["Absolute upper-left Y"])


def _has_manager(screen: Screen) -> bool:
    command = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
    done = subprocess.run(command, env=screen.env, capture_output=True, text=True, check=False)
    return "window id" in done.stdout
