"""`python -m tests.servers.lake`: a hierarchical account to explore, until it is ended.

Prints the connection string as its first line, then serves until SIGINT, SIGTERM or the
end of its input where `--until-eof` says so.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from explorer.base.errors import EmulatorError
from explorer.service.emulator import Emulator
from tests.servers.lake.sample import write_sample
from tests.servers.lake.server import Lake


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers.lake", description="A local Data Lake Gen2 account."
    )
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0 takes a free one")
    parser.add_argument("--folder", type=Path, help="keep the data here; else in memory")
    parser.add_argument("--sample", action="store_true", help="make a filesystem to look at")
    parser.add_argument("--until-eof", action="store_true", help="end when the input ends")
    asked = parser.parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with tempfile.TemporaryDirectory(prefix="lake-") as spare:
        log = (asked.folder or Path(spare)) / "azurite.log"
        data = asked.folder / "azurite" if asked.folder else None
        try:
            with (
                Emulator(log=log, folder=data) as emulator,
                Lake(emulator, port=asked.port, folder=asked.folder) as lake,
            ):
                if asked.sample:
                    write_sample(lake)
                print(lake.connection_string, flush=True)
                if asked.until_eof:
                    threading.Thread(target=_wait_for_eof, args=(ended,), daemon=True).start()
                ended.wait()
        except (EmulatorError, OSError) as error:
            print(f"lake: {error}", file=sys.stderr)
            return 1
    return 0


def _wait_for_eof(ended: threading.Event) -> None:
    while sys.stdin.read(4096):
        pass
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
