"""A whole desk for an end-to-end test: screen, session bus with keyring, reader, the program."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.reader import Reader, Thing
from tests.e2e.screen import PATIENCE_S, Screen, virtual_screen, wait_for
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
        """Start a Python program on this screen."""
        return self.launch([sys.executable, "-P", *words])

    def launch(self, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start any program on this screen; what it prints goes to a log in `home`. It ends with
        the desk."""
        env = {**self.screen.env, **environment}
        with (self.home / "programs.log").open("ab") as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        self.programs.append(process)
        return process

    def open_quayside(self, *, width: int = 1000, height: int = 820) -> Window:
        """Start the window in the upper left corner; its inside is `width` x `height`. It knows
        where it is and has the keyboard."""
        process = self.start("-m", "explorer")

        def look() -> str:
            assert process.poll() is None, f"Quayside has ended:\n{self.log()[-4000:]}"
            return self.screen.found("--pid", process.pid, "--name", "Quayside")

        window = wait_for(look, "the window")
        self.screen.place(window, 0, 0, width * self.scale, height * self.scale)
        x, y = self.screen.corner(window)
        opened = Window(self, process, window, x, y)
        opened.front()
        return opened

    def clip(self, text: str) -> None:
        """Put a text on the clipboard, as a browser would; it is there when this returns."""
        command = ["xclip", "-selection", "clipboard", "-in"]
        subprocess.run(command, input=text.encode(), env=self.screen.env, check=True)
        wait_for(lambda: self.clipped() == text, "the clipboard")

    def clipped(self) -> str:
        """What is on the clipboard."""
        command = ["xclip", "-o", "-selection", "clipboard"]
        done = subprocess.run(command, env=self.screen.env, capture_output=True, check=False)
        return done.stdout.decode()

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, refused: bool = False) -> None:
        """Drag from one spot of the screen to another, where the drop is taken or `refused`."""
        # An answer of a window means that it has handled the mouse up to now.
        self.screen.drag(start, end, self.reader.look, refused=refused)

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

    def see(self, name: str, role: str = "") -> Thing:
        """Wait until something of that name shows."""
        return self.desk.reader.find(name, role)

    def hear(self, words: str) -> None:
        """Wait until these words, a regular expression, stand in something."""
        wait_for(lambda: self.desk.reader.says(words), repr(words))

    def miss(self, name: str, role: str = "") -> None:
        """Wait until nothing of that name shows any more."""
        wait_for(lambda: not self.desk.reader.sees(name, role), f"{name} to go")

    def spot(self, name: str, role: str = "") -> tuple[int, int]:
        """The middle of something, once it shows, is enabled and lies still."""
        return self.spots(name, role, 1)[0]

    def spots(self, name: str, role: str, count: int) -> list[tuple[int, int]]:
        """The same of all that are called so, once they are at least so many."""
        before: list[tuple[int, int]] = []

        def look() -> list[tuple[int, int]] | None:
            nonlocal before
            now = self.desk.reader.spots(name, role)
            is_still, before = now == before, now
            return now if is_still and len(set(now)) >= count else None

        return wait_for(look, f"{name} to be enabled")

    def click(self, name: str, role: str = "") -> None:
        """Click the middle of something."""
        self.desk.screen.click(*self.spot(name, role))

    def front(self, title: str = "") -> None:
        """Wait until the dialog of that title, a regular expression, has the keyboard, and knows
        it: what is typed from now on goes there. Without a title: the main window."""

        def look() -> bool:
            role, name = self.desk.reader.active()
            if not title:
                return role == "frame"
            return re.fullmatch(f"{title}( — Quayside)?", name) is not None

        wait_for(look, f"{title or 'the main window'} to have the keyboard")

    def keys(self, *keys: str) -> None:
        self.desk.screen.keys(*keys)

    def type(self, text: str) -> None:
        self.desk.screen.type(text)

    def activate(self) -> None:
        """Bring it to the front, with the keyboard."""
        self.desk.screen.activate(self.id)
        self.front()

    def kill(self) -> None:
        """As a crash or the out-of-memory killer would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def close(self) -> int:
        """Close it by its window manager's button and return its exit code."""
        self.activate()
        self.keys("alt+F4")
        return self.process.wait(PATIENCE_S)


def settle(home: Path, **settings: object) -> None:
    """Write the settings that a start of Quayside at that desk finds."""
    state = home / "state"
    state.mkdir(parents=True, mode=0o700, exist_ok=True)
    (state / "settings.json").write_text(json.dumps({"version": 1, **settings}))


@contextlib.contextmanager
def desk(
    home: Path, keyring: SecretService, *, width: int = 1400, height: int = 900
) -> Iterator[Desk]:
    """Set everything up, and leave nothing running. The size is the screen's."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "programs.log").touch()
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
