"""A whole desk for an end-to-end test: screen, session bus with keyring, reader, the program."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.reader import Reader, Thing
from tests.e2e.screen import Screen, virtual_screen, wait_for
from tests.support.secret_service import SecretService


@dataclass
class Desk:
    """What one test sits at. `home` holds the program's data folder and its downloads."""

    screen: Screen
    reader: Reader
    home: Path
    scale: int = 1
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a Python program on this screen; what it prints goes to a log in `home`."""
        with (self.home / "programs.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", *words], env=self.screen.env, stdout=log, stderr=log
            )
        self.programs.append(process)
        return process

    def open_quayside(self, *, width: int = 1000, height: int = 820) -> Window:
        """Start the window in the upper left corner; its inside is `width` x `height`."""
        process = self.start("-m", "explorer")
        window = self.screen.window("Quayside")
        self.screen.place(window, 0, 0, width * self.scale, height * self.scale)
        x, y = self.screen.corner(window)
        return Window(self, process, window, x, y)

    def clip(self, text: str) -> None:
        """Put a text on the clipboard, as a browser would."""
        command = ["xclip", "-selection", "clipboard", "-in"]
        subprocess.run(command, input=text.encode(), env=self.screen.env, check=True)

    def log(self) -> str:
        return (self.home / "programs.log").read_text(errors="replace")

    def end(self) -> None:
        for process in self.programs:
            if process.poll() is None:
                process.kill()
            process.wait(20)


@dataclass
class Window:
    """One running Quayside."""

    desk: Desk
    process: subprocess.Popen[bytes]
    id: str
    x: int
    y: int

    def see(self, name: str, role: str = "", timeout_s: float = 30.0) -> Thing:
        """Wait until something of that name shows."""
        return self.desk.reader.find(name, role, timeout_s)

    def click(self, name: str, role: str = "", *, times: int = 1, button: int = 1) -> None:
        """Click the middle of something, once it shows and is enabled."""
        thing = self.see(name, role)
        wait_for(lambda: thing.is_enabled or None, f"{name} to be enabled")
        self.desk.screen.click(*thing.centre, times=times, button=button)

    def keys(self, *keys: str) -> None:
        self.desk.screen.keys(*keys)

    def activate(self) -> None:
        self.desk.screen.do("windowactivate", "--sync", self.id)

    def kill(self) -> None:
        """As a crash or the out-of-memory killer would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def close(self) -> int:
        """Close it by its window manager's button and return its exit code."""
        self.activate()
        self.keys("alt+F4")
        return self.process.wait(30)


@contextlib.contextmanager
def desk(
    home: Path, keyring: SecretService, *, width: int = 1400, height: int = 900
) -> Iterator[Desk]:
    """Set everything up, and leave nothing running. The size is the screen's."""
    home.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, **keyring.environment}
    env["QUAYSIDE_DATA_DIR"] = str(home / "state")
    env["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
    env["NO_AT_BRIDGE"] = "0"
    with virtual_screen(env, width=width, height=height) as screen:
        reader = Reader(keyring.environment["DBUS_SESSION_BUS_ADDRESS"])
        at = Desk(screen, reader, home)
        try:
            yield at
        finally:
            at.end()
            reader.close()
