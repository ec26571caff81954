"""The two servers: a real emulator, and a fast one that costs next to nothing.

The emulator checks everything and limits everybody. The fast one is nginx with its
Lua module: with it the client is what is measured. Both listen on free loopback
ports and end with this program.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from explorer.service.emulator import Emulator, EmulatorAccount
from explorer.storage.azure.client import open_store
from explorer.storage.connection import parse
from explorer.storage.model import BlobHeaders, BlobRef, Condition
from tests.bench.data import Data, same_file
from tests.bench.pages import MODIFIED, write_pages
from tests.bench.place import ACCOUNT, KEY, Place
from tests.bench.works import SMALL_BYTES, Op
from tests.servers.certificates import make_authority

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_HERE = Path(__file__).parent


class Server(Protocol):
    """A started server."""

    @property
    def place(self) -> Place: ...

    def prepare(self, op: Op, run: int) -> str:
        """Have ready what the work needs; the container that run number `run` works in."""
        ...

    def is_right(self, op: Op, container: str, folder: Path) -> bool:
        """Whether an upload or a deletion did what it should. `folder` is free to use."""
        ...

    def stop(self) -> None: ...


# ---------------------------------------------------------------------- emulator


class RealEmulator:
    """Azurite on a disk; what was uploaded is read back by the SDK and compared."""

    def __init__(self, home: Path, data: Data) -> None:
        self._data = data
        self._folder = home / "azurite"
        shutil.rmtree(self._folder, ignore_errors=True)
        os.environ["NODE_OPTIONS"] = "--max-old-space-size=8192"
        self._emulator = Emulator(
            log=home / "azurite.log",
            folder=self._folder,
            accounts=(EmulatorAccount(ACCOUNT, KEY),),
        )
        self._emulator.start()
        self._made: set[str] = set()

    @property
    def place(self) -> Place:
        return Place(self._emulator.endpoint)

    def prepare(self, op: Op, run: int) -> str:
        if op.is_upload:
            container = f"up-{op.value}-{run}"
            self._client(container).create_container()
            return container
        if op is Op.LIST:
            self._once("lst", lambda: self._put("lst", self._data.sizes.list_names, None))
            return "lst"
        if op is Op.DELETE_MANY:
            self._put_small(f"del-{run}")
            return f"del-{run}"
        if op is Op.DOWNLOAD:
            self._once("data-big", self._put_big)
            return "data-big"
        self._once("data", lambda: self._put_small("data"))
        return "data"

    def _once(self, container: str, make: Callable[[], None]) -> None:
        if container not in self._made:
            make()
            self._made.add(container)

    def _put_big(self) -> None:
        client = self._client("data-big")
        client.create_container()
        with self._data.big.open("rb") as file:
            client.upload_blob("big.bin", file, length=self._data.sizes.big_bytes)

    def _put_small(self, container: str) -> None:
        names = [f"small/{name}" for name in self._data.sizes.small_names]
        self._put(container, names, self._data.home)

    def _put(self, container: str, names: list[str], files: Path | None) -> None:
        """Many small blobs, by our own store: the SDK would take minutes."""
        store = open_store(parse(self.place.connection_string))
        store.create_container(container)

        def put(name: str) -> None:
            content = (files / name).read_bytes() if files else b"x"
            store.put_blob(
                BlobRef(container, name),
                content,
                headers=BlobHeaders(),
                condition=Condition.always(),
            )

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(put, names))
        store.close()

    def is_right(self, op: Op, container: str, folder: Path) -> bool:
        with self._client(container) as client:
            if op is Op.DELETE_MANY:
                return not list(client.list_blob_names())
            got = folder / "read-back"
            if op is not Op.UPLOAD_MANY:
                with got.open("wb") as file:
                    client.download_blob("big.bin", max_concurrency=4).readinto(file)
                return same_file(self._data.big, got)
            names = sorted(client.list_blob_names())
            wanted = [f"small/{name}" for name in self._data.sizes.small_names]
            return names == wanted and all(
                client.download_blob(name).readall() == (self._data.home / name).read_bytes()
                for name in names
            )

    def _client(self, container: str) -> ContainerClient:
        from azure.storage.blob import ContainerClient

        return ContainerClient.from_connection_string(self.place.connection_string, container)

    def stop(self) -> None:
        self._emulator.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


# ------------------------------------------------------------------- fast server


def find_nginx() -> tuple[str, str] | None:
    """(program, folder of its modules) where nginx has its Lua module."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    told = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stderr
    words = [word.partition("=")[2] for word in told.split() if word.startswith("--modules-path=")]
    if not words or not Path(words[0], "ngx_http_lua_module.so").exists():
        return None
    return program, words[0]


class FastServer:
    """nginx; it counts what is put and drops it, so an upload is checked by its sizes."""

    def __init__(self, home: Path, data: Data, *, is_tls: bool) -> None:
        found = find_nginx()
        if found is None:
            raise RuntimeError("nginx with its Lua module is not installed")
        self._data = data
        self._is_tls = is_tls
        self._root = home / "fast"
        shutil.rmtree(self._root, ignore_errors=True)
        self._root.mkdir(parents=True)
        write_pages(self._root, data)
        make_authority(self._root)
        self._port, self._tls_port = _free_ports()
        self._write_settings(found[1])
        # Buffers stay in its heap: no request pays for fresh memory.
        env = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(1 << 30)}
        env |= {"MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_TOP_PAD_": str(64 << 20)}
        with (self._root / "start.log").open("wb") as log:
            self._process = subprocess.Popen(
                [found[0], "-p", str(self._root), "-c", "nginx.conf", "-e", "error.log"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
            )
        self._wait_until_it_listens()

    def _write_settings(self, modules: str) -> None:
        marks = {
            "USER": f"user {_user_name()};" if os.geteuid() == 0 else "",
            "MODULES": modules,
            "ROOT": str(self._root),
            "PORT": str(self._port),
            "TLS_PORT": str(self._tls_port),
            "DATA": str(self._data.home),
            "MODIFIED": MODIFIED,
            "LUA": str(_HERE / "fake.lua"),
        }
        text = (_HERE / "fake.conf").read_text()
        for mark, value in marks.items():
            text = text.replace(f"@{mark}@", value)
        (self._root / "nginx.conf").write_text(text)

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                self._ask("/count?of=anything")
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    logs = [self._root / "error.log", self._root / "start.log"]
                    told = "".join(log.read_text() for log in logs if log.exists())
                    raise RuntimeError(f"nginx did not start: {told[-1000:]}") from None
                time.sleep(0.02)

    def _ask(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as answer:
            text: str = answer.read().decode().strip()
        return text

    def _count(self, what: str) -> int:
        return int(self._ask(f"/count?of={quote(what)}"))

    @property
    def place(self) -> Place:
        if self._is_tls:
            endpoint = f"https://127.0.0.1:{self._tls_port}/{ACCOUNT}"
            return Place(endpoint, self._root / "authority.pem")
        return Place(f"http://127.0.0.1:{self._port}/{ACCOUNT}")

    def prepare(self, op: Op, run: int) -> str:
        self._ask("/forget")
        if op.is_upload:
            return f"up-{run}"
        return "lst" if op is Op.LIST else "data"

    def is_right(self, op: Op, container: str, folder: Path) -> bool:
        sizes = self._data.sizes
        if op is Op.DELETE_MANY:
            return self._count("gone") == sizes.small_count
        count, size = self._count(f"count {container}"), self._count(f"bytes {container}")
        if op is Op.UPLOAD_MANY:
            return (count, size) == (sizes.small_count, sizes.small_count * SMALL_BYTES)
        return (count, size) == (1, sizes.big_bytes)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as b:
        return one.getsockname()[1], b.getsockname()[1]


def _user_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name
