"""Local storage: the Azurite blob emulator as a child process that never outlives us.

Blocking; one `Emulator` is used by one thread at a time. The emulator listens on
loopback only, sends no telemetry, and ends with this process even when this
process is killed: it holds the far end of a pipe and stops when the pipe closes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from types import TracebackType
from typing import Self

from explorer.base.errors import EmulatorError
from explorer.base.patterns import regex
from explorer.base.records import dataclass
from explorer.storage.connection_spec import EMULATOR_ACCOUNT, EMULATOR_KEY

MINIMUM_NODE = 20
_MAIN = Path("azurite", "dist", "src", "blob", "main.js")
_LISTENS = regex(r"successfully listens on https?://127\.0\.0\.1:(\d+)")
_STOP_WITH_PARENT = (
    "data:text/javascript,process.stdin.on('end',()=>process.kill(process.pid,'SIGTERM'))"
    ".resume().unref()"
)
_INSTALL = (
    "Run `npm ci` in packaging/emulator of a checkout, or `npm install -g azurite`, "
    "or set QUAYSIDE_AZURITE to the azurite package's dist/src/blob/main.js."
)


@dataclass(frozen=True, slots=True)
class EmulatorAccount:
    """An account that the emulator serves; `key` is base64."""

    name: str
    key: str = field(repr=False)


DEVELOPMENT_ACCOUNT = EmulatorAccount(EMULATOR_ACCOUNT, EMULATOR_KEY)


def find_azurite() -> Path:
    """Where the blob emulator's main file is: QUAYSIDE_AZURITE, this checkout's
    packaging/emulator, or an `azurite-blob` on the PATH. Raises `EmulatorError`."""
    named = os.environ.get("QUAYSIDE_AZURITE")
    if named:
        main = Path(named)
        if not main.is_file():
            raise EmulatorError(f"QUAYSIDE_AZURITE names {named}, which is no file.", cure=_INSTALL)
        return main
    checkout = Path(__file__).resolve().parents[2] / "packaging" / "emulator" / "node_modules"
    candidates = [checkout / _MAIN]
    command = shutil.which("azurite-blob")
    if command:
        resolved = Path(command).resolve()
        if resolved.suffix == ".js":
            candidates.append(resolved)
        candidates.append(Path(command).parent / "node_modules" / _MAIN)
    for main in candidates:
        if main.is_file():
            return main
    raise EmulatorError("The storage emulator (azurite) is not installed.", cure=_INSTALL)


def find_node() -> str:
    """The node program. Raises `EmulatorError` where there is none."""
    node = shutil.which("node")
    if node is None:
        raise EmulatorError(
            "Node.js, which the storage emulator needs, is not installed.",
            cure=f"Install Node.js {MINIMUM_NODE} or newer from nodejs.org or your distribution.",
        )
    return node


class Emulator:
    """One running blob emulator.

    `folder` keeps the data (made if missing); None keeps it in memory. What the
    emulator prints is appended to `log`. `port` 0 takes a free one. The first of
    `accounts` is the one that `connection_string` and `endpoint` speak of. With a
    `certificate` (a PEM file with its key in it) it speaks https, and takes the tokens of
    sign-ins, whose signature it does not check.
    """

    def __init__(
        self,
        *,
        log: Path,
        folder: Path | None = None,
        port: int = 0,
        accounts: Sequence[EmulatorAccount] = (DEVELOPMENT_ACCOUNT,),
        start_timeout_s: float = 60.0,
        certificate: Path | None = None,
    ) -> None:
        if not accounts:
            raise ValueError("an emulator serves at least one account")
        self.log = log
        self.folder = folder
        self.accounts = tuple(accounts)
        self._wanted_port = port
        self._port = 0
        self._start_timeout_s = start_timeout_s
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The emulator's process id; 0 when it is not started."""
        return 0 if self._process is None else self._process.pid

    @property
    def port(self) -> int:
        """Where it listens; stays the same over a stop and a start. 0 before the first start."""
        return self._port

    @property
    def endpoint(self) -> str:
        """The blob endpoint of the first account, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self._port}/{self.accounts[0].name}"

    @property
    def _scheme(self) -> str:
        return "http" if self._certificate is None else "https"

    @property
    def connection_string(self) -> str:
        """What a person pastes to connect to the first account."""
        account = self.accounts[0]
        return (
            f"DefaultEndpointsProtocol={self._scheme};AccountName={account.name};AccountKey={account.key};"
            f"BlobEndpoint={self.endpoint};"
        )

    def start(self) -> None:
        """Start, and return when it listens. Raises `EmulatorError` with what it printed."""
        if self.is_running:
            raise ValueError("the emulator runs already")
        command = [find_node(), "--import", _STOP_WITH_PARENT, str(find_azurite())]
        command += ["--blobHost", "127.0.0.1", "--blobPort", str(self._port or self._wanted_port)]
        command += ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
        if self._certificate is not None:
            pem = str(self._certificate)
            command += ["--cert", pem, "--key", pem, "--oauth", "basic"]
        if self.folder is None:
            command += ["--inMemoryPersistence"]
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            command += ["--location", str(self.folder)]
        served = ";".join(f"{account.name}:{account.key}" for account in self.accounts)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            begin = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - node and azurite, as found above
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "AZURITE_ACCOUNTS": served},
                # A Ctrl-C is ours to handle: transfers are paused before storage goes.
                start_new_session=sys.platform != "win32",
            )
        try:
            self._port = self._wait_until_it_listens(self._process, begin)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Ask it to end, insist after `timeout_s`; returns when it is gone. May be repeated."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes], begin: int) -> int:
        deadline = time.monotonic() + self._start_timeout_s
        while True:
            ended = process.poll() is not None
            printed = self._printed_since(begin)
            listens = _LISTENS.search(printed)
            if listens:
                return int(listens.group(1))
            if ended:
                raise EmulatorError(
                    f"The storage emulator ended at once: {printed.strip()[-500:]}",
                    cure=f"Its log is {self.log}.",
                )
            if time.monotonic() > deadline:
                raise EmulatorError(
                    f"The storage emulator did not start within {self._start_timeout_s:g} s.",
                    cure=f"Its log is {self.log}.",
                )
            time.sleep(0.02)

    def _printed_since(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode("utf-8", "replace")
