"""The works by obstore, which is Rust, the way that was fastest of those tried.

`obstore_client.py OP ENDPOINT CONTAINER LOCAL`; account, key and CA come by the environment.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import obstore  # type: ignore[import-not-found]
from obstore.store import AzureStore  # type: ignore[import-not-found]

BLOCK_BYTES = 8 << 20
BLOCKS_AT_ONCE = 8
FILES_AT_ONCE = 16


def main() -> None:
    op, endpoint, container, local = sys.argv[1:]
    is_plain = endpoint.startswith("http:")
    store = AzureStore(
        container,
        account_name=os.environ["BENCH_ACCOUNT"],
        account_key=os.environ["BENCH_KEY"],
        endpoint=endpoint,
        client_options={"allow_http": True} if is_plain else {"allow_invalid_certificates": True},
    )
    with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
        do(op, store, Path(local), threads)


def do(op: str, store: Any, local: Path, threads: ThreadPoolExecutor) -> None:
    def up(path: Path, name: str) -> None:
        obstore.put(store, name, path, use_multipart=False)

    def down(name: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(obstore.get(store, name).bytes())

    def names() -> list[str]:
        pages = obstore.list(store, "small", chunk_size=5000)
        return [entry["path"] for page in pages for entry in page]

    if op == "upload":
        obstore.put(
            store,
            "big.bin",
            local,
            use_multipart=True,
            chunk_size=BLOCK_BYTES,
            max_concurrency=BLOCKS_AT_ONCE,
        )
    elif op == "download":
        fetch(store, local)
    elif op == "upload-many":
        paths = [path for path in local.rglob("*") if path.is_file()]
        wanted = ["small/" + path.relative_to(local).as_posix() for path in paths]
        list(threads.map(up, paths, wanted))
    elif op == "download-many":
        found = names()
        list(threads.map(down, found, [local / name.removeprefix("small/") for name in found]))
    elif op == "list":
        print(sum(len(page) for page in obstore.list(store, chunk_size=5000)))
    elif op == "delete-many":
        obstore.delete(store, names())
    else:
        raise SystemExit(f"no such work: {op}")


def fetch(store: Any, local: Path) -> None:
    """Ranges side by side into one file: faster than its stream."""
    size = obstore.head(store, "big.bin")["size"]
    descriptor = os.open(local, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.truncate(descriptor, size)

    def part(at: int) -> None:
        end = min(at + BLOCK_BYTES, size)
        os.pwrite(descriptor, obstore.get_range(store, "big.bin", start=at, end=end), at)

    with ThreadPoolExecutor(BLOCKS_AT_ONCE) as threads:
        list(threads.map(part, range(0, size, BLOCK_BYTES)))
    os.close(descriptor)


main()
