"""The README's pictures, taken from the real window on a virtual screen: `./run screenshots`.

`--to DIR` writes elsewhere, `--scale 2` shows a sharper screen. What is seen is the demo's
sample data on local storage; nothing of the person who runs it.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from explorer.demo import main_job, sample
from explorer.service.emulator import Emulator, EmulatorAccount
from explorer.service.service import Service
from tests.e2e.desk import Desk, Window, desk
from tests.e2e.screen import wait_for
from tests.support.secret_service import secret_session

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT = 1440, 860
ACCOUNT = EmulatorAccount("contosoml", base64.b64encode(os.urandom(64)).decode())
SLOW_BYTES_PER_S = 9 << 20
RUN = sample.BEST_RUN.name

PathOf = Callable[[str], Path]
"""Where the picture of that name goes."""


def main() -> None:
    options = _options()
    options.to.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quayside-pictures-")))
        emulator = stack.enter_context(Emulator(log=home / "emulator.log", accounts=(ACCOUNT,)))
        folder = home / "sample"
        main_job.write_sample(folder)
        asyncio.run(_fill(emulator, home / "filling", folder))
        for theme in ("light", "dark"):
            with _seated(home / theme, theme, options.scale) as at:
                _tour(at, emulator, lambda name, t=theme: options.to / f"{name}-{t}.png")  # type: ignore[misc]
    for path in sorted(options.to.glob("*.png")):
        print(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--to", type=Path, default=HERE / "screenshots", metavar="DIR")
    parser.add_argument("--scale", type=int, default=1, choices=(1, 2))
    return parser.parse_args()


async def _fill(emulator: Emulator, state: Path, folder: Path) -> None:
    async with await Service.start(state, adopt_jobs=False, with_transfers=True) as service:
        connection = await main_job.connect(service, emulator.connection_string, _quiet)
        await main_job.upload(service, connection, folder, _quiet)
        for container in ("models", "scratch"):
            await service.create_container(connection.id, container)


def _quiet(_: str) -> None:
    """What the demo would say."""


@contextmanager
def _seated(home: Path, theme: str, scale: int) -> Iterator[Desk]:
    state = home / "state"
    state.mkdir(parents=True, mode=0o700)
    settings = {"version": 1, "theme": theme, "limit_bytes_per_s": SLOW_BYTES_PER_S}
    (state / "settings.json").write_text(json.dumps(settings))
    keyring = home / "keyring"
    keyring.mkdir(mode=0o700)
    with (
        secret_session(keyring) as session,
        desk(home, session, width=WIDTH * scale + 40, height=HEIGHT * scale + 60) as at,
    ):
        at.screen.env["QT_SCALE_FACTOR"] = str(scale)
        at.scale = scale
        yield at


def _tour(at: Desk, emulator: Emulator, path_of: PathOf) -> None:
    window = at.open_quayside(width=WIDTH, height=HEIGHT)
    window.see("Paste a connection string, SAS URL or blob URL")
    _take(at, window, path_of("start"))

    wrong = emulator.connection_string.replace(ACCOUNT.key, base64.b64encode(bytes(64)).decode())
    at.clip(wrong)
    window.keys("ctrl+v")
    window.see("everything")
    window.keys("alt+t")
    wait_for(
        lambda: any("key" in text and "fit" in text for text in at.reader.texts()) or None,
        "the refusal of the wrong key",
    )
    _take(at, window, path_of("error"))

    at.clip(emulator.connection_string)
    window.keys("Escape")
    window.see("Paste a connection string, SAS URL or blob URL")
    window.keys("ctrl+v")
    window.see("everything")
    window.keys("alt+t")
    wait_for(lambda: any("read yes" in text for text in at.reader.texts()) or None, "the test")
    _take(at, window, path_of("connect"))
    window.keys("Return")
    window.see("Container training", "cell")

    window.keys("ctrl+l")
    at.screen.type(f"training/runs/{RUN}/")
    window.keys("Return")
    window.see("Folder checkpoints", "cell")
    window.keys("Home", "Down", "Down")
    _take(at, window, path_of("browse"))

    window.keys("ctrl+a")
    window.keys("ctrl+d")
    window.see("Directory:")
    window.keys("ctrl+a")
    (at.home / "results").mkdir()
    at.screen.type(str(at.home / "results"))
    window.keys("Return")
    window.see("Active, 1 transfer")
    window.see("Download of 6 items", "cell")
    window.keys("F6", "Down")
    wait_for(
        lambda: any(re.match(r"[2-8]\d %, running", text) for text in at.reader.texts()) or None,
        "nearly half of it",
    )
    _take(at, window, path_of("transfers"))
    window.kill()


def _take(at: Desk, window: Window, path: Path) -> None:
    """Take the window and what lies on it, once nothing changes any more."""
    at.screen.do("mousemove", WIDTH * at.scale + 30, HEIGHT * at.scale + 50)
    spot = f"{WIDTH * at.scale}x{HEIGHT * at.scale}+{window.x}+{window.y}"
    before = b""
    for _ in range(40):
        command = ["import", "-window", "root", "-crop", spot, "+repage", str(path)]
        subprocess.run(command, env=at.screen.env, check=True, capture_output=True)
        now = path.read_bytes()
        if now == before:
            return
        before = now


if __name__ == "__main__":
    main()
