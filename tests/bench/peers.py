"""The command line of each client for each work, and where the clients are found."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.data import Data
from tests.bench.place import ACCOUNT, KEY, Place
from tests.bench.works import Op

_CLIENTS = Path(__file__).parent / "clients"
_NPM_AZCOPY = Path("node_modules", "@azure-tools", "azcopy-linux", "dist", "bin")


@dataclass(frozen=True, slots=True)
class Task:
    """One run: the work, where, from what and to what. `scratch` is this run's own."""

    op: Op
    place: Place
    container: str
    data: Data
    target: Path
    """Where a download goes: a file name, or an empty folder."""
    scratch: Path


@dataclass(frozen=True, slots=True)
class Command:
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)


class Client:
    """One column of the table. `kind` groups several ways to use one program."""

    def __init__(self, name: str, kind: str, program: list[str]) -> None:
        self.name = name
        self.kind = kind
        self.program = program

    def command(self, task: Task) -> Command | None:
        """None where it has no such work."""
        raise NotImplementedError


class Quayside(Client):
    """The command of this checkout, as a person starts it."""

    def command(self, task: Task) -> Command:
        env = {
            "AZURE_STORAGE_CONNECTION_STRING": task.place.connection_string,
            "QUAYSIDE_DATA_DIR": str(task.scratch / "quayside"),
            **_trusting(task.place, "SSL_CERT_FILE"),
        }
        container = task.container
        words = {
            Op.UPLOAD: ["upload", str(task.data.big), container, "--no-md5"],
            Op.UPLOAD_MD5: ["upload", str(task.data.big), container, "--md5"],
            Op.DOWNLOAD: ["download", f"{container}/big.bin", str(task.target)],
            Op.UPLOAD_MANY: ["upload", str(task.data.small), container, "small", "--no-md5"],
            Op.DOWNLOAD_MANY: ["download", f"{container}/small", str(task.target), "--no-md5"],
            Op.DOWNLOAD_MANY_MD5: ["download", f"{container}/small", str(task.target), "--md5"],
            Op.LIST: ["ls", "-r", "--json", container],
            Op.DELETE_MANY: ["rm", "-r", "--yes", f"{container}/small"],
        }[task.op]
        return Command([*self.program, *words], env)


class Azcopy(Client):
    def command(self, task: Task) -> Command:
        url = f"{task.place.endpoint}/{task.container}"
        sas = task.place.sas()
        up = ["--from-to=LocalBlob"]
        down = ["--from-to=BlobLocal"]
        common = ["--skip-version-check", "--log-level=NONE"]
        quiet = [*common, "--output-level=quiet"]
        data, big = task.data, f"{url}/big.bin?{sas}"
        few = ["copy", f"{url}/small/*?{sas}", str(task.target), "--recursive", *down]
        words = {
            Op.UPLOAD: ["copy", str(data.big), big, *up, *quiet],
            Op.UPLOAD_MD5: ["copy", str(data.big), big, "--put-md5", *up, *quiet],
            Op.DOWNLOAD: ["copy", big, str(task.target), *down, *quiet],
            Op.UPLOAD_MANY: [
                *("copy", f"{data.small}/*", f"{url}/small?{sas}", "--recursive", *up, *quiet)
            ],
            Op.DOWNLOAD_MANY: [*few, "--check-md5=NoCheck", *quiet],
            Op.DOWNLOAD_MANY_MD5: [*few, "--check-md5=FailIfDifferent", *quiet],
            Op.LIST: ["list", f"{url}?{sas}", "--output-type=json", "--location=Blob", *common],
            Op.DELETE_MANY: [
                *("remove", f"{url}/small?{sas}", "--recursive", "--from-to=BlobTrash", *quiet)
            ],
        }[task.op]
        env = {
            "AZCOPY_LOG_LOCATION": str(task.scratch / "azcopy"),
            "AZCOPY_JOB_PLAN_LOCATION": str(task.scratch / "azcopy"),
            "AZCOPY_DISABLE_SYSLOG": "true",
            **_trusting(task.place, "SSL_CERT_FILE"),
        }
        return Command([*self.program, *words], env)


class Rclone(Client):
    """As it comes, or with what makes it fastest here."""

    def __init__(self, name: str, program: list[str], *, is_tuned: bool) -> None:
        super().__init__(name, "rclone", program)
        self._is_tuned = is_tuned

    def command(self, task: Task) -> Command:
        big: list[str] = []
        small: list[str] = []
        remove: list[str] = []
        if self._is_tuned:
            no_sums = ["--azureblob-disable-checksum", "--ignore-checksum"]
            if task.op in (Op.UPLOAD_MD5, Op.DOWNLOAD_MANY_MD5):
                no_sums = []
            large = ["--azureblob-chunk-size=8Mi", "--multi-thread-streams=8"]
            big = [*large, "--multi-thread-chunk-size=8Mi", *no_sums]
            remove = ["--transfers=32", "--checkers=32"]
            small = [*remove, "--no-traverse", "--fast-list", *no_sums]
        data, there = task.data, f"T:{task.container}"
        words = {
            Op.UPLOAD: ["copyto", str(data.big), f"{there}/big.bin", *big],
            Op.UPLOAD_MD5: ["copyto", str(data.big), f"{there}/big.bin", *big],
            Op.DOWNLOAD: ["copyto", f"{there}/big.bin", str(task.target), *big],
            Op.UPLOAD_MANY: ["copy", str(data.small), f"{there}/small", *small],
            Op.DOWNLOAD_MANY: ["copy", f"{there}/small", str(task.target), *small],
            Op.DOWNLOAD_MANY_MD5: ["copy", f"{there}/small", str(task.target), *small],
            Op.LIST: ["lsf", "-R", "--files-only", "--fast-list", there],
            Op.DELETE_MANY: ["delete", f"{there}/small", *remove],
        }[task.op]
        env = {
            "RCLONE_CONFIG": os.devnull,
            "RCLONE_CONFIG_T_TYPE": "azureblob",
            "RCLONE_CONFIG_T_ACCOUNT": ACCOUNT,
            "RCLONE_CONFIG_T_KEY": KEY,
            "RCLONE_CONFIG_T_ENDPOINT": task.place.endpoint,
            **_trusting(task.place, "RCLONE_CA_CERT"),
        }
        return Command([*self.program, *words], env)


class Library(Client):
    """A small program of ours around a library: `PROGRAM OP ENDPOINT CONTAINER LOCAL`."""

    def command(self, task: Task) -> Command | None:
        if task.op in (Op.UPLOAD_MD5, Op.DOWNLOAD_MANY_MD5):
            return None
        local = {
            Op.UPLOAD: task.data.big,
            Op.UPLOAD_MANY: task.data.small,
        }.get(task.op, task.target)
        words = [task.op.value, task.place.endpoint, task.container, str(local)]
        env = {"BENCH_ACCOUNT": ACCOUNT, "BENCH_KEY": KEY, **_trusting(task.place, "BENCH_CA")}
        return Command([*self.program, *words], env)


class Md5(Client):
    """The floor of an upload that stores an MD5: one process hashes the file."""

    def command(self, task: Task) -> Command | None:
        if task.op is not Op.UPLOAD_MD5:
            return None
        return Command([*self.program, str(task.data.big)])


def _trusting(place: Place, variable: str) -> dict[str, str]:
    return {variable: str(place.ca_file)} if place.ca_file else {}


def find_clients(installed: Path) -> list[Client]:
    """Ours, and those of the others that are in `installed` or on the PATH."""
    found: list[Client] = [
        Quayside("quayside", "quayside", [str(Path(sys.executable).with_name("quayside"))])
    ]
    azcopy = _find("azcopy", *(installed / _NPM_AZCOPY).glob("azcopy_linux_*"))
    if azcopy:
        found.append(Azcopy("azcopy", "azcopy", [azcopy]))
    rclone = _find("rclone", installed / "python" / "bin" / "rclone")
    if rclone:
        found.append(Rclone("rclone", [rclone], is_tuned=False))
        found.append(Rclone("rclone tuned", [rclone], is_tuned=True))
    python = installed / "python" / "bin" / "python"
    if python.exists():
        program = [str(python), str(_CLIENTS / "obstore_client.py")]
        found.append(Library("obstore", "obstore", program))
    found.append(Library("sdk", "sdk", [sys.executable, str(_CLIENTS / "sdk_client.py")]))
    md5 = [sys.executable, "-I", "-S", str(_CLIENTS / "md5_client.py")]
    found.append(Md5("md5 alone", "md5", md5))
    return found


def _find(name: str, *own: Path) -> str | None:
    mine = next((path for path in own if path.is_file() and os.access(path, os.X_OK)), None)
    return str(mine) if mine else shutil.which(name)
