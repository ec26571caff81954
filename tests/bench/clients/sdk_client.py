"""The works by the azure-storage-blob SDK, as its documentation uses it, with a large pool.

`sdk_client.py OP ENDPOINT CONTAINER LOCAL`; account, key and CA come by the environment.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import ContainerClient

BLOCKS_AT_ONCE = 8
FILES_AT_ONCE = 16


def main() -> None:
    op, endpoint, container, local = sys.argv[1:]
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_connections=64, pool_maxsize=64)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    verify: dict[str, Any] = {}
    if os.environ.get("BENCH_CA"):
        verify["connection_verify"] = os.environ["BENCH_CA"]
    client = ContainerClient(
        endpoint,
        container,
        credential={
            "account_name": os.environ["BENCH_ACCOUNT"],
            "account_key": os.environ["BENCH_KEY"],
        },
        transport=RequestsTransport(session=session, session_owner=False, **verify),
    )
    with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
        do(op, client, Path(local), threads)


def do(op: str, client: ContainerClient, local: Path, threads: ThreadPoolExecutor) -> None:
    def up(path: Path, name: str) -> None:
        with path.open("rb") as file:
            client.upload_blob(
                name,
                file,
                length=path.stat().st_size,
                overwrite=True,
                max_concurrency=BLOCKS_AT_ONCE,
            )

    def down(name: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            client.download_blob(name, max_concurrency=BLOCKS_AT_ONCE).readinto(file)

    small = "small/"
    if op == "upload":
        up(local, "big.bin")
    elif op == "download":
        down("big.bin", local)
    elif op == "upload-many":
        paths = [path for path in local.rglob("*") if path.is_file()]
        names = [small + path.relative_to(local).as_posix() for path in paths]
        list(threads.map(up, paths, names))
    elif op == "download-many":
        names = list(client.list_blob_names(name_starts_with=small))
        list(threads.map(down, names, [local / name.removeprefix(small) for name in names]))
    elif op == "list":
        print(sum(1 for _ in client.list_blobs()))
    elif op == "delete-many":
        names = list(client.list_blob_names(name_starts_with=small))
        list(threads.map(client.delete_blob, names))
    else:
        raise SystemExit(f"no such work: {op}")


main()
